"""The licence question before a model's first use: what will run, where, what it can reach, and under which terms."""

from typing import Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.models.consent import LicenceDialog
from nodegraph.editor.state.models.terms import Terms
from nodegraph.editor.views.dialogs.body import Tag, bottom_row, button, text
from nodegraph.editor.views.library.grounds import lines
from nodegraph.editor.views.look import Look

_WIDTH: Final = 600
_LABEL: Final = 92
_ROWS: Final = 2
"""How many models are shown without scrolling."""


class LicenceBody:
    """Enter accepts, Escape does not."""

    def __init__(self, editor: Editor, look: Look, dialog: LicenceDialog) -> None:
        self._editor, self._look, self._dialog = editor, look, dialog
        names = dialog.names
        self.title = f"Before {names[0]} runs" if len(names) == 1 else f"Before these {len(names)} models run"
        self.size = (_WIDTH, 0)

    def build(self, parent: Tag) -> None:
        """A block for each model, and the two answers."""
        look, many = self._look, len(self._dialog.terms) > _ROWS
        list_: Tag = parent
        if many:
            list_ = dpg.add_child_window(parent=parent, height=look.px(380), border=False)
        for at, terms in enumerate(self._dialog.terms):
            if at:
                dpg.add_separator(parent=list_)
            self._block(list_, terms, look.px(_WIDTH - (50 if many else 36)))
        row = bottom_row(look, parent)
        button(look, row, f"Accept and {self._dialog.verb}", self._accept, "primary")
        button(look, row, "Not now", self._refuse)
        text(look, row, "Asked once, and again when something of this changes.", "small", "dim", -1)

    def _block(self, parent: Tag, terms: Terms, width: int) -> None:
        look, card = self._look, terms.card
        parent = dpg.add_group(parent=parent)
        dpg.bind_item_theme(parent, lines(look, 6))
        dpg.add_spacer(height=look.px(2), parent=parent)
        text(look, parent, card.name, "title", "text", -1)
        if card.summary:
            text(look, parent, card.summary, "body", "dim", width)
        about = {
            "Runs": terms.runs,
            "Where": terms.where,
            "Reach": terms.reach,
            "Secrets": terms.secrets,
            "Size": terms.size,
            "Licence": terms.licence,
            "Weights": "\n".join(terms.weights),
            "Also" if terms.weights else "Weights": f"to choose from: {terms.others}" if terms.others else "",
        }
        for label, words in about.items():
            if words:
                row = dpg.add_group(horizontal=True, xoffset=look.px(_LABEL), parent=parent)
                text(look, row, label, "body", "dim", -1)
                text(look, row, words, "body", "text", width - look.px(_LABEL))
        dpg.add_spacer(height=look.px(2), parent=parent)

    def update(self) -> None:
        """Nothing changes."""

    def key(self, name: str) -> bool:
        """Enter and Escape."""
        if name == "Enter":
            self._accept()
        elif name == "Esc":
            self._refuse()
        return name in ("Enter", "Esc")

    def _accept(self) -> None:
        self._editor.dialogs.close(self._dialog)
        self._dialog.accept()

    def _refuse(self) -> None:
        self._editor.dialogs.close(self._dialog)
        self._dialog.refuse()
