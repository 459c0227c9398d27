"""Find people who stand or walk: histograms of oriented gradients and a linear support vector machine."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import cv2
import numpy as np
from nodegraph_kit import Detections, Image, bgr, model, param, serve
from numpy.typing import NDArray

WINDOW = (64, 128)  # pixels, width and height
BORDER = 32  # people at the edge of the picture need surroundings, which the detector has learned to expect
MARGIN = (0.18, 0.06)  # of the window's width and height around the person in it
EVIDENCE = 1.0  # the sum of weights that makes a score of one half
SAME = 0.6  # share of a box within another from which on both are the same person


@model(title="People", description="Find people who stand or walk, seen whole.")
class People:
    def setup(self) -> None:
        self.hog = cv2.HOGDescriptor()
        self.hog.setSVMDetector(cv2.HOGDescriptor.getDefaultPeopleDetector())
        self.searchers = ThreadPoolExecutor(os.cpu_count())

    def run(
        self,
        image: Annotated[Image, "The picture to search."],
        threshold: float = param(0.5, "Least score of a person; lower finds more and errs more.", ge=0, le=1),
        size: int = param(800, "Larger pictures are searched at this size (longer side).", ge=160, le=1600, unit="px"),
        scale: float = param(1.1, "Step from one searched body height to the next; larger is faster.", ge=1.01, le=2),
        overlap: float = param(0.3, "Boxes that overlap more than this are one person.", ge=0.05, le=0.95),
    ) -> Annotated[Detections, "A box for each person, surest first."]:
        boxes, weights, width, height = self._windows(bgr(image), size, scale)
        # A finer search fires more often at the same person: weights are made those of a step of 1.1.
        found, scores = _people(boxes, weights * np.log(scale) / np.log(1.1), overlap)
        keep = scores >= threshold
        found = _without_margin(found[keep]) / (width, height, width, height)
        return Detections.of(np.clip(found, 0, 1), ["person"] * len(found), scores[keep])

    def _windows(
        self, image: Image, size: int, scale: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], int, int]:
        """Every window the detector fires at (left, top, right, bottom), its margin, and the searched size."""
        shrink = min(1.0, size / max(image.shape[:2]))
        width, height = (max(1, round(side * shrink)) for side in (image.shape[1], image.shape[0]))
        small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
        small = cv2.copyMakeBorder(small, BORDER, BORDER, BORDER, BORDER, cv2.BORDER_REPLICATE)
        if small.shape[0] < WINDOW[1] or small.shape[1] < WINDOW[0]:
            return np.zeros((0, 4)), np.zeros(0), width, height
        levels = list(self.searchers.map(lambda level: self._level(small, level), _levels(small, scale)))
        boxes = np.concatenate([found for found, _ in levels]).reshape(-1, 4)
        return boxes - BORDER, np.concatenate([weights for _, weights in levels]), width, height

    def _level(self, image: Image, scale: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The windows that fire at one size. detectMultiScale would search all sizes, but on several threads it does
        not always answer alike (once in 600 calls on one picture), as if boxes and weights were handed in apart."""
        height, width = image.shape[:2]
        small = cv2.resize(image, (round(width / scale), round(height / scale)), interpolation=cv2.INTER_LINEAR)
        corners, weights = self.hog.detect(small, 0, (8, 8))
        corners = np.asarray(corners, np.float64).reshape(-1, 2) * scale
        return np.hstack([corners, corners + np.asarray(WINDOW) * scale]), np.asarray(weights, np.float64).reshape(-1)


def _levels(image: Image, scale: float) -> list[float]:
    """Every size at which the detector's window still fits into the picture, as how often smaller it is made."""
    most = min(image.shape[1] / WINDOW[0], image.shape[0] / WINDOW[1])
    return [scale**level for level in range(64) if scale**level <= most]


def _people(
    boxes: NDArray[np.float64], weights: NDArray[np.float64], overlap: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Windows grouped around the strongest; a group's score grows with the evidence of all its windows.

    A person makes the detector fire at many neighbouring places and sizes, a chance likeness at few. What lies
    mostly within (or around) a group of more evidence is a part of that person, or that person with surroundings.
    """
    # Equal weights must not decide by chance.
    order = np.lexsort((boxes[:, 3], boxes[:, 2], boxes[:, 1], boxes[:, 0], -weights))
    boxes, weights = boxes[order], weights[order]
    left = np.ones(len(boxes), bool)
    groups = []
    for first in range(len(boxes)):
        if left[first]:
            group = left & (_overlaps(boxes[first], boxes) > overlap)
            left &= ~group
            evidence = weights[group].sum()
            middle = (boxes[group] * weights[group, None]).sum(axis=0) / max(evidence, 1e-9)
            groups.append((evidence / (evidence + EVIDENCE), middle))
    people: list[tuple[float, NDArray[np.float64]]] = []
    for score, box in sorted(groups, key=lambda group: -group[0]):
        if not any(_within(box, other) > SAME for _, other in people):
            people.append((score, box))
    return np.asarray([box for _, box in people]).reshape(-1, 4), np.asarray([score for score, _ in people])


def _overlaps(box: NDArray[np.float64], boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intersection over union of `box` with each of `boxes`."""
    sides = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    shared = np.prod(np.maximum(sides, 0), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    return shared / (np.prod(box[2:] - box[:2]) + areas - shared)


def _within(box: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """The share of the smaller box that lies in the other."""
    shared = np.prod(np.maximum(np.minimum(box[2:], other[2:]) - np.maximum(box[:2], other[:2]), 0))
    return float(shared / min(np.prod(box[2:] - box[:2]), np.prod(other[2:] - other[:2])))


def _without_margin(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    inset = (boxes[:, 2:] - boxes[:, :2]) * MARGIN
    return np.hstack([boxes[:, :2] + inset, boxes[:, 2:] - inset])


if __name__ == "__main__":
    serve(People)
