"""Gestures of wires: drag one between pins, take its end off, cut."""

import itertools
from typing import TYPE_CHECKING

from nodegraph.core.graph import Wire
from nodegraph.editor.state.canvas.boxes import Pin, PinKey
from nodegraph.editor.state.canvas.gesture import Gesture, LooseWire, Mods
from nodegraph.editor.state.canvas.requests import OpenPalette, Refused
from nodegraph.editor.state.canvas.scene import segments
from nodegraph.editor.state.edits.wires import adapter, connect, disconnect, refusal, upstream
from nodegraph.editor.state.placements import Point

if TYPE_CHECKING:
    from nodegraph.editor.state.canvas.canvas import Canvas


class DragWire(Gesture):
    """Drag from a pin, in either direction; `taken` is a wire whose other end was taken off."""

    def __init__(
        self, canvas: "Canvas", pixel: Point, mods: Mods, pin: Pin, taken: Wire | None = None, select: bool = True
    ) -> None:
        super().__init__(canvas, pixel, mods)
        self._pin, self._taken = pin, taken
        self._select = select

    def begin(self) -> None:
        workspace = self.canvas.workspace
        if self._taken:
            workspace.do("Disconnect", disconnect(workspace.document, [self._taken]), merge="wire")
            self.canvas.scene.refresh()
        self._judge()

    def _judge(self) -> None:
        """For every pin of the other side: why it cannot be, and whether values would be converted."""
        workspace, overlay = self.canvas.workspace, self.canvas.overlay
        graph, registry = workspace.document.graph, workspace.registry
        before = upstream(graph, registry, self._pin.key.node) if self._pin.key.side == "out" else None
        adapted = set()
        for box in self.canvas.scene.boxes.values():
            for pin in box.pins:
                if pin.key.side == self._pin.key.side:
                    overlay.refusals[pin.key] = "Connect an output with an input."
                    continue
                wire = self._wire_to(pin.key)
                overlay.refusals[pin.key] = refusal(graph, registry, wire, before)
                found = adapter(graph, registry, wire)
                if found and found.source != found.target:
                    adapted.add(pin.key)
        overlay.refusals[self._pin.key] = ""
        overlay.adapted = frozenset(adapted)

    def _wire_to(self, key: PinKey) -> Wire:
        mine = self._pin.key
        ends = (mine, key) if mine.side == "out" else (key, mine)
        return Wire(ends[0].node, ends[0].name, ends[1].node, ends[1].name)

    def drag(self) -> None:
        overlay, scene = self.canvas.overlay, self.canvas.scene
        start = scene.pin_point(self._pin.key)
        if start is None:
            return
        target = self._target()
        overlay.reason = overlay.refusals.get(target.key, "") if target else ""
        overlay.remark = self._remark(target)
        end = scene.pin_point(target.key) if target and not overlay.reason else None
        overlay.wire = LooseWire(start, end or self.world, self._pin.key.side, self._pin.types)

    def _remark(self, target: Pin | None) -> str:
        """What becomes of values at this pin, when they are converted."""
        if target is None or target.key not in self.canvas.overlay.adapted:
            return ""
        workspace = self.canvas.workspace
        found = adapter(workspace.document.graph, workspace.registry, self._wire_to(target.key))
        return f"Converts {found.source} to {found.target}." if found else ""

    def _target(self) -> Pin | None:
        """The pin under the pointer; over a node's body its first pin that fits."""
        scene, refusals = self.canvas.scene, self.canvas.overlay.refusals
        pin = scene.pin_at(self.world, self.canvas.reach)
        if pin is not None and pin.key != self._pin.key:
            return pin
        hit = scene.hit(self.world, self.canvas.reach)
        box = scene.boxes.get(hit.item.id) if hit.item and hit.item.kind == "node" else None
        if box is None or hit.item is None or hit.item.id == self._pin.key.node:
            return None
        able = [one for one in box.pins if one.key.side != self._pin.key.side]
        taken = {wire.input for wire in self.canvas.workspace.document.graph.wires_into(box.node.id)}
        fitting = [one for one in able if not refusals.get(one.key)]
        free = [one for one in fitting if one.key.side == "out" or one.key.name not in taken]
        return next(iter([*free, *fitting, *able]), None)

    def drop(self) -> None:
        workspace, target = self.canvas.workspace, self._target()
        if target is not None:
            why = self.canvas.overlay.refusals.get(target.key, "")
            wire = self._wire_to(target.key)
            if why or wire == self._taken:
                workspace.back_to(self.before)
                if why:
                    self.canvas.ask(Refused(why))
            else:
                label = "Reconnect" if self._taken else "Connect"
                workspace.do(label, connect(workspace.document, workspace.registry, wire), merge="wire")
        elif self._taken is None and self.canvas.is_empty_at(self.now):
            self.canvas.ask(OpenPalette(self.world, self.now, self._pin))

    def click(self) -> None:
        if self._select:
            self.canvas.workspace.select([item for item in [self.canvas.hit(self.now).item] if item])


class Cut(Gesture):
    """Ctrl and the right button: every wire that the stroke crosses is cut."""

    def begin(self) -> None:
        self.canvas.overlay.cut.append(self.canvas.camera.to_world(self.start))

    def drag(self) -> None:
        if self.canvas.overlay.cut[-1] != self.world:
            self.canvas.overlay.cut.append(self.world)

    def drop(self) -> None:
        workspace = self.canvas.workspace
        gone = [wire for wire in workspace.document.graph.wires if self._crosses(wire)]
        if gone:
            label = "Cut wire" if len(gone) == 1 else f"Cut {len(gone)} wires"
            workspace.do(label, disconnect(workspace.document, gone))

    def _crosses(self, wire: Wire) -> bool:
        curve, stroke = self.canvas.scene.curve(wire), self.canvas.overlay.cut
        if curve is None:
            return False
        pieces = list(itertools.pairwise(stroke))
        return any(_cross(*one, *other) for one in segments(curve) for other in pieces)


def taken_off(canvas: "Canvas", pixel: Point, mods: Mods, pin: Pin) -> DragWire:
    """The gesture of a press on a pin: at an input with a wire, its end comes off."""
    key = pin.key
    if key.side == "in":
        wires = canvas.workspace.document.graph.wires_into(key.node)
        wire = next((one for one in wires if one.input == key.name), None)
        source = canvas.scene.boxes.get(wire.source) if wire else None
        other = source.pin("out", wire.output) if source and wire else None
        if wire and other:
            return DragWire(canvas, pixel, mods, other, wire)
    return DragWire(canvas, pixel, mods, pin)


def wire_grabbed(canvas: "Canvas", pixel: Point, mods: Mods, wire: Wire, near: str) -> DragWire | None:
    """The gesture of a press on a wire: the nearer end comes off."""
    side, node, name = ("out", wire.source, wire.output) if near == "in" else ("in", wire.target, wire.input)
    box = canvas.scene.boxes.get(node)
    pin = box.pin("out" if side == "out" else "in", name) if box else None
    return DragWire(canvas, pixel, mods, pin, wire, select=False) if pin else None


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the pieces a-b and c-d cross."""
    return _side(a, b, c) != _side(a, b, d) and _side(c, d, a) != _side(c, d, b)


def _side(a: Point, b: Point, c: Point) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) > (b[1] - a[1]) * (c[0] - a[0])
