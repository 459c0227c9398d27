"""Edges: where brightness changes."""

from typing import Literal

import cv2

from nodegraph.sdk import Filter, Image, Mask, param
from nodes.filter._pixels import as_frame, gray_of, odd


class Canny(Filter, id="filter.canny", category="Filter/Edges", title="Canny Edges"):
    """Find thin, connected edges (Canny, 1986)."""

    low: float = param(60.0, "Weak edges above this count when they touch a strong one.", ge=0, le=1000, step=1)
    high: float = param(150.0, "Edges above this are strong.", ge=0, le=1000, step=1)
    smooth: float = param(1.0, "Blur before the search; 0 finds the finest detail.", ge=0, le=20, step=0.1, unit="px")
    thickness: int = param(1, "Width of the lines.", ge=1, le=20, step=1, unit="px")

    def process(self, image: Image) -> Mask:
        gray = gray_of(image)
        if self.smooth > 0:
            gray = as_frame(cv2.GaussianBlur(gray, (0, 0), self.smooth))
        edges = cv2.Canny(gray, self.low, self.high, L2gradient=True)
        if self.thickness > 1:
            edges = cv2.dilate(edges, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (self.thickness, self.thickness)))
        return as_frame(edges)


class Sobel(Filter, id="filter.sobel", category="Filter/Edges", title="Sobel Edges"):
    """Show the strength of edges by the first derivative (Sobel operator)."""

    direction: Literal["both", "horizontal", "vertical"] = param("both", "Which edges: all, flat ones or upright ones.")
    size: Literal["3", "5", "7"] = param("3", "Size of the kernel in pixels; larger is smoother.")
    gain: float = param(2.0, "Brightness of the result.", ge=0, le=20, step=0.1)

    def process(self, image: Image) -> Mask:
        gray, size = gray_of(image), int(self.size)
        scale = self.gain / 4 ** (size // 2)
        upright = cv2.convertScaleAbs(cv2.Sobel(gray, cv2.CV_16S, 1, 0, ksize=size, scale=scale))
        flat = cv2.convertScaleAbs(cv2.Sobel(gray, cv2.CV_16S, 0, 1, ksize=size, scale=scale))
        if self.direction == "both":
            return as_frame(cv2.add(upright, flat))
        return as_frame(flat if self.direction == "horizontal" else upright)


class Laplacian(Filter, id="filter.laplacian", category="Filter/Edges", title="Laplacian Edges"):
    """Show fine detail by the second derivative (Laplacian of a Gaussian)."""

    smooth: float = param(1.0, "Blur before, against noise.", ge=0, le=20, step=0.1, unit="px")
    size: int = param(3, "Size of the kernel.", ge=1, le=15, step=2, unit="px")
    gain: float = param(2.0, "Brightness of the result.", ge=0, le=50, step=0.1)

    def process(self, image: Image) -> Mask:
        gray, size = gray_of(image), odd(self.size)
        if self.smooth > 0:
            gray = as_frame(cv2.GaussianBlur(gray, (0, 0), self.smooth))
        # A kernel of size k has weights about 4**(k-3) times those of size 3.
        scale = self.gain / 4.0 ** max(0, size - 3)
        return as_frame(cv2.convertScaleAbs(cv2.Laplacian(gray, cv2.CV_32F, ksize=size, scale=scale)))
