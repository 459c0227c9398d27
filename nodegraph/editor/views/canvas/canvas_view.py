"""The canvas: layers on one drawlist, each following the state by difference."""

from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.adding import drop
from nodegraph.editor.state.canvas.tips import Tips
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.views.canvas.grid_view import GridView
from nodegraph.editor.views.canvas.hover_view import HoverView
from nodegraph.editor.views.canvas.minimap_view import MinimapView
from nodegraph.editor.views.canvas.nodes_view import NodesView
from nodegraph.editor.views.canvas.overlay_view import OverlayView
from nodegraph.editor.views.canvas.sheets_view import SheetsView
from nodegraph.editor.views.canvas.tips_view import TipsView
from nodegraph.editor.views.canvas.wires_view import WiresView
from nodegraph.editor.views.look import Look
from nodegraph.editor.views.measure import Measure
from nodegraph.editor.views.pointer import Pointer


class CanvasView:
    """Draws the graph and feeds pointer events to its canvas."""

    def __init__(self, editor: Editor, look: Look, measure: Measure) -> None:
        self._editor, self._look, self._measure = editor, look, measure
        self._canvas = editor.canvas
        self._drawn: object = None
        self._history: object = None
        self._registry: object = None
        self._transform: object = None
        self._seen_look: object = None

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
        self.nodes = NodesView(self._editor, look, self._measure, self._world)
        self._hover = HoverView(canvas, look, self.surface)
        self._overlay = OverlayView(canvas, look, self._measure, self.surface)
        self._minimap = MinimapView(canvas, look, self.surface)
        tips = Tips(canvas.workspace, self._editor.player.latest, self.nodes.marks.of)
        self._tips = TipsView(canvas, tips, look, self._measure, self.surface)
        self.pointer = Pointer(canvas, self.surface)

    def resize(self, width: int, height: int) -> None:
        """The room the canvas has, in pixels."""
        camera = self._canvas.camera
        if (width, height) == (camera.width, camera.height) or width < 1 or height < 1:
            return
        camera.resize(width, height, camera.scale)
        dpg.configure_item(self.surface, width=width, height=height)

    def update(self) -> None:
        """Once a frame: draw what changed."""
        camera = self._canvas.camera
        camera.resize(camera.width, camera.height, self._look.scale)
        self._follow_look()
        self._follow_document()
        self._follow_camera()
        view = camera.view
        self._grid.update()
        self._sheets.update(camera.pixels)
        self._wires.update(camera.pixels, view)
        self.nodes.update(view)
        self._hover.update()
        self._overlay.update()
        self._minimap.update()
        self._tips.update(self.pointer.over)

    def close(self) -> None:
        """End what runs in the background."""
        self.nodes.close()

    # --- following --------------------------------------------------------------------------------------------------

    def _follow_look(self) -> None:
        """Another theme or scale, or the fonts' measures have come: everything is drawn anew."""
        now = (self._look.theme, self._look.scale, self._measure.ready)
        if now != self._seen_look:
            self._seen_look = now
            self._drawn = None
            self.nodes.redraw()
            self._wires.redraw()

    def _follow_document(self) -> None:
        workspace = self._canvas.workspace
        self._canvas.scene.refresh()
        if workspace.history is not self._history:
            self._history = workspace.history
            self.nodes.forget()
        if workspace.registry is not self._registry:
            self._registry = workspace.registry
            self._drawn = None
            self._wires.redraw()
        if workspace.document is not self._drawn:
            self._drawn = workspace.document
            self.nodes.follow()
            self._wires.follow()

    def _follow_camera(self) -> None:
        camera = self._canvas.camera
        now = (camera.x, camera.y, camera.pixels, camera.width, camera.height, self._look.theme)
        if now == self._transform:
            return
        self._transform = now
        left, top = round(camera.x * camera.pixels), round(camera.y * camera.pixels)
        shift = dpg.create_translation_matrix((-left, -top))
        dpg.apply_transform(self._world, shift * dpg.create_scale_matrix((camera.pixels, camera.pixels)))
        ground = self._look.color("canvas")
        dpg.configure_item(self._ground, pmax=[camera.width, camera.height], fill=ground, color=ground)

    def _dropped(self, _sender: Any, type_id: str) -> None:
        """A type of node was dragged here from the library."""
        drop(self._editor, type_id, self.pointer.pixel)
