"""Cut a subject out: by its colour, by what is in focus, or by a learned difference from the border."""

from typing import Annotated, Literal, NamedTuple

import cv2
import numpy as np
from nodegraph_kit import Image, Mask, Segmentation, bgr, fitted, model, param, serve
from numpy.typing import NDArray

COLOURS = np.array([[40, 40, 40], [80, 200, 60]], np.uint8)
Grey = NDArray[np.uint8]


class Cut(NamedTuple):
    mask: Annotated[Mask, "White where the subject is."]
    segmentation: Annotated[Segmentation, "0 is the background, 1 the subject."]


@model(title="Segment", description="Cut a subject out by colour, by focus, or by GrabCut.")
def segment(
    image: Annotated[Image, "The picture to cut from."],
    method: Literal["colour", "focus", "grabcut"] = param(
        "grabcut",
        "colour: pixels near a hue. focus: what is sharp, a cue for what is near. "
        "grabcut: what differs from the picture's border (slow).",
    ),
    hue: float = param(100.0, "colour: the hue to find (0 red, 120 green, 240 blue).", ge=0, le=360, unit="deg"),
    tolerance: float = param(40.0, "colour: how far a hue may be from it.", ge=1, le=180, unit="deg"),
    saturation: float = param(0.25, "colour: least saturation.", ge=0, le=1),
    brightness: float = param(0.15, "colour: least brightness.", ge=0, le=1),
    sharpness: float = param(0.3, "focus: how sharp, measured against the sharpest place.", ge=0.01, le=1),
    margin: float = param(0.08, "grabcut: the border, as a part of the picture, that is background.", ge=0.01, le=0.45),
    size: int = param(
        240, "focus, grabcut: the picture is worked on at this size (longer side).", ge=64, le=1280, unit="px"
    ),
    smooth: float = param(2.0, "Rounds the outline off.", ge=0, le=30, unit="px"),
    invert: bool = param(False, "Give the background instead."),
) -> Cut:
    picture = bgr(image)
    if method == "colour":
        mask = by_colour(picture, hue, tolerance, saturation, brightness)
    elif method == "focus":
        mask = by_focus(fitted(picture, size), sharpness)
    else:
        mask = by_grabcut(fitted(picture, size), margin)
    mask = cv2.resize(mask, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
    if smooth > 0:
        mask = cv2.GaussianBlur(mask, (0, 0), smooth)
    mask = np.where((mask > 127) != invert, np.uint8(255), np.uint8(0))
    return Cut(mask, Segmentation(mask // 255, ("background", "subject"), COLOURS))


def by_colour(image: Image, hue: float, tolerance: float, saturation: float, brightness: float) -> Grey:
    """Pixels whose hue is near `hue`, colourful and bright enough to have one."""
    hsv = cv2.cvtColor(image, cv2.COLOR_BGR2HSV)
    away = np.abs(hsv[..., 0].astype(np.float32) * 2 - hue)
    near = np.minimum(away, 360 - away) <= tolerance
    strong = (hsv[..., 1] >= saturation * 255) & (hsv[..., 2] >= brightness * 255)
    return (near & strong).astype(np.uint8) * 255


def by_focus(image: Image, sharpness: float) -> Grey:
    """What is sharp: local energy of the modified Laplacian (Nayar and Nakagawa 1994), closed to whole shapes."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
    kernel = np.float32([[-1, 2, -1]])
    energy = np.abs(cv2.filter2D(grey, -1, kernel)) + np.abs(cv2.filter2D(grey, -1, kernel.T))
    reach = max(3, max(grey.shape) // 40)
    energy = cv2.GaussianBlur(energy, (0, 0), reach / 2)
    sharp = (energy > sharpness * max(float(energy.max()), 1.0)).astype(np.uint8) * 255
    closing = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return _largest(cv2.morphologyEx(sharp, cv2.MORPH_CLOSE, closing), 0.1)


def by_grabcut(image: Image, margin: float) -> Grey:
    """GrabCut (Rother, Kolmogorov and Blake 2004) from the rectangle inside the margin, three rounds."""
    height, width = image.shape[:2]
    left, top = max(1, round(width * margin)), max(1, round(height * margin))
    inner = (left, top, width - 2 * left, height - 2 * top)
    marks = np.zeros((height, width), np.uint8)
    if inner[2] < 2 or inner[3] < 2 or not image.std():  # too small or too plain to tell two sides apart
        return marks
    cv2.setRNGSeed(0)  # its colour clusters start at random: the same picture must give the same mask
    cv2.grabCut(image, marks, inner, np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_RECT)
    return _largest(np.isin(marks, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8) * 255, 0.1)


def _largest(mask: Grey, part: float) -> Grey:
    """`mask` without pieces smaller than `part` of its largest one."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    if count < 2:
        return mask
    areas = stats[1:, cv2.CC_STAT_AREA]
    keep = np.concatenate([[False], areas >= part * areas.max()])
    return keep[labels].astype(np.uint8) * 255


if __name__ == "__main__":
    serve(segment)
