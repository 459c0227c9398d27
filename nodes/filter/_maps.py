"""Coordinate maps for cv2.remap, built once per size and setting."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from nodes.filter._pixels import Pixels, as_frame

Float = NDArray[np.floating[Any]]
Maps = tuple[NDArray[np.int16], NDArray[np.uint16]]


def grid(width: int, height: int) -> tuple[Float, Float]:
    """Pixel centres x and y measured from the image's centre, in halves of the shorter side."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    unit = min(width, height) / 2
    return (x + 0.5 - width / 2) / unit, (y + 0.5 - height / 2) / unit


def fixed(x: Float, y: Float, width: int, height: int) -> Maps:
    """Maps from `grid` units to cv2's fixed-point form, about twice as quick to apply as floats."""
    unit = min(width, height) / 2
    # Fixed point holds coordinates up to 2**15; farther is outside of any image anyway.
    across = np.clip(x * unit + width / 2 - 0.5, -30000, 30000).astype(np.float32)
    down = np.clip(y * unit + height / 2 - 0.5, -30000, 30000).astype(np.float32)
    return cv2.convertMaps(across, down, cv2.CV_16SC2)


def warped(
    image: Pixels, maps: Maps, border: int = cv2.BORDER_REFLECT, value: tuple[int, ...] = (0, 0, 0, 0)
) -> Pixels:
    """`image` sampled at the maps' coordinates."""
    return as_frame(cv2.remap(image, maps[0], maps[1], cv2.INTER_LINEAR, borderMode=border, borderValue=value))


Warp = Callable[..., tuple[Float, Float]]


def cached(warp: Warp) -> Callable[..., Maps]:
    """Turn ``warp(x, y, *settings) -> (x, y)`` in grid units into ``maps(width, height, *settings)``, remembered."""

    @lru_cache(maxsize=8)
    def maps(width: int, height: int, *settings: Any) -> Maps:
        return fixed(*warp(*grid(width, height), *settings), width, height)

    return maps
