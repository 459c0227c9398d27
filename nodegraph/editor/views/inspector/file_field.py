"""A path: typed or chosen in a dialog, with what is known of the file below it."""

from pathlib import Path
from typing import Any, Literal

import dearpygui.dearpygui as dpg

from nodegraph.core.spec import Param
from nodegraph.editor.state.documents.questions import FileDialog
from nodegraph.editor.state.inspector.facts import param_title
from nodegraph.editor.state.inspector.values import chosen_text, file_of, path_text, picks_folder
from nodegraph.editor.views.inspector.fields import Given, TextField
from nodegraph.editor.views.inspector.kit import Kit, Tag
from nodegraph.editor.views.inspector.picture import FileNote


class FileField:
    """writes: the node writes the file. below: where the lines about the file go."""

    def __init__(
        self, kit: Kit, parent: Tag, below: Tag, param: Param, value: Any, given: Given, width: int, writes: bool
    ) -> None:
        self._kit, self._param, self._given, self._writes = kit, param, given, writes
        text = path_text(value)
        hint = "a folder" if picks_folder(param) else "a file"
        wide = width - kit.icon_width - kit.gap
        self._text = TextField(kit, parent, text, given, wide, live=False, hint=hint, shows_end=True)
        self.item = self._text.item
        kit.icon(parent, "folder", self._ask, "Choose…")
        self._note = FileNote(kit, below, reads=not writes)
        self._note.show(text)

    @property
    def busy(self) -> bool:
        """Whether a person types."""
        return self._text.busy

    def show(self, value: Any) -> None:
        """Show a path."""
        self._text.show(path_text(value))
        self._note.show(path_text(value))

    def close(self) -> None:
        """The field is deleted now."""
        self._note.close()

    def _ask(self, *_: Any) -> None:
        folder = picks_folder(self._param)
        browser = self._kit.editor.files.browser(self._param.accept)
        old = file_of(dpg.get_value(self.item), self._kit.editor.workspace.base)
        if old is not None and old.parent.is_dir():
            browser.go(old if folder and old.is_dir() else old.parent)
            browser.name = "" if folder else old.name
        mode: Literal["open", "save", "folder"] = "folder" if folder else "save" if self._writes else "open"
        dialog = FileDialog(param_title(self._param), "Choose", mode, browser, self._chosen)
        self._kit.editor.dialogs.show(dialog)

    def _chosen(self, path: Path) -> None:
        workspace = self._kit.editor.workspace
        workspace.seal()
        self._given(chosen_text(path, workspace.base if workspace.path else None))
        workspace.seal()
