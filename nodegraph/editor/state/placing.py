"""Places for nodes that have none: a preset written by hand or by a program is laid out when it is opened."""

from collections.abc import Iterable
from typing import Final

from nodegraph.core.preset import Preset
from nodegraph.core.registry import Registry
from nodegraph.editor.state.arrange import arrange
from nodegraph.editor.state.canvas.boxes import TITLE, Box, Side, box_of
from nodegraph.editor.state.placements import Placement, has_place, placement, with_placements

GAP: Final = (52.0, 28.0)
"""World units between columns, and between the nodes of one."""


def arranged(document: Preset, registry: Registry, ids: Iterable[str] | None = None) -> Preset:
    """With these nodes (all without `ids`) laid out from left to right, around where they are now."""
    chosen = list(document.graph.nodes) if ids is None else [id for id in ids if id in document.graph.nodes]
    if not chosen:
        return document
    boxes = {id: _box(document, registry, id) for id in chosen}
    wires = [
        (
            wire.source,
            _pin_y(boxes[wire.source], "out", wire.output),
            wire.target,
            _pin_y(boxes[wire.target], "in", wire.input),
        )
        for wire in document.graph.wires
        if wire.source in boxes and wire.target in boxes
    ]
    spots = arrange({id: (box.width, box.height) for id, box in boxes.items()}, wires, GAP)
    dx, dy = _offset(document, spots)
    places = {id: Placement(x + dx, y + dy, placement(document, id).collapsed) for id, (x, y) in spots.items()}
    return with_placements(document, places)


def placed(document: Preset, registry: Registry) -> Preset:
    """With a place for every node: all laid out when none has one, else the new ones below the others."""
    missing = [id for id in document.graph.nodes if not has_place(document, id)]
    if len(missing) == len(document.graph.nodes):
        return arranged(document, registry)
    if not missing:
        return document
    known = [id for id in document.graph.nodes if id not in missing]
    left = min(placement(document, id).x for id in known)
    bottom = max(placement(document, id).y + _box(document, registry, id).height for id in known)
    spread = arranged(document, registry, missing)
    top = min(placement(spread, id).y for id in missing)
    start = min(placement(spread, id).x for id in missing)
    moved = {}
    for id in missing:
        place = placement(spread, id)
        moved[id] = Placement(place.x - start + left, place.y - top + bottom + 60, place.collapsed)
    return with_placements(spread, moved)


def _offset(document: Preset, spots: dict[str, tuple[float, float]]) -> tuple[float, float]:
    """Keep the top left corner of what was placed before where it was."""
    old = [placement(document, id) for id in spots if has_place(document, id)]
    if not old:
        return 0.0, 0.0
    left, top = min(x for x, _ in spots.values()), min(y for _, y in spots.values())
    return min(one.x for one in old) - left, min(one.y for one in old) - top


def _box(document: Preset, registry: Registry, id: str) -> Box:
    node, graph = document.graph.nodes[id], document.graph
    found = registry.find(node.type)
    into = [wire.input for wire in graph.wires if wire.target == id]
    out_of = [wire.output for wire in graph.wires if wire.source == id]
    return box_of(node, found.spec if found else None, placement(document, id), into, out_of)


def _pin_y(box: Box, side: Side, name: str) -> float:
    pin = box.pin(side, name)
    return pin.y if pin else TITLE / 2
