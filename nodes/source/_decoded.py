"""Pictures from PyAV: where OpenCV cannot help, for it drops transparency."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from nodegraph.sdk import Image

if TYPE_CHECKING:
    from av import VideoFrame

_WITH_ALPHA = (b"BGRA", b"RGBA", b"ARGB", b"ABGR")


def has_alpha(capture: cv2.VideoCapture) -> bool:
    """Whether the file's own pixels have transparency, by FFmpeg's tag of their format.

    Planar formats with alpha are tagged Y, a digit, 0 and the depth. VP9 keeps its alpha in a second stream, which is
    not seen here.
    """
    tag = (int(capture.get(cv2.CAP_PROP_CODEC_PIXEL_FORMAT)) & 0xFFFFFFFF).to_bytes(4, "little")
    return tag in _WITH_ALPHA or (tag[:1] == b"Y" and tag[2] == 0)


def pictures_with_alpha(path: Path, start: float) -> Iterator[tuple[float, Image]]:
    """Position in seconds and BGRA picture, from a frame at or before `start` on; a torn end ends them."""
    import av

    last = -1.0
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        zero = float((stream.start_time or 0) * (stream.time_base or 0))
        if start > 0:
            container.seek(int((zero + start) * 1_000_000))
        try:
            for frame in container.decode(stream):
                if frame.pts is not None and frame.time - zero > last:
                    last = frame.time - zero
                    yield last, upright(frame, "bgra")
        except av.FFmpegError:
            return


def upright(frame: "VideoFrame", pixels: str = "bgr24") -> Image:
    """The frame as an array, turned as it asks to be."""
    image = np.asarray(frame.to_ndarray(format=pixels), np.uint8)
    return np.ascontiguousarray(np.rot90(image, round(frame.rotation / 90))) if frame.rotation else image
