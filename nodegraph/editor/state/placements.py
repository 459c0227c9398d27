"""Where things are: places of nodes and notes in a preset's `layout`, and frames in its graph's `groups`.

A preset comes from anywhere: numbers that are none count as 0, and keys we do not know are kept.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from nodegraph.core.preset import Preset
from nodegraph.editor.state.items import Item

LIMIT: Final = 1_000_000.0
"""World coordinates stay within this."""
Point = tuple[float, float]


@dataclass(frozen=True)
class Placement:
    """A node on the canvas: its top left corner in world units, and whether only its title is shown."""

    x: float = 0.0
    y: float = 0.0
    collapsed: bool = False


@dataclass(frozen=True)
class Sheet:
    """A note or a group frame: a rectangle with text (or a title) and a colour ("#rrggbb")."""

    id: str
    x: float
    y: float
    width: float
    height: float
    text: str
    color: str


def number(value: Any, default: float = 0.0) -> float:
    """A coordinate as a finite float within bounds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return default
    return float(min(max(value, -LIMIT), LIMIT)) if abs(value) != math.inf else default


def has_place(document: Preset, node_id: str) -> bool:
    """Whether the document says where this node is."""
    return isinstance(_part(document, "nodes").get(node_id), Mapping)


def placement(document: Preset, node_id: str) -> Placement:
    """Where a node is; at the origin when the document does not say."""
    data = _part(document, "nodes").get(node_id)
    if not isinstance(data, Mapping):
        return Placement()
    return Placement(number(data.get("x")), number(data.get("y")), data.get("collapsed") is True)


def with_placements(document: Preset, places: Mapping[str, Placement]) -> Preset:
    """With these nodes at these places."""
    nodes = dict(_part(document, "nodes"))
    for id, place in places.items():
        old = nodes.get(id)
        kept = {k: v for k, v in old.items() if k != "collapsed"} if isinstance(old, Mapping) else {}
        collapsed = {"collapsed": True} if place.collapsed else {}
        nodes[id] = {**kept, "x": _kept(place.x), "y": _kept(place.y), **collapsed}
    return replace(document, layout={**document.layout, "nodes": nodes})


def without_placements(document: Preset, ids: Iterable[str]) -> Preset:
    """Without the places of nodes that are gone."""
    gone, nodes = set(ids), _part(document, "nodes")
    if not gone & set(nodes):
        return document
    kept = {id: data for id, data in nodes.items() if id not in gone}
    return replace(document, layout={**document.layout, "nodes": kept})


def notes(document: Preset) -> list[Sheet]:
    """The notes, in the document's order."""
    return [_sheet(id, data, "text") for id, data in _part(document, "notes").items() if isinstance(data, Mapping)]


def groups(document: Preset) -> list[Sheet]:
    """The group frames. One without an id of its own, or with one that another has, is called by its position."""
    rows = document.graph.groups
    return [_sheet(id, data, "title") for id, data in zip(_group_ids(rows), rows, strict=True)]


def with_note(document: Preset, sheet: Sheet) -> Preset:
    """With this note added, or in place of the one with its id."""
    found = _part(document, "notes")
    data = {**_mapping(found.get(sheet.id)), **_sheet_data(sheet), "text": sheet.text}
    return replace(document, layout={**document.layout, "notes": {**found, sheet.id: data}})


def with_group(document: Preset, sheet: Sheet) -> Preset:
    """With this frame added, or in place of the one with its id."""
    data = {"id": sheet.id, **_sheet_data(sheet), "title": sheet.text}
    rows = list(document.graph.groups)
    ids = _group_ids(rows)
    if sheet.id in ids:
        at = ids.index(sheet.id)
        rows[at] = {**rows[at], **data}
    else:
        rows.append(data)
    return replace(document, graph=replace(document.graph, groups=tuple(rows)))


def without_sheets(document: Preset, items: Iterable[Item]) -> Preset:
    """Without these notes and frames; nodes stay."""
    gone = {(item.kind, item.id) for item in items if item.kind != "node"}
    if not gone:
        return document
    rows = document.graph.groups
    kept = tuple(one for one, id in zip(rows, _group_ids(rows), strict=True) if ("group", id) not in gone)
    if len(kept) < len(rows):
        document = replace(document, graph=replace(document.graph, groups=kept))
    found = _part(document, "notes")
    left = {id: data for id, data in found.items() if ("note", id) not in gone}
    return document if len(left) == len(found) else replace(document, layout={**document.layout, "notes": left})


def items_of(document: Preset) -> frozenset[Item]:
    """Everything on the canvas."""
    found = {Item("node", id) for id in document.graph.nodes}
    found |= {Item("note", id) for id, data in _part(document, "notes").items() if isinstance(data, Mapping)}
    found |= {Item("group", id) for id in _group_ids(document.graph.groups)}
    return frozenset(found)


def free_id(base: str, taken: Iterable[str]) -> str:
    """`base`, or `base` with the first number that makes it new: ``blur``, ``blur2``, ``blur3``."""
    used = set(taken)
    if base not in used:
        return base
    count = 2
    while f"{base}{count}" in used:
        count += 1
    return f"{base}{count}"


def _sheet(id: str, data: Mapping[str, Any], text: str) -> Sheet:
    size = (max(number(data.get("width"), 240.0), 40.0), max(number(data.get("height"), 120.0), 30.0))
    shown, color = data.get(text), data.get("color")
    return Sheet(
        id,
        number(data.get("x")),
        number(data.get("y")),
        *size,
        shown if isinstance(shown, str) else "",
        color if isinstance(color, str) and len(color) == 7 and color.startswith("#") else "#5b6b8c",
    )


def _sheet_data(sheet: Sheet) -> dict[str, Any]:
    where = {name: _kept(getattr(sheet, name)) for name in ("x", "y", "width", "height")}
    return {**where, "color": sheet.color}


def _kept(value: float) -> float:
    """A coordinate as it is written: to the hundredth, and no minus before a zero."""
    return round(number(value), 2) + 0.0


def _group_ids(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """An id for each frame, all different."""
    ids: list[str] = []
    for at, data in enumerate(rows):
        id = data.get("id")
        ids.append(free_id(id if isinstance(id, str) and id else f"group{at + 1}", ids))
    return ids


def _part(document: Preset, name: str) -> Mapping[str, Any]:
    return _mapping(document.layout.get(name))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
