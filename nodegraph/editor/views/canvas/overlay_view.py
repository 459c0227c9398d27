"""What a gesture shows while it lasts: the selection box, the loose wire, the cut, and why a pin refuses."""

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.canvas.canvas import Canvas
from nodegraph.editor.state.canvas.scene import curve_between
from nodegraph.editor.state.placements import Point
from nodegraph.editor.views.canvas.sized import Tag
from nodegraph.editor.views.look import Look
from nodegraph.editor.views.measure import Measure


class OverlayView:
    """Drawn anew in every frame that has a gesture, in pixels of the canvas."""

    def __init__(self, canvas: Canvas, look: Look, measure: Measure, parent: Tag) -> None:
        self._canvas, self._look, self._measure = canvas, look, measure
        self._layer: Tag = dpg.add_draw_layer(parent=parent)
        self._empty = True

    def update(self) -> None:
        """Draw the gesture's overlay, or nothing."""
        overlay = self._canvas.overlay
        quiet = not (overlay.box or overlay.wire or overlay.cut or overlay.reason)
        if quiet and self._empty:
            return
        dpg.delete_item(self._layer, children_only=True)
        self._empty = quiet
        self._box()
        self._wire()
        self._cut()
        self._reason()

    def _pixel(self, point: Point) -> list[float]:
        return list(self._canvas.camera.to_screen(point))

    def _box(self) -> None:
        box = self._canvas.overlay.box
        if box:
            start, end = self._pixel(box[:2]), self._pixel(box[2:])
            edge = self._look.color("accent")
            dpg.draw_rectangle(start, end, color=edge, fill=(*edge[:3], 32), parent=self._layer)

    def _wire(self) -> None:
        wire = self._canvas.overlay.wire
        if wire is None:
            return
        ends = (wire.start, wire.end) if wire.side == "out" else (wire.end, wire.start)
        points = [self._pixel(point) for point in curve_between(*ends)]
        color = self._look.type_color(wire.types[0])
        if self._canvas.overlay.reason:
            color = self._look.color("error")
        width = max(1.5, 2.6 * self._canvas.camera.pixels)
        dpg.draw_bezier_cubic(*points, color=color, thickness=width, segments=28, parent=self._layer)
        dpg.draw_circle(self._pixel(wire.end), width * 1.6, color=color, fill=color, parent=self._layer)

    def _cut(self) -> None:
        stroke = [self._pixel(point) for point in self._canvas.overlay.cut]
        if len(stroke) > 1:
            dpg.draw_polyline(stroke, color=self._look.color("error"), thickness=2.0, parent=self._layer)

    def _reason(self) -> None:
        overlay = self._canvas.overlay
        reason = overlay.reason or overlay.remark
        if not reason:
            return
        look, scale, size = self._look, self._canvas.camera.scale, round(14.0 * self._canvas.camera.scale)
        width = self._measure.width(reason, "body", size) + 20 * scale
        x = min(self._canvas.pointer[0] + 18 * scale, self._canvas.camera.width - width - 6)
        y = self._canvas.pointer[1] + 20 * scale
        edge = look.color("error" if overlay.reason else "border")
        end = (x + width, y + size + 12 * scale)
        dpg.draw_rectangle((x, y), end, color=edge, fill=look.color("raised"), rounding=5 * scale, parent=self._layer)
        at = (x + 10 * scale, y + 5 * scale)
        dpg.draw_text(at, reason, size=size, color=look.color("text"), parent=self._layer)
