"""Sharpening and relief."""

import math

import cv2
import numpy as np

from nodegraph.sdk import Filter, Image, param
from nodes.filter._pixels import Pixels, as_frame, mix, on_color


class Sharpen(Filter, id="filter.sharpen", category="Filter/Sharpen"):
    """Raise the contrast between neighbouring pixels with a 3×3 kernel: quick and crisp."""

    amount: float = param(0.5, "0 leaves the image unchanged.", ge=0, le=5, step=0.05)

    def process(self, image: Image) -> Image:
        cross = np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]], np.float32) * self.amount
        cross[1, 1] += 1
        return on_color(image, lambda bgr: cv2.filter2D(bgr, -1, cross))


class UnsharpMask(Filter, id="filter.unsharp_mask", category="Filter/Sharpen", keywords=("clarity", "local contrast")):
    """Sharpen by adding what a blur takes away; a large radius raises local contrast."""

    radius: float = param(2.0, "Size of the detail that is raised.", ge=0.1, le=50, step=0.1, unit="px")
    amount: float = param(1.0, "How strongly.", ge=0, le=5, step=0.05)
    threshold: int = param(0, "Smaller differences are left alone, so noise is not raised.", ge=0, le=255, step=1)

    def process(self, image: Image) -> Image:
        return on_color(image, self._sharpened)

    def _sharpened(self, bgr: Pixels) -> Pixels:
        soft = cv2.GaussianBlur(bgr, (0, 0), self.radius)
        sharp = as_frame(cv2.addWeighted(bgr, 1 + self.amount, soft, -self.amount, 0))
        if self.threshold == 0:
            return sharp
        strong = cv2.threshold(cv2.absdiff(bgr, soft), self.threshold - 1, 255, cv2.THRESH_BINARY)[1]
        return as_frame(cv2.copyTo(sharp, strong, bgr.copy()))


class Emboss(Filter, id="filter.emboss", category="Filter/Sharpen"):
    """Show an image as a relief lit from one side."""

    angle: float = param(
        135.0, "Where the light comes from, counter-clockwise from the right.", ge=0, le=360, step=1, unit="°"
    )
    depth: float = param(1.0, "Height of the relief.", ge=0, le=10, step=0.1)
    amount: float = param(1.0, "How much of the relief is mixed in.", ge=0, le=1, step=0.01)

    def process(self, image: Image) -> Image:
        return on_color(image, lambda bgr: mix(bgr, self._relief(bgr), self.amount))

    def _relief(self, bgr: Pixels) -> Pixels:
        light = math.cos(math.radians(self.angle)), -math.sin(math.radians(self.angle))
        ring = [(x, y) for y in (-1, 0, 1) for x in (-1, 0, 1)]
        kernel = np.array([(x * light[0] + y * light[1]) * self.depth / 2 for x, y in ring], np.float32).reshape(3, 3)
        gray = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
        return as_frame(cv2.cvtColor(cv2.filter2D(gray, -1, -kernel, delta=128), cv2.COLOR_GRAY2BGR))
