"""How a node does in the run, and what it should do when it fails or its inputs are not in step."""

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.inspector.facts import NodesFacts
from nodegraph.editor.state.inspector.policies import FAILURES, SYNCS
from nodegraph.editor.state.running.shows import NodeShow
from nodegraph.editor.state.shown import number
from nodegraph.editor.views.inspector.kit import Kit, Tag
from nodegraph.editor.views.inspector.segments import Segments


class RunningPart:
    """Of one or several nodes; figures are of a single one."""

    def __init__(self, kit: Kit, parent: Tag, facts: NodesFacts) -> None:
        self._kit, self._facts = kit, facts
        section = kit.section(parent, "Running")
        self._figures: Tag = kit.text(section, "") if len(facts.ids) == 1 else 0
        kit.text(section, "When it fails", "dim", "small")
        self._failure = Segments(kit, section, FAILURES, facts.failure, self._set_failure)
        self._sync: Segments | None = None
        if _has_many_inputs(facts):
            kit.text(section, "Inputs", "dim", "small")
            self._sync = Segments(kit, section, SYNCS, facts.sync, self._set_sync)
        self._shown: NodeShow | None = None

    def follow(self, facts: NodesFacts) -> None:
        """The document has changed."""
        self._facts = facts
        self._failure.show(facts.failure)
        if self._sync is not None:
            self._sync.show(facts.sync)

    def update(self, show: NodeShow) -> None:
        """Show the newest figures."""
        if self._figures and show != self._shown:
            self._shown = show
            dpg.set_value(self._figures, figures(show))
            dpg.configure_item(self._figures, color=self._kit.look.color(_COLORS.get(show.state, "dim")))

    def _set_failure(self, failure: str) -> None:
        self._kit.changes.set_failure(self._facts.ids, failure)

    def _set_sync(self, sync: str) -> None:
        self._kit.changes.set_sync(self._facts.ids, sync)


_COLORS = {"running": "good", "failed": "error", "waiting": "warning", "skipped": "warning"}
_WORDS = {
    "idle": "Not running",
    "running": "Running",
    "waiting": "Waiting",
    "failed": "Failing",
    "skipped": "Left out of the run",
    "bypassed": "Bypassed",
    "muted": "Muted",
}


def figures(show: NodeShow) -> str:
    """What is to be said of a node's run, in two lines at most."""
    first = _WORDS[show.state]
    if show.state == "failed" and show.count > 1:
        first += f", {show.count} times in a row"
    if show.rate > 0:
        first += f" · {number(round(show.rate, 1))} per second"
    if show.ms <= 0:
        return first
    second = f"{_ms(show.ms)} each · 95 % ≤ {_ms(show.p95)}"
    lost = f" · {show.dropped} dropped" if show.dropped else ""
    return f"{first}\n{second}{lost}"


def _ms(value: float) -> str:
    return f"{value:.2f} ms" if value < 10 else f"{value:.0f} ms"


def _has_many_inputs(facts: NodesFacts) -> bool:
    return facts.spec is not None and len(facts.spec.inputs) > 1
