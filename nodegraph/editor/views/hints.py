"""What an empty canvas says: lines drawn on the canvas itself, so that it can be clicked through them, and buttons."""

from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.commands.table import BY_ID, run
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.hints import BUTTONS, HEADING, HINTS, shows_hints
from nodegraph.editor.views.look import Look
from nodegraph.editor.views.measure import Measure
from nodegraph.editor.views.shell import Shell

_WIDTH: Final = 430
_KEYS: Final = 150
_LINE: Final = 26
_TOP: Final = 38
"""How far below the heading the lines begin."""


class Hints:
    """A few lines in the middle of an empty canvas, gone with the first node. surface: the canvas's drawlist."""

    def __init__(self, editor: Editor, look: Look, measure: Measure, shell: Shell, surface: int | str) -> None:
        self._editor, self._look, self._measure, self._shell = editor, look, measure, shell
        self._surface = surface
        self._shown = False
        self._seen: object = None

    def build(self, _parent: int | str) -> None:
        """Make the buttons and the place for the lines, hidden."""
        self._layer = dpg.add_draw_layer(parent=self._surface, show=False)
        with (
            dpg.window(
                show=False,
                no_title_bar=True,
                no_resize=True,
                no_move=True,
                no_background=True,
                no_saved_settings=True,
                no_focus_on_appearing=True,
                autosize=True,
            ) as self._window,
            dpg.group(horizontal=True),
        ):
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
            dpg.configure_item(self._layer, show=shown)
        now = (self._look.theme, self._look.scale, self._shell.areas.get("canvas"), self._measure.ready)
        if shown and now != self._seen:
            self._seen = now
            self._draw()

    def _draw(self) -> None:
        """Everything for the look and the room as they are now."""
        look, px = self._look, self._look.px
        left, top, wide, high = self._shell.areas.get("canvas", (0, 0, 0, 0))
        x = max(px(16), (wide - px(_WIDTH)) // 2)
        y = max(px(16), (high - px(_TOP + _LINE * len(HINTS) + 60)) // 2)
        dpg.delete_item(self._layer, children_only=True)
        self._text(x, y, HEADING, "title", 19, "text")
        for at, hint in enumerate(HINTS):
            line = y + px(_TOP) + at * px(_LINE)
            self._text(x, line, hint.keys, "bold", 15, "accent")
            text = self._measure.elided(hint.text, "body", px(15), wide - x - px(_KEYS + 8))
            self._text(x + px(_KEYS), line, text, "body", 15, "dim")
        dpg.bind_item_theme(self._buttons[0], look.button("primary"))
        below = top + y + px(_TOP + _LINE * len(HINTS) + 4)
        dpg.set_item_pos(self._window, [left + x - px(10), below])

    def _text(self, x: int, y: int, text: str, font: str, size: float, color: str) -> None:
        look = self._look
        item: Any = dpg.draw_text((x, y), text, size=look.px(size), color=look.color(color), parent=self._layer)
        dpg.bind_item_font(item, look.font(font))

    def _pressed(self, _sender: Any, _value: Any, id: str) -> None:
        run(self._editor, id)
