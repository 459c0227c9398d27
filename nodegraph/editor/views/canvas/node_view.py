"""One node, drawn: title, pins, parameters, preview, footer. Drawn anew when its box changes, else only adjusted."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.core.errors import NodeError
from nodegraph.core.spec import Param
from nodegraph.editor.state.canvas.boxes import FOOTER, LINE, PAD, ROW, TITLE, WIDTH, Box, ParamRow, Pin, PinKey
from nodegraph.editor.state.placements import Point
from nodegraph.editor.views.canvas.shapes import draw_pin
from nodegraph.editor.views.canvas.sized import Sized, Tag
from nodegraph.editor.views.look import Look
from nodegraph.editor.views.measure import Measure

_TEXT: Final = 13.0
_CLEAR: Final = (0, 0, 0, 0)
_STATES: Final = {"running": "good", "waiting": "warning", "failed": "error", "skipped": "warning"}


@dataclass(frozen=True)
class Status:
    """What changes on a node without the document changing. badge: a glyph; lines: text in place of a picture."""

    selected: bool = False
    state: str = "idle"
    badge: str = ""
    footer: str = ""
    texture: Tag = 0
    lines: tuple[str, ...] = ()


class NodeView:
    """Draws into a draw node of its own. `box` is what was drawn last."""

    def __init__(self, look: Look, measure: Measure, parent: Tag) -> None:
        self._look, self._measure = look, measure
        self._root: Tag = dpg.add_draw_node(parent=parent)
        self._frame: Tag = dpg.add_draw_node(parent=self._root)
        self._detail: Tag = dpg.add_draw_node(parent=self._root)
        self._sized, self._fine = Sized(), Sized()
        self._shown = self._detailed = True
        self._corner: Point | None = None
        self.box: Box | None = None
        self._status = Status()
        self._pins: dict[PinKey, tuple[Tag, Pin]] = {}
        self._greyed: dict[PinKey, str] = {}

    def delete(self) -> None:
        """Take it off the canvas."""
        dpg.delete_item(self._root)

    def show(self, shown: bool) -> None:
        """Draw it, or not: it is out of sight."""
        if shown != self._shown:
            self._shown = shown
            dpg.configure_item(self._root, show=shown)

    def place(self, corner: Point) -> None:
        """Put its top left corner at a world point."""
        if corner != self._corner:
            self._corner = corner
            dpg.apply_transform(self._root, dpg.create_translation_matrix(corner))

    def zoomed(self, pixels: float, detailed: bool) -> None:
        """Follow the zoom; far away only the frame and the title are drawn."""
        if detailed != self._detailed:
            self._detailed = detailed
            dpg.configure_item(self._detail, show=detailed)
        self._sized.follow(pixels)
        if detailed:
            self._fine.follow(pixels)

    # --- drawing ----------------------------------------------------------------------------------------------------

    def draw(self, box: Box) -> None:
        """Draw another box."""
        self.box = box
        dpg.delete_item(self._frame, children_only=True)
        dpg.delete_item(self._detail, children_only=True)
        self._sized.clear()
        self._fine.clear()
        self._pins.clear()
        self._greyed = {}
        self._body(box)
        for row in box.rows:
            self._row(box, row)
        for pin in box.pins:
            self._pin(box, pin)
        self._result(box)
        status, self._status = self._status, Status()
        self.update(status, force=True)

    def _body(self, box: Box) -> None:
        look, state = self._look, box.node.state
        ground = look.color("node" if state == "on" else "node_off")
        bar = look.category_color(box.spec.category if box.spec else "", muted=state != "on")
        self._outline = self._rect(self._frame, (0, 0), (box.width, box.height), look.color("border"), ground, 7)
        self._rect(self._frame, (1, 1), (box.width - 1, TITLE), _CLEAR, bar, 6)
        if not box.collapsed:
            dpg.draw_rectangle((1, TITLE - 8), (box.width - 1, TITLE), color=_CLEAR, fill=bar, parent=self._frame)
        suffix = {"bypass": " (bypassed)", "mute": " (muted)"}.get(state, "")
        title = self._measure.elided(box.title, "bold", 14.0, box.width - 46 - 7 * len(suffix)) + suffix
        text = self._text(self._frame, (12, 6), title, 14.0, look.color("title" if state == "on" else "dim"))
        dpg.bind_item_font(text, look.font("bold"))
        self._badge = self._text(self._frame, (box.width - 24, 6), "", 14.0, look.color("error"))
        dpg.bind_item_font(self._badge, look.font("icon"))
        if not box.collapsed:
            foot = self._text(self._detail, (12, box.height - FOOTER + 1), "", 11.5, look.color("dim"), fine=True)
            self._footer: Tag = foot
        self._collapsed = box.collapsed

    def _pin(self, box: Box, pin: Pin) -> None:
        look = self._look
        color = look.type_color(pin.types[0])
        wired = pin.key.name in self._wired(box, pin)
        ground = color if wired or not pin.param else look.color("node")
        if pin.optional and not wired:
            ground = look.color("node")
        item = draw_pin(self._frame, self._sized, (pin.x, pin.y), pin.types[0], color, ground, pin.param)
        self._pins[pin.key] = (item, pin)
        if box.collapsed or pin.param:
            return
        size = 13.0
        name = self._measure.elided(pin.key.name.replace("_", " "), "body", size, WIDTH / 2 - 16)
        x = 14.0 if pin.key.side == "in" else box.width - 14.0 - self._measure.width(name, "body", size)
        self._text(self._detail, (x, pin.y - 9), name, size, look.color("text"), fine=True)

    def _wired(self, box: Box, pin: Pin) -> tuple[str, ...]:
        return tuple(row.param.name for row in box.rows if row.driven) if pin.param else (pin.key.name,)

    def _row(self, box: Box, row: ParamRow) -> None:
        look, measure, param = self._look, self._measure, row.param
        left, right, top = 10.0, box.width - 10.0, row.y + 2
        self._rect(self._detail, (left, top), (right, top + ROW - 4), _CLEAR, look.color("field"), 4, fine=True)
        share = _share(param, row.value)
        if share is not None and share > 0.01:
            end = left + (right - left) * share
            self._rect(self._detail, (left, top), (end, top + ROW - 4), _CLEAR, look.color("field_fill"), 4, fine=True)
        value = "driven" if row.driven else value_text(param, row.value)
        room = right - left - 14
        name = measure.elided(param.name.replace("_", " "), "body", 12.0, room * 0.55)
        value = measure.elided(value, "body", 12.0, room - measure.width(name, "body", 12.0) - 8)
        self._text(self._detail, (left + 7, top + 1), name, 12.0, look.color("dim"), fine=True)
        color = look.color("accent" if row.driven else "text")
        if param.kind == "color" and not row.driven and (rgb := _rgb(param, row.value)):
            self._rect(self._detail, (right - 40, top + 3), (right - 6, top + ROW - 7), look.color("border"), rgb, 3)
            return
        x = right - 7 - measure.width(value, "body", 12.0)
        self._text(self._detail, (x, top + 1), value, 12.0, color, fine=True)

    def _result(self, box: Box) -> None:
        self._picture: Tag = 0
        self._lines: list[Tag] = []
        shown = box.shown
        if box.collapsed or shown is None:
            return
        left, right = PAD, box.width - PAD
        ground = self._look.color("screen")
        self._rect(self._frame, (left, shown.y), (right, shown.y + shown.height), _CLEAR, ground, 4)
        self._area = ((left, shown.y), (right, shown.y + shown.height))
        if not shown.picture:
            self._lines = [
                self._text(
                    self._detail, (left + 7, shown.y + 1 + at * LINE), "", 12.5, self._look.color("value"), fine=True
                )
                for at in range(2)
            ]

    # --- what changes often -----------------------------------------------------------------------------------------

    def update(self, status: Status, force: bool = False) -> None:
        """Show the selection, state, figures and result; only what changed is touched."""
        old, self._status = self._status, status
        if force or (old.selected, old.state) != (status.selected, status.state):
            self._mark(status)
        if force or old.badge != status.badge:
            dpg.configure_item(self._badge, text=status.badge)
        if not self._collapsed and (force or old.footer != status.footer):
            dpg.configure_item(self._footer, text=status.footer)
        if force or old.texture != status.texture:
            self._show_picture(status.texture)
        if self._lines and (force or old.lines != status.lines):
            for at, item in enumerate(self._lines):
                text = status.lines[at] if at < len(status.lines) else ""
                dpg.configure_item(item, text=self._measure.elided(text, "body", 12.5, WIDTH - 34))

    def _mark(self, status: Status) -> None:
        look = self._look
        color = look.color("border")
        if status.state in ("failed", "waiting"):
            color = look.color(_STATES[status.state])
        if status.selected:
            color = look.color("selected")
        dpg.configure_item(self._outline, color=color)
        dpg.configure_item(self._badge, color=look.color(_STATES.get(status.state, "dim")))

    def _show_picture(self, texture: Tag) -> None:
        if self.box is None or self.box.collapsed or self.box.shown is None or not self.box.shown.picture:
            return
        if self._picture:
            dpg.delete_item(self._picture)
            self._picture = 0
        if texture:
            self._picture = dpg.draw_image(texture, *self._area, parent=self._frame)

    def grey(self, refusals: dict[PinKey, str]) -> None:
        """While a wire is dragged: pins it cannot go to are pale. An empty mapping ends that."""
        if refusals is self._greyed:
            return
        self._greyed = refusals
        for key, (item, pin) in self._pins.items():
            color = self._look.type_color(pin.types[0])
            if refusals and refusals.get(key):
                color = self._look.color("pale")
            dpg.configure_item(item, color=color)

    # --- pieces -----------------------------------------------------------------------------------------------------

    def _rect(
        self, parent: Tag, start: Point, end: Point, color: Any, fill: Any, rounding: float, fine: bool = False
    ) -> Tag:
        item = dpg.draw_rectangle(start, end, color=color, fill=fill, rounding=rounding, parent=parent)
        (self._fine if fine else self._sized).add(item, "rounding", rounding)
        return item

    def _text(self, parent: Tag, at: Point, text: str, size: float, color: Any, fine: bool = False) -> Tag:
        item = dpg.draw_text(at, text, size=size, color=color, parent=parent)
        (self._fine if fine else self._sized).add(item, "size", size)
        return item


def value_text(param: Param, value: Any) -> str:
    """A parameter's value in a few characters."""
    if param.kind == "boolean":
        return "on" if value is True else "off"
    if isinstance(value, float):
        return f"{value:.4g}{' ' + param.unit if param.unit else ''}"
    if param.kind == "integer":
        return f"{value}{' ' + param.unit if param.unit else ''}"
    if param.kind == "file":
        return Path(str(value)).name or "no file"
    if param.kind == "text":
        return str(value).partition("\n")[0] or "empty"
    return str(value)


def _share(param: Param, value: Any) -> float | None:
    """How far a number is between its bounds, 0..1; None for what has none."""
    if param.ge is None or param.le is None or param.le <= param.ge or param.kind not in ("number", "integer"):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return min(max((value - param.ge) / (param.le - param.ge), 0.0), 1.0)


def _rgb(param: Param, value: Any) -> tuple[int, int, int, int] | None:
    try:
        blue, green, red = param.check(value)
    except NodeError:
        return None
    return red, green, blue, 255
