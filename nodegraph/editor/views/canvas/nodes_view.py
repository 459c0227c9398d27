"""The nodes in sight: drawn, marked and given their live pictures. What is out of sight costs nothing."""

import math
import time
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.canvas.boxes import PAD, PinKey
from nodegraph.editor.state.canvas.camera import Rect, overlap
from nodegraph.editor.state.canvas.marks import Marks
from nodegraph.editor.state.canvas.scene import DETAILED
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.items import Item
from nodegraph.editor.views.canvas.node_view import NodeView, Status
from nodegraph.editor.views.canvas.sized import Tag
from nodegraph.editor.views.icons import ICONS
from nodegraph.editor.views.look import Look
from nodegraph.editor.views.measure import Measure
from nodegraph.editor.views.previews import PreviewPump
from nodegraph.editor.views.textures import SIZES, size_for
from nodegraph.editor.views.thumbnails import Pixels

_EVERY: Final = 0.25
"""Seconds between two looks at figures."""
_MOST: Final = sum(SIZES.values()) // 2
"""Pictures that are kept live at most."""
_NOTHING: Final[dict[PinKey, str]] = {}


class NodesView:
    """Follows the document, the camera, the selection and the player by difference."""

    def __init__(self, editor: Editor, look: Look, measure: Measure, parent: Tag) -> None:
        self._editor, self._look, self._measure = editor, look, measure
        self._canvas = editor.canvas
        self._root: Tag = dpg.add_draw_node(parent=parent)
        self.marks = Marks(editor.workspace, editor.shown)
        self._pump = PreviewPump(editor.player.latest)
        self._nodes: dict[str, NodeView] = {}
        self._seen: list[str] = []
        self._view: object = None
        self._figures = -1.0
        self._chosen: object = None
        self._watched: dict[Any, tuple[str, str | None, tuple[str, ...], int, int]] = {}
        self._lifts = 0

    def close(self) -> None:
        """End the thread of the pictures."""
        self._pump.close()

    def pixels(self, node: str) -> Pixels | None:
        """The newest picture on a node, RGB, 0 to 1, height × width × 3; None while there is none."""
        return self._pump.pixels(node)

    # --- the document -----------------------------------------------------------------------------------------------

    def redraw(self) -> None:
        """Draw all anew, in another look; `follow` comes next, for nodes that are gone."""
        boxes = self._canvas.scene.boxes
        for id, view in self._nodes.items():
            if id in boxes:
                view.become(boxes[id])
        self._pump.set_background(self._look.color("screen"))
        self._view = None

    def forget(self) -> None:
        """Another document was opened: its nodes have nothing to do with those of the one before."""
        self._pump.forget()

    def follow(self) -> None:
        """Follow the document: nodes that came, went, moved or changed."""
        scene = self._canvas.scene
        for gone in [id for id in self._nodes if id not in scene.boxes]:
            self._nodes.pop(gone).delete()
        for id, box in scene.boxes.items():
            view = self._nodes.get(id)
            if view is None:
                view = self._nodes[id] = NodeView(self._look, self._measure, self._root)
            if view.box is not box:
                view.become(box)
            view.place(scene.corners[id])
        self._view = None

    def _raise(self) -> None:
        """What was pressed is drawn last, above the others."""
        scene = self._canvas.scene
        if scene.lifts == self._lifts:
            return
        self._lifts = scene.lifts
        order = [id for id in scene.boxes if id in self._nodes]
        drawn = iter(self._nodes)
        kept = 0
        for id in order:
            if not any(one == id for one in drawn):
                break
            kept += 1
        for id in order[kept:]:
            dpg.move_item(self._nodes[id].root, parent=self._root)
        self._nodes = {id: self._nodes[id] for id in order}

    # --- every frame ------------------------------------------------------------------------------------------------

    def update(self, view: Rect) -> None:
        """Draw what is in sight as it is now."""
        canvas, pixels = self._canvas, self._canvas.camera.pixels
        self._raise()
        now = (view, pixels)
        if now != self._view:
            self._view = now
            self._look_around(view, pixels)
            self._figures = -1.0
        self._grey()
        selection, moment = canvas.workspace.selection, time.monotonic()
        if selection is not self._chosen or moment > self._figures:
            self._chosen, self._figures = selection, moment + _EVERY
            for id in self._seen:
                self._nodes[id].update(self._status(id, Item("node", id) in selection))
        self._show_pictures()

    def _look_around(self, view: Rect, pixels: float) -> None:
        """Which nodes are in sight, and from how near."""
        scene, detailed = self._canvas.scene, self._canvas.camera.zoom >= DETAILED
        seen = []
        for id, node in self._nodes.items():
            if overlap(scene.rect(id), view):
                seen.append(id)
                node.show(pixels, detailed)
            else:
                node.hide()
        self._seen = seen
        self._watch(pixels)

    def _grey(self) -> None:
        refusals = self._canvas.overlay.refusals or _NOTHING
        for id in self._seen:
            self._nodes[id].grey(refusals)

    def _status(self, id: str, selected: bool) -> Status:
        mark = self.marks.of(id)
        return Status(selected, mark.level, ICONS.get(mark.icon, ""), mark.line, tuple(self._pump.lines(id)))

    # --- pictures ---------------------------------------------------------------------------------------------------

    def _watch(self, pixels: float) -> None:
        """What of the nodes in sight is to be seen, and how large."""
        boxes, wanted = self._canvas.scene.boxes, {}
        able = [id for id in self._seen if boxes[id].shown and boxes[id].node.state != "mute"]
        if len(able) > _MOST:
            able = sorted(able, key=self._from_middle)[:_MOST]
        for id in able:
            box = boxes[id]
            if box.shown is not None and not box.collapsed:
                width, height = size_for((box.width - 2 * PAD) * pixels)
                wanted[id] = (id, box.shown.output, box.shown.types, width, height)
        self._watched = wanted

    def _from_middle(self, id: str) -> float:
        """How far a node is from the middle of the canvas."""
        left, top, right, bottom = self._canvas.scene.rect(id)
        return math.dist(((left + right) / 2, (top + bottom) / 2), self._canvas.camera.center)

    def _show_pictures(self) -> None:
        self._pump.watch(self._watched)
        for id in self._seen:
            self._nodes[id].show_picture(self._pump.texture(id) or 0)
