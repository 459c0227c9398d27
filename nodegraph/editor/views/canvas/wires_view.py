"""The wires: one Bézier curve each, in the colour of what it carries. A wire that adapts its values has a ring."""

from typing import Final

import dearpygui.dearpygui as dpg

from nodegraph.core.graph import Wire
from nodegraph.editor.state.canvas.camera import Rect, overlap
from nodegraph.editor.state.canvas.canvas import Canvas
from nodegraph.editor.state.edits.wires import adapter
from nodegraph.editor.state.placements import Point
from nodegraph.editor.views.canvas.sized import Tag, in_pixels
from nodegraph.editor.views.look import Look

WIDTH: Final = 2.6
SEGMENTS: Final = 28
_NEAR: Final = 0.5
Curve = tuple[Point, Point, Point, Point]


class WiresView:
    """Curves by wire; drawn anew only where an end has moved."""

    def __init__(self, canvas: Canvas, look: Look, parent: Tag) -> None:
        self._canvas, self._look = canvas, look
        self._root: Tag = dpg.add_draw_node(parent=parent)
        self._items: dict[Wire, tuple[Tag, Tag]] = {}
        self._curves: dict[Wire, Curve] = {}
        self._bounds: dict[Wire, Rect] = {}
        self._styles: dict[Wire, tuple[bool, float, int, bool]] = {}
        self._seen: object = None

    def redraw(self) -> None:
        """Draw all anew, in another look."""
        dpg.delete_item(self._root, children_only=True)
        self._items.clear()
        self._curves.clear()
        self._styles.clear()
        self._seen = None
        self.follow()

    def follow(self) -> None:
        """Follow the document: wires that came, went or moved."""
        wires = self._canvas.workspace.document.graph.wires
        now = set(wires)
        for gone in [wire for wire in self._items if wire not in now]:
            for item in self._items.pop(gone):
                if item:
                    dpg.delete_item(item)
            del self._curves[gone], self._bounds[gone]
            self._styles.pop(gone, None)
        for wire in wires:
            curve = self._canvas.scene.curve(wire)
            if curve is not None and self._curves.get(wire) != curve:
                self._draw(wire, curve)
        self._seen = None

    def _draw(self, wire: Wire, curve: Curve) -> None:
        self._curves[wire] = curve
        xs, ys = [point[0] for point in curve], [point[1] for point in curve]
        self._bounds[wire] = (min(xs), min(ys), max(xs), max(ys))
        a, b, c, d = (list(point) for point in curve)
        middle = [(a[i] + 3 * b[i] + 3 * c[i] + d[i]) / 8 for i in (0, 1)]
        if wire in self._items:
            line, ring = self._items[wire]
            dpg.configure_item(line, p1=a, p2=b, p3=c, p4=d)
            if ring:
                dpg.configure_item(ring, center=middle)
            return
        self._items[wire] = self._made(wire, [a, b, c, d], middle)

    def _made(self, wire: Wire, points: list[list[float]], middle: list[float]) -> tuple[Tag, Tag]:
        """The line, and the ring of a wire that converts (0 for none). One that does not fit is red."""
        look, workspace = self._look, self._canvas.workspace
        fitting = adapter(workspace.document.graph, workspace.registry, wire)
        color = look.color("error") if fitting is None else look.type_color(fitting.source)
        line: Tag = dpg.draw_bezier_cubic(*points, color=color, thickness=WIDTH, segments=SEGMENTS, parent=self._root)
        if fitting is None or fitting.source == fitting.target:
            return line, 0
        ground = look.color("canvas")
        ring: Tag = dpg.draw_circle(middle, 5.0, color=color, fill=ground, thickness=2.0, parent=self._root)
        return line, ring

    def update(self, pixels: float, view: Rect) -> None:
        """Line widths for this zoom; what is out of sight is not drawn; what is touched is thicker."""
        hot = self._canvas.overlay.insert or (None if self._canvas.busy else self._canvas.hover.wire)
        if (hot, pixels, view) == self._seen:
            return
        self._seen = (hot, pixels, view)
        width, segments = in_pixels("thickness", WIDTH, pixels), SEGMENTS if pixels > _NEAR else SEGMENTS // 2
        for wire, (line, ring) in self._items.items():
            style = (wire == hot, width, segments, overlap(self._bounds[wire], view))
            if self._styles.get(wire) == style:
                continue
            self._styles[wire] = style
            wide = width * 1.8 if style[0] else width
            dpg.configure_item(line, thickness=wide, segments=segments, show=style[3])
            if ring:
                dpg.configure_item(ring, radius=5.0 * pixels, show=style[3] and pixels > _NEAR)
