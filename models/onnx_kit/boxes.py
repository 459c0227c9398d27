"""Boxes as networks give them: corners left, top, right, bottom, float32 (N, 4)."""

import numpy as np
from nodegraph_kit import Refusal
from numpy.typing import NDArray

Floats = NDArray[np.float32]
MOST = 1000
"""More boxes than this are not compared with each other; the surest are kept."""


def not_doubled(boxes: Floats, scores: Floats, overlap: float, kinds: NDArray[np.integer] | None = None) -> list[int]:
    """Indices of the boxes to keep, surest first: those that overlap a surer one of the same kind at most `overlap`.

    overlap: intersection over union, 0..1. Equal scores are taken in the order given, so the answer is always the same.
    """
    left = np.argsort(-scores, kind="stable")[:MOST]
    apart = np.zeros(len(boxes)) if kinds is None else kinds.astype(float)
    kept = []
    while left.size:
        first, rest = left[0], left[1:]
        kept.append(int(first))
        doubled = (shared(boxes[first], boxes[rest]) > overlap) & (apart[rest] == apart[first])
        left = rest[~doubled]
    return kept


def shared(box: Floats, boxes: Floats) -> Floats:
    """Intersection over union of `box` with each of `boxes`; 0 for boxes without an area."""
    sides = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    common = np.prod(np.maximum(sides, 0), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) + np.prod(box[2:] - box[:2]) - common
    return np.asarray(common / np.maximum(areas, 1e-9), np.float32)


def inside(boxes: Floats, width: float, height: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Boxes in pixels as fractions of a picture of that size, cut off at its edges; and which are real boxes.

    No box is one that lies outside, has no area, or is not made of numbers.
    """
    pixels = np.asarray(boxes, np.float32).reshape(-1, 4)
    size = np.array([width, height, width, height], np.float32)
    fractions: Floats = np.clip(np.nan_to_num(np.divide(pixels, size, dtype=np.float32)), 0, 1)
    real = np.isfinite(pixels).all(axis=1) & (fractions[:, 2:] > fractions[:, :2]).all(axis=1)
    return fractions, np.asarray(real, np.bool_)


def grid(width: int, height: int, stride: int) -> Floats:
    """Column and row of every cell of a network's map at `stride`, row by row: float32 (N, 2)."""
    rows, columns = np.divmod(np.arange((width // stride) * (height // stride)), width // stride)
    return np.stack([columns, rows], axis=1).astype(np.float32)


def expect_rows(name: str, found: int, wanted: int) -> None:
    """Raise Refusal when a network's map has another number of cells than its input size says."""
    if found != wanted:
        sentence = (
            f"The network gave {found} rows as {name}; at this size it should be {wanted}. It is another network."
        )
        raise Refusal(sentence, "model")
