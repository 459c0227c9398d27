"""Screens and prints: pixelate, halftone, dither, ASCII, CRT."""

import math
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np

from nodegraph.sdk import Color, Filter, Image, param
from nodes.filter._maps import Float, cached, grid, warped
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
                [self._dots(part, self.angle + turn) for part, turn in zip(cv2.split(bgr), (0, 30, 60), strict=True)]
            )
        )

    def _dots(self, gray: object, angle: float) -> Pixels:
        screen = _dot_screen(gray.shape[1], gray.shape[0], self.size, angle % 90)  # type: ignore[attr-defined]
        slope = self.sharpness
        return as_frame(cv2.addWeighted(gray, slope, screen, -slope, 128))  # type: ignore[call-overload]


@lru_cache(maxsize=64)
def _ramp(dark: Color, light: Color) -> Pixels:
    ramp = np.linspace(0, 1, 256)[:, None]
    return (np.array(dark) * (1 - ramp) + np.array(light) * ramp).round().astype(np.uint8).reshape(1, 256, 3)


@lru_cache(maxsize=6)
def _dot_screen(width: int, height: int, size: float, angle: float) -> Pixels:
    """A threshold per pixel: cosine hills in a turned grid, equalised so that every grey covers its share of paper."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    turn, step = math.radians(angle), 2 * math.pi / size
    u, v = x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)
    hills = (np.cos(u * step) + np.cos(v * step) + 2) / 4
    # Distribution of the hills' height, from one ideal cell: independent of the picture's size.
    cell = np.cos(np.linspace(0, 2 * math.pi, 256, endpoint=False))
    heights = np.sort(((cell[:, None] + cell[None, :] + 2) / 4).ravel())
    known = heights[:: len(heights) // 256]
    return table_of(np.interp(hills, known, np.linspace(0, 1, len(known))))


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


class Crt(
    Filter, id="filter.crt", category="Filter/Stylize", title="CRT", keywords=("scanlines", "retro", "tv", "vhs")
):
    """Show an image as on an old television: scan lines, colour stripes, a curved and darker edge."""

    scanlines: float = param(0.5, "Depth of the dark lines.", ge=0, le=1, step=0.01)
    spacing: int = param(3, "Distance between lines.", ge=2, le=32, step=1, unit="px")
    stripes: float = param(0.25, "Strength of the red, green and blue stripes.", ge=0, le=1, step=0.01)
    curvature: float = param(0.08, "Bulge of the glass.", ge=0, le=0.5, step=0.01)
    vignette: float = param(0.35, "Darkening towards the corners.", ge=0, le=1, step=0.01)
    brightness: float = param(1.7, "Makes up for the light that the lines take.", ge=0.5, le=3, step=0.05)

    def process(self, image: Image) -> Image:
        return on_color(image, self._shown)

    def _shown(self, bgr: Pixels) -> Pixels:
        width, height = size_of(bgr)
        pattern = _tube(width, height, self.scanlines, self.spacing, self.stripes, self.vignette)
        lit = as_frame(cv2.multiply(bgr, pattern, scale=self.brightness / 255))
        if self.curvature == 0:
            return lit
        return warped(lit, _glass(width, height, self.curvature), cv2.BORDER_CONSTANT)


@lru_cache(maxsize=4)
def _tube(width: int, height: int, scanlines: float, spacing: int, stripes: float, vignette: float) -> Pixels:
    x, y = grid(width, height)
    light = 1 - vignette * np.clip(
        (x * x / max(float(x.max()) ** 2, 1) + y * y / max(float(y.max()) ** 2, 1)) / 2, 0, 1
    )
    lines = 1 - scanlines * (0.5 + 0.5 * np.cos(np.arange(height) * 2 * math.pi / spacing))
    phase = (np.arange(width)[:, None] + np.array([1, 0, 2])[None, :]) % 3
    columns = np.where(phase == 0, 1.0, 1 - stripes)
    return table_of((light * lines[:, None])[..., None] * columns[None])


@cached
def _glass(x: Float, y: Float, curvature: float) -> tuple[Float, Float]:
    edge_x, edge_y = max(float(np.abs(x).max()), 1e-6), max(float(np.abs(y).max()), 1e-6)
    return x * (1 + curvature * (y / edge_y) ** 2), y * (1 + curvature * (x / edge_x) ** 2)
