"""Work with detections: select, count, crop, mask."""

from typing import Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from nodegraph.sdk import Boolean, Detections, Filter, Image, Integer, Mask, Number, Vector, param
from nodes.filter._pixels import Pixels
from nodes.filter.resize import cut


def taken(detections: Detections, rows: NDArray[np.intp]) -> Detections:
    """The detections at some rows, in that order."""
    labels = tuple(detections.labels[row] for row in rows)
    return Detections(detections.boxes[rows], labels, detections.scores[rows])


def areas(detections: Detections) -> NDArray[np.float32]:
    """The area of every box as a fraction of the image, (N,)."""
    boxes = boxes_of(detections)
    sides = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    return np.asarray(sides[:, 0] * sides[:, 1], np.float32)


def boxes_of(detections: Detections) -> NDArray[np.float64]:
    """The boxes with what a confused model may give made harmless: no NaN, nothing farther out than nine images."""
    return np.clip(np.nan_to_num(detections.boxes.astype(np.float64), posinf=10, neginf=-9), -9, 10)


class SelectDetections(
    Filter, id="filter.select_detections", category="Data/Detections", keywords=("filter", "label", "class")
):
    """Keep the detections with certain labels, scores and sizes."""

    labels: str = param("", "Labels to keep, separated by commas; empty keeps all. Upper and lower case are alike.")
    exclude: bool = param(False, "Drop these labels instead and keep the others.")
    score: float = param(0.5, "Least score.", ge=0, le=1, step=0.01)
    smallest: float = param(0.0, "Least area, as a fraction of the image.", ge=0, le=1, step=0.001)
    most: int = param(0, "Keep at most so many, the surest ones; 0 keeps all.", ge=0, le=10000, step=1)

    def process(self, detections: Detections) -> Detections:
        wanted = {name.strip().casefold() for name in self.labels.split(",") if name.strip()}
        named = [not wanted or (label.casefold() in wanted) != self.exclude for label in detections.labels]
        keep = np.array(named, bool) & (detections.scores >= self.score) & (areas(detections) >= self.smallest)
        rows = np.flatnonzero(keep)
        if self.most and len(rows) > self.most:
            surest = np.argsort(-detections.scores[rows], kind="stable")[: self.most]
            rows = rows[np.sort(surest)]
        return taken(detections, rows)


class Counted(NamedTuple):
    """How many, and whether any."""

    total: Integer
    found: Boolean


class CountDetections(Filter, id="filter.count_detections", category="Data/Detections"):
    """Count detections, all or those with one label."""

    label: str = param("", "Only this label; empty counts all.")

    def process(self, detections: Detections) -> Counted:
        name = self.label.strip().casefold()
        count = sum(not name or label.casefold() == name for label in detections.labels)
        return Counted(count, count > 0)


class Largest(NamedTuple):
    """One detection and its place."""

    detections: Detections
    x: Number
    y: Number
    size: Number
    box: Vector


class LargestDetection(Filter, id="filter.largest_detection", category="Data/Detections", keywords=("follow", "track")):
    """Give the largest (or surest) detection, its centre (0..1), its area and its box; zeros when there is none."""

    by: Literal["area", "score"] = param("area", "Which one counts as the first.")

    def process(self, detections: Detections) -> Largest:
        if not len(detections):
            return Largest(detections, 0.0, 0.0, 0.0, np.zeros(4, np.float32))
        measure = areas(detections) if self.by == "area" else detections.scores
        one = taken(detections, np.array([int(np.argmax(measure))]))
        left, top, right, bottom = (float(edge) for edge in one.boxes[0])
        return Largest(one, (left + right) / 2, (top + bottom) / 2, float(areas(one)[0]), one.boxes[0].copy())


class CropToDetection(
    Filter, id="filter.crop_to_detection", category="Filter/Geometry", keywords=("face crop", "zoom")
):
    """Cut one detected box out of an image; without that many detections it gives the whole image or nothing."""

    index: int = param(0, "Which detection, by size: 0 is the largest.", ge=0, le=1000, step=1)
    margin: float = param(0.1, "Room around the box, as a fraction of its sides.", ge=-0.4, le=4, step=0.05)
    square: bool = param(False, "Make the box square, as large as its longer side.")
    missing: Literal["whole image", "nothing"] = param("whole image", "What is given when there is no such detection.")

    def process(self, image: Image, detections: Detections) -> Image | None:
        order = np.argsort(-areas(detections), kind="stable")
        if self.index >= len(order):
            return image if self.missing == "whole image" else None
        box = boxes_of(detections)[order[self.index]]
        centre, sides = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) * (1 + 2 * self.margin)
        if self.square:
            longer = max(sides[0] * image.shape[1], sides[1] * image.shape[0])
            sides = np.array([longer / image.shape[1], longer / image.shape[0]])
        first, last = centre - sides / 2, centre + sides / 2
        return cut(image, float(first[0]), float(first[1]), float(last[0]), float(last[1]))


class DetectionsToMask(
    Filter, id="filter.detections_to_mask", category="Filter/Mask", keywords=("box mask", "blur faces")
):
    """Fill the detected boxes white in a mask as large as the image."""

    shape: Literal["rectangle", "ellipse"] = param("rectangle", "What is filled.")
    margin: float = param(0.0, "Room around each box, as a fraction of its sides.", ge=-0.5, le=4, step=0.05)

    def process(self, image: Image, detections: Detections) -> Mask:
        height, width = image.shape[:2]
        mask: Pixels = np.zeros((height, width), np.uint8)
        for box in boxes_of(detections):
            centre, half = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2 * (1 + 2 * self.margin)
            low, high = (centre - half) * (width, height), (centre + half) * (width, height)
            _filled(mask, low, high, self.shape)
        return mask


def _filled(mask: Pixels, low: NDArray[np.float64], high: NDArray[np.float64], shape: str) -> None:
    """White from corner to corner, at least one pixel."""
    if shape == "rectangle":
        first = np.rint(low).astype(int)
        last = np.maximum(np.rint(high).astype(int) - 1, first)
        cv2.rectangle(mask, first.tolist(), last.tolist(), 255, cv2.FILLED)
    else:
        middle, axes = (low + high) / 2, np.maximum(high - low, 1)
        cv2.ellipse(mask, (middle.tolist(), axes.tolist(), 0.0), 255, cv2.FILLED, cv2.LINE_AA)
