"""Core types to and from the native wire: plain data in the header, arrays as raw bytes in the body.

The format is docs/native-protocol.md. The model kit has its own copy of these rules: it is installed into images
where nodegraph is not.
"""

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nodegraph.core.types import Detections, Keypoints, Segmentation

ALIGN: Final = 64
_DTYPES: Final = {"uint8": np.uint8, "int32": np.int32, "float32": np.float32}
Bytes = NDArray[np.uint8]


class Packer:
    """Collects arrays while values become plain data, then writes them into one body."""

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


def is_carried(kind: str) -> bool:
    """Whether the protocol has this port type."""
    return kind in _PACK


def pack(kind: str, value: Any, packer: Packer) -> dict[str, Any]:
    """`value` of port type `kind` as plain data; arrays go to `packer`. Raises ValueError or TypeError."""
    if kind not in _PACK:
        raise ValueError(f"the native protocol carries no {kind}")
    return {"type": kind, **_PACK[kind](value, packer)}


def unpack(kind: str, value: Any, body: Bytes) -> Any:
    """The inverse of `pack`. Arrays are views of `body`; make it read-only before.

    Raises ValueError, TypeError, KeyError, AttributeError or OverflowError when it is not as the protocol says.
    """
    if not isinstance(value, Mapping) or kind not in _UNPACK:
        raise ValueError(f"{str(value)[:80]!r} is no {kind}")
    if value.get("type") != kind:
        raise ValueError(f"{kind} was promised, {str(value.get('type'))[:40]} came")
    return _UNPACK[kind](value, body)


def plain(value: Any) -> Any:
    """`value` as JSON holds it: numpy numbers and arrays, paths and tuples made ordinary. Raises TypeError."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"{type(value).__name__} cannot be sent as JSON")


def array_at(reference: Mapping[str, Any], body: Bytes) -> NDArray[Any]:
    """The array `reference` stands for, as a view of `body`. Raises ValueError, KeyError or TypeError."""
    dtype = np.dtype(_DTYPES[reference["dtype"]])
    shape, offset = reference["shape"], reference["offset"]
    if not (isinstance(shape, list) and len(shape) <= 4 and all(type(n) is int and n >= 0 for n in shape)):
        raise ValueError(f"a shape is up to four sizes, not {str(shape)[:60]}")
    if type(offset) is not int or offset < 0 or offset % ALIGN:
        raise ValueError(f"an offset is a multiple of {ALIGN}, not {str(offset)[:40]}")
    size = math.prod(shape) * dtype.itemsize
    if offset + size > body.size:
        raise ValueError(f"an array ends at byte {offset + size} of {body.size}")
    return body[offset : offset + size].view(dtype).reshape(shape)


def _expect(array: Any, dtype: Any, ndim: int) -> Any:
    if not isinstance(array, np.ndarray):
        raise ValueError(f"{type(array).__name__} is not an array")
    if array.dtype != dtype or array.ndim != ndim:
        raise ValueError(f"expected {np.dtype(dtype)} with {ndim} dimensions, not {array.dtype} {array.shape}")
    return array


def _image(array: Any) -> Any:
    if _expect(array, np.uint8, 3).shape[2] not in (3, 4) or 0 in array.shape:
        raise ValueError(f"an image is H×W×3 or H×W×4 with pixels, not {array.shape}")
    return array


def _flow(array: Any) -> Any:
    if _expect(array, np.float32, 3).shape[2] != 2:
        raise ValueError(f"a flow is H×W×2, not {array.shape}")
    return array


def _scalar(kind: str, value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    wanted = {"number": (int, float), "integer": (int,), "boolean": (bool,)}.get(kind, (str,))
    if not isinstance(value, wanted) or (isinstance(value, bool) and kind != "boolean"):
        raise ValueError(f"expected {kind}, not {type(value).__name__}")
    return float(value) if kind == "number" else value


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError("names and labels are lists of text")
    return tuple(value)


def _pack_detections(value: Detections, packer: Packer) -> dict[str, Any]:
    return {"boxes": packer.add(value.boxes), "labels": list(value.labels), "scores": packer.add(value.scores)}


def _unpack_detections(value: Mapping[str, Any], body: Bytes) -> Detections:
    boxes = _expect(array_at(value["boxes"], body), np.float32, 2)
    scores = _expect(array_at(value["scores"], body), np.float32, 1)
    return Detections(boxes, _names(value["labels"]), scores)


def _pack_keypoints(value: Keypoints, packer: Packer) -> dict[str, Any]:
    edges = [list(edge) for edge in value.edges]
    return {"points": packer.add(value.points), "names": list(value.names), "edges": edges}


def _unpack_keypoints(value: Mapping[str, Any], body: Bytes) -> Keypoints:
    points, names = _expect(array_at(value["points"], body), np.float32, 3), _names(value["names"])
    edges = tuple((int(first), int(second)) for first, second in value["edges"])
    if any(not 0 <= end < points.shape[1] for edge in edges for end in edge):
        raise ValueError("an edge joins a point that does not exist")
    return Keypoints(points, names, edges)


def _pack_segmentation(value: Segmentation, packer: Packer) -> dict[str, Any]:
    dtype = np.uint8 if value.labels.dtype == np.uint8 else np.int32
    labels = packer.add(value.labels.astype(dtype, copy=False))
    return {
        "labels": labels,
        "names": list(value.names),
        "colors": None if value.colors is None else packer.add(value.colors),
    }


def _unpack_segmentation(value: Mapping[str, Any], body: Bytes) -> Segmentation:
    labels, names = array_at(value["labels"], body), _names(value["names"])
    if labels.dtype == np.float32 or labels.ndim != 2:
        raise ValueError(f"labels are whole numbers in two dimensions, not {labels.dtype} {labels.shape}")
    colors = None if value["colors"] is None else _expect(array_at(value["colors"], body), np.uint8, 2)
    if colors is not None and colors.shape != (len(names), 3):
        raise ValueError(f"{colors.shape} colours do not fit {len(names)} names")
    return Segmentation(labels, names, colors)


def _array_codec(check: Callable[[Any], Any]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    return (
        lambda value, packer: {"array": packer.add(check(value))},
        lambda value, body: check(array_at(value["array"], body)),
    )


def _scalar_codec(kind: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    return lambda value, _: {"value": _scalar(kind, value)}, lambda value, _: _scalar(kind, value["value"])


_CODECS: Final[dict[str, tuple[Callable[..., Any], Callable[..., Any]]]] = {
    "image": _array_codec(_image),
    "mask": _array_codec(lambda array: _expect(array, np.uint8, 2)),
    "flow": _array_codec(_flow),
    "vector": _array_codec(lambda array: _expect(array, np.float32, 1)),
    "detections": (_pack_detections, _unpack_detections),
    "keypoints": (_pack_keypoints, _unpack_keypoints),
    "segmentation": (_pack_segmentation, _unpack_segmentation),
    "json": (lambda value, _: {"value": plain(value)}, lambda value, _: value["value"]),
    "file": (lambda value, _: {"value": str(value)}, lambda value, _: Path(_scalar("text", value["value"]))),
    **{kind: _scalar_codec(kind) for kind in ("text", "category", "number", "integer", "boolean")},
}
_PACK: Final = {kind: codec[0] for kind, codec in _CODECS.items()}
_UNPACK: Final = {kind: codec[1] for kind, codec in _CODECS.items()}
