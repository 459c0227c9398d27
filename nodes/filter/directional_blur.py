"""Blur along a direction: lines, zoom and spin."""

import math
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from nodegraph.sdk import Filter, Image, param
from nodes.filter._pixels import Pixels, as_frame, mix_by, on_color, resized, size_of


class MotionBlur(Filter, id="filter.motion_blur", category="Filter/Blur"):
    """Smear an image along a straight line, as a moving camera does."""

    length: int = param(15, "Length of the smear; 1 leaves the image unchanged.", ge=1, le=200, step=1, unit="px")
    angle: float = param(0.0, "Direction, counter-clockwise from the right.", ge=-180, le=180, step=1, unit="°")

    def process(self, image: Image) -> Image:
        if self.length == 1:
            return image
        return on_color(image, lambda bgr: cv2.filter2D(bgr, -1, _line(self.length, self.angle)))


@lru_cache(maxsize=32)
def _line(length: int, angle: float) -> NDArray[np.float32]:
    """A normalised kernel with an anti-aliased line through its centre, cut to the rows and columns it covers."""
    dx, dy = math.cos(math.radians(angle)) * (length - 1) / 2, -math.sin(math.radians(angle)) * (length - 1) / 2
    half = (math.ceil(abs(dx)), math.ceil(abs(dy)))
    canvas = np.zeros((2 * half[1] + 1, 2 * half[0] + 1), np.uint8)
    # cv2 takes end points in fixed point: 8 fractional bits.
    ends = [(round((half[0] + sign * dx) * 256), round((half[1] + sign * dy) * 256)) for sign in (-1, 1)]
    cv2.line(canvas, ends[0], ends[1], 255, 1, cv2.LINE_AA, 8)
    return canvas.astype(np.float32) / max(1.0, float(canvas.sum()))


class RadialBlur(Filter, id="filter.radial_blur", category="Filter/Blur", keywords=("zoom blur", "spin blur", "rays")):
    """Smear an image towards and away from a point, or around it."""

    style: Literal["zoom", "spin"] = param("zoom", "Smear along rays or along circles.")
    amount: float = param(10.0, "Length of the smear: per cent of the distance, or degrees.", ge=0, le=60, step=0.5)
    x: float = param(0.5, "Centre from the left, as a fraction of the width.", ge=0, le=1, step=0.01)
    y: float = param(0.5, "Centre from the top, as a fraction of the height.", ge=0, le=1, step=0.01)

    def process(self, image: Image) -> Image:
        return image if self.amount == 0 else on_color(image, self._smeared)

    def _smeared(self, bgr: Pixels) -> Pixels:
        """A long smear is made at half the size, and the sharp middle comes from the picture itself."""
        width, height = size_of(bgr)
        reach = math.radians(self.amount) if self.style == "spin" else self.amount / 100
        longest = reach * max(width, height)
        if longest < _LONG:
            return self._averaged(bgr, longest)
        half = self._averaged(resized(bgr, width // 2, height // 2), longest / 2)
        smeared = resized(half, width, height)
        return mix_by(bgr, smeared, _outside(width, height, self.x, self.y, 6 / reach))

    def _averaged(self, bgr: Pixels, longest: float) -> Pixels:
        """Averages of doubling length (1, 2, 4, ... steps): n warps give 2**n samples, one every 2 px or so."""
        width, height = size_of(bgr)
        centre = (self.x * (width - 1), self.y * (height - 1))
        doublings = min(6, max(1, math.ceil(math.log2(max(longest, 2) / 2))))
        for power in range(doublings):
            step = self.amount * 2**power / 2**doublings
            matrix = _about(centre, step, self.style)
            warped = cv2.warpAffine(bgr, matrix, (width, height), borderMode=cv2.BORDER_REFLECT)
            bgr = as_frame(cv2.addWeighted(bgr, 0.5, warped, 0.5, 0))
        return bgr


_LONG = 64


@lru_cache(maxsize=4)
def _outside(width: int, height: int, x: float, y: float, radius: float) -> NDArray[np.float32]:
    """Weights (H, W) that rise from 0 at half a radius around a point to 1 at the radius."""
    across = ((np.arange(width) - x * (width - 1)) * (2 / radius)).astype(np.float32)
    down = ((np.arange(height) - y * (height - 1)) * (2 / radius)).astype(np.float32)
    distance = np.sqrt(across * across + (down * down)[:, None])
    return np.asarray(np.clip(distance - 1, 0, 1), np.float32)


def _about(centre: tuple[float, float], step: float, style: str) -> NDArray[np.float64]:
    angle, scale = (step, 1.0) if style == "spin" else (0.0, 1 + step / 100)
    return np.asarray(cv2.getRotationMatrix2D(centre, angle, scale))
