"""Hue: what changes colour rather than tone."""

from functools import lru_cache
from typing import Literal

import cv2
import numpy as np

from nodegraph.sdk import Color, Filter, Image, param
from nodes.filter._pixels import Pixels, as_frame, color_of, gray_as_bgr, gray_of, mapped, mix, on_color, table_of


class HueSaturation(Filter, id="filter.hue_saturation", category="Filter/Colour", title="Hue / Saturation"):
    """Turn the colour wheel, and make colours stronger, weaker, lighter or darker."""

    hue: float = param(0.0, "Turn every hue by this angle.", ge=-180, le=180, step=1, unit="°")
    saturation: float = param(100.0, "0 is grey, 100 leaves colours alone.", ge=0, le=400, step=1, unit="%")
    value: float = param(100.0, "Brightness of the colour; 100 leaves it alone.", ge=0, le=400, step=1, unit="%")

    def process(self, image: Image) -> Image:
        table = _hsv_table(self.hue, self.saturation, self.value)

        def turn(bgr: Pixels) -> object:
            return cv2.cvtColor(cv2.LUT(cv2.cvtColor(bgr, cv2.COLOR_BGR2HSV_FULL), table), cv2.COLOR_HSV2BGR_FULL)

        return on_color(image, turn)


@lru_cache(maxsize=64)
def _hsv_table(hue: float, saturation: float, value: float) -> Pixels:
    ramp = np.arange(256)
    hues = (ramp + round(hue / 360 * 256)) % 256
    columns = [hues, np.minimum(ramp * saturation / 100, 255), np.minimum(ramp * value / 100, 255)]
    return np.stack(columns, axis=-1).round().astype(np.uint8).reshape(1, 256, 3)


class Grayscale(Filter, id="filter.grayscale", category="Filter/Colour", keywords=("black and white", "desaturate")):
    """Turn an image grey by luminance (Rec. 601 weights)."""

    amount: float = param(1.0, "1 is fully grey.", ge=0, le=1, step=0.01)

    def process(self, image: Image) -> Image:
        return on_color(image, lambda bgr: mix(bgr, gray_as_bgr(gray_of(bgr)), self.amount))


class WhiteBalance(Filter, id="filter.white_balance", category="Filter/Colour"):
    """Make an image warmer or cooler, or balance it by itself (grey-world: the average becomes neutral)."""

    automatic: bool = param(False, "Balance so that the average colour is grey, before the two sliders.")
    temperature: float = param(0.0, "Above 0 is warmer, below 0 cooler.", ge=-100, le=100, step=1)
    tint: float = param(0.0, "Above 0 is more magenta, below 0 more green.", ge=-100, le=100, step=1)

    def process(self, image: Image) -> Image:
        warm, magenta = self.temperature / 100, self.tint / 100
        gains = np.array([1 - 0.4 * warm + 0.15 * magenta, 1 - 0.3 * magenta, 1 + 0.4 * warm + 0.15 * magenta])
        if self.automatic:
            means = np.maximum(np.array(cv2.mean(color_of(image))[:3]), 1)
            gains = gains * means.mean() / means
        return mapped(image, table_of(np.linspace(0, 1, 256)[:, None] * gains))


class Tint(Filter, id="filter.tint", category="Filter/Colour"):
    """Colour an image like light through a coloured filter."""

    color: Color = param((60, 150, 255), "Colour of the filter; white changes nothing.")
    amount: float = param(1.0, "How much of the tint is mixed in.", ge=0, le=1, step=0.01)

    def process(self, image: Image) -> Image:
        gains = 1 + (np.array(self.color) / 255 - 1) * self.amount
        return mapped(image, table_of(np.linspace(0, 1, 256)[:, None] * gains))


class Duotone(Filter, id="filter.duotone", category="Filter/Colour", keywords=("gradient map",)):
    """Replace dark tones by one colour and light tones by another, with a smooth ramp between."""

    dark: Color = param((100, 20, 30), "Colour of black.")
    light: Color = param((110, 220, 255), "Colour of white.")
    amount: float = param(1.0, "How much of the duotone is mixed in.", ge=0, le=1, step=0.01)

    def process(self, image: Image) -> Image:
        table = _duotone(self.dark, self.light)
        return on_color(image, lambda bgr: mix(bgr, as_frame(cv2.LUT(gray_as_bgr(gray_of(bgr)), table)), self.amount))


@lru_cache(maxsize=64)
def _duotone(dark: Color, light: Color) -> Pixels:
    ramp = np.linspace(0, 1, 256)[:, None]
    return (np.array(dark) * (1 - ramp) + np.array(light) * ramp).round().astype(np.uint8).reshape(1, 256, 3)


MapName = Literal[
    "viridis", "plasma", "inferno", "magma", "cividis", "turbo", "jet", "hot", "bone", "ocean", "rainbow",
    "twilight", "deepgreen", "pink", "parula", "cool", "spring", "summer", "autumn", "winter",
]  # fmt: skip


class ColorMap(Filter, id="filter.color_map", category="Filter/Colour", keywords=("false colour", "heat map")):
    """Show the luminance of an image in false colours."""

    map: MapName = param("inferno", "Which colours, dark to light.")
    reverse: bool = param(False, "Run the colours from light to dark.")
    amount: float = param(1.0, "How much of the map is mixed in.", ge=0, le=1, step=0.01)

    def process(self, image: Image) -> Image:
        number = getattr(cv2, f"COLORMAP_{self.map.upper()}")

        def color(bgr: Pixels) -> Pixels:
            gray = gray_of(bgr)
            return mix(
                bgr, as_frame(cv2.applyColorMap(cv2.bitwise_not(gray) if self.reverse else gray, number)), self.amount
            )

        return on_color(image, color)
