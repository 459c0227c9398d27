"""The page of the document itself: what it is called, who made it, what is in it and what is wrong with it."""

from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.find import go_to
from nodegraph.editor.state.inspector.facts import DocumentFacts, Trouble
from nodegraph.editor.state.items import Item
from nodegraph.editor.views.inspector.fields import TextField
from nodegraph.editor.views.inspector.kit import Kit, Tag

_FIELDS: Final = (
    ("title", "Title", 1, "what the gallery calls it"),
    ("description", "Description", 3, ""),
    ("author", "Author", 1, "who made it"),
    ("licence", "Licence", 1, "CC-BY-4.0, for example"),
    ("tags", "Tags", 1, "glow, night"),
)
_MOST: Final = 12
"""Problems shown here; the panel below the canvas has all."""


class DocumentPage:
    """Shown when no node, note or frame is selected, or several notes and frames."""

    def __init__(self, kit: Kit, parent: Tag, facts: DocumentFacts) -> None:
        self._kit, self._facts = kit, facts
        self._stale = False
        heading = f"{facts.selected} notes and frames" if facts.selected else "Document"
        kit.text(parent, heading, "text", "title")
        self._file = kit.text(parent, "", "dim", "small")
        self._counts = kit.text(parent, "", "dim", "small")
        kit.space(parent, 2)
        self._fields: dict[str, TextField] = {}
        for name, title, lines, hint in _FIELDS:
            self._fields[name] = self._build_field(parent, name, title, lines, hint)
            if lines > 1:
                self._whole = kit.text(parent, "", "dim", "small", show=False)
        self._problems: Tag = dpg.add_group(parent=parent)
        self._shown: object = None
        self._fill()

    def _build_field(self, parent: Tag, name: str, title: str, lines: int, hint: str) -> TextField:
        kit = self._kit
        if lines > 1:
            kit.label(parent, title, kit.width)
            place, width = parent, kit.width
        else:
            place, width = kit.named(parent, title)

        def given(text: Any) -> None:
            kit.changes.set_about(name, str(text))

        return TextField(kit, place, self._text(name), given, width, lines, hint=hint)

    def _text(self, name: str) -> str:
        return ", ".join(self._facts.tags) if name == "tags" else str(getattr(self._facts, name))

    def follow(self, facts: DocumentFacts) -> None:
        """The document has changed."""
        self._facts = facts
        self._stale = True
        self._fill()

    def update(self) -> None:
        """Show what is new, except in a field where a person types."""
        if self._stale:
            busy = [one for one in self._fields.values() if one.busy]
            self._stale = bool(busy)
            for name, field in self._fields.items():
                if field not in busy:
                    field.show(self._text(name))

    def close(self) -> None:
        """Everything is deleted now."""

    def _fill(self) -> None:
        """Counts and problems."""
        facts = self._facts
        dpg.set_value(self._file, facts.file or "Not saved yet")
        dpg.set_value(self._counts, facts.counts)
        cut = any(self._kit.fitted(line, self._kit.width) != line for line in facts.description.split("\n"))
        dpg.set_value(self._whole, facts.description)
        dpg.configure_item(self._whole, show=cut)  # the field itself breaks no lines
        if facts.troubles == self._shown:
            return
        self._shown = facts.troubles
        dpg.delete_item(self._problems, children_only=True)
        if not facts.troubles:
            return
        kit = self._kit
        kit.space(self._problems, 4)
        count = len(facts.troubles)
        kit.text(self._problems, f"{count} problem{'' if count == 1 else 's'}", "text", "bold")
        for trouble in facts.troubles[:_MOST]:
            self._add(trouble)
        if count > _MOST:
            kit.text(self._problems, f"and {count - _MOST} more, see the list below the canvas", "dim", "small")

    def _add(self, trouble: Trouble) -> None:
        kit = self._kit
        row = kit.row(self._problems)
        if trouble.node:
            kit.icon(row, "error" if trouble.is_error else "warning", self._go, "Go there", trouble.node)
        group = dpg.add_group(parent=row)
        text = kit.text(group, trouble.text, "error" if trouble.is_error else "warning", "small")
        dpg.configure_item(text, wrap=kit.width - kit.icon_width - kit.gap if trouble.node else kit.width)

    def _go(self, _sender: Any, _data: Any, node: str) -> None:
        if node in self._kit.editor.workspace.document.graph.nodes:
            go_to(self._kit.editor, Item("node", node))
