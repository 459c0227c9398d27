"""Unsaved work that an editor left when it died: recover it, discard it, or decide later."""

from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.documents.questions import RecoveryDialog
from nodegraph.editor.state.documents.recovery import Recovered
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.views.dialogs.body import Tag, bottom_row, button, text
from nodegraph.editor.views.look import Look


class RecoveryBody:
    """A row for each document."""

    def __init__(self, editor: Editor, look: Look, dialog: RecoveryDialog) -> None:
        self._editor, self._look, self._dialog = editor, look, dialog
        self.title = "Unsaved work was found"
        self.size = (640, min(520, 180 + 66 * len(dialog.rows)))
        self._seen: object = None

    def build(self, parent: Tag) -> None:
        """The words, room for the rows, and a button for later."""
        look = self._look
        text(look, parent, "The editor ended before these changes were saved. Nothing of them is lost.")
        self._room = dpg.add_child_window(parent=parent, width=-1, height=-look.px(56), border=False)
        row = bottom_row(look, parent)
        button(look, row, "Decide later", self._close)

    def update(self) -> None:
        """Draw the rows anew when one is gone."""
        now = tuple(self._dialog.rows)
        if now != self._seen:
            self._seen = now
            dpg.delete_item(self._room, children_only=True)
            for row in now:
                self._draw(row)

    def _draw(self, row: Recovered) -> None:
        look, px = self._look, self._look.px
        with dpg.table(parent=self._room, header_row=False, policy=dpg.mvTable_SizingFixedFit):
            dpg.add_table_column(width_stretch=True)
            dpg.add_table_column(init_width_or_weight=px(190), width_fixed=True)
            with dpg.table_row():
                with dpg.group() as words:
                    text(look, words, row.name, "bold")
                    many = "1 change" if row.edits == 1 else f"{row.edits} changes"
                    text(look, words, f"{many}, the last {row.age}", "small", "text")
                    text(look, words, str(row.path or "never saved to a file"), "small", "dim", px(400))
                with dpg.group(horizontal=True) as buttons:
                    button(look, buttons, "Recover", self._recover, "primary", row)
                    button(look, buttons, "Discard", self._discard, "danger", row)
        dpg.add_separator(parent=self._room)

    def key(self, name: str) -> bool:
        """Enter recovers the newest, Escape decides later."""
        if name == "Enter" and self._dialog.rows:
            self._dialog.recover(self._dialog.rows[0])
        elif name == "Esc":
            self._close()
        return name in ("Enter", "Esc")

    def _recover(self, _sender: Tag, _value: Any, row: Recovered) -> None:
        self._dialog.recover(row)

    def _discard(self, _sender: Tag, _value: Any, row: Recovered) -> None:
        self._dialog.discard(row)

    def _close(self) -> None:
        self._editor.dialogs.close(self._dialog)
