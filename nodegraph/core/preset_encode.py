"""Preset -> document: only what differs from the defaults is written, and everything unknown is put back."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nodegraph.core.graph import GraphNode, Wire
from nodegraph.core.preset_migrate import FORMAT

if TYPE_CHECKING:
    from nodegraph.core.preset import Preset

_TEXTS = ("title", "description", "author", "licence")
_PARTS = ("layout", "requires", "passport", "controls", "snapshots", "cues", "assets", "tags")


def encode(preset: "Preset") -> dict[str, Any]:
    """The document of a preset, as plain data."""
    known: dict[str, Any] = {"format": FORMAT, "id": preset.id, "graph": _graph(preset)}
    known |= {key: getattr(preset, key) for key in (*_TEXTS, *_PARTS) if getattr(preset, key)}
    return {**_plain(preset.unknown), **_plain(known)}


def _graph(preset: "Preset") -> dict[str, Any]:
    graph = preset.graph
    document: dict[str, Any] = {**preset.graph_unknown, "nodes": {id: _node(one) for id, one in graph.nodes.items()}}
    document["wires"] = [{**preset.wire_unknown.get(wire, {}), **_wire(wire)} for wire in graph.wires]
    return document | ({"groups": graph.groups} if graph.groups else {})


def _node(node: GraphNode) -> dict[str, Any]:
    document: dict[str, Any] = {**node.unknown, "type": node.type}
    blank = GraphNode(node.id, node.type)
    for key in ("title", "params", "state", "failure", "sync", "place"):
        value = getattr(node, key)
        if value != getattr(blank, key):
            document[key] = value
    return document


def _wire(wire: Wire) -> dict[str, Any]:
    return {"from": _end(wire.source, wire.output), "to": _end(wire.target, wire.input)}


def _end(node: str, port: str) -> Any:
    """``node.port``; a port with a dot in its name needs the two apart, for the last dot is where we split."""
    return [node, port] if "." in port or not node or not port else f"{node}.{port}"


def _plain(value: Any) -> Any:
    """Tuples, paths and NumPy numbers (parameters in their own types) as what JSON has."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    return value
