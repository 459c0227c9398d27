"""One undo step as data: what it changed, with the value of each part afterwards. Applying it gives its inverse."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from nodegraph.core.graph import Graph, GraphNode
from nodegraph.core.preset import Preset

_PARTS: Final = tuple(one.name for one in fields(Preset) if one.name not in ("graph", "problems"))


@dataclass(frozen=True)
class Delta:
    """Nodes by id (None: the node is not there), the wires or groups when they changed, and other fields of the preset.

    `label` is what a person did: "Move 3 nodes".
    """

    label: str
    nodes: Mapping[str, GraphNode | None]
    graph: Mapping[str, Any]
    fields: Mapping[str, Any]

    @property
    def is_empty(self) -> bool:
        """Whether it changes nothing."""
        return not (self.nodes or self.graph or self.fields)

    def apply(self, document: Preset) -> "tuple[Preset, Delta]":
        """The document with this step made, and the step that takes it back."""
        graph = _with_nodes(document.graph, self.nodes)
        changed = replace(document, **self.fields, graph=replace(graph, **self.graph))
        return changed, difference(changed, document, self.label)


def difference(before: Preset, after: Preset, label: str) -> Delta:
    """The step that leads from `before` to `after`. What is the same object, or equal, is left out."""
    old, new = before.graph, after.graph
    graph = _changed_parts(old, new, ("wires", "groups"))
    return Delta(label, _changed_nodes(old.nodes, new.nodes), graph, _changed_parts(before, after, _PARTS))


def _changed_parts(before: Any, after: Any, names: Iterable[str]) -> dict[str, Any]:
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in names)
    return {name: new for name, old, new in pairs if old is not new and old != new}


def _changed_nodes(old: Mapping[str, GraphNode], new: Mapping[str, GraphNode]) -> dict[str, GraphNode | None]:
    if old is new:
        return {}
    found: dict[str, GraphNode | None] = {id: None for id in old if id not in new}
    found.update((id, node) for id, node in new.items() if (was := old.get(id)) is not node and was != node)
    return found


def _with_nodes(graph: Graph, changed: Mapping[str, GraphNode | None]) -> Graph:
    if not changed:
        return graph
    nodes = dict(graph.nodes)
    for id, node in changed.items():
        if node is None:
            nodes.pop(id, None)
        else:
            nodes[id] = node
    return replace(graph, nodes=nodes)
