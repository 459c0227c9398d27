"""The model directory: search, filters, a card for each model."""

from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.models.directory import CATEGORIES, Category, search, types_of
from nodegraph.editor.views.library.model_card import ModelCardView
from nodegraph.editor.views.look import Look

_ANY: Final = "any"


class ModelsTab:
    """Cards are made when the search changes; their states follow the models' every frame."""

    def __init__(self, editor: Editor, look: Look) -> None:
        self._editor, self._look = editor, look
        self._words, self._category = "", None
        self._input = self._output = ""
        self._drawn: object = None
        self._cards: list[ModelCardView] = []

    _category: Category | None

    def build(self, parent: int | str) -> None:
        """Make the filters and the empty list."""
        look = self._look
        dpg.add_spacer(height=look.px(2), parent=parent)
        dpg.add_input_text(hint="Search models", width=-1, parent=parent, callback=self._searched)
        chips = dpg.add_group(horizontal=True, parent=parent, horizontal_spacing=look.px(3))
        self._chips: dict[Category, int | str] = {}
        for category in CATEGORIES:
            chip = dpg.add_button(
                label=category.capitalize(), small=True, parent=chips, user_data=category, callback=self._chosen
            )
            dpg.bind_item_font(chip, look.font("small"))
            self._chips[category] = chip
        cards = self._editor.models.cards
        row = dpg.add_group(horizontal=True, parent=parent)
        for label, side, callback in (("in", "input", self._took), ("out", "output", self._gave)):
            dpg.add_text(label, parent=row, color=look.color("dim"))
            choices = [_ANY, *types_of(cards, "input" if side == "input" else "output")]
            dpg.add_combo(choices, default_value=_ANY, width=look.px(84), parent=row, callback=callback)
        self._list = dpg.add_child_window(parent=parent, border=False)

    def update(self) -> None:
        """Follow the filters, and the models' states."""
        look = self._look
        now = (self._words, self._category, self._input, self._output, look.theme, look.scale)
        if now != self._drawn:
            self._drawn = now
            self._redraw()
        for card in self._cards:
            card.update()

    def _redraw(self) -> None:
        for category, chip in self._chips.items():
            dpg.bind_item_theme(chip, self._look.button("primary" if category == self._category else "icon"))
        dpg.delete_item(self._list, children_only=True)
        found = search(self._editor.models.cards, self._words, self._category, self._input, self._output)
        self._cards = [ModelCardView(self._editor, self._look, card) for card in found]
        for card in self._cards:
            card.build(self._list)
        if not found:
            dpg.add_text("No model fits.", parent=self._list, color=self._look.color("dim"))

    def _searched(self, _sender: Any, text: str) -> None:
        self._words = text.strip()

    def _chosen(self, _sender: Any, _data: Any, category: Category) -> None:
        self._category = None if self._category == category else category

    def _took(self, _sender: Any, type: str) -> None:
        self._input = "" if type == _ANY else type

    def _gave(self, _sender: Any, type: str) -> None:
        self._output = "" if type == _ANY else type
