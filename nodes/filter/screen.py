"""Screens and prints: pixelate, halftone, dither."""

import math
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np

from nodegraph.sdk import Color, Filter, Image, param
from nodes.filter._pixels import Pixels, as_frame, gray_as_bgr, gray_of, on_color, resized, size_of, table_of


class Pixelate(Filter, id="filter.pixelate", category="Filter/Stylize", keywords=("mosaic", "censor", "8 bit")):
    """Turn an image into large square pixels."""

    size: int = param(12, "Side of a square.", ge=1, le=500, step=1, unit="px")

    def process(self, image: Image) -> Image:
        width, height = size_of(image)
        columns, rows = math.ceil(width / self.size), math.ceil(height / self.size)
        # Whole squares: the picture is continued past its edge, so the last ones are cut and not squeezed.
        right, below = columns * self.size - width, rows * self.size - height
        whole = cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_REPLICATE) if right or below else image
        small = cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA)
        large = cv2.resize(small, size_of(whole), interpolation=cv2.INTER_NEAREST)
        return as_frame(large[:height, :width])


class Halftone(
    Filter, id="filter.halftone", category="Filter/Stylize", keywords=("newspaper", "dots", "print", "comic")
):
    """Print an image in dots whose size follows the brightness."""

    size: float = param(8.0, "Distance between dots.", ge=2, le=100, step=0.5, unit="px")
    angle: float = param(45.0, "Direction of the rows of dots.", ge=0, le=90, step=1, unit="°")
    style: Literal["ink", "colour"] = param("ink", "One ink on paper, or cyan, magenta and yellow dots.")
    ink: Color = param((40, 20, 20), "Colour of the dots.")
    paper: Color = param((225, 240, 245), "Colour between them.")
    sharpness: float = param(6.0, "Hardness of the dots' edges.", ge=1, le=40, step=0.5)

    def process(self, image: Image) -> Image:
        return on_color(image, self._ink if self.style == "ink" else self._colors)

    def _ink(self, bgr: Pixels) -> Pixels:
        dots = self._dots(gray_of(bgr), self.angle)
        return as_frame(cv2.LUT(gray_as_bgr(dots), _ramp(self.ink, self.paper)))

    def _colors(self, bgr: Pixels) -> Pixels:
        """Each channel is its complementary ink; 30° between the screens avoids moiré."""
        return as_frame(
            cv2.merge(
                [
                    self._dots(as_frame(part), self.angle + turn)
                    for part, turn in zip(cv2.split(bgr), (0, 30, 60), strict=True)
                ]
            )
        )

    def _dots(self, gray: Pixels, angle: float) -> Pixels:
        screen = _dot_screen(gray.shape[1], gray.shape[0], self.size, angle % 90)
        slope = self.sharpness
        return as_frame(cv2.addWeighted(gray, slope, screen, -slope, 128))


@lru_cache(maxsize=64)
def _ramp(dark: Color, light: Color) -> Pixels:
    ramp = np.linspace(0, 1, 256)[:, None]
    return (np.array(dark) * (1 - ramp) + np.array(light) * ramp).round().astype(np.uint8).reshape(1, 256, 3)


@lru_cache(maxsize=6)
def _dot_screen(width: int, height: int, size: float, angle: float) -> Pixels:
    """A threshold per pixel: cosine hills in a turned grid, equalised so that every grey covers its share of paper.

    By the addition theorems the hills cos(u) + cos(v), with u and v the turned x and y, are a product of slim matrices.
    """
    step, turn = 2 * math.pi / size, math.radians(angle)
    along, across = step * math.cos(turn), step * math.sin(turn)
    x, y = np.arange(width), np.arange(height)
    left = np.stack([np.cos(y * across), -np.sin(y * across), np.cos(y * along), np.sin(y * along)], axis=1)
    right = np.stack([np.cos(x * along), np.sin(x * along), np.cos(x * across), np.sin(x * across)])
    hills = left.astype(np.float32) @ right.astype(np.float32)
    return as_frame(cv2.LUT(cv2.convertScaleAbs(hills + 2, alpha=255 / 4), _equaliser()))


@lru_cache(maxsize=1)
def _equaliser() -> Pixels:
    """Which share of one ideal cell of hills is lower than each height 0..255."""
    wave = np.cos(np.linspace(0, 2 * math.pi, 256, endpoint=False))
    heights = np.sort(((wave[:, None] + wave[None, :] + 2) / 4).ravel())
    return table_of(np.searchsorted(heights, np.linspace(0, 1, 256)) / len(heights))


class Dither(Filter, id="filter.dither", category="Filter/Stylize", keywords=("ordered", "bayer", "1 bit", "game boy")):
    """Show an image with few tones, mixed by an ordered pattern (Bayer, 1973)."""

    levels: int = param(2, "Tones per channel.", ge=2, le=16, step=1)
    size: int = param(2, "Side of the pattern's pixels.", ge=1, le=16, step=1, unit="px")
    style: Literal["two colours", "colour"] = param(
        "two colours", "A ramp between two colours, or every channel by itself."
    )
    dark: Color = param((20, 16, 12), "Colour of black.")
    light: Color = param((205, 245, 235), "Colour of white.")

    def process(self, image: Image) -> Image:
        return on_color(image, self._dithered)

    def _dithered(self, bgr: Pixels) -> Pixels:
        width, height = size_of(bgr)
        small = resized(bgr, max(1, math.ceil(width / self.size)), max(1, math.ceil(height / self.size)))
        plain = self.style == "two colours"
        tones = _quantised(gray_as_bgr(gray_of(small)) if plain else small, self.levels)
        colors = cv2.LUT(tones, _ramp(self.dark, self.light)) if plain else tones
        return as_frame(cv2.resize(colors, (width, height), interpolation=cv2.INTER_NEAREST))


def _quantised(bgr: Pixels, levels: int) -> Pixels:
    """The pattern moves every value by less than one step, then it is rounded to the nearest tone."""
    step = 255 / (levels - 1)
    moved = cv2.addWeighted(bgr, 1, _bayer(*size_of(bgr)), step / 256, -step * 127.5 / 256)
    return as_frame(cv2.LUT(moved, table_of(np.rint(np.arange(256) / step) / (levels - 1))))


@lru_cache(maxsize=4)
def _bayer(width: int, height: int) -> Pixels:
    """The 8×8 Bayer matrix scaled to 0..255, repeated over a BGR picture."""
    matrix = np.array([[0]])
    for _ in range(3):
        matrix = np.block([[4 * matrix, 4 * matrix + 2], [4 * matrix + 3, 4 * matrix + 1]])
    rows, columns = math.ceil(height / 8), math.ceil(width / 8)
    pattern = np.tile(((matrix + 0.5) * 4).astype(np.uint8), (rows, columns))[:height, :width]
    return gray_as_bgr(np.ascontiguousarray(pattern))
