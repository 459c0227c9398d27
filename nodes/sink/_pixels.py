"""From our frames (BGR, BGRA) to what an encoder takes."""

from typing import TYPE_CHECKING

import cv2
import numpy as np

from nodegraph.sdk import Image

if TYPE_CHECKING:
    from av import VideoFrame

BT709, BT601, LIMITED, FULL = 1, 6, 1, 2
"""FFmpeg's numbers for the matrix and the range."""


def over_black(image: Image) -> Image:
    """BGR without alpha: a BGRA picture is laid over black."""
    if image.shape[2] == 3:
        return image
    alpha = cv2.merge([image[:, :, 3]] * 3)
    return np.asarray(cv2.multiply(cv2.cvtColor(image, cv2.COLOR_BGRA2BGR), alpha, scale=1 / 255), np.uint8)


def with_alpha(image: Image) -> Image:
    """BGRA; a picture without alpha becomes opaque."""
    return image if image.shape[2] == 4 else np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2BGRA), np.uint8)


def even(length: int) -> int:
    """The next even number: 4:2:0 video stores colour for pairs of pixels."""
    return length + length % 2


def fitted(image: Image, width: int, height: int) -> Image:
    """`image` scaled to fit and centred on black (transparent with alpha), so that it is `width`×`height`."""
    scale = min(width / image.shape[1], height / image.shape[0])
    inner_w, inner_h = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    inner = cv2.resize(image, (inner_w, inner_h), interpolation=how)
    left, top = (width - inner_w) // 2, (height - inner_h) // 2
    right, bottom = width - inner_w - left, height - inner_h - top
    return np.asarray(cv2.copyMakeBorder(inner, top, bottom, left, right, cv2.BORDER_CONSTANT), np.uint8)


def padded_even(image: Image) -> Image:
    """`image` with its last row or column repeated where that makes the size even."""
    height, width = image.shape[:2]
    if height % 2 == 0 and width % 2 == 0:
        return image
    return np.asarray(cv2.copyMakeBorder(image, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE), np.uint8)


def to_video_frame(image: Image, pixel_format: str) -> "VideoFrame":
    """A PyAV frame in `pixel_format`; `image` has even sides and alpha exactly when the format has.

    4:2:0 goes through OpenCV: more exact than FFmpeg's scaler and a third cheaper (docs/adr/0008-video-io.md).
    """
    from av import VideoFrame

    contiguous = np.ascontiguousarray(image)
    if pixel_format == "yuv420p":
        planes = np.asarray(cv2.cvtColor(contiguous, cv2.COLOR_BGR2YUV_I420), np.uint8)
        return VideoFrame.from_ndarray(planes, format="yuv420p")
    if pixel_format == "bgra":
        return VideoFrame.from_ndarray(contiguous, format="bgra")
    frame = VideoFrame.from_ndarray(contiguous, format="bgra" if image.shape[2] == 4 else "bgr24")
    if pixel_format == "bgr0":
        return frame.reformat(format=pixel_format)
    return frame.reformat(format=pixel_format, dst_colorspace=BT709, src_color_range=FULL, dst_color_range=LIMITED)
