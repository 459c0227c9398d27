"""The starter gallery: cards with pictures, a search, and a filter for what runs here now."""

import time
from typing import Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.documents.gallery import Card
from nodegraph.editor.state.documents.questions import GalleryDialog
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.views.dialogs.body import DOUBLE, Tag, button, text
from nodegraph.editor.views.dialogs.pictures import Pictures
from nodegraph.editor.views.dialogs.sketch_view import draw_sketch
from nodegraph.editor.views.icons import ICONS
from nodegraph.editor.views.look import Look

_COLUMNS: Final = 3
_PICTURE: Final = (264, 149)
_CARD: Final = (284, 262)
_LETTERS, _MODELS = 84, 29
"""Of two lines of a description, and of models' names after "Needs more"."""


class GalleryBody:
    """Arrows move, Enter opens, a click marks, a second one opens; typing searches."""

    def __init__(self, editor: Editor, look: Look, dialog: GalleryDialog) -> None:
        self._editor, self._look, self._dialog = editor, look, dialog
        self.title = "Starter gallery"
        self.size = (910, 676)
        self._pictures = Pictures(editor)
        self._seen: object = None
        self._focus = 3
        self._cards: dict[str, Tag] = {}
        self._clicked = ("", 0.0)

    def build(self, parent: Tag) -> None:
        """The search, the filter, and room for the cards."""
        look, px = self._look, self._look.px
        with dpg.group(horizontal=True, parent=parent):
            self._search = dpg.add_input_text(hint="Search", width=px(420), callback=self._searched)
            dpg.add_checkbox(
                label="Runs on this machine now", default_value=self._dialog.only_here, callback=self._filtered
            )
        dpg.add_spacer(height=px(4), parent=parent)
        self._room = dpg.add_child_window(parent=parent, width=-1, height=-px(38), border=False)
        with dpg.group(horizontal=True, parent=parent) as row:
            button(look, row, "Open a copy", self._open, "primary")
            button(look, row, "Cancel", self._cancel)
            self._why = text(look, row, "", "small", "warning", -1)
        with dpg.theme() as self._marked:
            part = dpg.add_theme_component(dpg.mvAll)
            dpg.add_theme_color(dpg.mvThemeCol_ChildBg, look.color("button"), parent=part)
            dpg.add_theme_color(dpg.mvThemeCol_Border, look.color("accent"), parent=part)
            dpg.add_theme_style(dpg.mvStyleVar_ChildRounding, px(8), parent=part)
        with dpg.theme() as self._plain:
            part = dpg.add_theme_component(dpg.mvAll)
            dpg.add_theme_color(dpg.mvThemeCol_ChildBg, look.color("raised"), parent=part)
            dpg.add_theme_style(dpg.mvStyleVar_ChildRounding, px(8), parent=part)

    def update(self) -> None:
        """The cards when they came or the filter changed; the mark."""
        dialog = self._dialog
        if self._focus:
            self._focus -= 1
            dpg.focus_item(self._search)
        now = (dialog.cards is None, dialog.words, dialog.only_here, self._columns)
        if now != self._seen:
            self._seen = now
            self._draw()
        self._look_for_click()
        for id, card in self._cards.items():
            dpg.bind_item_theme(card, self._marked if id == dialog.selected else self._plain)
        chosen = self._chosen
        why = chosen.why_not if chosen else ""
        if dpg.get_value(self._why) != why:
            dpg.set_value(self._why, why)

    def _draw(self) -> None:
        dpg.delete_item(self._room, children_only=True)
        self._cards = {}
        dialog = self._dialog
        if dialog.cards is None:
            text(self._look, self._room, "Looking…", color="dim")
            return
        shown = dialog.shown
        if dialog.selected not in [one.id for one in shown]:
            dialog.selected = shown[0].id if shown else ""
        columns = self._columns
        for at in range(0, len(shown), columns):
            row = dpg.add_group(horizontal=True, parent=self._room)
            for card in shown[at : at + columns]:
                self._draw_card(card, row)
        if not shown:
            text(self._look, self._room, "No preset has these words.", color="dim")

    def _draw_card(self, card: Card, parent: Tag) -> None:
        look, px = self._look, self._look.px
        box = dpg.add_child_window(
            parent=parent, width=px(_CARD[0]), height=px(_CARD[1]), no_scrollbar=True, no_scroll_with_mouse=True
        )
        self._cards[card.id] = box
        size = (px(_PICTURE[0]), px(_PICTURE[1]))
        if card.picture is not None:
            self._pictures.show(card.picture, dpg.add_group(parent=box), size)
        else:
            draw_sketch(look, box, card.sketch, size)
        text(look, box, card.title, "bold")
        models = f"  ·  {_short(', '.join(card.models), _MODELS)}" if card.models else ""
        text(look, box, _short(card.description), "small", "text", px(_PICTURE[0]))
        with dpg.group(horizontal=True, parent=box) as row:
            icon = dpg.add_text(ICONS["good" if card.runs_here else "warning"])
            dpg.configure_item(icon, color=look.color("good" if card.runs_here else "warning"))
            dpg.bind_item_font(icon, look.font("icon"))
            text(
                look,
                row,
                ("Runs here" if card.runs_here else "Needs more") + models,
                "small",
                "dim",
                -1,
            )

    @property
    def _columns(self) -> int:
        """As many as there is room for in the window."""
        room: int = min(self._look.px(self.size[0]), dpg.get_viewport_client_width()) - self._look.px(40)
        return max(1, min(_COLUMNS, room // self._look.px(_CARD[0])))

    @property
    def _chosen(self) -> Card | None:
        return next((one for one in self._dialog.shown if one.id == self._dialog.selected), None)

    def key(self, name: str) -> bool:
        """Arrows, Enter, Escape."""
        steps = {"Up": -self._columns, "Down": self._columns, "Left": -1, "Right": 1}
        if name in steps and not (name in ("Left", "Right") and self._dialog.words):
            self._dialog.step(steps[name])
        elif name == "Enter":
            self._open()
        elif name == "Esc":
            self._cancel()
        return True

    def _open(self) -> None:
        card = self._chosen
        if card is not None:
            self._editor.dialogs.close(self._dialog)
            self._dialog.choose(card)

    def _cancel(self) -> None:
        self._editor.dialogs.close(self._dialog)

    def _look_for_click(self) -> None:
        """Child windows have no callback: a card under the pointer when the button goes down is meant."""
        if not dpg.is_mouse_button_clicked(0):
            return
        id = next((one for one, box in self._cards.items() if dpg.is_item_hovered(box)), "")
        now = time.perf_counter()
        double = id == self._clicked[0] and now - self._clicked[1] < DOUBLE
        self._clicked = (id, now)
        if id:
            self._dialog.selected = id
        if id and double:
            self._open()

    def _searched(self, _sender: Tag, words: str) -> None:
        self._dialog.words = words

    def _filtered(self, _sender: Tag, only: bool) -> None:
        self._dialog.only_here = only


def _short(text: str, most: int = _LETTERS) -> str:
    """As much of it as there is room for."""
    return text if len(text) <= most else text[: most - 2].rsplit(" ", 1)[0].rstrip(",") + "…"
