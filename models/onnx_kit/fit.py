"""Pictures in the sizes and layouts that networks take."""

from typing import NamedTuple

import numpy as np
from nodegraph_kit import Image, pictures
from numpy.typing import NDArray

GREY = 114
"""What the rest of a letterboxed picture is filled with: the grey that YOLOX and RTMO were trained with."""


class Fitted(NamedTuple):
    """A picture in a network's size, and how much larger it is in x and y than it was."""

    image: Image
    scale: tuple[float, float]


def letterboxed(image: Image, width: int, height: int) -> Fitted:
    """BGR `image` as large as fits, its shape kept, at the top left of a grey picture of that size."""
    scale = min(width / image.shape[1], height / image.shape[0])
    inner = (max(1, int(image.shape[1] * scale)), max(1, int(image.shape[0] * scale)))
    canvas = np.full((height, width, 3), GREY, np.uint8)
    canvas[: inner[1], : inner[0]] = resized(image, *inner)
    return Fitted(canvas, (inner[0] / image.shape[1], inner[1] / image.shape[0]))


def shrunk(image: Image, size: int, multiple: int = 1, enlarge: bool = False, least: int = 1) -> Image:
    """`image` with a longer side of `size`, its shape nearly kept: both sides are a `multiple`, and at least `least`.

    A smaller picture stays (nearly) as large as it is, unless `enlarge`.
    """
    height, width = image.shape[:2]
    scale = size / max(height, width)
    scale = scale if enlarge else min(1.0, scale)
    wide, high = (max(least, multiple, round(side * scale / multiple) * multiple) for side in (width, height))
    return resized(image, wide, high)


def resized(image: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """`image` in another size, smoothed; itself when it has that size."""
    if image.shape[:2] == (height, width):
        return image
    return pictures.resize(image, width, height, "linear")


def planes(image: Image, rgb: bool = False, middle: float = 0.0, scale: float = 1.0) -> NDArray[np.float32]:
    """A BGR picture as a network takes it: float32 (1, 3, H, W) of (value - middle) / scale, in BGR or `rgb` order."""
    ordered = image[:, :, ::-1] if rgb else image
    values = np.ascontiguousarray(ordered.transpose(2, 0, 1)[None], np.float32)
    return values if (middle, scale) == (0.0, 1.0) else (values - np.float32(middle)) / np.float32(scale)
