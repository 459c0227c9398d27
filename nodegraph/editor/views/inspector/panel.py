"""The right panel: what is selected, to be read and changed. Built anew for another selection, else it follows."""

from typing import Any, Final, Protocol

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.inspector.facts import Inspected, NodesFacts, SheetFacts, inspect
from nodegraph.editor.views.inspector.document_page import DocumentPage
from nodegraph.editor.views.inspector.kit import Kit, Tag
from nodegraph.editor.views.inspector.nodes_page import NodesPage, shape_of
from nodegraph.editor.views.inspector.sheet_page import SheetPage
from nodegraph.editor.views.look import Look

_PADDING: Final = 10
_SCROLLBAR: Final = 11


class Page(Protocol):
    """What the panel shows."""

    def follow(self, facts: Any) -> None:
        """The document has changed, the selection has not."""

    def update(self) -> None:
        """Each frame."""

    def close(self) -> None:
        """Before it is deleted."""


class Inspector:
    """A view for the shell's right place."""

    def __init__(self, editor: Editor, look: Look) -> None:
        self._editor, self._look = editor, look
        self._kit = Kit(editor, look)
        self._page: Page | None = None
        self._shape: object = None
        self._seen: tuple[object, ...] = ()
        self._framed: object = None
        self._subject: object = None
        self._styled = (look.theme, look.scale)
        self._body: Tag = 0

    def build(self, parent: Tag) -> None:
        """Remember where; the page is built when it is known how wide it may be."""
        self._parent = parent

    def update(self) -> None:
        """Follow the selection, the document and the look."""
        if not dpg.is_item_shown(self._parent):
            return
        workspace = self._editor.workspace
        now = (workspace.document, workspace.selection, workspace.registry, workspace.path, *self._frame())
        if len(now) != len(self._seen) or any(one is not other for one, other in zip(now, self._seen, strict=True)):
            self._seen = now
            self._follow(inspect(workspace))
        if self._page is not None:
            self._page.update()

    def _frame(self) -> tuple[object, ...]:
        """How wide it is and how it looks, as one object that stays the same while nothing changed."""
        width = dpg.get_item_width(self._parent) or 0
        now = (width, self._look.theme, self._look.scale, self._kit.revision)
        if now != self._framed:
            self._framed = now
        return (self._framed,)

    def _follow(self, facts: Inspected) -> None:
        shape = (_shape(facts), self._framed)
        if shape != self._shape or self._page is None:
            self._shape = shape
            self._rebuild(facts)
        else:
            self._page.follow(facts)

    def _rebuild(self, facts: Inspected) -> None:
        kit, px = self._kit, self._look.px
        self._tear_down()
        kit.width = max((dpg.get_item_width(self._parent) or 0) - 2 * px(_PADDING) - px(_SCROLLBAR) - 2, px(140))
        self._body = dpg.add_group(parent=self._parent)
        subject = self._editor.workspace.selection
        if subject != self._subject:
            self._subject = subject
            dpg.set_y_scroll(self._parent, 0.0)
        if isinstance(facts, NodesFacts):
            self._page = NodesPage(kit, self._body, facts)
        elif isinstance(facts, SheetFacts):
            self._page = SheetPage(kit, self._body, facts)
        else:
            self._page = DocumentPage(kit, self._body, facts)

    def _tear_down(self) -> None:
        if self._page is not None:
            self._kit.remember()
            self._page.close()
        if self._body:
            dpg.delete_item(self._body)
        self._kit.forget()
        look = (self._look.theme, self._look.scale)
        if look != self._styled:
            self._kit.restyle()
        self._styled = look


def _shape(facts: Inspected) -> object:
    if isinstance(facts, NodesFacts):
        return shape_of(facts)
    return facts.item if isinstance(facts, SheetFacts) else ("document", facts.selected)
