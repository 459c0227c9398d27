"""Edits of nodes: add, remove, parameters, title, state, failure policy, place."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nodegraph.core.graph import Failure, Graph, GraphNode, State, Sync
from nodegraph.core.preset import Preset
from nodegraph.core.spec import NodeSpec
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import (
    Placement,
    Point,
    free_id,
    placement,
    with_placements,
    without_placements,
    without_sheets,
)


def with_graph(document: Preset, graph: Graph) -> Preset:
    """`document` holding `graph`; what was known of wires that are gone goes too."""
    unknown = document.wire_unknown
    if unknown and graph.wires is not document.graph.wires:
        there = set(graph.wires)
        unknown = {wire: data for wire, data in unknown.items() if wire in there}
    return replace(document, graph=graph, wire_unknown=unknown)


def add_node(
    document: Preset, spec: NodeSpec, at: Point, params: Mapping[str, Any] | None = None
) -> tuple[Preset, str]:
    """With a new node of this type, its top left corner at `at`; also its id."""
    id = free_id(spec.id.rpartition(".")[2] or "node", document.graph.nodes)
    changed = with_graph(document, document.graph.with_node(GraphNode(id, spec.id, dict(params or {}))))
    return with_placements(changed, {id: Placement(*at)}), id


def remove(document: Preset, items: Iterable[Item]) -> Preset:
    """Without these nodes (and their wires), notes and frames; what is in a frame stays."""
    gone = list(items)
    ids = [item.id for item in gone if item.kind == "node"]
    changed = with_graph(document, document.graph.without_nodes(ids)) if ids else document
    return without_sheets(without_placements(changed, ids), gone)


def set_param(document: Preset, node_id: str, name: str, value: Any) -> Preset:
    """With one parameter set; paths and tuples become what JSON can hold."""
    plain = str(value) if isinstance(value, Path) else list(value) if isinstance(value, tuple) else value
    return with_graph(document, document.graph.with_param(node_id, name, plain))


def reset_param(document: Preset, node_id: str, name: str) -> Preset:
    """With one parameter back at its default."""
    node = document.graph.nodes[node_id]
    kept = {key: value for key, value in node.params.items() if key != name}
    return _changed(document, [node_id], params=kept)


def rename(document: Preset, node_id: str, title: str) -> Preset:
    """With this title on the canvas; "" is the type's own."""
    return _changed(document, [node_id], title=title.strip())


def set_state(document: Preset, ids: Iterable[str], state: State) -> Preset:
    """With these nodes on, bypassed or muted."""
    return _changed(document, ids, state=state)


def set_failure(document: Preset, ids: Iterable[str], failure: Failure) -> Preset:
    """With this failure policy."""
    return _changed(document, ids, failure=failure)


def set_sync(document: Preset, ids: Iterable[str], sync: Sync) -> Preset:
    """With inputs that belong to the same frame (match), or are the newest (hold)."""
    return _changed(document, ids, sync=sync)


def set_place(document: Preset, ids: Iterable[str], place: Mapping[str, Any]) -> Preset:
    """With the model run at this place."""
    return _changed(document, ids, place=dict(place))


def collapse(document: Preset, ids: Iterable[str], collapsed: bool) -> Preset:
    """With only the titles of these nodes shown, or all of them."""
    places = {id: replace(placement(document, id), collapsed=collapsed) for id in ids}
    return with_placements(document, places)


def _changed(document: Preset, ids: Iterable[str], **values: Any) -> Preset:
    nodes = document.graph.nodes
    changed = {id: replace(nodes[id], **values) for id in ids if id in nodes}
    return with_graph(document, replace(document.graph, nodes={**nodes, **changed})) if changed else document
