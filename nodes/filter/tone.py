"""Tone: every one of these is a 256-entry table, built once per setting and applied by cv2.LUT."""

from functools import lru_cache
from typing import Literal

import numpy as np

from nodegraph.sdk import Filter, Image, param
from nodes.filter._pixels import Pixels, mapped, mix, table_of

_RAMP = np.linspace(0, 1, 256)


class BrightnessContrast(
    Filter, id="filter.brightness_contrast", category="Filter/Colour", title="Brightness / Contrast"
):
    """Make an image lighter or darker, and its contrast stronger or weaker around middle grey."""

    brightness: float = param(
        0.0, "Added to every value; 100 makes everything white.", ge=-100, le=100, step=1, unit="%"
    )
    contrast: float = param(0.0, "0 leaves contrast alone, -100 gives flat grey.", ge=-100, le=100, step=1, unit="%")

    def process(self, image: Image) -> Image:
        return mapped(image, _linear(self.brightness, self.contrast))


class Gamma(Filter, id="filter.gamma", category="Filter/Colour"):
    """Lighten or darken the middle tones and leave black and white where they are."""

    gamma: float = param(1.0, "Above 1 lightens, below 1 darkens.", ge=0.1, le=5, step=0.01)

    def process(self, image: Image) -> Image:
        return mapped(image, _levels(0, 255, self.gamma, 0, 255))


class Levels(Filter, id="filter.levels", category="Filter/Colour"):
    """Stretch the tones between a black and a white point onto an output range, with gamma between them."""

    black: int = param(0, "This value and everything darker becomes the output's black.", ge=0, le=255, step=1)
    white: int = param(255, "This value and everything lighter becomes the output's white.", ge=0, le=255, step=1)
    gamma: float = param(1.0, "Above 1 lightens the middle tones.", ge=0.1, le=5, step=0.01)
    output_black: int = param(0, "The darkest value given.", ge=0, le=255, step=1)
    output_white: int = param(255, "The lightest value given.", ge=0, le=255, step=1)

    def process(self, image: Image) -> Image:
        return mapped(image, _levels(self.black, self.white, self.gamma, self.output_black, self.output_white))


class Posterize(Filter, id="filter.posterize", category="Filter/Colour"):
    """Reduce every colour channel to a few even steps."""

    levels: int = param(4, "Steps per channel.", ge=2, le=64, step=1)

    def process(self, image: Image) -> Image:
        return mapped(image, _posterize(self.levels))


class Solarize(Filter, id="filter.solarize", category="Filter/Colour"):
    """Invert the tones above a threshold, like film exposed twice."""

    threshold: int = param(128, "Values from here on are inverted.", ge=0, le=255, step=1)

    def process(self, image: Image) -> Image:
        return mapped(image, _solarize(self.threshold))


class Invert(Filter, id="filter.invert", category="Filter/Colour"):
    """Turn an image into its negative."""

    amount: float = param(1.0, "1 is the full negative, 0 the image itself.", ge=0, le=1, step=0.01)

    def process(self, image: Image) -> Image:
        return mapped(image, _toward(1 - _RAMP, self.amount))


Look = Literal["contrast", "soft contrast", "fade", "warm", "cool", "vintage", "cross process", "punch", "night"]


class Curves(
    Filter, id="filter.curves", category="Filter/Colour", title="Curves Preset", keywords=("look", "grade", "film")
):
    """Grade an image with a ready-made set of tone curves, one per colour channel."""

    look: Look = param("contrast", "Which curves.")
    amount: float = param(1.0, "How much of the look is mixed in.", ge=0, le=1, step=0.01)

    def process(self, image: Image) -> Image:
        return mix(image, mapped(image, _look(self.look)), self.amount)


@lru_cache(maxsize=64)
def _linear(brightness: float, contrast: float) -> Pixels:
    # The slope runs 0..1 below zero and 1..∞ above, so that both ends of the slider are as far as one can go.
    slope = 1 + contrast / 100 if contrast <= 0 else 1 / max(1 - contrast / 100, 1 / 255)
    return table_of((_RAMP - 0.5) * slope + 0.5 + brightness / 100)


@lru_cache(maxsize=64)
def _levels(black: int, white: int, gamma: float, low: int, high: int) -> Pixels:
    span = white - black
    # Crossed points invert; equal points are a hard threshold.
    ramp = (black <= _RAMP * 255).astype(float) if span == 0 else np.clip((_RAMP * 255 - black) / span, 0, 1)
    return table_of((low + ramp ** (1 / gamma) * (high - low)) / 255)


@lru_cache(maxsize=64)
def _posterize(levels: int) -> Pixels:
    return table_of(np.minimum(np.arange(256) * levels // 256, levels - 1) / (levels - 1))


@lru_cache(maxsize=64)
def _solarize(threshold: int) -> Pixels:
    return table_of(np.where(np.arange(256) >= threshold, 1 - _RAMP, _RAMP))


def _toward(curve: "np.ndarray[tuple[int], np.dtype[np.float64]]", amount: float) -> Pixels:
    return table_of(_RAMP + (curve - _RAMP) * amount)


# Control points (input, output) 0..255 of the blue, green and red curve.
_LOOKS: dict[str, tuple[tuple[tuple[int, int], ...], ...]] = {
    "contrast": (((0, 0), (64, 44), (128, 128), (192, 212), (255, 255)),) * 3,
    "soft contrast": (((0, 0), (64, 54), (128, 130), (192, 202), (255, 255)),) * 3,
    "fade": (((0, 42), (64, 84), (128, 138), (192, 190), (255, 228)),) * 3,
    "warm": (((0, 0), (128, 108), (255, 226)), ((0, 0), (128, 130), (255, 250)), ((0, 8), (128, 150), (255, 255))),
    "cool": (((0, 12), (128, 152), (255, 255)), ((0, 0), (128, 130), (255, 250)), ((0, 0), (128, 108), (255, 226))),
    "vintage": (
        ((0, 56), (128, 120), (255, 190)),
        ((0, 18), (128, 130), (255, 235)),
        ((0, 24), (128, 148), (255, 250)),
    ),
    "cross process": (
        ((0, 50), (128, 118), (255, 196)),
        ((0, 0), (64, 46), (128, 140), (192, 216), (255, 255)),
        ((0, 0), (64, 34), (128, 136), (192, 226), (255, 255)),
    ),
    "punch": (((0, 0), (64, 30), (128, 138), (192, 232), (255, 255)),) * 3,
    "night": (((0, 18), (128, 104), (255, 205)), ((0, 4), (128, 74), (255, 160)), ((0, 0), (128, 52), (255, 128))),
}


@lru_cache(maxsize=16)
def _look(name: str) -> Pixels:
    return np.stack([_curve(points) for points in _LOOKS[name]], axis=-1)


def _curve(points: tuple[tuple[int, int], ...]) -> Pixels:
    """A smooth table through control points (Lagrange polynomial: at most five points, so it does not swing)."""
    x, y = np.array(points, float).T / 255
    return table_of(np.polyval(np.polyfit(x, y, len(points) - 1), _RAMP))
