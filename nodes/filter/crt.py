"""The look of a cathode ray tube."""

import math
from functools import lru_cache

import cv2
import numpy as np

from nodegraph.sdk import Filter, Image, param
from nodes.filter._maps import Float, axes, cached, warped
from nodes.filter._pixels import Pixels, as_frame, on_color, size_of


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
    x, y = axes(width, height)
    square_x, square_y = (vignette / 2 * (axis / max(float(axis.max()), 1)) ** 2 for axis in (x, y))
    lines = 1 - scanlines * (0.5 + 0.5 * np.cos(np.arange(height)[:, None] * (2 * math.pi / spacing)))
    light = ((1 - square_x - square_y) * lines.astype(np.float32)).astype(np.float32)
    phase = (np.arange(width)[:, None] + np.array([1, 0, 2])) % 3
    columns = np.where(phase == 0, 255, 255 * (1 - stripes)).astype(np.float32)
    return as_frame(cv2.convertScaleAbs(light[..., None] * columns))


@cached
def _glass(width: int, height: int, curvature: float) -> tuple[Float, Float]:
    x, y = axes(width, height)
    bend_x, bend_y = (curvature * (axis / max(float(axis.max()), 1e-6)) ** 2 for axis in (x, y))
    return x * (1 + bend_y), y * (1 + bend_x)
