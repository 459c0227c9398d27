"""What YuNet's heads say: faces and five points of each, in pixels of its input."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from onnx_kit import not_doubled
from onnx_kit.boxes import expect_rows, grid

STRIDES = (8, 16, 32)
OVERLAP = 0.3  # faces that overlap more are one
Floats = NDArray[np.float32]
PARTS = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}
OUTPUTS = {f"{part}_{stride}": (1, 0, width) for part, width in PARTS.items() for stride in STRIDES}


def faces(answer: Mapping[str, Floats], width: int, height: int, threshold: float) -> tuple[Floats, Floats, Floats]:
    """Boxes (N, 4) left, top, right, bottom, points (N, 5, 2) and scores of at least `threshold`, surest first.

    Points: right eye, left eye, tip of the nose, right and left corner of the mouth; the person's right.
    """
    found = [_level(answer, width, height, stride, threshold) for stride in STRIDES]
    boxes, points, scores = (np.concatenate(part) for part in zip(*found, strict=True))
    keep = not_doubled(boxes, scores, OVERLAP)
    return boxes[keep], points[keep], scores[keep]


def _level(
    answer: Mapping[str, Floats], width: int, height: int, stride: int, threshold: float
) -> tuple[Floats, Floats, Floats]:
    """One map: the middle lies from its cell in strides, the size is a logarithm, and so on for the points."""
    kind, thing, shape, marks = (answer[f"{part}_{stride}"][0] for part in PARTS)
    cells = grid(width, height, stride)
    expect_rows(f"cls_{stride}", len(kind), len(cells))
    scores = np.sqrt(kind[:, 0].clip(0, 1) * thing[:, 0].clip(0, 1))
    keep = scores >= threshold
    middle = (cells[keep] + shape[keep, :2]) * stride
    size = np.exp(np.minimum(shape[keep, 2:], 10)) * stride
    points = (marks[keep].reshape(-1, 5, 2) + cells[keep, None]) * stride
    return np.hstack([middle - size / 2, middle + size / 2]), points, scores[keep]
