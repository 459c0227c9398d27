"""The weights on a model's page: a row for each file with what it is, whether it is here, and a button to fetch it."""

from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.models.acting import press
from nodegraph.editor.state.models.weights import WeightFile, stock_of, weights_of
from nodegraph.editor.views.dialogs.body import Tag, text
from nodegraph.editor.views.look import Look

_COLUMNS: Final = (2.2, 2.4, 1.3)


class WeightsPart:
    """Follows the disk whenever something about models has changed."""

    def __init__(self, editor: Editor, look: Look, id: str) -> None:
        self._editor, self._look, self._id = editor, look, id
        self._revision = -1
        self._drawn: object = None

    @property
    def is_needed(self) -> bool:
        """Whether the model has weights at all; not one that was taken out of the catalogue meanwhile."""
        entry = self._editor.models.entries.get(self._id)
        return entry is not None and bool(entry.weights or entry.checkpoints or entry.needs_training)

    def build(self, parent: Tag) -> None:
        """Make room for the rows."""
        self._room = dpg.add_group(parent=parent)

    def update(self) -> None:
        """Draw anew what has changed."""
        models = self._editor.models
        if models.revision == self._revision or self._id not in models.entries:
            return
        self._revision = models.revision
        entry = models.entries[self._id]
        files, busy = weights_of(entry), models.show(self._id).working
        untrained = stock_of(entry).untrained
        if (files, busy, untrained) != self._drawn:
            self._drawn = (files, busy, untrained)
            self._draw(files, busy, untrained)

    def _draw(self, files: tuple[WeightFile, ...], busy: bool, untrained: str) -> None:
        look = self._look
        dpg.delete_item(self._room, children_only=True)
        if untrained:
            text(look, self._room, "It has to be trained before it can be used.", color="warning")
            text(look, self._room, untrained, color="dim")
        if not files:
            return
        table = dpg.add_table(parent=self._room, header_row=False, borders_innerH=True)
        for weight in _COLUMNS:
            dpg.add_table_column(parent=table, width_stretch=True, init_width_or_weight=weight)
        for one in files:
            row = dpg.add_table_row(parent=table)
            names = dpg.add_group(parent=row)
            text(look, names, one.name)
            if one.checkpoint:
                text(
                    look,
                    names,
                    "checkpoint" + (", used unless another is chosen" if one.wanted else ""),
                    "small",
                    "dim",
                )
            text(look, row, one.about, color="dim")
            self._state(dpg.add_group(parent=row), one, busy)

    def _state(self, parent: Tag, one: WeightFile, busy: bool) -> None:
        if one.here:
            text(self._look, parent, "here", color="good")
            return
        text(self._look, parent, "not here", color="warning" if one.wanted else "dim")
        if not busy:
            button = dpg.add_button(
                label="Fetch",
                parent=parent,
                small=True,
                callback=self._fetch,
                user_data=one.name if one.checkpoint else "",
            )
            dpg.bind_item_font(button, self._look.font("small"))

    def _fetch(self, _sender: Any, _data: Any, checkpoint: str) -> None:
        press(self._editor, self._id, "fetch", None, checkpoint)
