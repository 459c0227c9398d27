"""Pictures made of letters."""

from functools import lru_cache
from typing import Any, Literal

import cv2
import numpy as np

from nodegraph.sdk import Color, Filter, Image, param
from nodes.filter._pixels import Pixels, as_frame, gray_of, on_color, size_of
from nodes.filter._text import text_mask

_RAMPS = {
    "detailed": " .'`^,:;Il!i><~+_-?][}{1)(|/tfjrxnuvczXYUJCLQ0OZmwqpdbkhao*#MW&8%B@$",
    "simple": " .:-=+*#%@",
    "letters": " .itcflsjyvxzuneoapqkbdhXYUVCNKJLTZHSDPEAOQRGBMW",
    "binary": " 01",
}


class Ascii(Filter, id="filter.ascii", category="Filter/Text", title="ASCII Art", keywords=("characters", "terminal")):
    """Draw an image with letters."""

    size: int = param(10, "Height of a letter.", ge=4, le=100, step=1, unit="px")
    letters: Literal["detailed", "simple", "letters", "binary"] = param("simple", "Which letters, from dark to bright.")
    style: Literal["plain", "colour"] = param("colour", "Letters of one colour, or in the colours of the image.")
    color: Color = param((120, 255, 140), "Colour of plain letters.")
    background: Color = param((0, 0, 0), "Colour behind the letters.")

    def process(self, image: Image) -> Image:
        return on_color(image, self._written)

    def _written(self, bgr: Pixels) -> Pixels:
        width, height = size_of(bgr)
        atlas = _atlas(_RAMPS[self.letters], self.size)
        high, wide = atlas.shape[1:]
        columns, rows = -(-width // wide), -(-height // high)
        small = cv2.resize(bgr, (columns, rows), interpolation=cv2.INTER_AREA)
        choice = gray_of(as_frame(small)).astype(np.uint16) * len(atlas) >> 8
        mask = np.ascontiguousarray(atlas[choice].transpose(0, 2, 1, 3)).reshape(rows * high, columns * wide)
        mask = np.ascontiguousarray(mask[:height, :width])
        if self.style == "plain":
            colors: Any = np.broadcast_to(np.array(self.color, np.uint8), bgr.shape)
        else:
            colors = cv2.resize(_vivid(small), (columns * wide, rows * high), interpolation=cv2.INTER_NEAREST)
            colors = colors[:height, :width]
        return _inked(np.ascontiguousarray(colors), mask, self.background)


def _vivid(small: Any) -> Any:
    """Colours at nearly full brightness: how dark a place is, its letter says already."""
    hsv = cv2.cvtColor(small, cv2.COLOR_BGR2HSV_FULL)
    value = cv2.convertScaleAbs(cv2.extractChannel(hsv, 2), alpha=0.5, beta=127.5)
    return cv2.cvtColor(cv2.insertChannel(value, hsv, 2), cv2.COLOR_HSV2BGR_FULL)


def _inked(colors: Pixels, mask: Pixels, background: Color) -> Pixels:
    ink = cv2.multiply(colors, cv2.cvtColor(mask, cv2.COLOR_GRAY2BGR), scale=1 / 255)
    if background == (0, 0, 0):
        return as_frame(ink)
    rest = np.linspace(1, 0, 256)[:, None] * np.array(background)
    return as_frame(
        cv2.add(ink, cv2.LUT(cv2.cvtColor(mask, cv2.COLOR_GRAY2BGR), rest.round().astype(np.uint8).reshape(1, 256, 3)))
    )


@lru_cache(maxsize=16)
def _atlas(ramp: str, size: int) -> Pixels:
    """One picture per letter, (N, height, width), ordered from dark to bright by the ink they really use."""
    wide = max(2, round(size * 0.6))
    cells = [_cell(letter, wide, size) for letter in ramp]
    order = np.argsort([int(cell.sum()) for cell in cells], kind="stable")
    return np.stack([cells[index] for index in order])


def _cell(letter: str, wide: int, high: int) -> Pixels:
    if letter == " ":
        return np.zeros((high, wide), np.uint8)
    glyph = text_mask(letter, max(6, high), stroke=high // 24)
    # A line is higher than its letters: its middle fills the cell better.
    top, left = max(0, (glyph.shape[0] - high + 1) // 2), max(0, (glyph.shape[1] - wide) // 2)
    glyph = as_frame(cv2.convertScaleAbs(glyph[top : top + high, left : left + wide], alpha=1.4))
    cell = np.zeros((high, wide), np.uint8)
    top, left = (high - glyph.shape[0]) // 2, (wide - glyph.shape[1]) // 2
    cell[top : top + glyph.shape[0], left : left + glyph.shape[1]] = glyph
    return cell
