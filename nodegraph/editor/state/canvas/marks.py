"""What a node says about itself on the canvas: a level that colours it, an icon, a line below, and a sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from nodegraph.core.errors import Problem
from nodegraph.editor.state.problem_rows import NOT_CONNECTED, place_of
from nodegraph.editor.state.running.shows import NodeShow, sentence
from nodegraph.editor.state.workspace import Workspace

Level = Literal["plain", "quiet", "warning", "error"]


@dataclass(frozen=True)
class Mark:
    """level: "quiet" is a remark, "warning" and "error" colour the outline. icon: by name, "" for none.

    line: what stands below the node; sentence and hint: what is wrong and what to do, "" when nothing is.
    """

    level: Level = "plain"
    icon: str = ""
    line: str = ""
    sentence: str = ""
    hint: str = ""


PLAIN: Final = Mark()


class Marks:
    """node: what the player shows on a node; see `Player.node`."""

    def __init__(self, workspace: Workspace, node: Callable[[str], NodeShow]) -> None:
        self._workspace, self._node = workspace, node
        self._listed: list[Problem] | None = None
        self._problems: dict[str, Problem] = {}

    def of(self, id: str) -> Mark:
        """The mark of a node now."""
        node = self._workspace.document.graph.nodes.get(id)
        if node is None:
            return PLAIN
        running = mark_of(self._node(id))
        if running.level != "plain":
            return running
        problem = self._problem(id)
        if problem is not None and node.state != "mute":
            return _of_problem(id, problem)
        icon = {"bypass": "bypass", "mute": "mute"}.get(node.state, "")
        return Mark("plain", icon, running.line)

    def _problem(self, id: str) -> Problem | None:
        """The first problem of a node."""
        problems = self._workspace.problems
        if problems is not self._listed:
            self._listed, self._problems = problems, {}
            nodes = self._workspace.document.graph.nodes
            for problem in problems:
                self._problems.setdefault(place_of(problem.where, nodes)[0], problem)
        return self._problems.get(id)


def mark_of(show: NodeShow) -> Mark:
    """The mark of a node that runs, or was to run."""
    if show.state == "failed":
        return Mark("error", "error", show.message, show.message, show.hint)
    if show.state == "waiting":
        return Mark("warning", "wait", show.message, show.message, show.hint)
    if show.state == "skipped":
        return Mark("quiet", "warning", show.message, show.message, show.hint)
    if show.rate <= 0:
        return PLAIN
    return Mark("plain", "", f"{milliseconds(show.ms)} · {rate(show.rate)}")


def milliseconds(value: float) -> str:
    """How long it took: "0.4 ms", "12.3 ms", "1.5 s"."""
    if value >= 1000:
        return f"{value / 1000:.1f} s"
    return f"{value:.0f} ms" if value >= 100 else f"{value:.1f} ms"


def rate(value: float) -> str:
    """How often: "30/s", "0.5/s"."""
    return f"{value:.0f}/s" if value >= 9.5 else f"{value:.1f}/s"


def _of_problem(id: str, problem: Problem) -> Mark:
    """What is not connected yet is a remark; anything else is wrong."""
    part = place_of(problem.where, [id])[1]
    words = f"{part.replace('_', ' ')}: {problem.message}" if part not in ("", "type") else problem.message
    said = sentence(words)
    if problem.severity == "warning" or problem.message == NOT_CONNECTED:
        return Mark("quiet", "warning", said, said, problem.hint)
    return Mark("error", "error", said, said, problem.hint)
