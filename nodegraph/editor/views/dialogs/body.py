"""What every dialog's drawing is, and the pieces they share."""

from collections.abc import Callable
from typing import Any, Final, Protocol

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.views.look import Look

Tag = int | str
DOUBLE: Final = 0.4
"""Seconds in which a second click on the same thing opens it."""


class Body(Protocol):
    """Draws one dialog inside its window. `size`: width and height before scaling; a height of 0 fits the content."""

    title: str
    size: tuple[int, int]

    def build(self, parent: Tag) -> None:
        """Make the items."""

    def update(self) -> None:
        """Every frame: touch only what changed."""

    def key(self, name: str) -> bool:
        """A key was pressed (Enter, Esc, an arrow, PageUp, PageDown); whether it meant something."""


MakeBody = Callable[[Editor, Look, Any], Body]


def text(look: Look, parent: Tag, words: str, font: str = "body", color: str = "text", wrap: int = 0) -> Tag:
    """A text; wrap: at the window's end (0), at a width, or not at all (-1)."""
    item: Tag = dpg.add_text(words, parent=parent, color=look.color(color), wrap=wrap)
    dpg.bind_item_font(item, look.font(font))
    return item


def button(look: Look, parent: Tag, label: str, pressed: Callable[..., Any], kind: str = "", data: Any = None) -> Tag:
    """A button; kind: see `Look.button`, "" for the usual one."""
    item: Tag = dpg.add_button(label=label, parent=parent, callback=pressed, user_data=data)
    if kind:
        dpg.bind_item_theme(item, look.button(kind))
    return item


def bottom_row(look: Look, parent: Tag) -> Tag:
    """A line, and below it the row of a dialog's buttons."""
    dpg.add_spacer(height=look.px(4), parent=parent)
    dpg.add_separator(parent=parent)
    dpg.add_spacer(height=look.px(2), parent=parent)
    row: Tag = dpg.add_group(horizontal=True, parent=parent)
    return row
