"""A native request: header and body in, header and arrays out. Both carriers (Unix socket, HTTP) use it."""

import select
import socket
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from nodegraph_kit import pictures
from nodegraph_kit.alpha import picture_in
from nodegraph_kit.errors import Refusal
from nodegraph_kit.runner import Result, Runner
from nodegraph_kit.values import Bytes, Packer, array_at, pack, unpack

_WORTH_JPEG: Final = 1 << 16
"""Bytes of pixels from which a picture is sent as JPEG to who accepts it."""


def answer(
    runner: Runner, header: Mapping[str, Any], body: Bytes, is_wanted: Callable[[], bool]
) -> tuple[dict[str, Any], Packer]:
    """Run what `header` asks for; the answer's header, and the packer that holds its arrays. Raises Refusal."""
    client = str(header.get("client", ""))[:64]
    result = runner.run(_inputs(runner, header, body), _object(header, "parameters"), client, is_wanted)
    packer = Packer()
    outputs = _outputs(runner, result, packer, "jpeg" in _list(header, "accept"))
    return {"id": header.get("id"), "outputs": outputs, "milliseconds": round(result.milliseconds, 4)}, packer


def is_connected(connection: socket.socket) -> bool:
    """False when the client has hung up, perhaps while its request waited for a turn."""
    waiting = select.poll()
    waiting.register(connection, select.POLLIN)
    if not waiting.poll(0):
        return True
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except OSError:
        return False


def _inputs(runner: Runner, header: Mapping[str, Any], body: Bytes) -> dict[str, Any]:
    types = {port.name: port.type for port in runner.command.inputs}
    values = {}
    for name, value in _object(header, "inputs").items():
        if name in types and value is not None:
            try:
                values[name] = _value(types[name], value, body)
            except Refusal as refusal:
                raise Refusal(f"The input {name}: {refusal.message}", refusal.kind) from refusal
        elif name not in types:
            values[name] = value
    return values


def _value(kind: str, value: Any, body: Bytes) -> Any:
    if kind == "image" and isinstance(value, Mapping) and "jpeg" in value:
        return picture_in(_jpeg_bytes(value["jpeg"], body))
    return unpack(kind, value, body)


def _jpeg_bytes(reference: Any, body: Bytes) -> bytes:
    try:
        return array_at(reference, body).tobytes()
    except (TypeError, ValueError, KeyError) as error:
        raise Refusal(f"The JPEG is not as the protocol says: {error}") from error


def _outputs(runner: Runner, result: Result, packer: Packer, jpeg: bool) -> dict[str, Any]:
    """Every output packed; with `jpeg`, large pictures without transparency as JPEG."""
    packed: dict[str, Any] = {}
    for port in runner.command.outputs:
        value = result.outputs[port.name]
        if value is None:
            packed[port.name] = None
        elif jpeg and port.type == "image" and _is_worth_jpeg(value):
            data = np.frombuffer(pictures.encode(np.ascontiguousarray(value), ".jpg"), np.uint8)
            packed[port.name] = {"type": "image", "jpeg": packer.add(data)}
        else:
            packed[port.name] = pack(port.type, value, packer)
    return packed


def _is_worth_jpeg(value: Any) -> bool:
    if not isinstance(value, np.ndarray) or value.dtype != np.uint8 or value.nbytes < _WORTH_JPEG:
        return False
    return value.ndim == 3 and value.shape[2] == 3


def _list(header: Mapping[str, Any], key: str) -> list[Any]:
    value = header.get(key, [])
    if not isinstance(value, list):
        raise Refusal(f"{key} must be a list, not {type(value).__name__}.")
    return value


def _object(header: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = header.get(key, {})
    if not isinstance(value, Mapping):
        raise Refusal(f"{key} must be an object, not {type(value).__name__}.")
    return value
