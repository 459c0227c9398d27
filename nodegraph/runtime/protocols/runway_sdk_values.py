"""The data types of the Runway Model SDK in answers, as our values. What does not fit is a ValueError.

Points and boxes are fractions of the picture, boxes left, top, right, bottom, as ours are. Pictures are data URIs.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from nodegraph.core.types import Detections, Keypoints
from nodegraph.runtime import codecs
from nodegraph.runtime.protocols.described import as_choice
from nodegraph.runtime.protocols.runway_sdk_labels import segmentation_from
from nodegraph.runtime.protocols.runway_sdk_schema import SdkField


def from_wire(one: SdkField, value: Any) -> Any:
    """What the server gave, as a value of the port type `one.kind`; None stays None. Raises ValueError or TypeError."""
    read = _READERS.get(one.type)
    return value if value is None or read is None else read(one, value)


def floats(value: Any, length: int | None = None) -> list[float]:
    """A list of finite numbers, of `length` if that is given. Raises ValueError."""
    if not isinstance(value, list) or (length is not None and len(value) != length):
        raise ValueError(f"{value!r:.60} is not a list of {length or 'numbers'}")
    for part in value:
        if isinstance(part, bool) or not isinstance(part, int | float) or not math.isfinite(part):
            raise ValueError(f"{part!r:.40} is not a number")
    return [float(part) for part in value]


def _text(one: SdkField, value: Any) -> str:
    if isinstance(value, str):
        return value
    raise ValueError(f"it is {type(value).__name__}")


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r:.40} is not true or false")
    return value


def _number_from(one: SdkField, value: Any) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r:.40} is not a number")
    if one.kind != "integer":
        return float(value)
    if not float(value).is_integer():
        raise ValueError(f"{value!r:.40} is not a whole number")
    return int(value)


def _keypoints(objects: Any, said: Mapping[str, Any]) -> Keypoints:
    if not isinstance(objects, list):
        raise ValueError(f"{objects!r:.60} is not a list of points")
    rows: list[list[list[float]]] = [
        [floats(point, 2) for point in one] if isinstance(one, list) else [[]] for one in objects
    ]
    if len({len(row) for row in rows}) > 1:
        raise ValueError("objects with different numbers of points")
    names = _names(said)
    count = len(rows[0]) if rows else len(names)
    points = np.ones((len(rows), count, 3), np.float32)
    if rows and count:
        points[:, :, :2] = np.asarray(rows, np.float32)
    if len(names) != count:
        return Keypoints(points)
    return Keypoints(points, names, _edges(said, names))


def _names(said: Mapping[str, Any]) -> tuple[str, ...]:
    labels = said.get("labels")
    return tuple(map(str, labels)) if isinstance(labels, list) else ()


def _edges(said: Mapping[str, Any], names: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Connections are pairs of labels."""
    pairs = said.get("connections")
    index = {name: position for position, name in enumerate(names)}
    found = []
    for pair in pairs if isinstance(pairs, list) else ():
        ends = [index.get(str(end)) for end in pair] if isinstance(pair, list) else []
        if len(ends) == 2 and ends[0] is not None and ends[1] is not None:
            found.append((ends[0], ends[1]))
    return tuple(found)


def _array_from(one: SdkField, value: Any) -> Any:
    if not isinstance(value, list):
        raise ValueError(f"{value!r:.60} is not a list")
    item = one.said.get("itemType")
    match one.item:
        case "image_bounding_box":
            return Detections.of([floats(box, 4) for box in value])
        case "image_landmarks":
            return _keypoints(value, item if isinstance(item, Mapping) else {})
        case "image_point":
            return _keypoints([value] if value else [], {})
        case "number":
            return np.asarray(floats(value), np.float32)
        case _:
            return value


_READERS: Final[dict[str, Callable[[SdkField, Any], Any]]] = {
    "image": lambda one, value: codecs.decode_image(codecs.from_data_uri(_text(one, value))),
    "segmentation": lambda one, value: segmentation_from(one.said, _text(one, value)),
    "number": _number_from,
    "boolean": lambda one, value: _boolean(value),
    "category": lambda one, value: as_choice(value) if isinstance(value, int | float) else _text(one, value),
    "text": _text,
    "file": _text,
    "directory": _text,
    "vector": lambda one, value: np.asarray(floats(value), np.float32),
    "image_point": lambda one, value: np.asarray(floats(value, 2), np.float32),
    "image_bounding_box": lambda one, value: Detections.of([floats(value, 4)]),
    "image_landmarks": lambda one, value: _keypoints([value], one.said),
    "array": _array_from,
}
