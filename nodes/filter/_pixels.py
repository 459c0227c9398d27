"""What every filter does with pixels: keep alpha aside, match sizes, mix two pictures. All results are new arrays."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def as_frame(array: Any) -> Pixels:
    """`array` as C-contiguous uint8; free when it already is."""
    return np.ascontiguousarray(array, np.uint8)


def has_alpha(image: Pixels) -> bool:
    """Whether `image` is BGRA."""
    return image.ndim == 3 and image.shape[2] == 4


def color_of(image: Pixels) -> Pixels:
    """The BGR part of a BGR or BGRA image."""
    return as_frame(cv2.cvtColor(image, cv2.COLOR_BGRA2BGR)) if has_alpha(image) else image


def alpha_of(image: Pixels) -> Pixels | None:
    """The alpha channel (H, W), or None for a BGR image."""
    return as_frame(cv2.extractChannel(image, 3)) if has_alpha(image) else None


def with_alpha(color: Pixels, alpha: Pixels | None) -> Pixels:
    """BGRA from BGR and (H, W) alpha; `color` as it is when alpha is None."""
    if alpha is None:
        return color
    return as_frame(cv2.insertChannel(alpha, cv2.cvtColor(color, cv2.COLOR_BGR2BGRA), 3))


def on_color(image: Pixels, function: Callable[[Pixels], Any]) -> Pixels:
    """Apply `function` (BGR to BGR, same size) to the colour of an image and keep its alpha."""
    return with_alpha(as_frame(function(color_of(image))), alpha_of(image))


def gray_of(image: Pixels) -> Pixels:
    """Luminance (Rec. 601), (H, W)."""
    return as_frame(cv2.cvtColor(image, cv2.COLOR_BGRA2GRAY if has_alpha(image) else cv2.COLOR_BGR2GRAY))


def gray_as_bgr(gray: Any) -> Pixels:
    """A grey picture in three equal channels."""
    return as_frame(cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR))


def size_of(image: Any) -> tuple[int, int]:
    """Width and height, the order cv2 wants."""
    return int(image.shape[1]), int(image.shape[0])


def resized(image: Pixels, width: int, height: int) -> Pixels:
    """`image` at another size: area averaging when it shrinks, linear when it grows."""
    if size_of(image) == (width, height):
        return image
    shrinks = width * height < image.shape[0] * image.shape[1]
    return as_frame(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR))


def like(image: Pixels, first: Any) -> Pixels:
    """`image` (or a mask) resized to the size of `first`: the rule for every node with two pictures."""
    return resized(image, *size_of(first))


def as_weight(mask: Any, scale: float = 1.0) -> NDArray[np.float32]:
    """A mask 0..255 as weights 0..scale, float32 (H, W)."""
    return np.asarray(cv2.LUT(mask, _weights(scale)), np.float32)


@lru_cache(maxsize=256)
def _weights(scale: float) -> NDArray[np.float32]:
    return (np.arange(256) * (scale / 255)).astype(np.float32)


def mix(first: Pixels, second: Pixels, amount: float) -> Pixels:
    """`first` where amount is 0, `second` where it is 1; same shape."""
    if amount <= 0:
        return first
    if amount >= 1:
        return second
    return as_frame(cv2.addWeighted(first, 1 - amount, second, amount, 0))


def mix_by(first: Pixels, second: Pixels, weight: NDArray[np.float32]) -> Pixels:
    """`first` where the float32 (H, W) weight is 0, `second` where it is 1; same shape."""
    rest = cv2.subtract(np.ones_like(weight), weight)
    return as_frame(cv2.blendLinear(first, second, rest, weight))


def mapped(image: Pixels, table: Any) -> Pixels:
    """Apply a 256-entry table to the colour of an image: (256,) for all channels or (256, 3) in BGR order."""
    table = np.asarray(table)
    return on_color(image, lambda bgr: cv2.LUT(bgr, table if table.ndim == 1 else table.reshape(1, 256, 3)))


def table_of(values: Any) -> Pixels:
    """256 floats 0..1 as a rounded uint8 table."""
    return as_frame(np.clip(np.rint(np.asarray(values) * 255), 0, 255))


def odd(size: float) -> int:
    """The odd whole number nearest to `size` from above, at least 1: what kernels need."""
    return max(1, int(size) | 1)
