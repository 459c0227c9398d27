"""Pictures of the native protocol as JPEG: for servers on other machines, where the network is slower than a codec."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from nodegraph.runtime import codecs
from nodegraph.runtime.protocols.native_values import Bytes, Packer, array_at, pack, unpack

QUALITY: Final = 92
_WORTH_IT: Final = 1 << 16  # bytes of pixels; smaller pictures go as they are


def pack_for_network(kind: str, value: Any, packer: Packer) -> dict[str, Any]:
    """As `pack`, with large pictures without transparency as JPEG. Raises ValueError or TypeError."""
    if kind != "image" or not _is_worth_it(value):
        return pack(kind, value, packer)
    data = np.frombuffer(codecs.encode_jpeg(value, QUALITY), np.uint8)
    return {"type": kind, "jpeg": packer.add(data)}


def _is_worth_it(value: Any) -> bool:
    """Whether it is a large picture without transparency."""
    if not isinstance(value, np.ndarray) or value.nbytes < _WORTH_IT:
        return False
    return value.dtype == np.uint8 and value.ndim == 3 and value.shape[2] == 3


def pixels_of(values: Mapping[str, Any]) -> int:
    """Bytes of the pixels that a JPEG could stand for."""
    return sum(value.nbytes for value in values.values() if _is_worth_it(value))


def unpack_from_network(kind: str, value: Any, body: Bytes) -> Any:
    """As `unpack`, also of a picture that came as JPEG. Raises what `unpack` raises."""
    if kind == "image" and isinstance(value, Mapping) and "jpeg" in value:
        return codecs.decode_image(array_at(value["jpeg"], body).tobytes())
    return unpack(kind, value, body)
