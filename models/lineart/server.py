"""Line art: the edges of a picture, drawn."""

from typing import Annotated, Literal

import cv2
import numpy as np
from nodegraph_kit import Image, bgr, finished, model, param, serve
from numpy.typing import NDArray

Grey = NDArray[np.uint8]


@model(title="Line art", description="Draw the edges of a picture.", max_inflight=2)
def lineart(
    image: Annotated[Image, "The picture to draw."],
    method: Literal["canny", "xdog", "adaptive"] = param(
        "xdog", "canny: thin outlines. xdog: ink with dark areas. adaptive: pen hatching."
    ),
    strength: float = param(0.5, "Few lines at 0, many at 1.", ge=0, le=1),
    thickness: float = param(1.0, "Width of the lines.", ge=0.5, le=8, unit="px"),
    invert: bool = param(False, "White lines on black instead of black on white."),
) -> Annotated[Image, "The drawing, as large as the picture."]:
    grey = cv2.cvtColor(bgr(image), cv2.COLOR_BGR2GRAY)
    lines = _METHODS[method](grey, strength, thickness)
    return finished(cv2.bitwise_not(lines) if invert else lines, image)


def canny(grey: Grey, strength: float, thickness: float) -> Grey:
    """Canny (1986), with the lines widened."""
    high = 300 - 270 * strength
    edges = cv2.Canny(cv2.GaussianBlur(grey, (0, 0), 1.2), high / 2.5, high)
    width = round(thickness)
    if width > 1:
        edges = cv2.dilate(edges, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width)))
    return cv2.bitwise_not(edges)


def xdog(grey: Grey, strength: float, thickness: float) -> Grey:
    """Extended difference of Gaussians (Winnemöller, Kyprianidis and Olsen 2012), equation 7 with a soft threshold."""
    light = grey.astype(np.float32) / 255
    sigma, sharpen, level, slope = 0.8 * thickness, 5 + 25 * strength, 0.5, 12.0
    narrow, wide = cv2.GaussianBlur(light, (0, 0), sigma), cv2.GaussianBlur(light, (0, 0), 1.6 * sigma)
    difference = (1 + sharpen) * narrow - sharpen * wide
    ink = np.where(difference >= level, 1.0, 1 + np.tanh(slope * (difference - level)))
    return (np.clip(ink, 0, 1) * 255).astype(np.uint8)


def adaptive(grey: Grey, strength: float, thickness: float) -> Grey:
    """Darker than its surroundings, softened."""
    block = 2 * round(4 * thickness) + 3
    smooth = cv2.bilateralFilter(grey, 5, 40, 5)
    lines = cv2.adaptiveThreshold(
        smooth, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, block, 12 - 10 * strength
    )
    return cv2.GaussianBlur(lines, (3, 3), 0)


_METHODS = {"canny": canny, "xdog": xdog, "adaptive": adaptive}

if __name__ == "__main__":
    serve(lineart)
