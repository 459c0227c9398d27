"""Whether a converted network says the same as the one it was made of."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

FAR: Final = 0.05
"""Largest difference, as a part of the range of what the network says."""
USUAL: Final = 0.01
"""Root of the mean squared difference, likewise."""
SAME: Final = 0.9
"""Part of the answers of a detector that have to be there: which of the least sure ones make it is chance."""
_SURE: Final = 0.3  # score from which an answer of a detector has to be there
_FLAT: Final = 1e-3  # of a size: smaller differences are rounding
Arrays = Mapping[str, NDArray[Any]]


def difference(said: Arrays, meant: Arrays, unordered: bool) -> str:
    """What is wrong with `said`, where `meant` is right, as words; "" when they agree.

    unordered: a detector's logits (1, N, kinds) and places (1, N, 4), in whatever order.
    """
    for name, right in meant.items():
        if said[name].shape != right.shape:
            return f"{name} has the shape {said[name].shape} instead of {right.shape}"
        if not np.isfinite(said[name]).all():
            return f"{name} has numbers that are none"
    if unordered:
        return _lost(_answers(said), _answers(meant))
    found = (_apart(name, said[name].astype(np.float64), right.astype(np.float64)) for name, right in meant.items())
    return next(filter(None, found), "")


def _apart(name: str, said: NDArray[np.float64], meant: NDArray[np.float64]) -> str:
    scale = max(np.ptp(meant), _FLAT * np.abs(meant).max(), 1e-12)
    gaps = np.abs(said - meant) / scale
    far, usual = float(gaps.max()), float(np.sqrt((gaps**2).mean()))
    return f"{name} is off by up to {far:.1%}, usually {usual:.1%}" if far > FAR or usual > USUAL else ""


def _answers(outputs: Arrays) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For every answer the scores of its kinds and its place (N, kinds + 4), and its best score (N,)."""
    logits, places = (outputs[name][0].astype(np.float64) for name in ("logits", "pred_boxes"))
    scores = 1 / (1 + np.exp(-logits))
    return np.hstack([scores, places]), scores.max(1)


def _lost(said: tuple[NDArray[Any], NDArray[Any]], meant: tuple[NDArray[Any], NDArray[Any]]) -> str:
    """Each answer that is meant has to be among those that are said."""
    gaps = np.abs(meant[0][:, None] - said[0][None]).max(2).min(1)
    there = gaps <= FAR
    sure = meant[1] >= _SURE
    if there[sure].all() and there.mean() >= SAME:
        return ""
    return f"{(~there & sure).sum()} sure answers and {(~there & ~sure).sum()} others of {len(there)} are not there"
