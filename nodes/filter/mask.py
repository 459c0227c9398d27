"""Masks: combine, soften, and use them as alpha."""

from typing import Literal

import cv2
import numpy as np

from nodegraph.sdk import Color, Filter, Image, Mask, param
from nodes.filter._pixels import alpha_of, as_frame, as_weight, color_of, has_alpha, like, mix_by, table_of, with_alpha


class CombineMasks(Filter, id="filter.combine_masks", category="Filter/Mask"):
    """Join two masks; the second is resized to the first."""

    operation: Literal["union", "intersection", "difference", "exclusive"] = param(
        "union", "In either, in both, in the first only, or in exactly one."
    )

    def process(self, first: Mask, second: Mask) -> Mask:
        second = like(second, first)
        if self.operation == "union":
            return as_frame(cv2.max(first, second))
        if self.operation == "intersection":
            return as_frame(cv2.min(first, second))
        if self.operation == "difference":
            return as_frame(cv2.min(first, cv2.bitwise_not(second)))
        return as_frame(cv2.absdiff(first, second))


class InvertMask(Filter, id="filter.invert_mask", category="Filter/Mask"):
    """Swap inside and outside of a mask."""

    def process(self, mask: Mask) -> Mask:
        return as_frame(cv2.bitwise_not(mask))


class FeatherMask(Filter, id="filter.feather_mask", category="Filter/Mask", keywords=("soften", "blur mask")):
    """Soften the edge of a mask."""

    radius: float = param(4.0, "Standard deviation of the blur.", ge=0, le=100, step=0.1, unit="px")
    shift: float = param(0.0, "Below 0 the edge moves inwards, above 0 outwards.", ge=-1, le=1, step=0.01)

    def process(self, mask: Mask) -> Mask:
        soft = mask if self.radius == 0 else as_frame(cv2.GaussianBlur(mask, (0, 0), self.radius))
        if self.shift == 0:
            return soft
        # Half of the ramp is cut on one side and stretched on the other, so the shape stays a full 0..255 mask.
        low, high = max(0.0, -self.shift) * 0.9, 1 - max(0.0, self.shift) * 0.9
        return as_frame(cv2.LUT(soft, table_of((np.linspace(0, 1, 256) - low) / (high - low))))


class ApplyMask(
    Filter,
    id="filter.apply_mask",
    category="Filter/Mask",
    title="Apply Mask (Set Alpha)",
    keywords=("cut out", "matte"),
):
    """Cut an image out with a mask, which becomes its alpha; the mask is resized to the image."""

    mode: Literal["multiply", "replace"] = param("multiply", "Keep what was transparent before, or forget it.")
    invert: bool = param(False, "Cut away the inside instead.")

    def process(self, image: Image, mask: Mask) -> Image:
        alpha = like(mask, image)
        if self.invert:
            alpha = as_frame(cv2.bitwise_not(alpha))
        before = alpha_of(image)
        if before is not None and self.mode == "multiply":
            alpha = as_frame(cv2.multiply(before, alpha, scale=1 / 255))
        return with_alpha(color_of(image), alpha)


class Flatten(Filter, id="filter.flatten", category="Filter/Mask", title="Flatten Alpha", keywords=("remove alpha",)):
    """Put a plain colour behind a transparent image and drop its alpha."""

    color: Color = param((0, 0, 0), "Colour behind.")

    def process(self, image: Image) -> Image:
        if not has_alpha(image):
            return image
        color = color_of(image)
        back = np.empty_like(color)
        back[:] = self.color
        return mix_by(back, color, as_weight(as_frame(cv2.extractChannel(image, 3))))
