"""The licence question before a model's first use: what will run, where, how large, and under which terms."""

from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.models.consent import LicenceDialog
from nodegraph.editor.state.models.directory import ModelCard
from nodegraph.editor.views.look import Look

_WIDTH: Final = 560


class LicenceSheet:
    """Draws the question while it is the current dialog."""

    def __init__(self, editor: Editor, look: Look) -> None:
        self._editor, self._look = editor, look
        self._window: int | str = 0
        self._dialog: LicenceDialog | None = None
        self._placed = 0

    def build(self, parent: int | str) -> None:
        """Nothing is made before it is asked."""

    def update(self) -> None:
        """Open or close with the dialog."""
        current = self._editor.dialogs.current
        dialog = current if isinstance(current, LicenceDialog) else None
        if dialog is not self._dialog:
            if self._window:
                dpg.delete_item(self._window)
                self._window = 0
            self._dialog = dialog
            if dialog is not None:
                self._open(dialog)
        self._center()
        if dialog is not None and dpg.is_key_pressed(dpg.mvKey_Escape):
            self._refuse()

    def _open(self, dialog: LicenceDialog) -> None:
        look = self._look
        many = len(dialog.cards) > 1
        title = (
            f"{len(dialog.cards)} models, for the first time" if many else f"{dialog.cards[0].name}, for the first time"
        )
        self._window = dpg.add_window(
            label=title,
            modal=True,
            no_resize=True,
            no_collapse=True,
            width=look.px(_WIDTH),
            autosize=True,
            on_close=self._refuse,
        )
        self._placed = 0
        for card in dialog.cards:
            self._card(card)
        dpg.add_spacer(height=look.px(6), parent=self._window)
        row = dpg.add_group(horizontal=True, parent=self._window)
        accept = dpg.add_button(label="Accept and run", parent=row, callback=self._accept)
        dpg.bind_item_theme(accept, look.button("primary"))
        dpg.add_button(label="Not now", parent=row, callback=self._refuse)
        self._text("Accepted once, it is not asked again unless the licence changes.", "dim", "small")

    def _card(self, card: ModelCard) -> None:
        self._text(card.name, "text", "bold")
        self._text(card.summary, "text", "body")
        facts = [_where(card), card.size]
        self._text(" · ".join(part for part in facts if part), "dim", "small")
        self._text(f"Licence: {card.licence or 'none is named'}", "text", "body")
        dpg.add_spacer(height=self._look.px(6), parent=self._window)

    def _text(self, text: str, color: str, font: str) -> None:
        item = dpg.add_text(text, parent=self._window, wrap=self._look.px(_WIDTH - 30), color=self._look.color(color))
        dpg.bind_item_font(item, self._look.font(font))

    def _center(self) -> None:
        """Its size is known after it was drawn."""
        if not self._window or self._placed > 3:
            return
        self._placed += 1
        width, height = dpg.get_item_rect_size(self._window)
        room = (dpg.get_viewport_client_width(), dpg.get_viewport_client_height())
        dpg.set_item_pos(self._window, [int((room[0] - width) // 2), int(max(20, (room[1] - height) // 2))])

    def _accept(self, *_: Any) -> None:
        dialog = self._dialog
        if dialog is not None:
            self._editor.dialogs.close(dialog)
            dialog.accept()

    def _refuse(self, *_: Any) -> None:
        dialog = self._dialog
        if dialog is not None:
            self._editor.dialogs.close(dialog)
            dialog.refuse()


def _where(card: ModelCard) -> str:
    """What will run: a process of this machine where the model has one, else a container."""
    if "process" in card.places:
        return "Runs as a local process, as you"
    return f"Runs in a container without network: {card.runs}" if card.runs else "Runs where you say"
