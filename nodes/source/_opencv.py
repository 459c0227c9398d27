"""OpenCV's video input with its own chatter off: we say what went wrong ourselves, in a sentence.

The log level is set through the API because another module may have imported cv2 first; FFmpeg's is read from the
environment when the first capture is opened. A person's own setting wins.
"""

import os
from pathlib import Path

import cv2

os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
if "OPENCV_LOG_LEVEL" not in os.environ:
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def open_file(path: Path) -> cv2.VideoCapture:
    """A capture on a video file; it turns rotated pictures upright. Ask `isOpened()`."""
    return cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)


def rate_of(capture: cv2.VideoCapture) -> float | None:
    """The nominal frames per second, or None when the file does not say anything believable."""
    rate = float(capture.get(cv2.CAP_PROP_FPS))
    return rate if 0 < rate <= 1000 else None
