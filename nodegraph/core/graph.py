"""The graph: immutable plain data. Every change gives a new Graph; what did not change is shared.

An invalid graph is a normal state: anything may be unknown, unconnected or mistyped here. `validate` says what is
wrong; only running refuses.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

State = Literal["on", "bypass", "mute"]
Failure = Literal["hold", "bypass", "black", "stop"]
Sync = Literal["hold", "match"]


@dataclass(frozen=True)
class GraphNode:
    """A node in a graph. `type` is a NodeSpec id; `params` holds only what differs from the defaults.

    place: where a model runs: {} (the default place), {"kind": "container" | "process" | "url", "url": ..., "engine":
    ..., "device": "auto" | "cpu" | "gpu", "memory": megabytes a container may have, "network": "on" to let a container
    reach the internet, "replicas": how many servers, "frames": "auto" | "raw" | "jpeg" on their way}. failure: what a
    live run shows when the node fails. sync: "match" makes its inputs belong to the very same frame, "hold" (default)
    takes the newest. unknown: keys we do not know, kept.
    """

    id: str
    type: str
    params: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""
    state: State = "on"
    failure: Failure = "hold"
    sync: Sync = "hold"
    place: Mapping[str, Any] = field(default_factory=dict)
    unknown: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, order=True)
class Wire:
    """From an output to an input port or a parameter: ``camera.image -> blur.image``."""

    source: str
    output: str
    target: str
    input: str

    def __str__(self) -> str:
        return f"{self.source}.{self.output} -> {self.target}.{self.input}"


@dataclass(frozen=True)
class Graph:
    """Nodes by id, wires (at most one into an input), and groups as plain data."""

    nodes: Mapping[str, GraphNode] = field(default_factory=dict)
    wires: tuple[Wire, ...] = ()
    groups: tuple[Mapping[str, Any], ...] = ()

    def with_node(self, node: GraphNode) -> "Graph":
        """With `node` added, or in place of the one with its id."""
        return replace(self, nodes={**self.nodes, node.id: node})

    def without_nodes(self, ids: Iterable[str]) -> "Graph":
        """Without these nodes and the wires that touch them."""
        gone = set(ids)
        nodes = {id: node for id, node in self.nodes.items() if id not in gone}
        wires = tuple(wire for wire in self.wires if wire.source not in gone and wire.target not in gone)
        return replace(self, nodes=nodes, wires=wires)

    def with_wire(self, wire: Wire) -> "Graph":
        """With `wire`, in place of any other wire into the same input."""
        kept = tuple(one for one in self.wires if (one.target, one.input) != (wire.target, wire.input))
        return replace(self, wires=(*kept, wire))

    def without_wire(self, wire: Wire) -> "Graph":
        """Without `wire`."""
        return replace(self, wires=tuple(one for one in self.wires if one != wire))

    def with_param(self, node_id: str, name: str, value: Any) -> "Graph":
        """With one parameter of one node set. Raises KeyError for a node that is not there."""
        node = self.nodes[node_id]
        return self.with_node(replace(node, params={**node.params, name: value}))

    def wires_into(self, node_id: str) -> list[Wire]:
        """The wires into a node's inputs and parameters."""
        return [wire for wire in self.wires if wire.target == node_id]
