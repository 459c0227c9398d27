"""Our values as the data types of the Runway Model SDK, for a command's inputs and a server's options.

Points and boxes are fractions of the picture, boxes left, top, right, bottom, as ours are. Pictures are data URIs.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from nodegraph.core.plain import plain
from nodegraph.core.types import Detections, Keypoints
from nodegraph.runtime import codecs
from nodegraph.runtime.protocols.described import as_choice, number
from nodegraph.runtime.protocols.runway_sdk_labels import segmentation_to
from nodegraph.runtime.protocols.runway_sdk_schema import SdkField, choices_of
from nodegraph.runtime.protocols.runway_sdk_values import floats

_QUALITY: Final = 95


def to_wire(one: SdkField, value: Any) -> Any:
    """A value as the server takes it, checked against the manifest: the server itself says only that it failed.

    Raises ValueError.
    """
    match one.type:
        case "image":
            return _picture_to(one, value)
        case "segmentation":
            return segmentation_to(one.said, value)
        case "number":
            return _number_to(one, value)
        case "boolean":
            return bool(value)
        case "category":
            return _category_to(one, value)
        case "text" | "file" | "directory":
            return str(value)
        case "vector":
            return _vector_to(one, value)
        case "image_point":
            return _numbers(value, 2)
        case "image_bounding_box":
            return _best_box(value)
        case "image_landmarks":
            return _points_of(value, _length(one.said))[0]
        case "array":
            return _array_to(one, value)
        case _:
            return codecs.to_data_uri(codecs.encode_png(value), "image/png") if _is_picture(value) else plain(value)


def _is_picture(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype == np.uint8 and value.ndim in (2, 3)


def _picture_to(one: SdkField, value: Any) -> str:
    """At the size the manifest names, if it names one: the server does not check it, and the model would fail."""
    if not _is_picture(value) or 0 in value.shape:
        raise ValueError(f"{type(value).__name__} is no picture")
    width, height = (number(one.said.get(side)) for side in ("width", "height"))
    wanted = (int(width or value.shape[1]), int(height or value.shape[0]))
    if not (0 < wanted[0] <= 16384 and 0 < wanted[1] <= 16384):
        raise ValueError(f"the server wants {wanted[0]}×{wanted[1]} pixels")
    if wanted != (value.shape[1], value.shape[0]):
        value = codecs.resized(value, *wanted)
    if one.said.get("channels") == 4 or value.ndim == 2 or value.shape[2] == 4:
        return codecs.to_data_uri(codecs.encode_png(value), "image/png")
    return codecs.to_data_uri(codecs.encode_jpeg(value, _QUALITY), "image/jpeg")


def _number_to(one: SdkField, value: Any) -> float:
    found = number(value.item() if isinstance(value, np.generic) else value)
    if found is None:
        raise ValueError(f"{value!r:.40} is not a number")
    low, high = number(one.said.get("min")), number(one.said.get("max"))
    if (low is not None and found < low) or (high is not None and found > high):
        raise ValueError(
            f"{found:g} is outside {low if low is not None else '-∞'} to {high if high is not None else '∞'}"
        )
    return int(found) if one.kind == "integer" and float(found).is_integer() else found


def _category_to(one: SdkField, value: Any) -> Any:
    for choice in choices_of(one):
        if as_choice(choice) == str(value):
            return choice
    raise ValueError(f"{value!r:.40} is none of {', '.join(map(as_choice, choices_of(one)))[:200]}")


def _vector_to(one: SdkField, value: Any) -> list[float]:
    length = one.said.get("length")
    return _numbers(value, length if isinstance(length, int) and length > 0 else None)


def _numbers(value: Any, length: int | None = None) -> list[float]:
    return floats(value.tolist() if isinstance(value, np.ndarray) else list(value), length)


def _best_box(value: Any) -> list[float]:
    boxes = _boxes(value)
    if not boxes:
        raise ValueError("there is no box")
    best = int(np.argmax(value.scores)) if isinstance(value, Detections) else 0
    return boxes[best]


def _boxes(value: Any) -> list[list[float]]:
    rows = value.boxes if isinstance(value, Detections) else np.asarray(value, np.float32).reshape(-1, 4)
    boxes = [[float(part) for part in row] for row in rows]
    for left, top, right, bottom in boxes:
        if not (left < right and top < bottom):
            raise ValueError(f"the box {left:g}, {top:g}, {right:g}, {bottom:g} has no area")
    return boxes


def _points_of(value: Any, length: int | None) -> list[list[list[float]]]:
    """The points of every object. A point that is missing cannot be told: it is sent as the corner 0, 0."""
    if not isinstance(value, Keypoints):
        raise ValueError(f"{type(value).__name__} holds no points")
    if not len(value):
        raise ValueError("there are no points")
    if length is not None and value.points.shape[1] != length:
        raise ValueError(f"the server wants {length} points, not {value.points.shape[1]}")
    points: list[list[list[float]]] = np.nan_to_num(value.points[:, :, :2]).astype(float).tolist()
    return points


def _length(said: Mapping[str, Any]) -> int | None:
    length = said.get("length")
    return length if type(length) is int and length > 0 else None


def _array_to(one: SdkField, value: Any) -> list[Any]:
    item = one.said.get("itemType")
    length = _length(item) if isinstance(item, Mapping) else None
    match one.item:
        case "image_bounding_box":
            found: list[Any] = _boxes(value)
        case "image_landmarks":
            found = _points_of(value, length) if len(value) else []
        case "image_point":
            found = [point for points in _points_of(value, None) for point in points] if len(value) else []
        case "number":
            found = _numbers(value)
        case _:
            plainly = plain(value)
            found = plainly if isinstance(plainly, list) else [plainly]
    least, most = one.said.get("minLength"), one.said.get("maxLength")
    if (type(least) is int and len(found) < least) or (type(most) is int and len(found) > most):
        raise ValueError(f"the server takes {least or 0} to {most or '∞'} of them, not {len(found)}")
    return found
