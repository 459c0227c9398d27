"""What the pointer is over is lit up: pins, rows, nodes, notes and frames."""

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.canvas.boxes import PAD, ROW
from nodegraph.editor.state.canvas.canvas import Canvas
from nodegraph.editor.state.canvas.scene import Hit
from nodegraph.editor.state.placements import Point
from nodegraph.editor.views.canvas.sized import Tag
from nodegraph.editor.views.look import Look

_HALO = 70
_SHINE = 26
_EDGE = 110


class HoverView:
    """Drawn anew when it changes, in pixels of the canvas."""

    def __init__(self, canvas: Canvas, look: Look, parent: Tag) -> None:
        self._canvas, self._look = canvas, look
        self._layer: Tag = dpg.add_draw_layer(parent=parent)
        self._seen: object = None

    def update(self) -> None:
        """Follow the pointer."""
        canvas, camera = self._canvas, self._canvas.camera
        hit = Hit() if canvas.busy else canvas.hover
        now = (hit, camera.x, camera.y, camera.pixels, self._look.theme) if hit != Hit() else None
        if now == self._seen:
            return
        self._seen = now
        dpg.delete_item(self._layer, children_only=True)
        if hit.pin is not None:
            self._pin(hit)
        elif hit.item is not None:
            self._item(hit)

    def _pin(self, hit: Hit) -> None:
        pin, point = hit.pin, self._canvas.scene.pin_point(hit.pin.key) if hit.pin else None
        if pin is None or point is None:
            return
        camera, color = self._canvas.camera, self._look.type_color(pin.types[0])
        radius = max(10.0 * camera.pixels, 6.0 * camera.scale)
        halo = (*color[:3], _HALO)
        dpg.draw_circle(list(camera.to_screen(point)), radius, color=halo, fill=halo, parent=self._layer)

    def _item(self, hit: Hit) -> None:
        rects = self._canvas.scene.rects([hit.item]) if hit.item else []
        if not rects or hit.item is None:
            return
        left, top, right, bottom = rects[0]
        shine = self._look.color("text")[:3]
        if hit.row is not None and not hit.row.driven:
            row = (left + PAD + 2, top + hit.row.y + 2), (right - PAD - 2, top + hit.row.y + ROW - 2)
            self._rect(*row, (0, 0, 0, 0), (*shine, _SHINE), 4)
        elif hit.item not in self._canvas.workspace.selection:
            self._rect((left, top), (right, bottom), (*shine, _EDGE), (0, 0, 0, 0), 7)

    def _rect(self, start: Point, end: Point, edge: tuple[int, ...], fill: tuple[int, ...], rounding: float) -> None:
        camera = self._canvas.camera
        corners = [list(camera.to_screen(point)) for point in (start, end)]
        dpg.draw_rectangle(
            *corners, color=edge, fill=fill, rounding=round(rounding * camera.pixels), parent=self._layer
        )
