"""Keying: cut out by colour or by brightness."""

from typing import NamedTuple

import cv2
import numpy as np

from nodegraph.sdk import Color, Filter, Image, Mask, param
from nodes.filter._pixels import Pixels, alpha_of, as_frame, color_of, gray_of, table_of, with_alpha


class Keyed(NamedTuple):
    """The cut-out and its alpha."""

    image: Image
    mask: Mask


class ChromaKey(Filter, id="filter.chroma_key", category="Filter/Key", keywords=("green screen", "blue screen")):
    """Make a colour transparent, by its distance in the CbCr plane, and take its glow off what remains."""

    color: Color = param((64, 177, 0), "The colour of the screen.")
    tolerance: float = param(22.0, "Colours this near to it are fully transparent.", ge=0, le=180, step=1)
    softness: float = param(18.0, "Width of the edge from transparent to opaque.", ge=0, le=180, step=1)
    spill: float = param(1.0, "How much of the screen's light is taken off the subject.", ge=0, le=1, step=0.01)

    def process(self, image: Image) -> Keyed:
        bgr = color_of(image)
        mask = _distance_mask(bgr, self.color, self.tolerance, self.softness)
        return _keyed(image, _despilled(bgr, self.color, self.spill) if self.spill > 0 else bgr, mask)


class LumaKey(Filter, id="filter.luma_key", category="Filter/Key", keywords=("brightness key",)):
    """Make the dark parts of an image transparent, or the bright ones."""

    level: float = param(60.0, "Brightness at the middle of the edge.", ge=0, le=255, step=1)
    softness: float = param(20.0, "Width of the edge from transparent to opaque.", ge=0, le=255, step=1)
    invert: bool = param(False, "Make the bright parts transparent instead.")

    def process(self, image: Image) -> Keyed:
        ramp = np.clip((np.arange(256) - self.level) / max(self.softness, 1) + 0.5, 0, 1)
        mask = as_frame(cv2.LUT(gray_of(image), table_of(1 - ramp if self.invert else ramp)))
        return _keyed(image, color_of(image), mask)


def _keyed(image: Pixels, bgr: Pixels, mask: Pixels) -> Keyed:
    """The image with the mask multiplied into its alpha, and that alpha."""
    before = alpha_of(image)
    alpha = mask if before is None else as_frame(cv2.multiply(before, mask, scale=1 / 255))
    return Keyed(with_alpha(bgr, alpha), alpha)


def _distance_mask(bgr: Pixels, color: Color, tolerance: float, softness: float) -> Pixels:
    """0 within `tolerance` of the colour in the CbCr plane, 255 beyond `tolerance + softness`."""
    key = cv2.cvtColor(np.array([[color]], np.uint8), cv2.COLOR_BGR2YCrCb)[0, 0]
    _, red, blue = cv2.split(cv2.cvtColor(bgr, cv2.COLOR_BGR2YCrCb))
    squares = [((np.arange(256) - float(key[channel])) ** 2).astype(np.float32) for channel in (1, 2)]
    distance = cv2.sqrt(cv2.add(cv2.LUT(red, squares[0]), cv2.LUT(blue, squares[1])))
    slope = 255 / max(softness, 0.5)
    return as_frame(cv2.addWeighted(distance, slope, distance, 0, -tolerance * slope, dtype=cv2.CV_8U))


def _despilled(bgr: Pixels, color: Color, amount: float) -> Pixels:
    """Hold the key's strongest channel down to the mean of the other two."""
    strongest = int(np.argmax(color))
    channels = list(cv2.split(bgr))
    others = [channel for index, channel in enumerate(channels) if index != strongest]
    limit = cv2.addWeighted(others[0], 0.5, others[1], 0.5, 0)
    excess = cv2.subtract(channels[strongest], limit)
    channels[strongest] = cv2.subtract(channels[strongest], cv2.convertScaleAbs(excess, alpha=amount))
    return as_frame(cv2.merge(channels))
