"""The list of problems: what is wrong with the graph, what goes wrong while it runs, what could not be loaded."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nodegraph.core.errors import Problem, Severity
from nodegraph.editor.state.models.consent import NOT_ACCEPTED
from nodegraph.editor.state.running.shows import RunProblem, sentence

if TYPE_CHECKING:
    from nodegraph.editor.state.editor import Editor

NOT_CONNECTED: Final = "this input is not connected."
_WIRE: Final = re.compile(r"wires \((.+) -> (.+)\.[^.]+\)")


@dataclass(frozen=True)
class ProblemRow:
    """One problem. node: where a click goes, "" for nowhere; title: what it is about, in a word or two."""

    severity: Severity
    node: str
    title: str
    sentence: str
    hint: str = ""
    count: int = 1


class ProblemRows:
    """The rows now; the same tuple while nothing has changed."""

    def __init__(self, editor: "Editor") -> None:
        self._editor = editor
        self._seen: tuple[object, ...] = ()
        self._rows: tuple[ProblemRow, ...] = ()

    @property
    def rows(self) -> tuple[ProblemRow, ...]:
        """Errors first, in the order of the graph."""
        workspace, player = self._editor.workspace, self._editor.player
        skipped = tuple(_skipped(self._editor))
        seen = (workspace.problems, player.problems, workspace.registry, skipped)
        if len(seen) != len(self._seen) or any(a is not b and a != b for a, b in zip(seen, self._seen, strict=True)):
            self._seen = seen
            self._rows = _rows(self._editor, skipped)
        return self._rows

    @property
    def errors(self) -> int:
        """How many of them are errors."""
        return sum(row.severity == "error" for row in self.rows)


def _rows(editor: "Editor", skipped: Iterable[RunProblem]) -> tuple[ProblemRow, ...]:
    workspace = editor.workspace
    found = [_of_run(editor, one) for one in editor.player.problems]
    found += [_of_graph(editor, one) for one in workspace.problems]
    mentioned = {row.node for row in found}
    found += [_of_run(editor, one) for one in skipped if one.node not in mentioned]
    found += [
        ProblemRow("warning", "", one.where or "Library", sentence(one.message), one.hint)
        for one in workspace.registry.problems
    ]
    unique = dict.fromkeys(found)
    order = {id: at for at, id in enumerate(workspace.document.graph.nodes)}
    return tuple(sorted(unique, key=lambda row: (row.severity != "error", order.get(row.node, len(order)))))


def _skipped(editor: "Editor") -> Iterator[RunProblem]:
    """Nodes that do not run for a reason of their own, a bad path or a licence for example."""
    for id in editor.workspace.document.graph.nodes:
        show = editor.shown(id)
        own = show.state == "skipped" and not show.message.startswith("It waits for")
        if own or show.message == NOT_ACCEPTED:
            yield RunProblem(id, show.message, show.hint)


def _of_run(editor: "Editor", problem: RunProblem) -> ProblemRow:
    title = editor.workspace.title(problem.node) if problem.node else "The run"
    severity: Severity = "warning" if problem.sentence == NOT_ACCEPTED else "error"
    return ProblemRow(severity, problem.node, title, problem.sentence, problem.hint, problem.count)


def _of_graph(editor: "Editor", problem: Problem) -> ProblemRow:
    node, part = place_of(problem.where, editor.workspace.document.graph.nodes)
    title = editor.workspace.title(node) if node else "The graph"
    text = sentence(problem.message)
    if part and part != "type":
        text = f"{part.replace('_', ' ')}: {problem.message}"
        text = sentence(text)
    # A node that was just added has no wires yet: that is a thing to do, no mistake.
    severity: Severity = "warning" if problem.message == NOT_CONNECTED else problem.severity
    return ProblemRow(severity, node, title, text, problem.hint)


def place_of(where: str, nodes: Iterable[str]) -> tuple[str, str]:
    """The node that a Problem's place means and the part of it; ("", "") for none. Ids may hold dots."""
    known = set(nodes)
    if wire := _WIRE.fullmatch(where):
        return (wire[2], "") if wire[2] in known else ("", "")
    rest = where.removeprefix("nodes.")
    if rest in known:
        return rest, ""
    id, _, part = rest.rpartition(".")
    return (id, part) if id in known else ("", "")
