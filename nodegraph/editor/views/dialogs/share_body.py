"""Export for sharing: three kinds with their sizes, and everything that is taken out before."""

import io
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.documents.questions import ShareDialog, ShareKind
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.sizes import megabytes
from nodegraph.editor.views.dialogs.body import Tag, bottom_row, button, text
from nodegraph.editor.views.dialogs.pictures import floats, texture
from nodegraph.editor.views.look import Look

_KINDS: Final[dict[ShareKind, tuple[str, str]]] = {
    "json": ("JSON file", "The graph alone, as text. Files it reads are not in it."),
    "png": ("Picture", "A PNG that carries the graph: dropped on the editor, it opens. Some web sites remove it."),
    "zip": ("Bundle", "The graph and every file it reads, in one .zip that runs elsewhere."),
}
_PREVIEW: Final = (256, 144)


class ShareBody:
    """Enter exports, Escape closes."""

    def __init__(self, editor: Editor, look: Look, dialog: ShareDialog) -> None:
        self._editor, self._look, self._dialog = editor, look, dialog
        self.title = f"Export {dialog.name} for sharing"
        self.size = (700, 530)

    def build(self, parent: Tag) -> None:
        """The kinds beside the picture, what is taken out below."""
        look, px, dialog = self._look, self._look.px, self._dialog
        with dpg.group(horizontal=True, parent=parent):
            with dpg.group() as kinds:
                self._boxes: dict[ShareKind, Tag] = {}
                for kind, (name, words) in _KINDS.items():
                    label = f"{name}  ({megabytes(dialog.sizes[kind])})"
                    box = dpg.add_selectable(
                        label=label,
                        default_value=kind == dialog.kind,
                        callback=self._picked,
                        user_data=kind,
                        width=px(390),
                    )
                    self._boxes[kind] = box
                    text(look, kinds, words, "small", "dim", px(390))
                    dpg.add_spacer(height=px(3))
            with dpg.group() as side:
                self._picture(side)
        dpg.add_spacer(height=px(4), parent=parent)
        self._told(parent)
        row = bottom_row(look, parent)
        button(look, row, "Export…", self._export, "primary")
        button(look, row, "Cancel", self._close)

    def _told(self, parent: Tag) -> None:
        look, dialog = self._look, self._dialog
        heading = (
            "Taken out before it leaves this machine" if dialog.stripped else "Nothing in it tells about this machine"
        )
        text(look, parent, heading, "bold")
        room = dpg.add_child_window(parent=parent, width=-1, height=-look.px(56))
        for line in dialog.stripped:
            text(look, room, f"–  {line}", "small")
        for line in dialog.missing:
            text(look, room, f"not in the bundle: {line}", "small", "warning")
        if not dialog.stripped:
            text(look, room, "No paths, devices, passwords or addresses were found.", "small", "dim")

    def _picture(self, parent: Tag) -> None:
        from PIL import Image

        if self._dialog.picture is None:
            return
        size = (self._look.px(_PREVIEW[0]), self._look.px(_PREVIEW[1]))
        with Image.open(io.BytesIO(self._dialog.picture)) as picture:
            picture.thumbnail(size)
            dpg.add_image(texture(floats(picture)), parent=parent)

    def update(self) -> None:
        """Nothing changes by itself."""

    def key(self, name: str) -> bool:
        """Arrows choose, Enter exports, Escape closes."""
        kinds = list(_KINDS)
        if name in ("Up", "Down"):
            self._choose(kinds[(kinds.index(self._dialog.kind) + (1 if name == "Down" else -1)) % len(kinds)])
        elif name == "Enter":
            self._export()
        elif name == "Esc":
            self._close()
        return name in ("Up", "Down", "Enter", "Esc")

    def _picked(self, _sender: Tag, _value: Any, kind: ShareKind) -> None:
        self._choose(kind)

    def _choose(self, kind: ShareKind) -> None:
        self._dialog.kind = kind
        for one, box in self._boxes.items():
            dpg.set_value(box, one == kind)

    def _export(self) -> None:
        self._dialog.export(self._dialog.kind)

    def _close(self) -> None:
        self._editor.dialogs.close(self._dialog)
