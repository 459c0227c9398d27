"""A native request: header and body in, header and arrays out. Both carriers (Unix socket, HTTP) use it."""

import select
import socket
from collections.abc import Callable, Mapping
from typing import Any

from nodegraph_kit.errors import Refusal
from nodegraph_kit.runner import Result, Runner
from nodegraph_kit.values import Bytes, Packer, pack, unpack


def answer(
    runner: Runner, header: Mapping[str, Any], body: Bytes, is_wanted: Callable[[], bool]
) -> tuple[dict[str, Any], Packer]:
    """Run what `header` asks for; the answer's header, and the packer that holds its arrays. Raises Refusal."""
    client = str(header.get("client", ""))[:64]
    result = runner.run(_inputs(runner, header, body), _object(header, "parameters"), client, is_wanted)
    packer = Packer()
    outputs = _outputs(runner, result, packer)
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
                values[name] = unpack(types[name], value, body)
            except Refusal as refusal:
                raise Refusal(f"The input {name}: {refusal.message}", refusal.kind) from refusal
        elif name not in types:
            values[name] = value
    return values


def _outputs(runner: Runner, result: Result, packer: Packer) -> dict[str, Any]:
    ports = runner.command.outputs
    values = {port.name: result.outputs[port.name] for port in ports}
    return {p.name: None if values[p.name] is None else pack(p.type, values[p.name], packer) for p in ports}


def _object(header: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = header.get(key, {})
    if not isinstance(value, Mapping):
        raise Refusal(f"{key} must be an object, not {type(value).__name__}.")
    return value
