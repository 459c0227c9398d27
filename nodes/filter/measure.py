"""Measure pictures: numbers that can drive other nodes."""

from typing import Literal, NamedTuple

import cv2
import numpy as np

from nodegraph.sdk import Boolean, Filter, Image, Integer, Mask, Number, Vector, param
from nodes.filter._pixels import as_frame, color_of, gray_of, has_alpha, like, size_of


class Facts(NamedTuple):
    """What an image is."""

    width: Integer
    height: Integer
    aspect: Number
    has_alpha: Boolean


class ImageInfo(Filter, id="filter.image_info", category="Data/Measure", keywords=("size", "resolution")):
    """Give the size of an image, its width divided by its height, and whether it has alpha."""

    def process(self, image: Image) -> Facts:
        width, height = size_of(image)
        return Facts(width, height, width / height, has_alpha(image))


class AverageColor(Filter, id="filter.average_color", category="Data/Measure"):
    """Give the average colour of an image, or of the masked part, as blue, green, red (0..1)."""

    def process(self, image: Image, mask: Mask | None = None) -> Vector:
        where = None if mask is None else as_frame(cv2.threshold(like(mask, image), 127, 255, cv2.THRESH_BINARY)[1])
        return np.array(cv2.mean(color_of(image), where)[:3], np.float32) / np.float32(255)


class Brightness(Filter, id="filter.brightness", category="Data/Measure", keywords=("luminance", "average", "level")):
    """Give the average brightness of an image, or of the masked part (0..1)."""

    def process(self, image: Image, mask: Mask | None = None) -> Number:
        where = None if mask is None else as_frame(cv2.threshold(like(mask, image), 127, 255, cv2.THRESH_BINARY)[1])
        return float(cv2.mean(gray_of(image), where)[0]) / 255


class Coverage(
    Filter, id="filter.coverage", category="Data/Measure", title="Mask Coverage", keywords=("area", "amount")
):
    """Give how much of a mask is white (0..1)."""

    def process(self, mask: Mask) -> Number:
        return float(cv2.mean(mask)[0]) / 255


class Histogram(Filter, id="filter.histogram", category="Data/Measure"):
    """Give the share of pixels in each step of brightness, or of one colour; the shares add up to 1."""

    channel: Literal["luminance", "red", "green", "blue"] = param("luminance", "What is counted.")
    bins: int = param(32, "Number of steps.", ge=2, le=256, step=1)

    def process(self, image: Image) -> Vector:
        if self.channel == "luminance":
            counts = cv2.calcHist([gray_of(image)], [0], None, [self.bins], [0, 256])
        else:
            index = ("blue", "green", "red").index(self.channel)
            counts = cv2.calcHist([image], [index], None, [self.bins], [0, 256])
        shares = np.asarray(counts, np.float32).reshape(-1)
        return np.asarray(shares / max(float(shares.sum()), 1.0), np.float32)
