"""Stills: nodes without a stream upstream. They run when an input or a parameter changed, and nothing else does."""

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from nodegraph.core.node import Stamp
from nodegraph.engine.execute import Executor
from nodegraph.engine.frame import NOT_YET, Abandoned
from nodegraph.engine.node_run import NodeRun
from nodegraph.engine.plan import Step

RETRY = 0.2
"""Seconds until a still whose model was not ready is tried again."""


class Stills:
    """Keeps the stills of a plan up to date. `settle` is called by one thread at a time."""

    def __init__(self, executor: Executor, now: Callable[[], Stamp]) -> None:
        self._executor = executor
        self._now = now
        self._steps: tuple[Step, ...] = ()
        self._nodes: Mapping[str, NodeRun] = {}
        self._dirty: set[str] = set()
        self._changed = threading.Condition()
        self._settling = threading.Lock()
        self._stopped = False

    def adopt(self, steps: tuple[Step, ...], nodes: Mapping[str, NodeRun], changed: Iterable[str]) -> None:
        """Another plan's stills; `changed` are those to run again."""
        with self._changed:
            self._steps, self._nodes = steps, nodes
            self._dirty |= set(changed)
            self._changed.notify_all()

    def touch(self, node: str) -> None:
        """A parameter of this node changed, perhaps a still's."""
        with self._changed:
            if any(step.id == node for step in self._steps):
                self._dirty.add(node)
                self._changed.notify_all()

    def settle(self, without_blocking: bool = False) -> bool:
        """Run what is due, in order; whether all is up to date now."""
        with self._settling:
            with self._changed:
                steps, due, self._dirty = self._steps, self._dirty, set()
            later: set[str] = set()
            stale: set[str] = set()
            for step in steps:
                feeds = [feed for feed in step.inputs if feed] + [drive.feed for drive in step.drives]
                sources = {feed.node for feed in feeds}
                if sources & later:
                    later.add(step.id)
                elif step.id in due or sources & stale:
                    if step.spec.blocking and without_blocking:
                        later.add(step.id)
                    else:
                        (stale if self._run(step) else later).add(step.id)
            with self._changed:
                self._dirty |= later
            return not later

    def _run(self, step: Step) -> bool:
        """Run one still; False when its model is not ready yet."""
        node = self._nodes.get(step.id)
        if node is None:  # removed while those before it ran
            return True
        try:
            result: Any = self._executor.answer_held(self._now(), node.meter.runs, step, node, None)
        except Abandoned:
            return True
        if result is not None and result is not NOT_YET:
            node.hold(result, node.meter.runs, float("inf"))
        return not node.waiting

    def run(self) -> None:
        """Keep up with changes until stopped; the body of a thread."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._dirty) or self._stopped)
                if self._stopped:
                    return
            if not self.settle():
                with self._changed:
                    self._changed.wait_for(lambda: self._stopped, RETRY)

    def stop(self) -> None:
        """End `run`."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
