"""OpenCV's video input with its own chatter off: we say what went wrong ourselves, in a sentence."""

import os
from pathlib import Path

import cv2

_SETTINGS = {"OPENCV_FFMPEG_LOGLEVEL": "-8", "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT": "2"}
"""Read by OpenCV when it opens a capture. The second: seconds a camera may be silent before a read fails."""


def quiet() -> None:
    """Call before opening a capture. A person's own settings win.

    The log level is set through the API because it is read when cv2 is imported, and anybody may have done that.
    """
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    if "OPENCV_LOG_LEVEL" not in os.environ:
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def open_file(path: Path) -> cv2.VideoCapture:
    """A capture on a video file; it turns rotated pictures upright. Ask `isOpened()`."""
    quiet()
    return cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)


def rate_of(capture: cv2.VideoCapture) -> float | None:
    """The nominal frames per second, or None when the file or camera does not say anything believable."""
    rate = float(capture.get(cv2.CAP_PROP_FPS))
    return rate if 0 < rate <= 1000 else None
