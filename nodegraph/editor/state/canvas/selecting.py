"""Gestures of the hand on things: pan, box select, move, resize."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from nodegraph.editor.state.canvas.gesture import Gesture, Mods
from nodegraph.editor.state.canvas.requests import OpenMenu, OpenPalette
from nodegraph.editor.state.canvas.scene import Hit
from nodegraph.editor.state.edits.moving import corners_of, move_to
from nodegraph.editor.state.edits.pasting import clip_of, paste
from nodegraph.editor.state.edits.sheets import change_sheet, sheet_of
from nodegraph.editor.state.edits.wires import insert_on_wire
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import Point

if TYPE_CHECKING:
    from nodegraph.editor.state.canvas.canvas import Canvas

GRID: Final = 16.0


class Pan(Gesture):
    """Middle mouse or Space and drag; the right button too, which asks for a menu when it does not move."""

    edits = False

    def __init__(self, canvas: "Canvas", pixel: Point, mods: Mods, menu: bool = False) -> None:
        super().__init__(canvas, pixel, mods)
        self._menu = menu
        self._last = pixel

    def drag(self) -> None:
        self.canvas.camera.pan(self.now[0] - self._last[0], self.now[1] - self._last[1])
        self._last = self.now

    def click(self) -> None:
        if not self._menu:
            return
        hit = self.canvas.hit(self.now)
        if self.canvas.on_minimap(self.now):
            return
        if hit.item is None and hit.wire is None:
            self.canvas.ask(OpenPalette(self.world, self.now))
            return
        if hit.item and hit.item not in self.canvas.workspace.selection:
            self.canvas.workspace.select([hit.item])
        self.canvas.ask(OpenMenu(hit, self.now))


class BoxSelect(Gesture):
    """Drag over the empty canvas: what is touched is selected; Ctrl or Shift add to the selection."""

    edits = False

    def begin(self) -> None:
        self._kept = self.canvas.workspace.selection if self.mods.ctrl or self.mods.shift else frozenset()

    def drag(self) -> None:
        (x0, y0), (x1, y1) = self.canvas.camera.to_world(self.start), self.world
        box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        self.canvas.overlay.box = box
        self.canvas.workspace.select(self._kept | set(self.canvas.scene.touching(box)))

    def click(self) -> None:
        if not (self.mods.ctrl or self.mods.shift):
            self.canvas.workspace.select([])

    def cancel(self) -> None:
        self.canvas.workspace.select(self.before.selection)


class MoveItems(Gesture):
    """Drag a thing: the whole selection moves with it, and a frame takes along what is in it. Alt drags a copy."""

    def __init__(self, canvas: "Canvas", pixel: Point, mods: Mods, item: Item) -> None:
        super().__init__(canvas, pixel, mods)
        self._item = item
        self._was_selected = item in canvas.workspace.selection
        if not self._was_selected and not (mods.ctrl or mods.shift):
            canvas.workspace.select([item])

    def begin(self) -> None:
        workspace = self.canvas.workspace
        if self._item not in workspace.selection:
            workspace.select({*workspace.selection, self._item})
        items = self._with_content(workspace.selection)
        self._label = "Move"
        if self.mods.alt:
            items = self._duplicate(items)
        self._corners = corners_of(workspace.document, items)
        self._anchor = self._corners.get(self._item) or next(iter(self._corners.values()), (0.0, 0.0))

    def _with_content(self, chosen: Iterable[Item]) -> set[Item]:
        scene, items = self.canvas.scene, set(chosen)
        for frame in [item for item in items if item.kind == "group"]:
            items |= set(scene.inside(scene.rects([frame])[0]))
        return items

    def _duplicate(self, items: set[Item]) -> set[Item]:
        """Put a copy where the things are; it is what moves."""
        workspace, where = self.canvas.workspace, self.canvas.scene.rects([self._item])
        clip = clip_of(workspace.document, items)
        document, came = paste(workspace.document, clip, clip.corner, with_inputs=True)
        workspace.do("Duplicate", document, merge="move", select=came)
        self.canvas.scene.refresh()
        self.canvas.scene.lift(came)
        rects = self.canvas.scene.rects
        self._item = next((one for one in came if one.kind == self._item.kind and rects([one]) == where), came[0])
        self._label = "Duplicate"
        return set(came)

    def drag(self) -> None:
        dx, dy = self.offset
        if self.canvas.snap:
            dx = round((self._anchor[0] + dx) / GRID) * GRID - self._anchor[0]
            dy = round((self._anchor[1] + dy) / GRID) * GRID - self._anchor[1]
        moved = {item: (x + dx, y + dy) for item, (x, y) in self._corners.items()}
        workspace = self.canvas.workspace
        workspace.do(self._label, move_to(workspace.document, moved), merge="move")
        self.canvas.overlay.insert = self.canvas.wire_under(self._item) if len(self._corners) == 1 else None

    def drop(self) -> None:
        workspace, wire = self.canvas.workspace, self.canvas.overlay.insert
        if wire is not None:
            document = insert_on_wire(workspace.document, workspace.registry, self._item.id, wire)
            workspace.do("Insert on wire", document, merge="move")

    def click(self) -> None:
        workspace = self.canvas.workspace
        if self.mods.ctrl or self.mods.shift:
            workspace.select(workspace.selection ^ {self._item})
        else:
            workspace.select([self._item])


class Resize(Gesture):
    """Drag the lower right corner of a note or frame."""

    def __init__(self, canvas: "Canvas", pixel: Point, mods: Mods, item: Item) -> None:
        super().__init__(canvas, pixel, mods)
        self._item = item

    def begin(self) -> None:
        self._sheet = sheet_of(self.before.document, self._item)

    def drag(self) -> None:
        if self._sheet is None:
            return
        dx, dy = self.offset
        size = {"width": max(self._sheet.width + dx, 80.0), "height": max(self._sheet.height + dy, 48.0)}
        if self.canvas.snap:
            size = {name: round(value / GRID) * GRID for name, value in size.items()}
        workspace = self.canvas.workspace
        workspace.do("Resize", change_sheet(workspace.document, self._item, **size), merge="resize")

    def click(self) -> None:
        self.canvas.workspace.select([self._item])


class MinimapDrag(Gesture):
    """Press or drag in the minimap: that place comes to the middle."""

    edits = False

    def __init__(self, canvas: "Canvas", pixel: Point, mods: Mods) -> None:
        super().__init__(canvas, pixel, mods)
        canvas.minimap.hold(True)
        self.drag()

    def drag(self) -> None:
        self.canvas.camera.look_at(self.canvas.minimap.to_world(self.now))

    def release(self) -> None:
        self.canvas.minimap.hold(False)

    def cancel(self) -> None:
        self.canvas.minimap.hold(False)


def press_on(canvas: "Canvas", pixel: Point, mods: Mods, hit: Hit) -> Gesture | None:
    """The gesture a left press on a thing begins, None where there is none."""
    if hit.item is None:
        return None
    if hit.corner and sheet_of(canvas.workspace.document, hit.item):
        return Resize(canvas, pixel, mods, hit.item)
    return MoveItems(canvas, pixel, mods, hit.item)
