"""Which output fits which input, and what is done to the value on the way: one declared table.

The canvas shows a wire that adapts; `fits` says which adapter it uses.
"""

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.core.errors import NodeError
from nodegraph.core.plain import plain
from nodegraph.core.spec import Param
from nodegraph.core.types import Segmentation


@dataclass(frozen=True)
class Adapter:
    """How a value changes type along a wire; `convert` is None when it passes as it is."""

    source: str
    target: str
    convert: Callable[[Any], Any] | None = None


def fits(outputs: Iterable[str], inputs: Iterable[str]) -> Adapter | None:
    """The adapter from an output's types to an input's, or None when they do not fit."""
    given, wanted = tuple(outputs), tuple(inputs)
    for one in given:
        if one in wanted or one == "any" or "any" in wanted:
            return Adapter(one, one)
    for one in given:
        for other in wanted:
            if (one, other) in ADAPTERS:
                return Adapter(one, other, ADAPTERS[one, other])
    return None


def driven(param: Param, value: Any) -> Any:
    """A value from a wire, OSC or MIDI as this parameter takes it: numbers are clamped into the range.

    Raises NodeError when it cannot be used.
    """
    if param.kind in ("number", "integer") and isinstance(value, bool | int | float | np.number | np.bool_):
        number = float(value)
        if not math.isfinite(number):
            raise NodeError(f"{number} cannot drive {param.name}.", "Check what the wire carries.")
        number = min(
            max(number, param.ge if param.ge is not None else number), param.le if param.le is not None else number
        )
        return param.check(round(number) if param.kind == "integer" else number)
    if param.kind == "boolean" and isinstance(value, int | float | np.number | np.bool_):
        return bool(value)
    if param.kind == "text" and not isinstance(value, str):
        return _as_text(value)
    if param.kind == "color" and isinstance(value, np.ndarray):
        return param.check(tuple(int(part) for part in np.clip(np.rint(value), 0, 255)))
    return param.check(value.tolist() if isinstance(value, np.ndarray) else value)


PARAM_TYPES: dict[str, tuple[str, ...]] = {
    "number": ("number", "integer", "boolean"),
    "integer": ("integer", "number", "boolean"),
    "boolean": ("boolean", "number", "integer"),
    "text": ("text", "category", "number", "integer", "boolean", "file", "json"),
    "choice": ("category", "text"),
    "file": ("file", "text"),
    "color": ("vector",),
    "vector": ("vector",),
    "json": ("any",),
}
"""Which port types may drive a parameter of each kind."""


def _mask_to_image(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    image = np.empty((*mask.shape, 3), np.uint8)
    for channel in range(3):
        image[..., channel] = mask
    return image


def _image_to_mask(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Luma of ITU-R BT.601 in 8-bit fixed point; the alpha of an image that has one."""
    if image.shape[2] == 4:
        return np.ascontiguousarray(image[..., 3])
    blue, green, red = (image[..., channel].astype(np.uint16) for channel in range(3))
    return ((29 * blue + 150 * green + 77 * red) >> 8).astype(np.uint8)


def _labels_to_mask(value: Segmentation) -> NDArray[np.uint8]:
    return np.where(value.labels > 0, 255, 0).astype(np.uint8)


def _to_text(value: Any) -> str:
    return json.dumps(plain(value), ensure_ascii=False)


def _as_text(value: Any) -> str:
    """As the table below says for the value's own type."""
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, float | np.floating):
        return _number_to_text(float(value))
    return _to_text(value)


def _number_to_text(value: float) -> str:
    return f"{value:g}"


ADAPTERS: dict[tuple[str, str], Callable[[Any], Any] | None] = {
    ("integer", "number"): float,
    ("number", "integer"): round,
    ("boolean", "integer"): int,
    ("boolean", "number"): float,
    ("integer", "boolean"): bool,
    ("number", "boolean"): bool,
    ("number", "text"): _number_to_text,
    ("integer", "text"): str,
    ("boolean", "text"): lambda value: "true" if value else "false",
    ("category", "text"): None,
    ("text", "category"): None,
    ("text", "file"): Path,
    ("file", "text"): str,
    ("json", "text"): _to_text,
    ("vector", "text"): _to_text,
    ("mask", "image"): _mask_to_image,
    ("image", "mask"): _image_to_mask,
    ("segmentation", "mask"): _labels_to_mask,
    **{
        (name, "json"): plain
        for name in (
            "text",
            "category",
            "number",
            "integer",
            "boolean",
            "vector",
            "detections",
            "keypoints",
            "segmentation",
        )
    },
}
"""(from, to) -> what converts the value; None where it passes as it is."""
