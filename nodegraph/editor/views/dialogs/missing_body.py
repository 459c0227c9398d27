"""What a document lacks: a row for each thing with its state and one button, and one for all."""

from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.documents.missing import Missing
from nodegraph.editor.state.documents.questions import MissingDialog
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.views.dialogs.body import Tag, bottom_row, button, text
from nodegraph.editor.views.icons import ICONS
from nodegraph.editor.views.look import Look


class MissingBody:
    """The document is open behind it; closing the dialog leaves everything as it is."""

    def __init__(self, editor: Editor, look: Look, dialog: MissingDialog) -> None:
        self._editor, self._look, self._dialog = editor, look, dialog
        self.title = "Something is missing"
        self.size = (760, min(560, 200 + 84 * len(dialog.rows)))
        self._seen: object = None

    def build(self, parent: Tag) -> None:
        """The heading, room for the rows, the buttons."""
        look = self._look
        count = len(self._dialog.rows)
        things = "one thing that is" if count == 1 else f"{count} things that are"
        words = f"{self._dialog.name} is open. It needs {things} not here; the rest of it works."
        text(look, parent, words)
        self._room = dpg.add_child_window(parent=parent, width=-1, height=-look.px(56), border=False)
        row = bottom_row(look, parent)
        self._all = button(look, row, "Fix all", self._fix_all, "primary")
        button(look, row, "Close", self._close)

    def update(self) -> None:
        """Draw the rows anew when the state of one changed."""
        dialog = self._dialog
        self._editor.files.mending.follow(dialog)
        now = (tuple(dialog.doing.items()), frozenset(dialog.done))
        if now != self._seen:
            self._seen = now
            dpg.delete_item(self._room, children_only=True)
            for row in dialog.rows:
                self._draw(row)
            dpg.configure_item(self._all, show=len(dialog.fixable) > 1)

    def _draw(self, row: Missing) -> None:
        look, px = self._look, self._look.px
        done, doing = row.type in self._dialog.done, self._dialog.doing.get(row.type, "")
        with dpg.table(parent=self._room, header_row=False, policy=dpg.mvTable_SizingFixedFit, borders_innerH=False):
            dpg.add_table_column(init_width_or_weight=px(24), width_fixed=True)
            dpg.add_table_column(width_stretch=True)
            dpg.add_table_column(init_width_or_weight=px(170), width_fixed=True)
            with dpg.table_row():
                name, color = ("good", "good") if done else ("wait", "accent") if doing else ("warning", "warning")
                icon = dpg.add_text(ICONS[name], color=look.color(color))
                dpg.bind_item_font(icon, look.font("icon"))
                with dpg.group() as words:
                    with dpg.group(horizontal=True) as first:
                        text(look, first, row.title, "bold", wrap=-1)
                        text(look, first, "here now" if done else doing or row.state, "small", color, -1)
                    if not done:
                        text(look, words, row.detail, "small", "text", px(510))
                    facts = [row.size, row.licence and f"licence: {row.licence}", f"nodes: {', '.join(row.nodes[:6])}"]
                    text(look, words, "  ·  ".join(one for one in facts if one), "small", "dim", px(510))
                with dpg.group() as last:
                    if not done and not doing:
                        button(look, last, row.button, self._fix, "", row)
        dpg.add_separator(parent=self._room)

    def key(self, name: str) -> bool:
        """Escape closes."""
        if name == "Esc":
            self._close()
        return name == "Esc"

    def _fix(self, _sender: Tag, _value: Any, row: Missing) -> None:
        self._dialog.fix(row)

    def _fix_all(self) -> None:
        self._dialog.fix_all()

    def _close(self) -> None:
        self._editor.dialogs.close(self._dialog)
