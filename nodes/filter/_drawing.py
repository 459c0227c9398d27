"""Drawing on pictures: stable colours, and sizes that follow the picture."""

import zlib
from functools import lru_cache
from typing import Any

import cv2
import numpy as np

from nodegraph.sdk import Color
from nodes.filter._composite import painted
from nodes.filter._pixels import Pixels, size_of
from nodes.filter._text import text_mask


@lru_cache(maxsize=4096)
def color_for(label: str) -> Color:
    """The colour of a label, the same in every run and on every machine; bright, and readable under text."""
    # Python's hash() is salted per process; crc32 is not. 255 hues, three brightnesses.
    # 3015 was searched for: with it the commonest labels (person, car, dog, ...) lie far apart.
    number = zlib.crc32(f"3015{label}".encode())
    hsv = np.array([[[number % 256, 150 + (number >> 8) % 80, 215 + (number >> 16) % 41]]], np.uint8)
    blue, green, red = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR_FULL)[0, 0].tolist()
    return blue, green, red


def readable_on(color: Color) -> Color:
    """Black or white, whichever reads better on a colour."""
    blue, green, red = color
    return (0, 0, 0) if 0.114 * blue + 0.587 * green + 0.299 * red > 140 else (255, 255, 255)


def ink(canvas: Pixels, color: Color) -> tuple[int, ...]:
    """A colour for cv2's drawing calls: opaque where the canvas has alpha."""
    return (*color, 255)[: canvas.shape[2]]


def line_width(image: Pixels, thickness: float) -> int:
    """`thickness` in pixels of a picture 720 high, as pixels of this one; at least 1."""
    return max(1, round(thickness * min(size_of(image)) / 720))


def font_size(image: Pixels, scale: float) -> int:
    """Height of small print for this picture."""
    return max(9, min(400, round(scale * max(13.0, min(size_of(image)) / 34))))


def write_label(canvas: Pixels, text: str, x: int, y: int, size: int, color: Color) -> None:
    """Text on a plate of a colour, its bottom left corner at (x, y), moved so that it stays inside the picture."""
    mask = text_mask(text, size)
    pad = max(1, size // 6)
    width, height = size_of(canvas)
    wide, high = mask.shape[1] + 2 * pad, mask.shape[0]
    left = max(0, min(x, width - wide))
    top = max(0, min(y - high, height - high))
    cv2.rectangle(canvas, (left, top), (left + wide - 1, top + high - 1), ink(canvas, color), cv2.FILLED)
    painted(canvas, mask, readable_on(color), left + pad, top)


def point(x: Any, y: Any, width: int, height: int) -> tuple[int, int]:
    """Fractions 0..1 as a pixel, kept near the picture: cv2 cannot draw with coordinates beyond 16 bits."""
    return int(np.clip(x * width, -width, 2 * width)), int(np.clip(y * height, -height, 2 * height))
