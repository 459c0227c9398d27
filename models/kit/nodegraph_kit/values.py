"""Values as they travel: plain data in the header, arrays as raw bytes in the body (docs/native-protocol.md)."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nodegraph_kit.errors import Refusal
from nodegraph_kit.types import Detections, Keypoints, Segmentation

ALIGN: Final = 64
DTYPES: Final = {"uint8": np.uint8, "int32": np.int32, "float32": np.float32}
Bytes = NDArray[np.uint8]


class Packer:
    """Collects arrays while values are turned into plain data, then writes them into one body."""

    def __init__(self) -> None:
        self.size = 0
        self._arrays: list[tuple[int, NDArray[Any]]] = []

    def add(self, array: NDArray[Any]) -> dict[str, Any]:
        """Plan `array` into the body; what stands for it in the header."""
        offset = -(-self.size // ALIGN) * ALIGN
        self.size = offset + array.nbytes
        self._arrays.append((offset, array))
        return {"dtype": str(array.dtype), "shape": list(array.shape), "offset": offset}

    def write(self, body: Bytes) -> None:
        """Copy the arrays, in C order, into `body`, which has at least `size` bytes."""
        for offset, array in self._arrays:
            target = body[offset : offset + array.nbytes].view(array.dtype).reshape(array.shape)
            np.copyto(target, array)

    def to_bytes(self) -> Bytes:
        """A new body."""
        body = np.empty(self.size, np.uint8)
        self.write(body)
        return body


def pack(kind: str, value: Any, packer: Packer) -> dict[str, Any]:
    """`value`, checked to be what the port type `kind` promises, as plain data. Raises Refusal("model")."""
    try:
        return {"type": kind, **_PACK[kind](value, packer)}
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise Refusal(f"The model gave {_said(value)} where {kind} is promised: {error}", "model") from error


def unpack(kind: str, value: Any, body: Bytes) -> Any:
    """The inverse of `pack`; arrays are views of `body`. Raises Refusal("request")."""
    if not isinstance(value, Mapping):
        raise Refusal(f"A value must be an object with a type; got {str(value)[:80]!r}.")
    sent = value.get("type")
    if sent != kind and not (sent == "text" and kind == "category"):
        raise Refusal(f"This input takes {kind}, not {str(sent)[:40]}.")
    try:
        return _UNPACK[kind](value, body)
    except (TypeError, ValueError, KeyError, OverflowError, AttributeError) as error:
        raise Refusal(f"The {kind} is not as the protocol says: {error}") from error


def array_at(reference: Any, body: Bytes) -> NDArray[Any]:
    """The array `reference` stands for, as a view of `body`. Raises ValueError, KeyError or TypeError."""
    dtype = np.dtype(DTYPES[reference["dtype"]])
    shape, offset = reference["shape"], reference["offset"]
    if not (isinstance(shape, list) and len(shape) <= 4 and all(type(n) is int and n >= 0 for n in shape)):
        raise ValueError(f"a shape is up to four sizes, not {str(shape)[:60]}")
    if type(offset) is not int or offset < 0 or offset % ALIGN:
        raise ValueError(f"an offset is a multiple of {ALIGN}, not {str(offset)[:40]}")
    size = math.prod(shape) * dtype.itemsize
    if offset + size > body.size:
        raise ValueError(f"the array ends at byte {offset + size} of a body of {body.size}")
    return body[offset : offset + size].view(dtype).reshape(shape)


def check_image(array: Any) -> NDArray[np.uint8]:
    """`array` if it is uint8 H×W×3 or H×W×4 with at least one pixel. Raises ValueError."""
    _expect(array, np.uint8, 3)
    if array.shape[2] not in (3, 4) or 0 in array.shape:
        raise ValueError(f"an image is H×W×3 or H×W×4 with pixels, not {array.shape}")
    image: NDArray[np.uint8] = array
    return image


def _expect(array: Any, dtype: type[np.generic], ndim: int) -> Any:
    if not isinstance(array, np.ndarray):
        raise ValueError(f"expected a numpy array, not {type(array).__name__}")
    if array.dtype != dtype or array.ndim != ndim:
        raise ValueError(f"expected {np.dtype(dtype)} with {ndim} dimensions, not {array.dtype} {array.shape}")
    return array


def _flow(array: Any) -> Any:
    if _expect(array, np.float32, 3).shape[2] != 2:
        raise ValueError(f"a flow is H×W×2, not {array.shape}")
    return array


_ARRAYS: Final = {
    "image": check_image,
    "mask": lambda array: _expect(array, np.uint8, 2),
    "flow": _flow,
    "vector": lambda array: _expect(array, np.float32, 1),
}


def _plain(kind: str, value: Any) -> Any:
    """`value` as JSON. Raises ValueError when it is not one of `kind`."""
    value = value.item() if isinstance(value, np.generic) else value
    wanted = {"number": (int, float), "integer": (int,), "boolean": (bool,)}.get(kind, (str,))
    if not isinstance(value, wanted) or (isinstance(value, bool) and kind != "boolean"):
        raise ValueError(f"expected {kind}, not {type(value).__name__}")
    return float(value) if kind == "number" else value


def _pack_detections(value: Detections, packer: Packer) -> dict[str, Any]:
    if value.boxes.shape != (len(value.labels), 4) or value.scores.shape != (len(value.labels),):
        raise ValueError(f"{value.boxes.shape} boxes, {len(value.labels)} labels, {value.scores.shape} scores")
    boxes, scores = packer.add(value.boxes.astype(np.float32)), packer.add(value.scores.astype(np.float32))
    return {"boxes": boxes, "labels": list(value.labels), "scores": scores}


def _unpack_detections(value: Mapping[str, Any], body: Bytes) -> Detections:
    boxes, scores = _expect(array_at(value["boxes"], body), np.float32, 2), array_at(value["scores"], body)
    labels = _names(value["labels"])
    if boxes.shape != (len(labels), 4) or scores.shape != (len(labels),):
        raise ValueError(f"{boxes.shape} boxes, {len(labels)} labels, {scores.shape} scores")
    return Detections(boxes, labels, scores)


def _pack_keypoints(value: Keypoints, packer: Packer) -> dict[str, Any]:
    points = packer.add(_expect(np.asarray(value.points, np.float32), np.float32, 3))
    return {"points": points, "names": list(value.names), "edges": [list(edge) for edge in value.edges]}


def _unpack_keypoints(value: Mapping[str, Any], body: Bytes) -> Keypoints:
    points = _expect(array_at(value["points"], body), np.float32, 3)
    edges = tuple((int(first), int(second)) for first, second in value["edges"])
    return Keypoints(points, _names(value["names"]), edges)


def _pack_segmentation(value: Segmentation, packer: Packer) -> dict[str, Any]:
    dtype = np.uint8 if value.labels.dtype == np.uint8 else np.int32
    labels = packer.add(_expect(value.labels.astype(dtype, copy=False), dtype, 2))
    colors = None if value.colors is None else packer.add(_expect(value.colors, np.uint8, 2))
    return {"labels": labels, "names": list(value.names), "colors": colors}


def _unpack_segmentation(value: Mapping[str, Any], body: Bytes) -> Segmentation:
    labels = array_at(value["labels"], body)
    colors = None if value["colors"] is None else _expect(array_at(value["colors"], body), np.uint8, 2)
    return Segmentation(_expect(labels, labels.dtype.type, 2), _names(value["names"]), colors)


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError("names and labels are lists of text")
    return tuple(value)


def _said(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype} {value.shape}"
    return f"{type(value).__name__} {str(value)[:60]!r}"


_PACK: Final[dict[str, Any]] = {
    "detections": _pack_detections,
    "keypoints": _pack_keypoints,
    "segmentation": _pack_segmentation,
    "json": lambda value, _: {"value": value},
    "file": lambda value, _: {"value": str(value)},
    **{kind: lambda v, packer, check=check: {"array": packer.add(check(v))} for kind, check in _ARRAYS.items()},
    **{k: lambda v, _, k=k: {"value": _plain(k, v)} for k in ("text", "category", "number", "integer", "boolean")},
}
_UNPACK: Final[dict[str, Any]] = {
    "detections": _unpack_detections,
    "keypoints": _unpack_keypoints,
    "segmentation": _unpack_segmentation,
    "json": lambda value, _: value["value"],
    "file": lambda value, _: Path(_plain("text", value["value"])),
    **{kind: lambda v, body, check=check: check(array_at(v["array"], body)) for kind, check in _ARRAYS.items()},
    **{k: lambda v, _, k=k: _plain(k, v["value"]) for k in ("text", "category", "number", "integer", "boolean")},
}
