"""The page of one node, or of several: heading, parameters, run, model."""

from typing import Any, Final

from nodegraph.editor.state.commands.table import BY_ID, run
from nodegraph.editor.state.inspector.facts import NodesFacts
from nodegraph.editor.state.inspector.policies import STATES
from nodegraph.editor.state.running.shows import IDLE
from nodegraph.editor.state.shown import elided
from nodegraph.editor.views.inspector.heading import Heading
from nodegraph.editor.views.inspector.kit import Kit, Tag
from nodegraph.editor.views.inspector.model_part import ModelPart
from nodegraph.editor.views.inspector.param_row import ParamRow
from nodegraph.editor.views.inspector.running_part import RunningPart
from nodegraph.editor.views.inspector.segments import Segments

_COMMANDS: Final = ("edit.duplicate", "edit.collapse", "edit.group", "edit.delete")


class NodesPage:
    """Built for `facts.ids`; `follow` when the document has changed, `update` each frame."""

    def __init__(self, kit: Kit, parent: Tag, facts: NodesFacts) -> None:
        self._kit, self._facts = kit, facts
        self._heading: Heading | None = None
        self._state: Segments | None = None
        if len(facts.ids) == 1:
            self._heading = Heading(kit, parent, facts)
        else:
            self._build_several(parent)
        self._model = ModelPart(kit, parent, facts) if facts.model and len(facts.ids) == 1 else None
        self._rows = self._build_rows(parent)
        self._build_lost(parent)
        self._running = RunningPart(kit, parent, facts)

    def _build_several(self, parent: Tag) -> None:
        kit, facts = self._kit, self._facts
        kit.text(parent, facts.title, "text", "title")
        kinds = ", ".join(f"{count} × {name}" if count > 1 else name for name, count in facts.kinds)
        kit.text(parent, elided(kinds, 240), "dim", "small")
        kit.space(parent, 2)
        self._state = Segments(kit, parent, STATES, facts.state, self._set_state, plain="on")
        for pair in (_COMMANDS[:2], _COMMANDS[2:]):
            row = kit.row(parent)
            for id in pair:
                each = (kit.width - kit.gap) // 2
                kit.tip(kit.button(row, BY_ID[id].title, self._command, id, width=each), BY_ID[id].help)

    def _build_rows(self, parent: Tag) -> list[ParamRow]:
        facts = self._facts
        if facts.spec is None or not facts.rows:
            return []
        section = self._kit.section(parent, "Parameters")
        return [ParamRow(self._kit, section, facts.spec, facts.ids, row) for row in facts.rows]

    def _build_lost(self, parent: Tag) -> None:
        """What the document holds for a node that takes no such thing: it is kept, and shown."""
        if self._facts.lost:
            section = self._kit.section(parent, "Kept, without effect")
            for name, value in self._facts.lost:
                self._kit.text(section, f"{name}: {elided(str(value), 200)}", "dim", "small")

    def follow(self, facts: NodesFacts) -> None:
        """The document has changed."""
        self._facts = facts
        if self._heading is not None:
            self._heading.follow(facts)
        if self._state is not None:
            self._state.show(facts.state)
        if self._model is not None:
            self._model.follow(facts)
        for row, new in zip(self._rows, facts.rows, strict=True):
            row.follow(new)
        self._running.follow(facts)

    def update(self) -> None:
        """What changes by itself."""
        show = self._kit.editor.player.node(self._facts.ids[0]) if len(self._facts.ids) == 1 else IDLE
        if self._heading is not None:
            self._heading.update(show)
        if self._model is not None:
            self._model.update()
        for row in self._rows:
            row.update()
        self._running.update(show)

    def close(self) -> None:
        """Everything is deleted now."""
        for row in self._rows:
            row.close()

    def _set_state(self, state: str) -> None:
        self._kit.changes.set_state(self._facts.ids, state)

    def _command(self, _sender: Any, _data: Any, id: str) -> None:
        run(self._kit.editor, id)


def shape_of(facts: NodesFacts) -> tuple[object, ...]:
    """What the page is built from: while it stays the same, the page only follows."""
    rows = tuple(
        (row.param.name, row.drivers, len(row.value) if row.param.kind == "vector" else 0) for row in facts.rows
    )
    return facts.ids, facts.type, id(facts.spec), facts.kinds, rows, facts.lost, _place_shape(facts)


def _place_shape(facts: NodesFacts) -> object:
    """Memory and device follow by themselves."""
    place = facts.place if facts.model and len(facts.ids) == 1 else {}
    return {name: value for name, value in place.items() if name not in ("memory", "device", "replicas")}
