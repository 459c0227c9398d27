"""Any port value as plain JSON data: one place that decides how detections, points and pictures look as text."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.core.errors import NodeError
from nodegraph.core.types import Detections, Keypoints, Segmentation

DIGITS = 6
"""Decimals kept of means and shares."""


def plain(value: Any) -> Any:
    """`value` as dicts, lists, text, numbers, booleans and None; NaN and infinity become None.

    Detections: [{label, score, box: [left, top, right, bottom]}].
    Keypoints: {names, edges, objects: [[[x, y, score]]]}.
    Segmentation: {width, height, shares: {name: share of the pixels}}.
    A vector: its numbers. A path: its text.
    Image, mask, flow: {width, height, channels, mean}, for pixels belong into an image file.
    A float32 becomes the shortest number that is the same float32: 0.1, not 0.10000000149.

    Raises NodeError for anything else.
    """
    for kind, convert in _CONVERTERS:
        if isinstance(value, kind):
            return convert(value)
    if value is None or isinstance(value, str | bool | int):
        return value
    raise NodeError(f"A value of type {type(value).__name__} cannot be written as data.", "Send it to another sink.")


def _number(value: Any) -> float | None:
    number = float(str(value)) if isinstance(value, np.floating) else float(value)
    return number if math.isfinite(number) else None


def _numbers(array: NDArray[Any]) -> Any:
    if array.dtype.kind not in "fiub":
        raise NodeError(f"An array of {array.dtype} cannot be written as data.", "Send it to another sink.")
    return [_numbers(part) if array.ndim > 1 else plain(part) for part in array] if array.ndim else plain(array[()])


def _detections(found: Detections) -> list[dict[str, Any]]:
    rows = zip(found.labels, found.scores, found.boxes, strict=True)
    return [{"label": label, "score": _number(score), "box": _numbers(box)} for label, score, box in rows]


def _keypoints(found: Keypoints) -> dict[str, Any]:
    edges = [list(edge) for edge in found.edges]
    return {"names": list(found.names), "edges": edges, "objects": _numbers(found.points)}


def _segmentation(found: Segmentation) -> dict[str, Any]:
    height, width = found.labels.shape
    numbers, counts = np.unique(found.labels, return_counts=True)
    named = [found.names[n] if 0 <= n < len(found.names) else str(n) for n in numbers.tolist()]
    shares = {name: round(count / found.labels.size, DIGITS) for name, count in zip(named, counts, strict=True)}
    return {"width": width, "height": height, "shares": shares}


def _array(array: NDArray[Any]) -> Any:
    if array.ndim < 2:
        return _numbers(array)
    height, width = array.shape[:2]
    channels = array.shape[2] if array.ndim == 3 else 1
    if array.ndim > 3 or array.size == 0:
        return _numbers(array)
    means = array.reshape(-1, channels).mean(axis=0, dtype=np.float64)
    return {"width": width, "height": height, "channels": channels, "mean": _numbers(means.round(DIGITS))}


def _mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): plain(one) for key, one in value.items()}


def _list(value: Any) -> list[Any]:
    return [plain(one) for one in value]


_CONVERTERS: tuple[tuple[Any, Any], ...] = (
    (bool, bool),
    (float, _number),
    (np.floating, _number),
    (np.bool_, bool),
    (np.integer, int),
    (Detections, _detections),
    (Keypoints, _keypoints),
    (Segmentation, _segmentation),
    (np.ndarray, _array),
    (Mapping, _mapping),
    ((list, tuple), _list),
    (Path, str),
)
