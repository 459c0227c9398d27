"""Small ONNX files, written byte by byte: the format is Protocol Buffers, and a test needs little of it."""

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Shape = Sequence[int | str]
"""Sizes; a name stands for any size."""
_TYPES = {np.dtype(np.float32): 1, np.dtype(np.uint8): 2, np.dtype(np.int64): 7}


def network(
    nodes: Sequence[bytes],
    inputs: Mapping[str, Shape],
    outputs: Mapping[str, Shape],
    weights: Mapping[str, Any],
    opset: int = 13,
    kind: Any = np.float32,
) -> bytes:
    """A file. `weights` are constants by name: arrays of float32, uint8 or int64. `kind` is the inputs' type."""
    graph = [_bytes(1, one) for one in nodes]
    graph += [_bytes(2, b"tiny")]
    graph += [_bytes(5, _tensor(np.asarray(value), name)) for name, value in weights.items()]
    graph += [_bytes(11, _port(name, shape, np.dtype(kind))) for name, shape in inputs.items()]
    graph += [_bytes(12, _port(name, shape, np.dtype(np.float32))) for name, shape in outputs.items()]
    return _number(1, 8) + _bytes(7, b"".join(graph)) + _bytes(8, _bytes(1, b"") + _number(2, opset))


def node(operation: str, inputs: str, outputs: str, **attributes: Any) -> bytes:
    """One operation: ``node("Add", "a b", "sum")``; attributes are numbers, texts, or lists of whole numbers."""
    parts = [_bytes(1, name.encode()) for name in inputs.split()] + [
        _bytes(2, name.encode()) for name in outputs.split()
    ]
    parts += [_bytes(3, outputs.encode()), _bytes(4, operation.encode())]
    return b"".join(parts + [_bytes(5, _attribute(name, value)) for name, value in attributes.items()])


def _attribute(name: str, value: Any) -> bytes:
    named = _bytes(1, name.encode())
    if isinstance(value, float):
        return named + _key(2, 5) + struct.pack("<f", value) + _number(20, 1)
    if isinstance(value, int):
        return named + _number(3, value) + _number(20, 2)
    if isinstance(value, str):
        return named + _bytes(4, value.encode()) + _number(20, 3)
    return named + b"".join(_number(8, one) for one in value) + _number(20, 7)


def _tensor(value: np.ndarray, name: str) -> bytes:
    sizes = b"".join(_number(1, size) for size in value.shape)
    return sizes + _number(2, _TYPES[value.dtype]) + _bytes(8, name.encode()) + _bytes(9, value.tobytes())


def _port(name: str, shape: Shape, kind: np.dtype[Any]) -> bytes:
    sizes = [_number(1, one) if isinstance(one, int) else _bytes(2, one.encode()) for one in shape]
    tensor = _number(1, _TYPES[kind]) + _bytes(2, b"".join(_bytes(1, size) for size in sizes))
    return _bytes(1, name.encode()) + _bytes(2, _bytes(1, tensor))


def _number(field: int, value: int) -> bytes:
    return _key(field, 0) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _key(field, 2) + _varint(len(value)) + value


def _key(field: int, kind: int) -> bytes:
    return _varint(field << 3 | kind)


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])
