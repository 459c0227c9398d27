"""What a new version of a graph changes for the nodes at work: which can stay, and which parameters move."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nodegraph.core.graph import Graph, GraphNode
from nodegraph.core.spec import NodeSpec
from nodegraph.engine.node_run import NodeRun


@dataclass(frozen=True)
class Change:
    """New parameter values of one node, checked; `anew` when it must be reopened for them."""

    node: NodeRun
    params: Mapping[str, Any]
    anew: bool


def same_shape(before: Graph, after: Graph) -> bool:
    """Whether only parameters, titles and failure policies differ."""
    return (
        before.wires == after.wires
        and before.nodes.keys() == after.nodes.keys()
        and all(_frame_of(node) == _frame_of(after.nodes[id]) for id, node in before.nodes.items())
    )


def _frame_of(node: GraphNode) -> tuple[Any, ...]:
    return node.type, node.place, node.state, node.sync


def keeps(node: NodeRun | None, wanted: GraphNode) -> bool:
    """Whether a node at work can go on as `wanted`."""
    return node is not None and node.node.type == wanted.type and node.node.place == wanted.place


def moved(before: Mapping[str, NodeRun], after: Mapping[str, NodeRun]) -> list[tuple[NodeRun, NodeRun]]:
    """The nodes that are made anew only to run in another place: the old one and the new one of each."""
    pairs = [(before[id], node) for id, node in after.items() if id in before and before[id] is not node]
    return [(old, new) for old, new in pairs if old.node.type == new.node.type and old.spec.outputs == new.spec.outputs]


def changes(nodes: Mapping[str, NodeRun], graph: Graph) -> list[Change]:
    """The parameters that `graph` gives other values. Raises NodeError for a bad one, before anything is changed."""
    found = []
    for id, node in nodes.items():
        params = _changed(node.node, graph.nodes[id], node.spec)
        if params:
            anew = any(param.restart for param in node.spec.params if param.name in params)
            found.append(Change(node, params, anew))
    return found


def _changed(before: GraphNode, after: GraphNode, spec: NodeSpec) -> dict[str, Any]:
    changed = {}
    for param in spec.params:
        old, new = (node.params.get(param.name, param.default) for node in (before, after))
        if old != new:
            changed[param.name] = param.check(new)
    return changed
