"""The top of a node's page: its title, what it is, and whether it is at work; what is wrong with it."""

from typing import Any

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.commands.table import shortcut_of
from nodegraph.editor.state.inspector.facts import NodesFacts
from nodegraph.editor.state.inspector.policies import STATES
from nodegraph.editor.state.running.shows import NodeShow
from nodegraph.editor.views.inspector.fields import TextField
from nodegraph.editor.views.inspector.kit import Kit, Tag
from nodegraph.editor.views.inspector.segments import Segments


class Heading:
    """Of a single node."""

    def __init__(self, kit: Kit, parent: Tag, facts: NodesFacts) -> None:
        self._kit, self._facts = kit, facts
        row = kit.row(parent)
        width = kit.width - (kit.icon_width + kit.gap if facts.spec else 0)
        self._name = TextField(kit, row, facts.title, self._rename, width)
        dpg.bind_item_font(self._name.item, kit.look.font("bold"))
        kit.tip(self._name.item, "The title on the canvas; leave it empty for the type's own.")
        if facts.spec:
            kit.icon(row, "help", self._help, f"Help for this node ({shortcut_of('help.node')})")
        self._build_about(parent)
        kit.space(parent, 2)
        self._state = Segments(kit, parent, STATES, facts.state, self._set_state, plain="on")
        self._error = kit.text(parent, "", "error", show=False)
        self._hint = kit.text(parent, "", "text", "small", show=False)
        self._show: NodeShow | None = None
        self._renamed = False
        self._troubles = facts.problems

    def _build_about(self, parent: Tag) -> None:
        kit, spec = self._kit, self._facts.spec
        if spec is None:
            self._type = kit.text(parent, self._type_words(), "warning", "small")
            return
        self._type = kit.text(parent, self._type_words(), "dim", "small")
        paragraph = " ".join(spec.description.partition("\n\n")[0].split())
        if paragraph:
            kit.text(parent, paragraph, "text", "small")

    def _type_words(self) -> str:
        """What type it is; its name is not said twice."""
        facts, spec = self._facts, self._facts.spec
        if spec is None:
            return f"{facts.type} · not known here"
        category = spec.category.replace("/", " / ")
        return f"{spec.title} · {category}" if facts.name else category

    def follow(self, facts: NodesFacts) -> None:
        """The document has changed."""
        self._facts = facts
        self._troubles = facts.problems
        self._show = None
        dpg.set_value(self._type, self._type_words())
        self._state.show(facts.state)
        self._renamed = self._name.busy
        if not self._renamed:
            self._name.show(facts.title)

    def update(self, show: NodeShow) -> None:
        """Say what is wrong: in the document first, else in the run."""
        if self._renamed and not self._name.busy:
            self._renamed = False
            self._name.show(self._facts.title)
        if show == self._show:
            return
        self._show = show
        wrong, hint = "\n".join(self._troubles), ""
        color = "error"
        told = any(row.problem for row in self._facts.rows) and show.state == "skipped"
        if not wrong and not told and show.state in ("failed", "skipped", "waiting"):
            wrong, hint = show.message, show.hint
            color = "error" if show.state == "failed" else "warning"
        for item, text in ((self._error, wrong), (self._hint, hint)):
            dpg.set_value(item, text)
            dpg.configure_item(item, show=bool(text))
        dpg.configure_item(self._error, color=self._kit.look.color(color))

    def _rename(self, title: str) -> None:
        own = self._facts.spec.title if self._facts.spec else self._facts.type
        self._kit.changes.rename(self._facts.ids[0], "" if title.strip() == own else title)

    def _set_state(self, state: str) -> None:
        self._kit.changes.set_state(self._facts.ids, state)

    def _help(self, *_: Any) -> None:
        if self._facts.spec:
            self._kit.editor.node_help.show(self._facts.spec)
