"""The document as boxes and curves in the world, kept up to date by difference; and what is at a point."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.preset import Preset
from nodegraph.core.registry import Registry
from nodegraph.editor.state.canvas.boxes import ROW, TITLE, Box, ParamRow, Pin, PinKey, Side, box_of
from nodegraph.editor.state.canvas.camera import Rect, overlap
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import Point, Sheet, groups, notes, placement
from nodegraph.editor.state.workspace import Workspace

PIN_REACH: Final = 12.0
DETAILED: Final = 0.5
"""Zoom from which names and values are drawn, and can be taken."""
FAR: Final = 2.2
FAR_REACH: Final = 0.5
"""With so many world units to a pixel, nodes are small: pins leave more of them to be grabbed."""
WIRE_REACH: Final = 7.0
CORNER: Final = 16.0
GROUP_TITLE: Final = 30.0


@dataclass(frozen=True)
class Hit:
    """What is at a point: the item, and which part of it. Nothing at all: an empty canvas.

    corner: the lower right corner of a note or frame, which resizes it. near: which end of a wire is closer.
    """

    item: Item | None = None
    pin: Pin | None = None
    row: ParamRow | None = None
    wire: Wire | None = None
    near: Side = "in"
    title: bool = False
    corner: bool = False


Curve = tuple[Point, Point, Point, Point]
_Look = tuple[GraphNode, object, tuple[str, ...], tuple[str, ...]]


class Scene:
    """Boxes by node id with their corners, in drawing order; call `refresh` after the document may have changed."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._seen: Preset | None = None
        self._registry: Registry | None = None
        self._looks: dict[str, _Look] = {}
        self._ends: tuple[object, dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]] = (None, {}, {})
        self._curves: dict[Wire, Curve | None] = {}
        self.lifts = 0
        self.boxes: dict[str, Box] = {}
        self.corners: dict[str, Point] = {}
        self.notes: list[Sheet] = []
        self.groups: list[Sheet] = []

    def refresh(self) -> bool:
        """Follow the document; whether it is another one than at the last call."""
        document, registry = self._workspace.document, self._workspace.registry
        if document is self._seen and registry is self._registry:
            return False
        if registry is not self._registry:
            self._looks.clear()
        self._seen, self._registry = document, registry
        graph = document.graph
        if graph.wires is not self._ends[0]:
            self._ends = (graph.wires, *_wired(graph))
        changed = {id for id in self.boxes if id not in graph.nodes}
        for gone in changed:
            del self.boxes[gone], self.corners[gone]
            self._looks.pop(gone, None)
        layout = document.layout.get("nodes")
        known = layout if isinstance(layout, Mapping) else {}
        changed |= {id for id, node in graph.nodes.items() if self._follow(document, node, known.get(id))}
        if changed:
            self._curves = {
                wire: curve
                for wire, curve in self._curves.items()
                if wire.source not in changed and wire.target not in changed
            }
        self.notes, self.groups = notes(document), groups(document)
        return True

    def _follow(self, document: Preset, node: GraphNode, data: object) -> bool:
        """Bring one node up to date; whether it changed. `data` is what the layout says of it."""
        id = node.id
        ins, outs = self._ends[1].get(id, ()), self._ends[2].get(id, ())
        old = self._looks.get(id)
        if old is not None and old[0] is node and old[1] is data and old[2] == ins and old[3] == outs:
            return False
        self._looks[id] = (node, data, ins, outs)
        place = placement(document, id)
        before, box = self.corners.get(id), self.boxes.get(id)
        self.corners[id] = (place.x, place.y)
        if (
            old is None
            or box is None
            or old[0] is not node
            or old[2:] != (ins, outs)
            or box.collapsed != place.collapsed
        ):
            made = box_of(node, self._workspace.spec(id), place, ins, outs)
            if made != box:
                self.boxes[id] = made
                return True
        return before != self.corners[id]

    def lift(self, items: Iterable[Item]) -> None:
        """Draw these nodes above the others; they are hit first, too."""
        chosen = {item.id for item in items if item.kind == "node"}
        self.lifts += 1
        for id in [one for one in self.boxes if one in chosen]:
            self.boxes[id] = self.boxes.pop(id)

    # --- where things are -------------------------------------------------------------------------------------------

    def rect(self, id: str) -> Rect:
        """The rectangle of a node. Raises KeyError for one that is not there."""
        (x, y), box = self.corners[id], self.boxes[id]
        return x, y, x + box.width, y + box.height

    def rects(self, items: Iterable[Item]) -> list[Rect]:
        """The rectangles of these things."""
        sheets = {Item("note", one.id): one for one in self.notes} | {Item("group", one.id): one for one in self.groups}
        found = []
        for item in items:
            if item.kind == "node" and item.id in self.boxes:
                found.append(self.rect(item.id))
            elif item in sheets:
                found.append(sheet_rect(sheets[item]))
        return found

    def everything(self) -> list[Rect]:
        """The rectangles of all things."""
        return [self.rect(id) for id in self.boxes] + [sheet_rect(one) for one in (*self.notes, *self.groups)]

    def pin_point(self, key: PinKey) -> Point | None:
        """Where a pin is in the world; None for one that is not there."""
        box = self.boxes.get(key.node)
        pin = box.pin(key.side, key.name) if box else None
        if pin is None:
            return None
        x, y = self.corners[key.node]
        return x + pin.x, y + pin.y

    def curve(self, wire: Wire) -> Curve | None:
        """The four control points of a wire's cubic Bézier curve; None when an end is not there."""
        if wire not in self._curves:
            self._curves[wire] = self._curve(wire)
        return self._curves[wire]

    def _curve(self, wire: Wire) -> Curve | None:
        start = self.pin_point(PinKey(wire.source, "out", wire.output))
        end = self.pin_point(PinKey(wire.target, "in", wire.input))
        return curve_between(start, end) if start and end else None

    def inside(self, rect: Rect, kinds: Collection[str] = ("node", "note", "group")) -> list[Item]:
        """What lies wholly within a rectangle; a frame of this very size too."""
        found = [Item("node", id) for id in self.boxes if "node" in kinds and _within(self.rect(id), rect)]
        found += [Item("note", one.id) for one in self.notes if "note" in kinds and _within(sheet_rect(one), rect)]
        return found + [
            Item("group", one.id) for one in self.groups if "group" in kinds and _within(sheet_rect(one), rect)
        ]

    def touching(self, rect: Rect) -> list[Item]:
        """The nodes and notes a rectangle touches, and the frames that lie wholly within it."""
        found = [Item("node", id) for id in self.boxes if overlap(self.rect(id), rect)]
        found += [Item("note", one.id) for one in self.notes if overlap(sheet_rect(one), rect)]
        return [*found, *self.inside(rect, ["group"])]

    # --- what is at a point -----------------------------------------------------------------------------------------

    def hit(self, point: Point, reach: float = 1.0) -> Hit:
        """What is at a world point; `reach` is how many world units a pixel is."""
        return self._hit_nodes(point, reach) or self._hit_wires(point, reach) or self._hit_sheets(point) or Hit()

    def pin_at(self, point: Point, reach: float = 1.0) -> Pin | None:
        """The nearest pin within reach."""
        best, least = None, PIN_REACH * max(reach, 0.7) * (FAR_REACH if reach > FAR else 1.0)
        for id in reversed(self.boxes):
            box, (left, top) = self.boxes[id], self.corners[id]
            x, y = point[0] - left, point[1] - top
            if -least <= x <= box.width + least and -least <= y <= box.height + least:
                for pin in box.pins:
                    away = math.hypot(pin.x - x, pin.y - y)
                    if away < least:
                        best, least = pin, away
                if 0 <= x <= box.width and 0 <= y <= box.height:
                    break  # what lies below is covered here
        return best

    def _hit_nodes(self, point: Point, reach: float) -> Hit | None:
        pin = self.pin_at(point, reach)
        if pin is not None:
            return Hit(Item("node", pin.key.node), pin=pin)
        for id in reversed(self.boxes):
            box, (left, top) = self.boxes[id], self.corners[id]
            x, y = point[0] - left, point[1] - top
            if 0 <= x <= box.width and 0 <= y <= box.height:
                rows = box.rows if reach * DETAILED <= 1.0 else ()  # nobody changes what cannot be seen
                row = next((row for row in rows if row.y <= y < row.y + ROW), None)
                return Hit(Item("node", id), row=row, title=y < TITLE)
        return None

    def _hit_wires(self, point: Point, reach: float) -> Hit | None:
        wire = self.wire_at(point, reach)
        curve = self.curve(wire) if wire else None
        if wire is None or curve is None:
            return None
        near_start = math.dist(point, curve[0]) < math.dist(point, curve[3])
        return Hit(wire=wire, near="out" if near_start else "in")

    def wire_at(self, point: Point, reach: float = 1.0) -> Wire | None:
        """The wire that passes nearest to a point, within reach."""
        best, least = None, WIRE_REACH * reach
        for wire in self._workspace.document.graph.wires:
            curve = self.curve(wire)
            if curve is not None and _near_bounds(curve, point, least):
                away = min(_to_segment(point, *ends) for ends in segments(curve))
                if away < least:
                    best, least = wire, away
        return best

    def _hit_sheets(self, point: Point) -> Hit | None:
        for kind, sheets in (("note", self.notes), ("group", self.groups)):
            for sheet in reversed(sheets):
                left, top, right, bottom = sheet_rect(sheet)
                if left <= point[0] <= right and top <= point[1] <= bottom:
                    corner = point[0] > right - CORNER and point[1] > bottom - CORNER
                    title = point[1] < top + GROUP_TITLE
                    if kind == "note" or corner or title:
                        return Hit(Item("note" if kind == "note" else "group", sheet.id), title=title, corner=corner)
        return None


