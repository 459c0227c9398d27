"""Make a picture look drawn or painted."""

from typing import Annotated, Literal

import cv2
import numpy as np
from nodegraph_kit import Image, bgr, finished, fitted, model, param, serve


@model(title="Stylise", description="Make a picture look like a cartoon, a pencil drawing, an oil or a watercolour.")
def stylise(
    image: Annotated[Image, "The picture to paint."],
    style: Literal["cartoon", "pencil", "oil", "watercolour"] = param("cartoon", "What it should look like."),
    strength: float = param(1.0, "0 leaves the picture as it is.", ge=0, le=1),
    detail: float = param(0.5, "Coarse and bold at 0, fine at 1.", ge=0, le=1),
    size: int = param(640, "The picture is worked on at this size (longer side).", ge=64, le=1920, unit="px"),
) -> Annotated[Image, "The painting, as large as the picture."]:
    small = fitted(bgr(image), size)
    styled = _STYLES[style](small, detail)
    if strength < 1:
        styled = cv2.addWeighted(styled, strength, small, 1 - strength, 0)
    return finished(styled, image)


def cartoon(image: Image, detail: float) -> Image:
    """Flat colours (repeated bilateral filter, few levels) under dark outlines (adaptive threshold)."""
    flat = image
    for _ in range(3):
        flat = cv2.bilateralFilter(flat, 7, 40, 7)
    levels = round(5 + 7 * detail)
    step = 255 / (levels - 1)
    table = (np.round(np.arange(256) / step) * step).astype(np.uint8)
    value = cv2.cvtColor(flat, cv2.COLOR_BGR2HSV)
    value[..., 2] = table[value[..., 2]]
    value[..., 1] = cv2.convertScaleAbs(value[..., 1], alpha=1.25)
    flat = cv2.cvtColor(value, cv2.COLOR_HSV2BGR)
    grey = cv2.medianBlur(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), 5)
    lines = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 9, 10 - 7 * detail)
    return cv2.multiply(flat, cv2.cvtColor(cv2.GaussianBlur(lines, (3, 3), 0), cv2.COLOR_GRAY2BGR), scale=1 / 255)


def pencil(image: Image, detail: float) -> Image:
    """Grey pencil on paper: OpenCV's pencilSketch (Gastal and Oliveira 2011)."""
    return cv2.pencilSketch(image, sigma_s=90 - 70 * detail, sigma_r=0.07, shade_factor=0.05)[0]


def oil(image: Image, detail: float) -> Image:
    """Each pixel takes the mean colour of the brightness that is most frequent around it.

    The "oil transfer" of Holzmann, Beyond Photography (1988), with box filters instead of a loop over the window.
    """
    radius, levels = round(6 - 4 * detail), 12
    level = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.int32) * levels // 256
    most = np.zeros(level.shape, np.float32)
    painted = np.zeros(image.shape, np.float32)
    window, colours = (2 * radius + 1, 2 * radius + 1), image.astype(np.float32)
    for number in range(levels):
        here = (level == number).astype(np.float32)
        if not here.any():
            continue
        count = cv2.boxFilter(here, -1, window, normalize=False)
        total = cv2.boxFilter(colours * here[..., None], -1, window, normalize=False)
        wins = count > most
        most[wins] = count[wins]
        painted[wins] = total[wins] / count[wins][:, None]
    return np.clip(painted + 0.5, 0, 255).astype(np.uint8)


def watercolour(image: Image, detail: float) -> Image:
    """Soft areas with kept edges: OpenCV's stylization (Gastal and Oliveira 2011)."""
    return cv2.stylization(image, sigma_s=100 - 80 * detail, sigma_r=0.55 - 0.25 * detail)


_STYLES = {"cartoon": cartoon, "pencil": pencil, "oil": oil, "watercolour": watercolour}

if __name__ == "__main__":
    serve(stylise)
