"""The model directory: search, filters, a card for each model."""

from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.models.directory import CATEGORIES, Category, search, types_of
from nodegraph.editor.state.models.newcomer import add_model
from nodegraph.editor.views.library.model_card import ModelCardView
from nodegraph.editor.views.library.search_field import SearchField
from nodegraph.editor.views.look import Look

Tag = int | str
_ANY: Final = "any"
_MOST: Final = 40
"""Cards that are made; a search finds the others."""
_ABOUT: Final[dict[Category, str]] = {
    "extract": "Models that find something in a picture: boxes, points, masks, words.",
    "generate": "Models that make a picture out of words, noise or numbers.",
    "transform": "Models that make another picture of a picture.",
}


class ModelsTab:
    """Cards are made when the search changes; their states follow the models' every frame."""

    _category: Category | None = None

    def __init__(self, editor: Editor, look: Look) -> None:
        self._editor, self._look = editor, look
        self._words = self._input = self._output = ""
        self._drawn: object = None
        self._known = 0
        self._cards: list[ModelCardView] = []

    def build(self, parent: Tag) -> None:
        """Make the filters and the empty list."""
        look = self._look
        dpg.add_spacer(height=look.px(2), parent=parent)
        self.search = SearchField(look, "Search models", self._searched)
        self.search.build(parent)
        chips = dpg.add_group(horizontal=True, parent=parent, horizontal_spacing=look.px(3))
        self._chips: dict[Category, Tag] = {}
        for category in CATEGORIES:
            chip = dpg.add_button(
                label=category.capitalize(), small=True, parent=chips, user_data=category, callback=self._chosen
            )
            dpg.bind_item_font(chip, look.font("small"))
            with dpg.tooltip(chip, delay=0.5):
                dpg.add_text(_ABOUT[category])
            self._chips[category] = chip
        self._filters(parent)
        row = dpg.add_group(horizontal=True, parent=parent)
        self._count = dpg.add_text("", parent=row, color=look.color("dim"))
        dpg.bind_item_font(self._count, look.font("small"))
        add = dpg.add_button(label="Add a model…", small=True, parent=row, callback=self._add)
        dpg.bind_item_font(add, look.font("small"))
        self._list = dpg.add_child_window(parent=parent, border=False)

    def _filters(self, parent: Tag) -> None:
        """What a model takes and what it gives, each half of the row."""
        table = dpg.add_table(parent=parent, header_row=False, policy=dpg.mvTable_SizingStretchSame, pad_outerX=False)
        dpg.add_table_column(parent=table)
        dpg.add_table_column(parent=table)
        row = dpg.add_table_row(parent=table)
        self._takes = dpg.add_combo(default_value=f"takes {_ANY}", width=-1, parent=row, callback=self._took)
        self._gives = dpg.add_combo(default_value=f"gives {_ANY}", width=-1, parent=row, callback=self._gave)
        for combo in (self._takes, self._gives):
            dpg.bind_item_font(combo, self._look.font("small"))

    def _offer_types(self) -> None:
        """The types that occur in the catalogue as it is now."""
        cards = self._editor.models.cards
        dpg.configure_item(self._takes, items=[f"takes {type}" for type in (_ANY, *types_of(cards, "input"))])
        dpg.configure_item(self._gives, items=[f"gives {type}" for type in (_ANY, *types_of(cards, "output"))])

    def update(self) -> None:
        """Follow the filters, the look, and the models' states."""
        look = self._look
        self.search.update()
        known = id(self._editor.workspace.registry)
        if known != self._known:
            self._known = known
            self._offer_types()
        now = (self._words, self._category, self._input, self._output, look.theme, look.scale, known)
        if now != self._drawn:
            self._drawn = now
            self._redraw()
        for card in self._cards:
            card.update()

    def _redraw(self) -> None:
        for category, chip in self._chips.items():
            dpg.bind_item_theme(chip, self._look.button("primary") if category == self._category else 0)
        dpg.delete_item(self._list, children_only=True)
        every = self._editor.models.cards
        found = search(every, self._words, self._category, self._input, self._output)
        self._cards = [ModelCardView(self._editor, self._look, card) for card in found[:_MOST]]
        for card in self._cards:
            card.build(self._list)
        dpg.set_value(self._count, _counted(len(found), len(every)))
        dpg.configure_item(self._count, color=self._look.color("dim"))
        if not found:
            self._say("No model fits. Take a word or a filter away.")
        elif len(found) > _MOST:
            self._say(f"{len(found) - _MOST} more: search for them.")

    def _say(self, text: str) -> None:
        dpg.add_text(text, parent=self._list, color=self._look.color("dim"), wrap=0)

    def _add(self, *_: Any) -> None:
        add_model(self._editor)

    # --- filters ----------------------------------------------------------------------------------------------------

    def _searched(self, words: str) -> None:
        self._words = words

    def _chosen(self, _sender: Any, _data: Any, category: Category) -> None:
        self._category = None if self._category == category else category

    def _took(self, _sender: Any, text: str) -> None:
        self._input = _type(text)

    def _gave(self, _sender: Any, text: str) -> None:
        self._output = _type(text)


def _type(text: str) -> str:
    """The type in ``takes image``, "" for any."""
    type = text.rpartition(" ")[2]
    return "" if type == _ANY else type


def _counted(found: int, every: int) -> str:
    return f"{every} models" if found == every else f"{found} of {every} models"
