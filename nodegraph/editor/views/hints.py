"""What an empty canvas says: how to begin, with buttons for it."""

from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.commands.table import BY_ID, run
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.hints import BUTTONS, HEADING, HINTS, shows_hints
from nodegraph.editor.views.look import Look
from nodegraph.editor.views.shell import Shell

_WIDTH: Final = 470


class Hints:
    """A few lines in the middle of an empty canvas; they are gone with the first node."""

    def __init__(self, editor: Editor, look: Look, shell: Shell) -> None:
        self._editor, self._look, self._shell = editor, look, shell
        self._shown = False
        self._seen: object = None

    def build(self, _parent: int | str) -> None:
        """Make the lines, hidden."""
        with dpg.window(
            show=False,
            no_title_bar=True,
            no_resize=True,
            no_move=True,
            no_background=True,
            no_saved_settings=True,
            no_focus_on_appearing=True,
            autosize=True,
        ) as self._window:
            self._heading = dpg.add_text(HEADING)
            self._rows: list[tuple[int | str, int | str]] = []
            with dpg.table(header_row=False, policy=dpg.mvTable_SizingFixedFit):
                dpg.add_table_column()
                dpg.add_table_column()
                for hint in HINTS:
                    with dpg.table_row():
                        self._rows.append((dpg.add_text(hint.keys), dpg.add_text(hint.text)))
            dpg.add_spacer(height=6)
            with dpg.group(horizontal=True):
                self._buttons = [
                    dpg.add_button(label=BY_ID[id].title.rstrip("…"), callback=self._pressed, user_data=id)
                    for id in BUTTONS
                ]

    def update(self) -> None:
        """Show or hide."""
        shown = shows_hints(self._editor)
        if shown != self._shown:
            self._shown = shown
            dpg.configure_item(self._window, show=shown)
        now = (self._look.theme, self._look.scale, self._shell.areas.get("canvas"))
        if shown and now != self._seen:
            self._seen = now
            self._dress()

    def _dress(self) -> None:
        """Fonts, colours and place for the look as it is now."""
        look = self._look
        dpg.bind_item_font(self._heading, look.font("title"))
        dpg.configure_item(self._heading, color=look.color("text"))
        for keys, text in self._rows:
            dpg.bind_item_font(keys, look.font("bold"))
            dpg.configure_item(keys, color=look.color("accent"))
            dpg.configure_item(text, color=look.color("dim"))
        dpg.bind_item_theme(self._buttons[0], look.button("primary"))
        left, top, wide, high = self._shell.areas.get("canvas", (0, 0, 0, 0))
        spot = [left + max(8, (wide - look.px(_WIDTH)) // 2), top + max(8, high // 2 - look.px(150))]
        dpg.set_item_pos(self._window, spot)

    def _pressed(self, _sender: Any, _value: Any, id: str) -> None:
        run(self._editor, id)
