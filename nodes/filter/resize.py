"""Size: resize, crop and pad."""

from typing import Literal

import cv2
import numpy as np

from nodegraph.sdk import Color, Filter, Image, param
from nodes.filter._pixels import Pixels, as_frame, has_alpha, size_of

Fit = Literal["stretch", "contain", "cover", "width", "height"]
Interpolation = Literal["automatic", "nearest", "linear", "cubic", "lanczos", "area"]

_INTERPOLATIONS = {
    "nearest": cv2.INTER_NEAREST,
    "linear": cv2.INTER_LINEAR,
    "cubic": cv2.INTER_CUBIC,
    "lanczos": cv2.INTER_LANCZOS4,
    "area": cv2.INTER_AREA,
}


class Resize(Filter, id="filter.resize", category="Filter/Geometry", keywords=("scale", "size", "letterbox")):
    """Change the size of an image; choose what happens when the proportions differ."""

    width: int = param(640, "Width of the result.", ge=1, le=8192, step=1, unit="px")
    height: int = param(360, "Height of the result.", ge=1, le=8192, step=1, unit="px")
    fit: Fit = param(
        "contain", "Contain adds bars, cover cuts the edges, width and height keep proportions by that side alone."
    )
    interpolation: Interpolation = param("automatic", "Automatic takes area averages to shrink and linear to grow.")
    color: Color = param((0, 0, 0), "Colour of the bars; transparent in an image with alpha.")

    def process(self, image: Image) -> Image:
        wide, high = size_of(image)
        if self.fit == "stretch":
            return self._scaled(image, self.width, self.height)
        across, down = self.width / wide, self.height / high
        scale = {"contain": min(across, down), "cover": max(across, down), "width": across, "height": down}[self.fit]
        inner = max(1, min(_LONGEST, round(wide * scale))), max(1, min(_LONGEST, round(high * scale)))
        if self.fit in ("width", "height"):
            return self._scaled(image, *inner)
        if self.fit == "contain":
            return framed(self._scaled(image, *inner), self.width, self.height, self.color)
        return self._scaled(_middle(image, self.width / self.height), self.width, self.height)

    def _scaled(self, image: Pixels, width: int, height: int) -> Pixels:
        if size_of(image) == (width, height):
            return image
        method = _INTERPOLATIONS.get(self.interpolation)
        if method is None:
            shrinks = width * height < image.shape[0] * image.shape[1]
            method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        return as_frame(cv2.resize(image, (width, height), interpolation=method))


_LONGEST = 16384


def _middle(image: Pixels, proportion: float) -> Pixels:
    """The largest centred part of `image` with the given width / height."""
    wide, high = size_of(image)
    width, height = max(1, min(wide, round(high * proportion))), max(1, min(high, round(wide / proportion)))
    left, top = (wide - width) // 2, (high - height) // 2
    return as_frame(image[top : top + height, left : left + width])


def framed(image: Pixels, width: int, height: int, color: Color) -> Pixels:
    """`image` in the middle of a ground of another size, at least its own; transparent when it has alpha."""
    wide, high = size_of(image)
    if (wide, high) == (width, height):
        return image
    left, top = (width - wide) // 2, (height - high) // 2
    ground = np.empty((height, width, image.shape[2]), np.uint8)
    ground[:] = (*color, 0) if has_alpha(image) else color
    ground[top : top + high, left : left + wide] = image
    return ground


class Crop(Filter, id="filter.crop", category="Filter/Geometry"):
    """Cut a rectangle out of an image, given by its distances from the edges; at least one pixel stays."""

    left: float = param(0.1, "Cut from the left, as a fraction of the width.", ge=0, le=1, step=0.01)
    top: float = param(0.1, "Cut from the top, as a fraction of the height.", ge=0, le=1, step=0.01)
    right: float = param(0.1, "Cut from the right, as a fraction of the width.", ge=0, le=1, step=0.01)
    bottom: float = param(0.1, "Cut from the bottom, as a fraction of the height.", ge=0, le=1, step=0.01)

    def process(self, image: Image) -> Image:
        return cut(image, self.left, self.top, 1 - self.right, 1 - self.bottom)


def cut(image: Pixels, left: float, top: float, right: float, bottom: float) -> Pixels:
    """The part of `image` between fractions 0..1, clipped to the image and at least one pixel large."""
    wide, high = size_of(image)
    x0, y0 = min(max(round(left * wide), 0), wide - 1), min(max(round(top * high), 0), high - 1)
    x1, y1 = min(max(round(right * wide), x0 + 1), wide), min(max(round(bottom * high), y0 + 1), high)
    return as_frame(image[y0:y1, x0:x1])


class Pad(Filter, id="filter.pad", category="Filter/Geometry", keywords=("border", "frame")):
    """Add a border around an image."""

    left: int = param(20, "Border on the left.", ge=0, le=4096, step=1, unit="px")
    top: int = param(20, "Border above.", ge=0, le=4096, step=1, unit="px")
    right: int = param(20, "Border on the right.", ge=0, le=4096, step=1, unit="px")
    bottom: int = param(20, "Border below.", ge=0, le=4096, step=1, unit="px")
    fill: Literal["color", "transparent", "stretch", "mirror", "repeat"] = param(
        "color", "What the border shows: a colour, nothing (adds alpha), the edge drawn out, a mirror image or a tile."
    )
    color: Color = param((0, 0, 0), "Colour of the border.")

    def process(self, image: Image) -> Image:
        if self.fill == "transparent" and not has_alpha(image):
            image = as_frame(cv2.cvtColor(image, cv2.COLOR_BGR2BGRA))
        kind = {"stretch": cv2.BORDER_REPLICATE, "mirror": cv2.BORDER_REFLECT, "repeat": cv2.BORDER_WRAP}
        color = (0, 0, 0, 0) if self.fill == "transparent" else (*self.color, 255)
        sides = self.top, self.bottom, self.left, self.right
        return as_frame(cv2.copyMakeBorder(image, *sides, kind.get(self.fill, cv2.BORDER_CONSTANT), value=color))