def curve_between(start: Point, end: Point) -> Curve:
    """The control points of a wire between two pins: it leaves to the right and arrives from the left."""
    bend = max(40.0, min(abs(end[0] - start[0]) * 0.5, 160.0), min((start[0] - end[0]) * 0.6, 240.0))
    return start, (start[0] + bend, start[1]), (end[0] - bend, end[1]), end


def segments(curve: Curve, count: int = 16) -> Iterator[tuple[Point, Point]]:
    """The curve as straight pieces."""
    before = curve[0]
    for step in range(1, count + 1):
        t, u = step / count, 1 - step / count
        weights = (u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t)
        after = (
            sum(weight * point[0] for weight, point in zip(weights, curve, strict=True)),
            sum(weight * point[1] for weight, point in zip(weights, curve, strict=True)),
        )
        yield before, after
        before = after


def sheet_rect(sheet: Sheet) -> Rect:
    """The rectangle of a note or frame."""
    return sheet.x, sheet.y, sheet.x + sheet.width, sheet.y + sheet.height


def _wired(graph: Graph) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """The names of inputs and outputs with wires, by node."""
    into: dict[str, tuple[str, ...]] = {}
    out_of: dict[str, tuple[str, ...]] = {}
    for wire in graph.wires:
        into[wire.target] = (*into.get(wire.target, ()), wire.input)
        out_of[wire.source] = (*out_of.get(wire.source, ()), wire.output)
    return into, out_of


def _within(inner: Rect, outer: Rect) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def _near_bounds(curve: tuple[Point, ...], point: Point, reach: float) -> bool:
    xs, ys = [one[0] for one in curve], [one[1] for one in curve]
    return min(xs) - reach <= point[0] <= max(xs) + reach and min(ys) - reach <= point[1] <= max(ys) + reach


def _to_segment(point: Point, start: Point, end: Point) -> float:
    """The distance of a point from a piece of a line."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    along = ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / length if length else 0.0
    along = min(max(along, 0.0), 1.0)
    return math.hypot(point[0] - start[0] - along * dx, point[1] - start[1] - along * dy)
