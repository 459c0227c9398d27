"""The canvas without a window: where the camera is, what the pointer does, what is drawn over the graph meanwhile."""

from collections.abc import Callable
from typing import Protocol

from nodegraph.core.graph import Wire
from nodegraph.editor.state.canvas.adjusting import press_row
from nodegraph.editor.state.canvas.camera import STEP, Camera, union
from nodegraph.editor.state.canvas.gesture import Gesture, Mods, Overlay
from nodegraph.editor.state.canvas.minimap import Minimap
from nodegraph.editor.state.canvas.requests import EditText, OpenPalette, Request
from nodegraph.editor.state.canvas.scene import WIRE_REACH, Hit, Scene
from nodegraph.editor.state.canvas.selecting import BoxSelect, MinimapDrag, Pan, press_on
from nodegraph.editor.state.canvas.wiring import Cut, taken_off, wire_grabbed
from nodegraph.editor.state.edits.wires import disconnect, insert_on_wire
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import Point
from nodegraph.editor.state.workspace import Workspace

LEFT, RIGHT, MIDDLE = 0, 1, 2


class Wishes(Protocol):
    """What of the person's settings the canvas follows."""

    snap: bool
    minimap: bool


class Canvas:
    """Pointer events in, edits and requests out. Pixels count from the canvas's top left corner.

    space: the space bar is held (drag pans). hover: what the pointer is over while no button is down.
    """

    def __init__(self, workspace: Workspace, wishes: Wishes, ask: Callable[[Request], None]) -> None:
        self.workspace, self.ask = workspace, ask
        self.camera = Camera()
        self.scene = Scene(workspace)
        self.minimap = Minimap(self.camera, self.scene)
        self.overlay = Overlay()
        self.hover = Hit()
        self.pointer: Point = (0.0, 0.0)
        self.space = False
        self._wishes = wishes
        self._gesture: Gesture | None = None

    # --- the pointer ------------------------------------------------------------------------------------------------

    def press(self, button: int, pixel: Point, mods: Mods) -> None:
        """A mouse button went down (0 left, 1 right, 2 middle)."""
        if self._gesture is not None:
            return
        self.scene.refresh()
        self.pointer = pixel
        self._gesture = self._begin(button, pixel, mods)
        if self._gesture:
            self._gesture.button = button

    def _begin(self, button: int, pixel: Point, mods: Mods) -> Gesture | None:
        if button == MIDDLE or (button == LEFT and self.space):
            return Pan(self, pixel, mods)
        if button == RIGHT:
            return Cut(self, pixel, mods) if mods.ctrl else Pan(self, pixel, mods, menu=True)
        if self.on_minimap(pixel):
            return MinimapDrag(self, pixel, mods)
        hit = self.hit(pixel)
        if hit.item:
            self.scene.lift([hit.item])
        if hit.pin is not None:
            return taken_off(self, pixel, mods, hit.pin)
        if hit.wire is not None:
            return wire_grabbed(self, pixel, mods, hit.wire, hit.near)
        return press_row(self, pixel, mods, hit) or press_on(self, pixel, mods, hit) or BoxSelect(self, pixel, mods)

    def move(self, pixel: Point, mods: Mods) -> None:
        """The pointer is at another pixel."""
        self.pointer = pixel
        self._give_up_stale()
        self.scene.refresh()
        if self._gesture is not None:
            self._gesture.move(pixel, mods)
            self.scene.refresh()
        else:
            self.hover = self.hit(pixel)

    def leave(self) -> None:
        """The pointer is over something else."""
        self.hover = Hit()

    def _give_up_stale(self) -> None:
        """A command changed the document under the hand: the gesture ends, and what was done stays."""
        if self._gesture is not None and self._gesture.stale:
            self._gesture = None
            self.workspace.seal()
            self._over()

    def release(self, button: int, pixel: Point, mods: Mods) -> None:
        """A mouse button went up."""
        self._give_up_stale()
        gesture = self._gesture
        if gesture is None or gesture.button != button:
            return
        self.pointer = pixel
        gesture.move(pixel, mods)
        self._gesture = None
        gesture.release()
        self._over()

    def double(self, pixel: Point, mods: Mods) -> None:
        """A double click with the left button: search on the empty canvas, rename a node, edit a note, cut a wire."""
        hit = self.hit(pixel)
        if self.on_minimap(pixel):
            return
        if hit.wire is not None:
            self.workspace.do("Disconnect", disconnect(self.workspace.document, [hit.wire]))
        elif hit.item is None:
            self.ask(OpenPalette(self.camera.to_world(pixel), pixel))
        elif hit.title or hit.item.kind == "note":
            self.ask(EditText(hit.item, pixel))

    def wheel(self, notches: float, pixel: Point) -> None:
        """Zoom at the pointer."""
        self.camera.zoom_at(pixel, self.camera.zoom * STEP**notches)

    def cancel(self) -> bool:
        """Esc: give the gesture up; whether there was one."""
        self._give_up_stale()
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            gesture.cancel()
            self._over()
        return gesture is not None

    def _over(self) -> None:
        self.overlay = Overlay()
        self.scene.refresh()
        self.hover = self.hit(self.pointer)

    @property
    def busy(self) -> bool:
        """Whether a button is down in a gesture."""
        return self._gesture is not None

    # --- looking ----------------------------------------------------------------------------------------------------

    @property
    def reach(self) -> float:
        """World units per pixel: what is near enough depends on the zoom."""
        return 1.0 / self.camera.pixels * self.camera.scale

    @property
    def snap(self) -> bool:
        """Whether what is moved stays on the grid."""
        return self._wishes.snap

    def hit(self, pixel: Point) -> Hit:
        """What is at a pixel; nothing under the minimap."""
        if self.on_minimap(pixel):
            return Hit()
        return self.scene.hit(self.camera.to_world(pixel), self.reach)

    def is_empty_at(self, pixel: Point) -> bool:
        """Whether there is no node or note at a pixel."""
        hit = self.hit(pixel)
        return not self.on_minimap(pixel) and (hit.item is None or hit.item.kind == "group")

    @property
    def minimap_shown(self) -> bool:
        """Whether there is a minimap: it is wanted, and there is something to see on it."""
        return self._wishes.minimap and bool(self.workspace.document.graph.nodes)

    def on_minimap(self, pixel: Point) -> bool:
        """Whether the minimap is at a pixel."""
        return self.minimap_shown and self.minimap.contains(pixel)

    def wire_under(self, item: Item) -> Wire | None:
        """The wire a node lies on and fits into: it must have no wires of its own."""
        document = self.workspace.document
        graph = document.graph
        self.scene.refresh()
        if item.kind != "node" or item.id not in self.scene.boxes:
            return None
        if any(item.id in (wire.source, wire.target) for wire in graph.wires):
            return None
        left, top, right, bottom = self.scene.rect(item.id)
        wire = self.scene.wire_at(((left + right) / 2, (top + bottom) / 2), (bottom - top) / 2 / WIRE_REACH)
        if wire is None or insert_on_wire(document, self.workspace.registry, item.id, wire) is document:
            return None
        return wire

    def fit_all(self) -> None:
        """Show everything."""
        self.scene.refresh()
        self.camera.fit(union(self.scene.everything()))

    def fit_selection(self) -> None:
        """Show what is selected; everything when nothing is."""
        self.scene.refresh()
        rect = union(self.scene.rects(self.workspace.selection))
        self.camera.fit(rect) if rect else self.fit_all()

    def center_on(self, node_id: str) -> None:
        """Select a node and bring it to the middle."""
        self.scene.refresh()
        if node_id in self.scene.boxes:
            self.workspace.select([Item("node", node_id)])
            left, top, right, bottom = self.scene.rect(node_id)
            self.camera.look_at(((left + right) / 2, (top + bottom) / 2))
