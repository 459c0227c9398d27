"""What is shown on each node while running: its state, figures and what is wrong, as plain data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

from nodegraph.core.graph import GraphNode
from nodegraph.editor.state.running.figures import NodeFigures
from nodegraph.editor.state.running.runnable import NOT_SELECTED, WRITES_LATER
from nodegraph.engine.events import NodeFailed
from nodegraph.engine.node_run import NodeRun

NodeState = Literal["idle", "running", "waiting", "failed", "skipped", "bypassed", "muted"]


@dataclass(frozen=True)
class NodeShow:
    """One node now.

    ms, p95: milliseconds of its last runs; rate: runs per second; dropped: frames it could not take since the run
    began; message and hint: why it is in this state, "" when that needs no words; count: failures in a row; since:
    seconds of the player's clock when the state began.
    """

    state: NodeState = "idle"
    ms: float = 0.0
    p95: float = 0.0
    rate: float = 0.0
    dropped: int = 0
    message: str = ""
    hint: str = ""
    count: int = 0
    since: float = 0.0


@dataclass(frozen=True)
class RunProblem:
    """Something that went wrong while running. node: its id, "" when it is no single node's."""

    node: str
    sentence: str
    hint: str = ""
    count: int = 1


@dataclass(frozen=True)
class Facts:
    """What the shows are made of. broken: nodes that ended a run and were left out of the next."""

    nodes: Mapping[str, GraphNode] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    broken: Mapping[str, RunProblem] = field(default_factory=dict)
    failures: Mapping[str, NodeFailed] = field(default_factory=dict)
    running: Mapping[str, NodeRun] = field(default_factory=dict)
    figures: Mapping[str, NodeFigures] = field(default_factory=lambda: MappingProxyType({}))


IDLE = NodeShow()


def shows_of(facts: Facts, before: Mapping[str, NodeShow], now: float) -> dict[str, NodeShow]:
    """The show of every node of the document; `since` is taken over from `before` while the state lasts."""
    made = {}
    for id, node in facts.nodes.items():
        show, old = _show_of(id, node, facts), before.get(id, IDLE)
        since = old.since if old.state == show.state else now
        made[id] = old if (show := replace(show, since=since)) == old else show
    return made


def problems_of(facts: Facts) -> Iterator[RunProblem]:
    """What goes wrong now, the nodes' own problems first."""
    yield from (facts.broken[id] for id in facts.broken if id in facts.nodes or not id)
    for id, node in facts.running.items():
        if node.failing and not node.waiting and (failure := facts.failures.get(id)) and id in facts.nodes:
            yield problem_of(failure, node.failing)


def problem_of(failure: NodeFailed, count: int = 1) -> RunProblem:
    """A failure as a row of the problem list."""
    return RunProblem(failure.node, sentence(failure.message), failure.hint, count)


def sentence(text: str) -> str:
    """`text` as a sentence: a capital letter, except where a name such as im2txt begins it, and a full stop."""
    text = text.strip()
    if not text:
        return ""
    begins = text[:1] if any(one.isdigit() for one in text.split()[0]) else text[:1].upper()
    return begins + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _show_of(id: str, node: GraphNode, facts: Facts) -> NodeShow:
    running = facts.running.get(id)
    figures = facts.figures.get(id, NodeFigures()) if running is not None else NodeFigures()
    state, message, hint, count = _state_of(id, node, running, figures, facts)
    return NodeShow(state, figures.ms, figures.p95, figures.rate, figures.dropped, message, hint, count)


def _state_of(
    id: str, node: GraphNode, running: NodeRun | None, figures: NodeFigures, facts: Facts
) -> tuple[NodeState, str, str, int]:
    if node.state == "mute":
        return "muted", "", "", 0
    if broken := facts.broken.get(id):
        return "failed", broken.sentence, broken.hint, broken.count
    if why := facts.skipped.get(id):
        return "idle" if why in (WRITES_LATER, NOT_SELECTED) else "skipped", why, "", 0
    if running is not None and running.waiting:
        return "waiting", sentence(running.waiting), "", 0
    if running is not None and running.failing:
        failure = facts.failures.get(id)
        said = (sentence(failure.message), failure.hint) if failure else ("It fails.", "")
        return "failed", *said, running.failing
    if node.state == "bypass":
        return "bypassed", "", "", 0
    return "running" if figures.rate > 0 else "idle", "", "", 0
