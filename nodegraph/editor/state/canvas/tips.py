"""What is said about the thing under the pointer: a heading and some sentences, as plain data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nodegraph.core.graph import Wire
from nodegraph.core.spec import Param
from nodegraph.editor.state.canvas.boxes import Pin
from nodegraph.editor.state.canvas.marks import Mark
from nodegraph.editor.state.canvas.scene import Hit
from nodegraph.editor.state.canvas.typed import range_text, text_of
from nodegraph.editor.state.edits.wires import adapter
from nodegraph.editor.state.running.shows import sentence
from nodegraph.editor.state.shown import shown
from nodegraph.editor.state.workspace import Workspace

Latest = Callable[[str, str | None], Any]
_WIDTH = 60


@dataclass(frozen=True)
class Tip:
    """title; detail beside it ("image"); text below; value: what it carries now; wrong: a mistake and its fix."""

    title: str
    detail: str = ""
    text: str = ""
    value: str = ""
    wrong: str = ""


class Tips:
    """latest: the newest value of an output, see `Player.latest`. mark: what a node says about itself."""

    def __init__(self, workspace: Workspace, latest: Latest, mark: Callable[[str], Mark]) -> None:
        self._workspace, self._latest, self._mark = workspace, latest, mark

    def of(self, hit: Hit) -> Tip | None:
        """What to say about this; None for nothing."""
        if hit.pin is not None:
            return self._pin(hit.pin)
        if hit.wire is not None:
            return self._wire(hit.wire)
        if hit.item is None or hit.item.kind != "node":
            return None
        if hit.row is not None:
            return self._param(hit.item.id, hit.row.param)
        return self._node(hit.item.id, hit.title)

    def _node(self, id: str, title: bool) -> Tip | None:
        mark, spec = self._mark(id), self._workspace.spec(id)
        wrong = f"{mark.sentence} {mark.hint}".strip()
        if not wrong and not title:
            return None
        kind = spec.title if spec else self._workspace.document.graph.nodes[id].type
        name = self._workspace.title(id)
        text = sentence(spec.description.partition("\n\n")[0]) if spec and title else ""  # the page says more
        return Tip(name, kind if kind != name else "", text, "", wrong)

    def _pin(self, pin: Pin) -> Tip:
        key, graph = pin.key, self._workspace.document.graph
        wire = next((one for one in graph.wires_into(key.node) if key.side == "in" and one.input == key.name), None)
        if key.side == "out":
            value = self._value(key.node, key.name, pin.types)
        else:
            value = self._value(wire.source, wire.output, pin.types) if wire else ""
        spec = self._workspace.spec(key.node)
        if pin.param and spec is not None and (param := spec.param(key.name)) is not None:
            return self._param(key.node, param)
        text = sentence(pin.description)
        if key.side == "in" and pin.optional and wire is None:
            text = f"{text} It may stay unconnected.".strip()
        return Tip(_words(key.name), " or ".join(pin.types), text, value)

    def _param(self, id: str, param: Param) -> Tip:
        wire = next((one for one in self._workspace.document.graph.wires_into(id) if one.input == param.name), None)
        parts = [sentence(param.description)]
        if limits := range_text(param):
            parts.append(f"{limits[0].upper()}{limits[1:]}." if param.ge is not None or param.le is not None else "")
        if param.kind != "file" and param.default not in ("", None):
            parts.append(f"Default: {text_of(param, param.default)}.")
        if wire is not None:
            parts.append(f"Driven by {self._workspace.title(wire.source)}.")
        value = self._value(wire.source, wire.output, ()) if wire else ""
        return Tip(_words(param.name), param.unit or param.kind, " ".join(part for part in parts if part), value)

    def _wire(self, wire: Wire) -> Tip:
        workspace = self._workspace
        ends = ((wire.source, wire.output), (wire.target, wire.input))
        title = " → ".join(f"{workspace.title(id)} · {_words(name)}" for id, name in ends)
        found = adapter(workspace.document.graph, workspace.registry, wire)
        value = self._value(wire.source, wire.output, ())
        if found is None:
            return Tip(title, "", "", value, "The two ends do not fit.")
        text = f"Converts {found.source} to {found.target}." if found.source != found.target else ""
        return Tip(title, found.source, text, value)

    def _value(self, node: str, output: str, types: tuple[str, ...]) -> str:
        return " · ".join(shown(self._latest(node, output), types, _WIDTH))


def _words(name: str) -> str:
    return name.replace("_", " ")
