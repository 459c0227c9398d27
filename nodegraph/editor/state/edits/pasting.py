"""Edits that bring several things at once: paste and duplicate. What comes gets ids of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from nodegraph.core.graph import GraphNode, Wire
from nodegraph.core.preset import Preset
from nodegraph.editor.state.edits.nodes import with_graph
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import (
    Placement,
    Point,
    Sheet,
    free_id,
    groups,
    notes,
    placement,
    with_group,
    with_note,
    with_placements,
)

_COLUMN: Final = 240.0
"""World units between nodes that come without places."""


@dataclass(frozen=True)
class Clip:
    """A piece of a graph. Coordinates are those of the graph it is from; `outer_wires` come from nodes outside it.

    wire_unknown: keys of single wires that we do not know.
    """

    nodes: Mapping[str, GraphNode] = field(default_factory=dict)
    wires: tuple[Wire, ...] = ()
    outer_wires: tuple[Wire, ...] = ()
    places: Mapping[str, Placement] = field(default_factory=dict)
    notes: tuple[Sheet, ...] = ()
    groups: tuple[Sheet, ...] = ()
    wire_unknown: Mapping[Wire, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        return not (self.nodes or self.notes or self.groups)

    @property
    def corner(self) -> Point:
        """Its top left corner."""
        spots = [(one.x, one.y) for one in self.places.values()]
        spots += [(one.x, one.y) for one in (*self.notes, *self.groups)]
        return (min(x for x, _ in spots), min(y for _, y in spots)) if spots else (0.0, 0.0)


def clip_of(document: Preset, items: Iterable[Item]) -> Clip:
    """What a copy of these things holds."""
    chosen = frozenset(items)
    nodes = {id: node for id, node in document.graph.nodes.items() if Item("node", id) in chosen}
    into = [wire for wire in document.graph.wires if wire.target in nodes]
    return Clip(
        nodes,
        tuple(wire for wire in into if wire.source in nodes),
        tuple(wire for wire in into if wire.source not in nodes),
        {id: placement(document, id) for id in nodes},
        tuple(one for one in notes(document) if Item("note", one.id) in chosen),
        tuple(one for one in groups(document) if Item("group", one.id) in chosen),
        {wire: data for wire, data in document.wire_unknown.items() if wire.target in nodes},
    )


def paste(document: Preset, clip: Clip, at: Point, with_inputs: bool = False) -> tuple[Preset, list[Item]]:
    """With a copy of `clip`, its corner at `at`; also what came.

    with_inputs: wires from nodes outside the clip come too, where those nodes are here.
    """
    names: dict[str, str] = {}
    taken = set(document.graph.nodes)
    for id in clip.nodes:
        names[id] = free_id(_stem(id), taken)
        taken.add(names[id])
    nodes = {names[id]: replace(node, id=names[id]) for id, node in clip.nodes.items()}
    wires = {wire: replace(wire, source=names[wire.source], target=names[wire.target]) for wire in clip.wires}
    if with_inputs:
        outer = [wire for wire in clip.outer_wires if wire.source in document.graph.nodes]
        wires |= {wire: replace(wire, target=names[wire.target]) for wire in outer}
    graph = document.graph
    graph = replace(graph, nodes={**graph.nodes, **nodes}, wires=(*graph.wires, *wires.values()))
    unknown = {new: clip.wire_unknown[old] for old, new in wires.items() if old in clip.wire_unknown}
    changed = with_graph(document, graph)
    changed = replace(changed, wire_unknown={**changed.wire_unknown, **unknown}) if unknown else changed
    left, top = clip.corner
    dx, dy = at[0] - left, at[1] - top
    places = _places(clip, at, dx, dy)
    changed = with_placements(changed, {names[id]: place for id, place in places.items()}) if places else changed
    changed, sheets = _with_sheets(changed, clip, dx, dy)
    return changed, [*(Item("node", id) for id in nodes), *sheets]


def _places(clip: Clip, at: Point, dx: float, dy: float) -> dict[str, Placement]:
    """Where the copies go; nodes the clip has no place for stand in a row below the others."""
    found = {id: replace(one, x=one.x + dx, y=one.y + dy) for id, one in clip.places.items() if id in clip.nodes}
    lost = [id for id in clip.nodes if id not in found]
    y = max((one.y + _COLUMN for one in found.values()), default=at[1])
    return found | {id: Placement(at[0] + column * _COLUMN, y) for column, id in enumerate(lost)}


def _with_sheets(document: Preset, clip: Clip, dx: float, dy: float) -> tuple[Preset, list[Item]]:
    came: list[Item] = []
    for note in clip.notes:
        id = free_id(_stem(note.id), (one.id for one in notes(document)))
        document = with_note(document, replace(note, id=id, x=note.x + dx, y=note.y + dy))
        came.append(Item("note", id))
    for group in clip.groups:
        id = free_id(_stem(group.id), (one.id for one in groups(document)))
        document = with_group(document, replace(group, id=id, x=group.x + dx, y=group.y + dy))
        came.append(Item("group", id))
    return document, came


def _stem(id: str) -> str:
    """``blur2`` -> ``blur``: a copy of a copy counts on."""
    return id.rstrip("0123456789") or id
