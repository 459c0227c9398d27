"""Morphology: grow, shrink and clean shapes."""

from functools import lru_cache
from typing import Any, Literal

import cv2

from nodegraph.sdk import Filter, Image, Mask, param
from nodes.filter._pixels import Pixels, as_frame, on_color

Operation = Literal["erode", "dilate", "open", "close", "gradient", "top hat", "black hat"]
Shape = Literal["ellipse", "square", "cross"]

_OPERATIONS = {
    "erode": cv2.MORPH_ERODE,
    "dilate": cv2.MORPH_DILATE,
    "open": cv2.MORPH_OPEN,
    "close": cv2.MORPH_CLOSE,
    "gradient": cv2.MORPH_GRADIENT,
    "top hat": cv2.MORPH_TOPHAT,
    "black hat": cv2.MORPH_BLACKHAT,
}
_SHAPES = {"ellipse": cv2.MORPH_ELLIPSE, "square": cv2.MORPH_RECT, "cross": cv2.MORPH_CROSS}


class Morphology(Filter, id="filter.morphology", category="Filter/Morphology"):
    """Grow (dilate) or shrink (erode) the bright parts of an image, or combine both."""

    operation: Operation = param("dilate", "Open removes specks, close fills holes, gradient leaves outlines.")
    radius: int = param(3, "Reach of the shape; 0 leaves the image unchanged.", ge=0, le=50, step=1, unit="px")
    shape: Shape = param("ellipse", "Shape of the brush.")

    def process(self, image: Image) -> Image:
        return on_color(image, lambda bgr: _morphed(bgr, self.operation, self.radius, self.shape))


class MaskMorphology(Filter, id="filter.mask_morphology", category="Filter/Mask"):
    """Grow (dilate) or shrink (erode) a mask, or combine both to clean it."""

    operation: Operation = param("open", "Open removes specks, close fills holes, gradient leaves outlines.")
    radius: int = param(3, "Reach of the shape; 0 leaves the mask unchanged.", ge=0, le=50, step=1, unit="px")
    shape: Shape = param("ellipse", "Shape of the brush.")

    def process(self, mask: Mask) -> Mask:
        return _morphed(mask, self.operation, self.radius, self.shape)


def _morphed(picture: Pixels, operation: str, radius: int, shape: str) -> Pixels:
    if radius == 0:
        return picture
    return as_frame(cv2.morphologyEx(picture, _OPERATIONS[operation], _kernel(shape, radius)))


@lru_cache(maxsize=64)
def _kernel(shape: str, radius: int) -> Any:
    return cv2.getStructuringElement(_SHAPES[shape], (2 * radius + 1, 2 * radius + 1))
