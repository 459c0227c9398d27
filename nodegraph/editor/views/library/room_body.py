"""What models take on disk: a row for each with its image and weights, and a button to remove either."""

from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.models.room import RoomDialog
from nodegraph.editor.state.sizes import megabytes
from nodegraph.editor.views.dialogs.body import Tag, bottom_row, button, text
from nodegraph.editor.views.look import Look

_COLUMNS: Final = ("Model", "Image", "Weights", "")


class RoomBody:
    """Escape closes."""

    title = "What models take on disk"
    size = (720, 480)

    def __init__(self, editor: Editor, look: Look, dialog: RoomDialog) -> None:
        self._editor, self._look, self._dialog = editor, look, dialog
        self._seen = -1

    def build(self, parent: Tag) -> None:
        """The sums, room for the rows, the button."""
        look = self._look
        self._sums = text(look, parent, "")
        self._room = dpg.add_child_window(parent=parent, width=-1, height=-look.px(56), border=False)
        row = bottom_row(look, parent)
        button(look, row, "Close", self._dialog.close)
        button(look, row, "Count again", self._dialog.count)
        self._state = text(look, row, "", "small", "dim", -1)

    def update(self) -> None:
        """Draw anew what was counted anew."""
        dialog = self._dialog
        if dialog.revision == self._seen:
            return
        self._seen = dialog.revision
        dpg.set_value(self._state, f"{dialog.doing} …" if dialog.doing else dialog.message)
        dpg.set_value(self._sums, self._summed())
        dpg.delete_item(self._room, children_only=True)
        if dialog.rows:
            self._table()
        elif dialog.room is not None:
            text(self._look, self._room, "No model takes anything yet.", "body", "dim")

    def _summed(self) -> str:
        room = self._dialog.room
        if room is None:
            return ""
        images = f"Images {megabytes(room.images)}, layers they share counted once" if room.engine else "No Docker"
        copies = room.volumes + room.caches
        volumes = f" · volumes {megabytes(copies)}" if copies else ""
        return f"{images} · weights {megabytes(room.weights) if room.weights else 'none'}{volumes}"

    def _table(self) -> None:
        with dpg.table(parent=self._room, policy=dpg.mvTable_SizingStretchProp, borders_innerH=True) as table:
            for name in _COLUMNS:
                dpg.add_table_column(label=name)
            for one in self._dialog.rows:
                with dpg.table_row(parent=table) as row:
                    text(self._look, row, one.name, "body", "text", -1)
                    text(self._look, row, megabytes(one.image) if one.image else "", "body", "text", -1)
                    taken = one.removable
                    text(self._look, row, megabytes(taken) if taken else "", "body", "text", -1)
                    buttons = dpg.add_group(horizontal=True, parent=row)
                    if one.image:
                        button(self._look, buttons, "Remove image", self._image, data=one)
                    if taken:
                        button(self._look, buttons, "Remove weights", self._weights, data=one)

    def _image(self, _sender: Tag, _value: Any, one: Any) -> None:
        self._dialog.remove_image(one.id)

    def _weights(self, _sender: Tag, _value: Any, one: Any) -> None:
        self._dialog.remove_weights(one)

    def key(self, name: str) -> bool:
        """Escape closes."""
        if name == "Esc":
            self._dialog.close()
        return name == "Esc"
