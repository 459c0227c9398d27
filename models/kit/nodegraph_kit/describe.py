"""What ``GET /`` says: the model as plain data, readable by nodegraph and by a 2018 client."""

from typing import Any

from nodegraph_kit.command import Command, Parameter, Port

PROTOCOL_VERSION = 1


def describe(command: Command, state: str, error: str) -> dict[str, Any]:
    """`state` is loading, ready or failed; `error` says why it failed, or "" ."""
    ready = state == "ready"
    said = {"ready": "is running", "loading": "is loading", "failed": f"failed: {error}"}[state]
    return {
        "status": "200" if ready else "503",
        "message": f"{command.name} {said}",
        "query_route": "/query",
        "test_route": "/test",
        "name": command.name,
        "title": command.title,
        "description": command.description,
        "version": command.version,
        "protocol": "native",
        "protocolVersion": PROTOCOL_VERSION,
        "encodings": ["jpeg"],
        "state": state,
        "error": error,
        "maxInflight": command.max_inflight,
        "stateful": bool(command.memory),
        "inputs": {port.name: _port(port) for port in command.inputs},
        "outputs": {port.name: _port(port) for port in command.outputs},
        "parameters": {parameter.name: _parameter(parameter) for parameter in command.parameters},
    }


def _port(port: Port) -> dict[str, Any]:
    return {"type": port.type, "description": port.description, "optional": port.optional}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    fields = {"type": parameter.type, "default": parameter.default, "description": parameter.description}
    extras = {
        "minimum": parameter.minimum,
        "maximum": parameter.maximum,
        "choices": list(parameter.choices) or None,
        "unit": parameter.unit or None,
    }
    return fields | {name: value for name, value in extras.items() if value is not None}
