"""Editing a value or a text right on the canvas: one undo step from opening to closing, none when it is given up."""

from pathlib import Path
from typing import Any

from nodegraph.core.errors import NodeError
from nodegraph.core.spec import Param
from nodegraph.editor.state.canvas.typed import text_of, typed
from nodegraph.editor.state.edits.nodes import rename, set_param
from nodegraph.editor.state.edits.sheets import change_sheet, sheet_of
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.workspace import Workspace


class Editing:
    """What both have in common. problem: why what was typed cannot be, as a sentence."""

    def __init__(self, workspace: Workspace) -> None:
        workspace.seal()
        self._workspace = workspace
        self._moment = workspace.moment()
        self._known = workspace.document
        self.problem = ""

    @property
    def stale(self) -> bool:
        """Whether the document was changed by something else: an undo, another document."""
        return self._workspace.document is not self._known

    def finish(self) -> None:
        """It was closed: what was given stays."""
        if not self.stale:
            self._workspace.seal()

    def cancel(self) -> None:
        """Esc: as if nothing had happened."""
        if not self.stale:
            self._workspace.back_to(self._moment)
            self._known = self._workspace.document

    def _do(self, label: str, document: Any, merge: str) -> None:
        if not self.stale:
            self._workspace.do(label, document, merge=merge)
            self._known = self._workspace.document


class ParamEditing(Editing):
    """Editing one parameter of one node."""

    def __init__(self, workspace: Workspace, node: str, param: Param) -> None:
        super().__init__(workspace)
        self.node, self.param = node, param

    @property
    def value(self) -> Any:
        """The value now, in the parameter's own type; the default for one that cannot be."""
        node = self._workspace.document.graph.nodes.get(self.node)
        raw = node.params.get(self.param.name, self.param.default) if node else self.param.default
        try:
            return self.param.check(raw)
        except NodeError:
            return self.param.default

    @property
    def text(self) -> str:
        """The value as a person would type it."""
        value = self.value
        if self.param.kind == "file":
            return "" if Path(value) == Path() else str(value)
        return text_of(self.param, value)

    def typed(self, text: str) -> bool:
        """Take what was typed, if it can be; `problem` says why not. Nothing typed for a number changes nothing."""
        if text == self.text or (not text.strip() and self.param.kind in ("number", "integer")):
            self.problem = ""
            return True
        try:
            value = typed(self.param, text)
        except NodeError as error:
            self.problem = f"{error.message} {error.hint}".strip()
            return False
        self.give(text if self.param.kind == "file" else value)
        return True

    def give(self, value: Any) -> None:
        """Set the value: a colour while it is picked, a choice."""
        self.problem = ""
        name = self.param.name
        if self.node in self._workspace.document.graph.nodes and not self.stale:
            document = set_param(self._workspace.document, self.node, name, value)
            self._do(f"Set {name.replace('_', ' ')}", document, f"edit:{self.node}:{name}")


class TextEditing(Editing):
    """Editing a node's title, a note's text or a frame's title; notes and frames have a colour too."""

    def __init__(self, workspace: Workspace, item: Item) -> None:
        super().__init__(workspace)
        self.item = item

    @property
    def text(self) -> str:
        """The text now."""
        if self.item.kind == "node":
            return self._workspace.title(self.item.id)
        sheet = sheet_of(self._workspace.document, self.item)
        return sheet.text if sheet else ""

    @property
    def color(self) -> str:
        """The colour of a note or frame, "" for a node."""
        sheet = sheet_of(self._workspace.document, self.item)
        return sheet.color if sheet else ""

    def typed(self, text: str) -> None:
        """Take this text; a node without one, or with its type's own, is called by its type."""
        document = self._workspace.document
        if self.item.kind == "node":
            spec = self._workspace.spec(self.item.id)
            own = "" if spec and text.strip() == spec.title else text
            self._do("Rename", rename(document, self.item.id, own), f"edit:{self.item}")
        else:
            self._do("Write" if self.item.kind == "note" else "Rename", self._changed(text=text), f"edit:{self.item}")

    def paint(self, color: str) -> None:
        """Take this colour ("#rrggbb")."""
        self._do("Colour", self._changed(color=color), f"edit:{self.item}")

    def _changed(self, **values: str) -> Any:
        return change_sheet(self._workspace.document, self.item, **values)
