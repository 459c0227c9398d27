"""Coordinate maps for cv2.remap, remembered per size and setting.

A setting that changes with every frame (an LFO on an angle) builds a map per frame, so building must be quick too:
coordinates of a size are kept, and angles go through cv2's vectorised polar functions.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from nodes.filter._pixels import Pixels, as_frame

Float = NDArray[np.floating[Any]]
Maps = tuple[Any, Any]


def axes(width: int, height: int) -> tuple[Float, Float]:
    """x (W,) and y (H, 1) of pixel centres, from the image's centre in halves of the shorter side; float32."""
    unit = min(width, height) / 2
    x = ((np.arange(width) + 0.5 - width / 2) / unit).astype(np.float32)
    y = ((np.arange(height) + 0.5 - height / 2) / unit).astype(np.float32)
    return x, y[:, None]


@lru_cache(maxsize=4)
def polar(width: int, height: int) -> tuple[Float, Float]:
    """Distance from the centre in the units of `axes`, and angle clockwise from the right in radians 0..2π; (H, W)."""
    x, y = axes(width, height)
    full = np.zeros((height, width), np.float32)
    radius, angle = cv2.cartToPolar(full + x, full + y)
    return frozen(radius), frozen(angle)


def frozen(array: Any) -> Any:
    """`array`, safe to keep and share."""
    array.flags.writeable = False
    return array


def cartesian(radius: Float, angle: Float) -> tuple[Float, Float]:
    """The inverse of `polar`."""
    x, y = cv2.polarToCart(np.ascontiguousarray(radius, np.float32), np.ascontiguousarray(angle, np.float32))
    return np.asarray(x, np.float32), np.asarray(y, np.float32)


def wrapped(value: Float, length: float) -> Float:
    """`value` modulo `length`; much quicker than NumPy's own %."""
    return np.asarray(value - np.floor(value * np.float32(1 / length)) * np.float32(length), np.float32)


def fixed(x: Float, y: Float, width: int, height: int) -> Maps:
    """Maps from the units of `axes` to cv2's fixed-point form, about twice as quick to apply as floats."""
    unit = np.float32(min(width, height) / 2)
    shape = np.zeros((height, width), np.float32)
    across = shape + x * unit + np.float32(width / 2 - 0.5)
    down = shape + y * unit + np.float32(height / 2 - 0.5)
    return cv2.convertMaps(across, down, cv2.CV_16SC2)


def warped(
    image: Pixels, maps: Maps, border: int = cv2.BORDER_REFLECT, value: tuple[int, ...] = (0, 0, 0, 0)
) -> Pixels:
    """`image` sampled at the maps' coordinates."""
    return as_frame(cv2.remap(image, maps[0], maps[1], cv2.INTER_LINEAR, borderMode=border, borderValue=value))


Warp = Callable[..., tuple[Float, Float]]


def cached(warp: Warp) -> Callable[..., Maps]:
    """Turn ``warp(width, height, *settings) -> (x, y)`` in the units of `axes` into remembered maps."""

    @lru_cache(maxsize=8)
    def maps(width: int, height: int, *settings: Any) -> Maps:
        return fixed(*warp(width, height, *settings), width, height)

    return maps
