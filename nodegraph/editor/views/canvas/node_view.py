"""One node, drawn: from near or from far, its picture over both. Only what changed is drawn anew."""

from dataclasses import dataclass
from typing import Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.canvas.boxes import PAD, Box, PinKey
from nodegraph.editor.state.placements import Point
from nodegraph.editor.views.canvas.node_far import NodeFar
from nodegraph.editor.views.canvas.node_near import NodeNear
from nodegraph.editor.views.canvas.pen import Pen
from nodegraph.editor.views.canvas.sized import Tag
from nodegraph.editor.views.look import Look
from nodegraph.editor.views.measure import Measure

_LEVELS: Final = {"error": "error", "warning": "warning"}
_VEIL: Final = 130


@dataclass(frozen=True)
class Status:
    """What changes on a node without the document changing.

    level: of its mark, colours outline and badge; badge: a glyph; lines: text in place of a picture.
    """

    selected: bool = False
    level: str = "plain"
    badge: str = ""
    footer: str = ""
    lines: tuple[str, ...] = ()


class NodeView:
    """Draws into a draw node of its own, when it is first in sight. `box` is what it is to show."""

    def __init__(self, look: Look, measure: Measure, parent: Tag) -> None:
        self._look = look
        self.root: Tag = dpg.add_draw_node(parent=parent, show=False)
        self._near_pen, self._far_pen = Pen(look, measure, self.root), Pen(look, measure, self.root)
        self._picture_root: Tag = dpg.add_draw_node(parent=self.root)
        self._veil_pen = Pen(look, measure, self.root)
        self._shown = False
        self._detailed: bool | None = None
        self._corner: Point | None = None
        self._near: NodeNear | None = None
        self._far: NodeFar | None = None
        self.box: Box | None = None
        self._status = Status()
        self._texture: Tag = 0
        self._picture: Tag = 0
        self._greyed: dict[PinKey, str] = {}

    def delete(self) -> None:
        """Take it off the canvas."""
        dpg.delete_item(self.root)

    def place(self, corner: Point) -> None:
        """Put its top left corner at a world point."""
        if corner != self._corner:
            self._corner = corner
            dpg.apply_transform(self.root, dpg.create_translation_matrix(corner))

    def become(self, box: Box) -> None:
        """Show another box, or the same in another look, from the next time it is in sight."""
        self.box = box
        self._near = self._far = self._detailed = None
        self._greyed = {}

    def hide(self) -> None:
        """It is out of sight."""
        if self._shown:
            self._shown = False
            dpg.configure_item(self.root, show=False)

    def show(self, pixels: float, detailed: bool) -> None:
        """It is in sight, at so many pixels per world unit; far away only its outlines are drawn."""
        if not self._shown:
            self._shown = True
            dpg.configure_item(self.root, show=True)
        if detailed != self._detailed:
            self._detailed = detailed
            self._draw()
        (self._near_pen if detailed else self._far_pen).follow(pixels)
        self._veil_pen.follow(pixels)

    # --- drawing ----------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        if self.box is None:
            return
        if self._near is None and self._far is None:
            self._dim(self.box)
            self._place_picture()
        if self._detailed and self._near is None:
            self._near_pen.clear()
            self._near = NodeNear(self._near_pen, self.box)
        if not self._detailed and self._far is None:
            self._far_pen.clear()
            self._far = NodeFar(self._far_pen, self.box)
        dpg.configure_item(self._near_pen.root, show=bool(self._detailed))
        dpg.configure_item(self._far_pen.root, show=not self._detailed)
        self._tell(Status(), force=True)

    def _dim(self, box: Box) -> None:
        """A muted node lies under a veil."""
        self._veil_pen.clear()
        if box.node.state == "mute":
            veil = (*self._look.color("canvas")[:3], _VEIL)
            self._veil_pen.rect((0, 0), (box.width, box.height), veil, 7)

    # --- what changes often -----------------------------------------------------------------------------------------

    def update(self, status: Status) -> None:
        """Show the selection, state, figures and result; only what changed is touched."""
        old, self._status = self._status, status
        if old != status:
            self._tell(old)

    def _tell(self, old: Status, force: bool = False) -> None:
        part, status, near = self._near if self._detailed else self._far, self._status, self._near
        if part is None:
            return
        if force or (old.selected, old.level, old.badge) != (status.selected, status.level, status.badge):
            self._mark(part)
        if near is None or part is not near:
            return
        if near.footer and (force or old.footer != status.footer):
            width = self.box.width - 24 if self.box else 0.0
            text = self._near_pen.measure.elided(status.footer, "body", 11.0, width)
            color = self._look.color(_LEVELS.get(status.level, "dim"))
            dpg.configure_item(near.footer, text=text, color=color)
        if near.lines and (force or old.lines != status.lines):
            self._write(near.lines, status.lines)

    def _mark(self, part: NodeNear | NodeFar) -> None:
        look, status = self._look, self._status
        level = "plain" if part is self._near and self.box and self.box.sentence else status.level  # it is dashed
        color = look.color("selected" if status.selected else _LEVELS.get(level, "border"))
        plain = not status.selected and level not in _LEVELS
        dpg.configure_item(part.outline, color=color, thickness=look.scale * (1.0 if plain else 2.0))
        badge = "warning" if status.level == "quiet" else _LEVELS.get(status.level, "title")
        dpg.configure_item(part.badge, text=status.badge, color=look.color(badge))

    def _write(self, items: list[Tag], lines: tuple[str, ...]) -> None:
        width = self.box.width - 34 if self.box else 0.0
        for at, item in enumerate(items):
            text = lines[at] if at < len(lines) else ""
            dpg.configure_item(item, text=self._near_pen.measure.elided(text, "body", 12.5, width))

    # --- the picture ------------------------------------------------------------------------------------------------

    def show_picture(self, texture: Tag) -> None:
        """Show this texture on the node's screen; 0 for none."""
        if texture != self._texture:
            self._texture = texture
            self._place_picture()

    def _place_picture(self) -> None:
        if self._picture:
            dpg.delete_item(self._picture)
            self._picture = 0
        box = self.box
        if not self._texture or box is None or box.collapsed or box.shown is None or not box.shown.picture:
            return
        start, end = (PAD, box.shown.y), (box.width - PAD, box.shown.y + box.shown.height)
        self._picture = dpg.draw_image(self._texture, start, end, parent=self._picture_root)

    def grey(self, refusals: dict[PinKey, str]) -> None:
        """While a wire is dragged: pins it cannot go to are pale. An empty mapping ends that."""
        near = self._near
        if near is None or refusals is self._greyed:
            return
        self._greyed = refusals
        pale = self._look.color("pale")
        for key, (item, color, fill) in near.pins.items():
            if refusals.get(key):
                dpg.configure_item(item, color=pale, fill=pale if fill == color else fill)
            else:
                dpg.configure_item(item, color=color, fill=fill)
