"""The canvas: layers on one drawlist, each following the state by difference."""

from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.canvas.boxes import Box
from nodegraph.editor.state.canvas.camera import Rect, overlap
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.items import Item
from nodegraph.editor.views.canvas.grid_view import GridView
from nodegraph.editor.views.canvas.minimap_view import MinimapView
from nodegraph.editor.views.canvas.node_view import NodeView, Status
from nodegraph.editor.views.canvas.overlay_view import OverlayView
from nodegraph.editor.views.canvas.sheets_view import SheetsView
from nodegraph.editor.views.canvas.wires_view import WiresView
from nodegraph.editor.views.look import Look
from nodegraph.editor.views.measure import Measure
from nodegraph.editor.views.pointer import Pointer

DETAILED: Final = 0.45
"""Pixels per world unit from which names and values are drawn."""
_NOTHING: Final[dict[Any, str]] = {}


class CanvasView:
    """Draws the graph and feeds pointer events to its canvas."""

    def __init__(self, editor: Editor, look: Look, measure: Measure) -> None:
        self._editor, self._look, self._measure = editor, look, measure
        self._canvas = editor.canvas
        self._nodes: dict[str, NodeView] = {}
        self._order: list[str] = []
        self._drawn: object = None
        self._transform: object = None
        self._theme = look.theme
        self._measured = self._sized = False

    def build(self, parent: int | str) -> None:
        """Make the surface and its layers."""
        look, canvas = self._look, self._canvas
        self._window = dpg.add_child_window(
            parent=parent,
            border=False,
            no_scrollbar=True,
            no_scroll_with_mouse=True,
            payload_type="node",
            drop_callback=self._dropped,
        )
        self.surface = dpg.add_drawlist(800, 600, parent=self._window)
        self._ground = dpg.draw_rectangle((0, 0), (1, 1), color=(0, 0, 0, 0), parent=self.surface)
        self._grid = GridView(canvas.camera, look, self.surface)
        layer = dpg.add_draw_layer(parent=self.surface)
        self._world = dpg.add_draw_node(parent=layer)
        self._sheets = SheetsView(canvas, look, self._measure, self._world)
        self._wires = WiresView(canvas, look, self._world)
        self._node_root = dpg.add_draw_node(parent=self._world)
        self._overlay = OverlayView(canvas, look, self._measure, self.surface)
        self._minimap = MinimapView(canvas, look, self._editor.settings, self.surface)
        self.pointer = Pointer(canvas, self.surface)

    def resize(self, width: int, height: int) -> None:
        """The room the canvas has, in pixels."""
        camera = self._canvas.camera
        if (width, height) == (camera.width, camera.height) or width < 1 or height < 1:
            return
        first = not self._sized
        self._sized = True
        camera.width, camera.height, camera.scale = float(width), float(height), self._look.scale
        dpg.configure_item(self.surface, width=width, height=height)
        if first:  # the document was opened before there was a canvas to fit it into
            self._canvas.fit_all()

    def update(self) -> None:
        """Once a frame: draw what changed."""
        camera = self._canvas.camera
        camera.scale = self._look.scale
        self._follow_look()
        self._follow_document()
        self._follow_camera()
        view = camera.view
        self._grid.update()
        self._sheets.update(camera.pixels)
        self._wires.update(camera.pixels, view)
        self._update_nodes(view)
        self._overlay.update()
        self._minimap.update()

    # --- following --------------------------------------------------------------------------------------------------

    def _follow_look(self) -> None:
        """Another theme, or the fonts' measures have come: everything is drawn anew."""
        measured = self._measured or self._measure.ready
        if self._look.theme == self._theme and measured == self._measured:
            return
        self._theme, self._measured = self._look.theme, measured
        self._drawn = None
        for view in self._nodes.values():
            view.box = None
        self._wires.redraw()

    def _follow_document(self) -> None:
        self._canvas.scene.refresh()
        document = self._canvas.workspace.document
        if document is self._drawn:
            return
        self._drawn = document
        scene = self._canvas.scene
        for gone in [id for id in self._nodes if id not in scene.boxes]:
            self._nodes.pop(gone).delete()
        for id, box in scene.boxes.items():
            view = self._nodes.get(id)
            if view is None:
                view = self._nodes[id] = NodeView(self._look, self._measure, self._node_root)
            if view.box is not box:
                view.draw(box)
            view.place(scene.corners[id])
        self._wires.follow()

    def _follow_camera(self) -> None:
        camera = self._canvas.camera
        now = (camera.x, camera.y, camera.pixels, camera.width, camera.height, self._theme)
        if now == self._transform:
            return
        self._transform = now
        shift = dpg.create_translation_matrix((-camera.x * camera.pixels, -camera.y * camera.pixels))
        dpg.apply_transform(self._world, shift * dpg.create_scale_matrix((camera.pixels, camera.pixels)))
        ground = self._look.color("canvas")
        dpg.configure_item(self._ground, pmax=[camera.width, camera.height], fill=ground, color=ground)

    def _update_nodes(self, view: Rect) -> None:
        canvas, pixels = self._canvas, self._canvas.camera.pixels
        selection = canvas.workspace.selection
        refusals = canvas.overlay.refusals or _NOTHING
        detailed = pixels >= DETAILED * self._look.scale
        for id, node in self._nodes.items():
            seen = overlap(canvas.scene.rect(id), view)
            node.show(seen)
            if seen:
                node.zoomed(pixels, detailed)
                node.grey(refusals)
                node.update(self._status(id, canvas.scene.boxes[id], Item("node", id) in selection))

    def _status(self, id: str, box: Box, selected: bool) -> Status:
        return Status(selected=selected)

    def _dropped(self, _sender: Any, type_id: str) -> None:
        """A type of node was dragged here from the library."""
        self._editor.add_node(type_id, self._canvas.camera.to_world(self.pointer.pixel))
