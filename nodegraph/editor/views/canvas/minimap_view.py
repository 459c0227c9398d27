"""The small map of the whole graph in the corner."""

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.canvas.canvas import Canvas
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.settings import Settings
from nodegraph.editor.views.canvas.sized import Tag
from nodegraph.editor.views.look import Look


class MinimapView:
    """Drawn anew when the graph, the selection or the camera changes."""

    def __init__(self, canvas: Canvas, look: Look, settings: Settings, parent: Tag) -> None:
        self._canvas, self._look, self._settings = canvas, look, settings
        self._layer: Tag = dpg.add_draw_layer(parent=parent)
        self._seen: object = None

    def update(self) -> None:
        """Follow what it shows."""
        camera, workspace = self._canvas.camera, self._canvas.workspace
        shown = self._settings.minimap and bool(workspace.document.graph.nodes)
        now = (shown, workspace.document, workspace.selection, self._look.theme, *vars(camera).values())
        if self._seen is not None and _same(now, self._seen):
            return
        self._seen = now
        dpg.delete_item(self._layer, children_only=True)
        if shown:
            self._draw()

    def _draw(self) -> None:
        minimap, look, layer = self._canvas.minimap, self._look, self._layer
        left, top, right, bottom = minimap.rect
        ground = (*look.color("panel")[:3], 225)
        dpg.draw_rectangle(
            (left, top), (right, bottom), color=look.color("border"), fill=ground, rounding=6, parent=layer
        )
        scale, (x, y) = minimap.fitting()
        scene, selection = self._canvas.scene, self._canvas.workspace.selection
        for id, box in scene.boxes.items():
            x0, y0, x1, y1 = (value * scale for value in scene.rect(id))
            color = look.category_color(box.spec.category if box.spec else "")
            if Item("node", id) in selection:
                color = look.color("selected")
            start, end = (x0 + x, y0 + y), (max(x1, x0 + 2) + x, max(y1, y0 + 2) + y)
            dpg.draw_rectangle(start, end, color=color, fill=color, parent=layer)
        x0, y0, x1, y1 = (value * scale for value in self._canvas.camera.view)
        dpg.draw_rectangle((x0 + x, y0 + y), (x1 + x, y1 + y), color=look.color("accent"), parent=layer)


def _same(one: tuple[object, ...], other: object) -> bool:
    """Documents are compared by identity: equal ones that are not the same would cost a walk through all nodes."""
    return isinstance(other, tuple) and all(
        a is b or (not hasattr(a, "graph") and a == b) for a, b in zip(one, other, strict=True)
    )
