"""What a model's server prints, live: it follows the newest line until somebody scrolls up."""

import time
from typing import Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.views.look import Look

Tag = int | str
_LINES: Final = 200
_PERIOD: Final = 0.3


class LogView:
    """Of one model."""

    def __init__(self, editor: Editor, look: Look, id: str) -> None:
        self._editor, self._look, self._id = editor, look, id
        self._lines: list[str] | None = None
        self._looked = 0.0
        self._scroll = 0

    def build(self, parent: Tag, height: int) -> None:
        """Make the box; height: in units."""
        self._box = dpg.add_child_window(parent=parent, height=self._look.px(height), horizontal_scrollbar=True)
        self._text = dpg.add_text("", parent=self._box)
        dpg.bind_item_font(self._text, self._look.font("mono"))

    def update(self) -> None:
        """Now and then the newest lines."""
        if self._scroll:  # how far it can be scrolled is known after the new lines were drawn
            self._scroll -= 1
            dpg.set_y_scroll(self._box, -1.0)
        now = time.monotonic()
        if now - self._looked < _PERIOD:
            return
        self._looked = now
        lines = self._editor.models.logs(self._id)[-_LINES:]
        if lines != self._lines:
            at_end = self._lines is None or dpg.get_y_scroll(self._box) >= dpg.get_y_scroll_max(self._box) - 4
            self._lines = lines
            dpg.set_value(self._text, "\n".join(lines) or "Its server has printed nothing yet.")
            dpg.configure_item(self._text, color=self._look.color("text" if lines else "dim"))
            self._scroll = 3 if at_end else 0

    def copy(self) -> None:
        """Put the lines on the clipboard."""
        dpg.set_clipboard_text("\n".join(self._lines or ()))
        self._editor.tell("The log is copied.", "good")
