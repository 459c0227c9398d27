"""A list that is drawn, not made of widgets: however long it is, only the rows in sight cost anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.looks import Color
from nodegraph.editor.views.icons import ICONS
from nodegraph.editor.views.look import Look
from nodegraph.editor.views.measure import Measure

ROW: Final = 27
_PAD: Final = 8


@dataclass(frozen=True)
class Line:
    """One row: an icon on a coloured plate, a title, and a detail at the right end."""

    title: str
    detail: str
    icon: str
    color: Color
    enabled: bool = True


class Choices:
    """Shows `rows` lines at once, `width` wide; the wheel and the marked line scroll. `hovered` is under the pointer.

    The owner calls `scroll`, and looks at `hovered` when the mouse is pressed.
    """

    def __init__(self, look: Look, measure: Measure, rows: int, width: int) -> None:
        self._look, self._measure = look, measure
        self._rows, self._width = rows, width
        self._first = 0
        self._marked = -1
        self._seen: object = None
        self._mouse: tuple[float, float] = (0.0, 0.0)
        self.hovered: int | None = None

    def build(self, parent: int | str) -> None:
        """Make the surface."""
        self.surface = dpg.add_drawlist(10, 10, parent=parent)

    def update(self, lines: Sequence[Line], index: int) -> None:
        """Draw what is in sight, when it has changed; the mark follows into sight."""
        self._hover(len(lines))
        moved = index != self._marked
        self._marked = index
        if moved:
            self._first = min(max(self._first, index - self._rows + 1), max(index, 0))
        self._first = max(0, min(self._first, len(lines) - self._rows))
        shown = tuple(lines[self._first : self._first + self._rows])
        now = (shown, self._first, len(lines), index, self.hovered, self._look.scale, self._look.theme)
        if now != self._seen:
            self._seen = now
            self._draw(shown, len(lines), index)

    def reset(self) -> None:
        """Begin at the top."""
        self._first, self._marked, self._seen = 0, -1, None

    def scroll(self, notches: float) -> None:
        """The wheel was turned over the list."""
        self._first -= round(notches * 3)

    def _hover(self, count: int) -> None:
        """The line under the pointer, once the pointer has moved there: a list that opens under it marks nothing."""
        x, y = dpg.get_mouse_pos(local=False)
        if (x, y) == self._mouse:
            return
        self._mouse = (x, y)
        left, top = dpg.get_item_rect_min(self.surface)
        row = int((y - top) // self._look.px(ROW))
        inside = 0 <= x - left < self._look.px(self._width) and 0 <= row < self._rows
        at = row + self._first
        self.hovered = at if inside and dpg.is_item_visible(self.surface) and at < count else None

    def _draw(self, lines: Sequence[Line], count: int, index: int) -> None:
        look, px = self._look, self._look.px
        dpg.delete_item(self.surface, children_only=True)
        high = px(ROW)
        dpg.configure_item(self.surface, width=px(self._width), height=max(high * len(lines), px(4)))
        for at, line in enumerate(lines):
            number, top = at + self._first, at * high
            if number == index or number == self.hovered:
                fill = look.color("accent_dark" if number == index else "button")
                self._box(0, top, px(self._width) - self._bar(count), top + high, fill, 5)
            self._draw_line(line, top, count, number == index)
        if count > self._rows:
            self._draw_bar(count, high * len(lines))

    def _bar(self, count: int) -> int:
        return self._look.px(_PAD) if count > self._rows else 0

    def _draw_line(self, line: Line, top: int, count: int, marked: bool) -> None:
        look, px, high = self._look, self._look.px, self._look.px(ROW)
        plate = px(19)
        inset = (high - plate) // 2
        self._box(px(5), top + inset, px(5) + plate, top + inset + plate, line.color, 4)
        glyph = ICONS.get(line.icon, "")
        size = px(11)
        across = self._measure.width(glyph, "icon", size)
        at = (px(5) + (plate - across) / 2, top + (high - size) / 2)
        self._text(at, glyph, "icon", size, look.color("title") if look.theme == "dark" else (255, 255, 255, 255))
        right = px(self._width) - self._bar(count) - px(_PAD)
        small, normal = px(13), px(15)
        detail = self._measure.elided(line.detail, "small", small, (right - px(32)) * 0.5)
        wide = self._measure.width(detail, "small", small)
        pale = look.color("text" if marked else "dim")
        self._text((right - wide, top + (high - small) / 2), detail, "small", small, pale)
        title = self._measure.elided(line.title, "body", normal, right - wide - px(40))
        color = look.color("text" if line.enabled else "dim")
        self._text((px(32), top + (high - normal) / 2), title, "body", normal, color)

    def _draw_bar(self, count: int, height: int) -> None:
        length = max(height * self._rows / count, self._look.px(16))
        top = (height - length) * self._first / max(count - self._rows, 1)
        right = self._look.px(self._width)
        self._box(
            right - self._look.px(5), top, right - self._look.px(1), top + length, self._look.color("button_hot"), 3
        )

    def _box(self, left: float, top: float, right: float, bottom: float, fill: Color, rounding: float) -> None:
        none = (0, 0, 0, 0)
        rounded = self._look.px(rounding)
        dpg.draw_rectangle((left, top), (right, bottom), color=none, fill=fill, rounding=rounded, parent=self.surface)

    def _text(self, at: tuple[float, float], text: str, font: str, size: float, color: Color) -> None:
        if text:
            item: Any = dpg.draw_text(at, text, size=size, color=color, parent=self.surface)
            dpg.bind_item_font(item, self._look.font(font))
