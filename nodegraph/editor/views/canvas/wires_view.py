"""The wires: one Bézier curve each, in the colour of what it carries. A wire that adapts its values has a ring."""

from typing import Final

import dearpygui.dearpygui as dpg

from nodegraph.core.graph import Wire
from nodegraph.editor.state.canvas.camera import Rect, overlap
from nodegraph.editor.state.canvas.canvas import Canvas
from nodegraph.editor.state.edits.wires import adapter
from nodegraph.editor.state.placements import Point
from nodegraph.editor.views.canvas.sized import Tag
from nodegraph.editor.views.look import Look

WIDTH: Final = 2.6
Curve = tuple[Point, Point, Point, Point]


class WiresView:
    """Curves by wire; drawn anew only where an end has moved."""

    def __init__(self, canvas: Canvas, look: Look, parent: Tag) -> None:
        self._canvas, self._look = canvas, look
        self._root: Tag = dpg.add_draw_node(parent=parent)
        self._items: dict[Wire, tuple[Tag, Tag]] = {}
        self._curves: dict[Wire, Curve] = {}
        self._styles: dict[Wire, tuple[bool, float, bool]] = {}

    def redraw(self) -> None:
        """Draw all anew, in another look."""
        dpg.delete_item(self._root, children_only=True)
        self._items.clear()
        self._curves.clear()
        self._styles.clear()
        self.follow()

    def follow(self) -> None:
        """Follow the document: wires that came, went or moved."""
        wires = self._canvas.workspace.document.graph.wires
        now = set(wires)
        for gone in [wire for wire in self._items if wire not in now]:
            for item in self._items.pop(gone):
                if item:
                    dpg.delete_item(item)
            del self._curves[gone]
            self._styles.pop(gone, None)
        for wire in wires:
            curve = self._canvas.scene.curve(wire)
            if curve is not None and self._curves.get(wire) != curve:
                self._draw(wire, curve)

    def _draw(self, wire: Wire, curve: Curve) -> None:
        self._curves[wire] = curve
        a, b, c, d = (list(point) for point in curve)
        middle = [(a[i] + 3 * b[i] + 3 * c[i] + d[i]) / 8 for i in (0, 1)]
        if wire in self._items:
            line, ring = self._items[wire]
            dpg.configure_item(line, p1=a, p2=b, p3=c, p4=d)
            if ring:
                dpg.configure_item(ring, center=middle)
            return
        found = adapter(self._canvas.workspace.document.graph, self._canvas.workspace.registry, wire)
        color = self._look.type_color(found.source if found else "any") if found else self._look.color("error")
        line = dpg.draw_bezier_cubic(a, b, c, d, color=color, thickness=WIDTH, segments=28, parent=self._root)
        ring: Tag = 0
        if found and found.source != found.target:
            ring = dpg.draw_circle(
                middle, 5.0, color=color, fill=self._look.color("canvas"), thickness=2.0, parent=self._root
            )
        self._items[wire] = (line, ring)

    def update(self, pixels: float, view: Rect) -> None:
        """Line widths for this zoom; what is out of sight is not drawn; what is touched is thicker."""
        hot = self._canvas.overlay.insert or (None if self._canvas.busy else self._canvas.hover.wire)
        for wire, (line, ring) in self._items.items():
            xs, ys = [point[0] for point in self._curves[wire]], [point[1] for point in self._curves[wire]]
            style = (wire == hot, pixels, overlap((min(xs), min(ys), max(xs), max(ys)), view))
            if self._styles.get(wire) == style:
                continue
            self._styles[wire] = style
            width = max(1.2, WIDTH * pixels * (1.7 if style[0] else 1.0))
            dpg.configure_item(line, thickness=width, show=style[2])
            if ring:
                dpg.configure_item(ring, radius=5.0 * pixels, show=style[2] and pixels > 0.4)
