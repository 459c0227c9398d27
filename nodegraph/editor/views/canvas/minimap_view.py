"""The small map of the whole graph in the corner."""

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.canvas.camera import Rect
from nodegraph.editor.state.canvas.canvas import Canvas
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import Point
from nodegraph.editor.views.canvas.sized import Tag
from nodegraph.editor.views.look import Look


class MinimapView:
    """The graph is drawn anew when it changes; the camera only moves and scales what was drawn."""

    def __init__(self, canvas: Canvas, look: Look, parent: Tag) -> None:
        self._canvas, self._look = canvas, look
        self._layer: Tag = dpg.add_draw_layer(parent=parent)
        self._ground: Tag = dpg.draw_rectangle((0, 0), (0, 0), rounding=6, parent=self._layer)
        self._world: Tag = dpg.add_draw_node(parent=self._layer)
        self._frame: Tag = dpg.draw_rectangle((0, 0), (0, 0), rounding=2, parent=self._layer)
        self._shown = True
        self._document: object = None
        self._marked: object = None
        self._placed: object = None

    def update(self) -> None:
        """Follow what it shows."""
        canvas = self._canvas
        shown = canvas.minimap_shown
        if shown != self._shown:
            self._shown = shown
            dpg.configure_item(self._layer, show=shown)
        if not shown:
            return
        document, marked = canvas.workspace.document, (canvas.workspace.selection, self._look.theme)
        redrawn = document is not self._document or marked != self._marked
        if redrawn:
            self._document, self._marked = document, marked
            self._draw()
        placed = (*vars(canvas.camera).values(), self._look.theme)
        if redrawn or placed != self._placed:
            self._placed = placed
            self._place()

    def _draw(self) -> None:
        dpg.delete_item(self._world, children_only=True)
        look, scene, selection = self._look, self._canvas.scene, self._canvas.workspace.selection
        for sheet in scene.groups:
            color = (*look.color("dim")[:3], 50)
            self._rect(self._world, (sheet.x, sheet.y, sheet.x + sheet.width, sheet.y + sheet.height), color)
        for id, box in scene.boxes.items():
            color = look.category_color(box.spec.category if box.spec else "")
            self._rect(self._world, scene.rect(id), look.color("selected") if Item("node", id) in selection else color)

    def _rect(self, parent: Tag, rect: Rect, color: tuple[int, ...]) -> None:
        dpg.draw_rectangle(rect[:2], rect[2:], color=color, fill=color, parent=parent)

    def _place(self) -> None:
        minimap, look = self._canvas.minimap, self._look
        left, top, right, bottom = minimap.rect
        ground = (*look.color("panel")[:3], 225)
        dpg.configure_item(
            self._ground, pmin=[left, top], pmax=[right, bottom], color=look.color("border"), fill=ground
        )
        scale, origin = minimap.fitting()
        dpg.apply_transform(
            self._world, dpg.create_translation_matrix(origin) * dpg.create_scale_matrix((scale, scale))
        )
        x0, y0, x1, y1 = self._canvas.camera.view
        start, end = self._inside((x0, y0), scale, origin), self._inside((x1, y1), scale, origin)
        shade = (*look.color("accent")[:3], 28)
        dpg.configure_item(self._frame, pmin=start, pmax=end, color=look.color("accent"), fill=shade)

    def _inside(self, point: Point, scale: float, origin: Point) -> list[float]:
        """A world point on the map, held within its bounds."""
        left, top, right, bottom = self._canvas.minimap.rect
        x, y = point[0] * scale + origin[0], point[1] * scale + origin[1]
        return [min(max(x, left + 1), right - 1), min(max(y, top + 1), bottom - 1)]
