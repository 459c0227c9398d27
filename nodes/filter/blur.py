"""Blur: softening of the colour; alpha is kept (soften a cut-out's edge with Feather Mask)."""

import cv2

from nodegraph.sdk import Filter, Image, param
from nodes.filter._pixels import Pixels, as_frame, odd, on_color, resized, size_of


class GaussianBlur(Filter, id="filter.gaussian_blur", category="Filter/Blur"):
    """Smooth an image with a Gaussian kernel."""

    radius: float = param(3.0, "Standard deviation; 0 leaves the image unchanged.", ge=0, le=100, step=0.1, unit="px")

    def process(self, image: Image) -> Image:
        if self.radius == 0:
            return image
        return on_color(image, lambda bgr: _gaussian(bgr, self.radius))


def _gaussian(bgr: Pixels, radius: float) -> object:
    """A wide kernel is applied to a smaller copy: the cost stays level, and the eye cannot tell."""
    width, height = size_of(bgr)
    factor = max(1, int(radius / 6))
    if factor == 1 or min(width, height) < 2 * factor:
        return cv2.GaussianBlur(bgr, (0, 0), radius)
    small = resized(bgr, max(1, width // factor), max(1, height // factor))
    return resized(as_frame(cv2.GaussianBlur(small, (0, 0), radius / factor)), width, height)


class BoxBlur(Filter, id="filter.box_blur", category="Filter/Blur"):
    """Replace every pixel by the average of a square around it."""

    radius: int = param(5, "Half the square's side; 0 leaves the image unchanged.", ge=0, le=200, step=1, unit="px")

    def process(self, image: Image) -> Image:
        size = 2 * self.radius + 1
        return image if self.radius == 0 else on_color(image, lambda bgr: cv2.blur(bgr, (size, size)))


class MedianBlur(Filter, id="filter.median_blur", category="Filter/Blur", keywords=("denoise",)):
    """Replace every pixel by the median of a square around it: removes specks, keeps edges."""

    radius: int = param(2, "Half the square's side; 0 leaves the image unchanged.", ge=0, le=50, step=1, unit="px")

    def process(self, image: Image) -> Image:
        return image if self.radius == 0 else on_color(image, lambda bgr: cv2.medianBlur(bgr, odd(2 * self.radius)))


class BilateralBlur(Filter, id="filter.bilateral_blur", category="Filter/Blur", keywords=("denoise", "smooth skin")):
    """Smooth areas of similar colour and keep the edges between them (Tomasi and Manduchi, 1998)."""

    diameter: int = param(5, "Diameter of the neighbourhood; large ones are slow.", ge=1, le=25, step=2, unit="px")
    color_sigma: float = param(40.0, "How different colours may be and still mix.", ge=0, le=255, step=1)
    space_sigma: float = param(5.0, "How far the weight reaches.", ge=0.1, le=50, step=0.1, unit="px")

    def process(self, image: Image) -> Image:
        return on_color(
            image, lambda bgr: cv2.bilateralFilter(bgr, odd(self.diameter), self.color_sigma, self.space_sigma)
        )
