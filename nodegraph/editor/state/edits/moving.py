"""Edits of where things are."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from nodegraph.core.preset import Preset
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import (
    Point,
    Sheet,
    groups,
    notes,
    placement,
    with_group,
    with_note,
    with_placements,
)


def move_to(document: Preset, corners: Mapping[Item, Point]) -> Preset:
    """With the top left corners of these things at these points."""
    places = {
        item.id: replace(placement(document, item.id), x=point[0], y=point[1])
        for item, point in corners.items()
        if item.kind == "node" and item.id in document.graph.nodes
    }
    changed = with_placements(document, places) if places else document
    for sheet in notes(document):
        point = corners.get(Item("note", sheet.id))
        changed = with_note(changed, replace(sheet, x=point[0], y=point[1])) if point else changed
    for sheet in groups(document):
        point = corners.get(Item("group", sheet.id))
        changed = with_group(changed, replace(sheet, x=point[0], y=point[1])) if point else changed
    return changed


def corners_of(document: Preset, items: Iterable[Item]) -> dict[Item, Point]:
    """The top left corners of these things."""
    sheets: dict[Item, Sheet] = {Item("note", one.id): one for one in notes(document)}
    sheets |= {Item("group", one.id): one for one in groups(document)}
    found: dict[Item, Point] = {}
    for item in items:
        if item.kind == "node":
            place = placement(document, item.id)
            found[item] = (place.x, place.y)
        elif item in sheets:
            found[item] = (sheets[item].x, sheets[item].y)
    return found


def move(document: Preset, items: Iterable[Item], dx: float, dy: float) -> Preset:
    """With these things moved by so many world units."""
    corners = corners_of(document, items)
    return move_to(document, {item: (x + dx, y + dy) for item, (x, y) in corners.items()})
