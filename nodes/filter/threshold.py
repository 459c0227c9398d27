"""Threshold: turn an image into a mask."""

from typing import Literal

import cv2
import numpy as np

from nodegraph.sdk import Filter, Image, Mask, param
from nodes.filter._pixels import as_frame, color_of, gray_of


class Threshold(Filter, id="filter.threshold", category="Filter/Threshold"):
    """Mask what is brighter (or darker) than a fixed value; a soft edge keeps greys."""

    level: float = param(128.0, "Brightness from which pixels are white.", ge=0, le=255, step=1)
    softness: float = param(0.0, "Width of the ramp from black to white.", ge=0, le=255, step=1)
    invert: bool = param(False, "Mask what is darker instead.")

    def process(self, image: Image) -> Mask:
        ramp = (np.arange(256) - self.level) / max(self.softness, 1e-6) + 0.5
        hard = (np.arange(256) >= self.level).astype(float)
        table = (np.clip(ramp if self.softness >= 1 else hard, 0, 1) * 255).round().astype(np.uint8)
        return as_frame(cv2.LUT(gray_of(image), 255 - table if self.invert else table))


class OtsuThreshold(Filter, id="filter.otsu_threshold", category="Filter/Threshold"):
    """Mask the bright part, with the value that separates light and dark best (Otsu, 1979)."""

    invert: bool = param(False, "Mask the dark part instead.")

    def process(self, image: Image) -> Mask:
        kind = cv2.THRESH_BINARY_INV if self.invert else cv2.THRESH_BINARY
        return as_frame(cv2.threshold(gray_of(image), 0, 255, kind | cv2.THRESH_OTSU)[1])


class AdaptiveThreshold(Filter, id="filter.adaptive_threshold", category="Filter/Threshold"):
    """Mask what is brighter than its surroundings: works under uneven light."""

    size: int = param(31, "Side of the surroundings; rounded up to odd.", ge=3, le=301, step=2, unit="px")
    offset: float = param(5.0, "How much darker than the surroundings is still white.", ge=-128, le=128, step=1)
    weighting: Literal["mean", "gaussian"] = param("mean", "Average all surroundings alike, or the near ones more.")
    invert: bool = param(False, "Mask what is darker instead.")

    def process(self, image: Image) -> Mask:
        method = cv2.ADAPTIVE_THRESH_MEAN_C if self.weighting == "mean" else cv2.ADAPTIVE_THRESH_GAUSSIAN_C
        kind = cv2.THRESH_BINARY_INV if self.invert else cv2.THRESH_BINARY
        return as_frame(cv2.adaptiveThreshold(gray_of(image), 255, method, kind, self.size | 1, self.offset))


class ColorRange(
    Filter, id="filter.color_range", category="Filter/Threshold", keywords=("hsv", "inrange", "colour tracking")
):
    """Mask the pixels whose hue, saturation and brightness lie in a range; the hue range may run across red."""

    hue: float = param(120.0, "Middle of the hues: 0 red, 120 green, 240 blue.", ge=0, le=360, step=1, unit="°")
    width: float = param(60.0, "Width of the range of hues.", ge=0, le=360, step=1, unit="°")
    saturation_min: float = param(30.0, "Least saturation.", ge=0, le=100, step=1, unit="%")
    value_min: float = param(20.0, "Least brightness.", ge=0, le=100, step=1, unit="%")
    value_max: float = param(100.0, "Most brightness.", ge=0, le=100, step=1, unit="%")

    def process(self, image: Image) -> Mask:
        hsv = cv2.cvtColor(color_of(image), cv2.COLOR_BGR2HSV_FULL)
        ramp = np.arange(256)
        distance = np.abs((ramp * 360 / 256 - self.hue + 180) % 360 - 180)
        allowed = [
            distance <= self.width / 2,
            ramp >= self.saturation_min * 255 / 100,
            (ramp >= self.value_min * 255 / 100) & (ramp <= self.value_max * 255 / 100),
        ]
        table = (np.stack(allowed, axis=-1) * np.uint8(255)).reshape(1, 256, 3)
        hue, saturation, value = cv2.split(cv2.LUT(hsv, table))
        return as_frame(cv2.min(cv2.min(hue, saturation), value))
