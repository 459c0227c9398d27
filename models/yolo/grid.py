"""What YOLOX's head says, as boxes in pixels of its input."""

import numpy as np
from numpy.typing import NDArray
from onnx_kit.boxes import expect_rows, grid

STRIDES = (8, 16, 32)
Floats = NDArray[np.float32]


def cells(width: int, height: int) -> int:
    """How many rows the head gives for an input of that size."""
    return sum((width // stride) * (height // stride) for stride in STRIDES)


def decoded(rows: Floats, width: int, height: int, threshold: float) -> tuple[Floats, NDArray[np.intp], Floats]:
    """Boxes (N, 4) left, top, right, bottom in pixels, kinds 0..79, and scores of at least `threshold`.

    rows: (cells, 85): where the middle lies from its cell in strides, the logarithm of the size in strides, how sure it
    is of a thing, and of each kind. The score is the product of the last two.
    """
    expect_rows("boxes", len(rows), cells(width, height))
    kinds = rows[:, 5:].argmax(axis=1)
    scores = rows[:, 4] * rows[np.arange(len(rows)), 5 + kinds]
    keep = np.flatnonzero(scores >= threshold)
    at = np.concatenate([grid(width, height, stride) for stride in STRIDES])[keep]
    stride = np.concatenate([np.full((width // s) * (height // s), s, np.float32) for s in STRIDES])[keep, None]
    middle = (rows[keep, :2] + at) * stride
    size = np.exp(np.minimum(rows[keep, 2:4], 10)) * stride  # no size is 22,000 strides; exp() would overflow
    return np.hstack([middle - size / 2, middle + size / 2]), kinds[keep], scores[keep]
