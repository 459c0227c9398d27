"""A few choices as buttons beside each other, with a sentence about the chosen one."""

from collections.abc import Callable
from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.inspector.policies import Choice, about
from nodegraph.editor.views.inspector.kit import Kit, Tag


class Segments:
    """value None: the nodes differ, nothing is chosen. plain: the choice that needs no sentence."""

    def __init__(
        self,
        kit: Kit,
        parent: Tag,
        choices: tuple[Choice, ...],
        value: str | None,
        chosen: Callable[[str], None],
        plain: str = "",
    ) -> None:
        self._kit, self._choices, self._chosen, self._plain = kit, choices, chosen, plain
        row: Tag = dpg.add_group(horizontal=True, horizontal_spacing=kit.look.px(2), parent=parent)
        each = (kit.width - (len(choices) - 1) * kit.look.px(2)) // len(choices)
        self._buttons = {one.value: kit.button(row, one.word, self._pressed, one.value, width=each) for one in choices}
        for one in choices:
            kit.tip(self._buttons[one.value], one.about)
        self._about = kit.text(parent, "", "dim", "small")
        self._value: str | None = None
        self._mark(value)

    def show(self, value: str | None) -> None:
        """Mark another."""
        if value != self._value:
            self._mark(value)

    def _mark(self, value: str | None) -> None:
        self._value = value
        for name, button in self._buttons.items():
            self._kit.choose(button, name == value)
        dpg.set_value(self._about, about(self._choices, value))
        dpg.configure_item(self._about, show=not self._plain or value != self._plain)

    def _pressed(self, _sender: Any, _data: Any, value: str) -> None:
        self._chosen(value)
