"""A search field with a button that empties it."""

from collections.abc import Callable
from typing import Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.views.buttons import icon_button
from nodegraph.editor.views.look import Look

Tag = int | str
_BUTTON: Final = 34


class SearchField:
    """changed: called with what is looked for, without blanks around it. typing: whether it had the keys just now."""

    def __init__(self, look: Look, hint: str, changed: Callable[[str], None]) -> None:
        self._look, self._hint, self._changed = look, hint, changed
        self._text = ""
        self.typing = False

    def build(self, parent: Tag) -> None:
        """Make the field."""
        row = dpg.add_group(horizontal=True, parent=parent, horizontal_spacing=self._look.px(4))
        self.field: Tag = dpg.add_input_text(hint=self._hint, width=-1, parent=row)
        self._clear = icon_button(self._look, row, "close", "Show everything again", self.empty)
        dpg.configure_item(self._clear, show=False)

    def update(self) -> None:
        """Every frame. The text is looked at, not heard of: Escape brings back what was there before, and says so late.

        Enter ends the typing and is heard of afterwards, so `typing` says how it was in the frame before.
        """
        self.typing = bool(dpg.is_item_active(self.field))
        text = str(dpg.get_value(self.field) or "")
        if text == self._text:
            return
        self._text = text
        dpg.configure_item(self._clear, show=bool(text))
        dpg.set_item_width(self.field, -self._look.px(_BUTTON) if text else -1)
        self._changed(text.strip())

    def empty(self) -> None:
        """Look for nothing."""
        dpg.set_value(self.field, "")
