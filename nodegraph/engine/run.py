"""A run: starts, feeds, edits and ends a graph at work.

Live, each source has a thread that keeps only its newest frame. Offline, one thread steps all sources in the order of
their times, and every frame goes through. A supervisor thread ends the run: when all is done, on `stop`, or on failure.
"""

import os
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from nodegraph.core.errors import NodegraphError, UsageError
from nodegraph.core.graph import Graph
from nodegraph.core.node import Stamp
from nodegraph.core.registry import Registry
from nodegraph.engine.circulation import Circulation
from nodegraph.engine.editing import Change, changes, keeps, moved, same_shape
from nodegraph.engine.events import Ended, Event, Listener, NodeFailed, RunStats
from nodegraph.engine.execute import failure_of
from nodegraph.engine.listening import Telling
from nodegraph.engine.measure import Trace
from nodegraph.engine.node_run import NodeRun
from nodegraph.engine.plan import Mode, Plan, build_plan
from nodegraph.engine.report import newest_value, run_stats
from nodegraph.engine.sources import Begin
from nodegraph.engine.stills import Stills
from nodegraph.engine.streams import Stream
from nodegraph.engine.workers import Threads

PATIENCE: Final = 3.0
"""Seconds a stop waits for a thread or a call before it goes on without."""

LAST_FRAMES: Final = 1.0
"""Seconds a stop gives the frames in flight to arrive, before it closes the models they may be waiting for."""

OFFLINE_WAIT: Final = 900.0
"""Seconds an offline run waits for a model to become ready (pull and build included)."""


class Run:
    """One graph at work. Use as a context manager, or call `start`, then `stop` or `wait`.

    mode: "live" or "offline". workers: threads that carry frames (default: one per core). frames: end after so many
    frames of each source. seconds: end after so much time (offline: of the sources' time). begin: offline, with one
    source: begin there, with the stamps that the frames have in a run of all. The constructor raises DocumentError
    when the graph cannot run. All methods may be called from any thread.
    """

    def __init__(
        self,
        graph: Graph,
        registry: Registry,
        mode: Mode = "live",
        workers: int | None = None,
        frames: int | None = None,
        seconds: float | None = None,
        listener: Listener | None = None,
        trace: bool = False,
        begin: Begin | None = None,
    ) -> None:
        self.mode, self.live = mode, mode == "live"
        self.failure: NodeFailed | None = None
        self.began = self.ended = time.perf_counter()
        self.threads = Threads(self._crashed)
        self._registry = registry
        self._graph = graph
        self._telling = Telling(listener)
        self._trace = Trace(self.began) if trace else None
        self._seconds = seconds
        plan = build_plan(graph, registry, mode)
        nodes = {id: self._node(graph, id) for id in plan.specs}
        width = workers or os.cpu_count() or 1
        self._flow = Circulation(plan, nodes, self, self.threads, self.live, width, frames, seconds, self._trace, begin)
        self._stills = Stills(self._flow.executor, self._now)
        self._edit = threading.RLock()
        self._state = threading.Condition()
        self._reason = ""
        self._done = threading.Event()
        self._started = self._closed = False

    def __enter__(self) -> "Run":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # --- life -------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Open the nodes and begin. A node that cannot be opened fails as if on a frame.

        Raises UsageError when the run has begun before.
        """
        if self._started:
            raise UsageError("This run has begun already.", "Make another Run.")
        self._started = True
        try:
            with self._edit:
                self.began = time.perf_counter()
                try:
                    self._begin()
                finally:
                    self.threads.start("supervisor", self._supervise)
        except BaseException:  # interrupted while a model came up: what was opened is closed
            self.stop()
            raise

    def _begin(self) -> None:
        self._flow.start()
        self._open(self.nodes.values())
        self._flow.adopt(self.plan, self.nodes)
        self._stills.adopt(self.plan.stills, self.nodes, [step.id for step in self.plan.stills])
        if not self.failure:
            self._stills.settle(without_blocking=self.live)
        if self.live:
            self.threads.start("stills", self._stills.run)
        if not self.failure:
            self._flow.begin_streams()

    def stop(self) -> None:
        """End the run now; files are closed and complete. Returns when all is closed (in a listener: at once)."""
        self._end("stopped")
        self.wait()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the run is over; False when `timeout` seconds were not enough. A listener does not wait."""
        return self._done.wait(0 if self._telling.inside else timeout) if self._started else True

    def pause(self) -> None:
        """Hold the sources; frames in flight go on."""
        self._flow.going.clear()

    def resume(self) -> None:
        """Let the sources go on."""
        for stream in list(self.streams.values()):
            stream.pacer.move()
        self._flow.going.set()

    def again(self) -> None:
        """While paused, carry the newest frame of each source once more, so that an edit is seen. Live only."""
        if self.live and not self._flow.going.is_set() and not self._closed:
            self._flow.again()

    # --- editing ----------------------------------------------------------------------------------------------------

    def set_param(self, node: str, name: str, value: Any) -> None:
        """Change one parameter. Raises NodeError for a bad value, KeyError for a node that is not there."""
        with self._edit:
            self.update(self._graph.with_param(node, name, value))

    def know(self, registry: Registry) -> None:
        """Use these types of node from now on; nodes at work stay what they are."""
        with self._edit:
            self._registry = registry

    def update(self, graph: Graph) -> None:
        """Go on with another graph: what did not change keeps its state, and the output does not skip.

        Raises DocumentError or NodeError when the new graph cannot run; the old one then goes on. Raises UsageError
        offline: a render is of one graph. When the run is over, nothing happens.
        """
        if not self.live:
            raise UsageError("A render keeps the graph it began with.", "Stop it, or edit a live run.")
        with self._edit:
            if self._closed:
                return
            same = same_shape(self._graph, graph)
            plan = self.plan if same else build_plan(graph, self._registry, self.mode)
            kept = {id: self.nodes[id] for id in plan.specs if keeps(self.nodes.get(id), graph.nodes[id])}
            if not self._started:
                kept = {}
            set_anew = changes(kept, graph)
            nodes = {id: kept.get(id) or self._node(graph, id) for id in plan.specs}
            again = {change.node.node.id: change.params for change in set_anew if self._has_ended(change)}
            set_anew = [change for change in set_anew if change.node.node.id not in again]
            if not self._started:
                self._flow.plan, self._flow.nodes = plan, nodes
            elif same and not again:
                for id, node in nodes.items():
                    node.node = graph.nodes[id]
            else:
                quick = [change for change in set_anew if not change.anew]
                self._exchange(replace(plan, graph=graph), nodes, quick, again)
                set_anew = [change for change in set_anew if change.anew]
            self._graph = graph
            for change in set_anew:
                self._apply(change)

    def _has_ended(self, change: Change) -> bool:
        """Whether this is a source that has come to its end, and would go on otherwise now."""
        stream = self.streams.get(change.node.node.id)
        return stream is not None and stream.reader is not None and stream.exhausted and self._flow.frames is None

    def _exchange(
        self, plan: Plan, nodes: Mapping[str, NodeRun], quick: Iterable[Change], again: Mapping[str, Mapping[str, Any]]
    ) -> None:
        pairs = moved(self.nodes, nodes)

        def between() -> None:
            for old, new in pairs:
                new.inherit(old)
            for change in quick:
                self._apply(change)

        before = {step.id: step for step in self.plan.stills}
        made = [node for id, node in nodes.items() if self.nodes.get(id) is not node]
        gone = [node for id, node in self.nodes.items() if nodes.get(id) is not node and node.spec.kind != "source"]
        self._open(made)
        self._flow.exchange(plan, nodes, between, again)
        anew = {node.node.id for node in made}
        rewired = [step.id for step in plan.stills if step != before.get(step.id) or step.id in anew]
        self._stills.adopt(plan.stills, nodes, rewired)
        for node in gone:
            self._close(node)

    def _apply(self, change: Change) -> None:
        node = change.node
        stream = self.streams.get(node.node.id)
        if not change.anew:
            node.set_params(change.params)
        elif stream is not None and stream.reader is not None:
            stream.reader.restart(dict(change.params))
        else:
            try:
                node.restart(change.params)
            except Exception as error:
                self._node_failed(node, error)
        self._stills.touch(node.node.id)

    # --- the end ----------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """End the run if everything has arrived."""
        if self._flow.is_over():
            self._end("finished")

    def fail(self, failure: NodeFailed) -> None:
        """End the run because of this failure."""
        with self._state:
            if self.failure is None:
                self.failure = failure
        self.emit(failure)
        self._end("failed")

    def _end(self, reason: str) -> None:
        with self._state:
            self._reason = self._reason or reason
            self._state.notify_all()

    def _crashed(self, error: BaseException) -> None:
        self.fail(failure_of("", 0, error))

    def _supervise(self) -> None:
        if not self.live and not self.streams:
            self._end("finished")
        with self._state:
            self._state.wait_for(lambda: bool(self._reason), self._seconds if self.live else None)
            self._reason = self._reason or "finished"
        try:
            self._tear_down()
        finally:  # whatever happens, nobody waits for ever
            self.ended = time.perf_counter()
            self.emit(Ended("failed" if self.failure else self._reason, self.failure))
            self._done.set()

    def _tear_down(self) -> None:
        """Sources first, then what is in flight, then models (a call that hangs ends there), sinks last."""
        with self._edit:
            self._closed = True
            self._flow.stop_sources()
            if not self.failure:
                self._flow.wait_idle(None if self._reason == "finished" and not self.live else LAST_FRAMES)
            if self.failure:
                self._flow.wait_quiet(PATIENCE, LAST_FRAMES)
            self._stills.stop()
            for node in self.nodes.values():
                if node.spec.blocking:
                    self._close(node)
            self._flow.stop_threads(PATIENCE)
            for node in self.nodes.values():
                if not node.spec.blocking and node.spec.kind != "source":
                    self._close(node)
            self.threads.join("source", PATIENCE)

    # --- nodes ------------------------------------------------------------------------------------------------------

    def _node(self, graph: Graph, id: str) -> NodeRun:
        definition = self._registry.find(graph.nodes[id].type)
        assert definition is not None, "the plan holds known types only"
        return NodeRun(graph.nodes[id], definition)

    def _open(self, nodes: Iterable[NodeRun]) -> None:
        """Open them; a model is waited for offline, and live what holds is shown meanwhile."""
        for node in nodes:
            if node.spec.kind == "source":
                continue
            try:
                if node.spec.blocking and not self.live:
                    node.instance.wait = OFFLINE_WAIT
                node.open()
            except Exception as error:
                self._node_failed(node, error)

    def _close(self, node: NodeRun) -> None:
        try:
            node.retire(PATIENCE, failed=self.failure is not None)
        except Exception as error:
            self._node_failed(node, error)

    def _node_failed(self, node: NodeRun, error: Exception) -> None:
        node.failures += 1
        node.failing += 1
        failure = failure_of(node.node.id, 0, error, node.failing)
        if self.live and node.node.failure != "stop":
            self.emit(failure)
        else:
            self.fail(failure)

    def release(self) -> None:
        """Let go of the nodes, and the pictures they keep, of a run that is over; it has no figures afterwards.

        Its parts know each other, so that Python alone would find out late that nobody needs them.
        """
        if self._done.is_set():
            self._stills.adopt((), {}, ())
            self._flow.nodes, self._flow.streams = {}, {}

    # --- what others see --------------------------------------------------------------------------------------------

    @property
    def plan(self) -> Plan:
        """The plan that new frames follow."""
        return self._flow.plan

    @property
    def nodes(self) -> Mapping[str, NodeRun]:
        """The nodes at work, by id."""
        return self._flow.nodes

    @property
    def streams(self) -> Mapping[str, Stream]:
        """The clock domains at work, by id."""
        return self._flow.streams

    def emit(self, event: Event) -> None:
        """Tell the listener; one that raises is told nothing more, and the run is not hurt."""
        self._telling.emit(event)

    @property
    def failures(self) -> list[NodeFailed]:
        """The failures told so far, the newest hundred."""
        return self._telling.failures

    def latest(self, node: str, output: str | None = None) -> Any:
        """The newest output value of a node, or of what goes into a sink; None while there is none.

        Offline only nodes whose value is held elsewhere have one.
        """
        return newest_value(self._graph, self.nodes, node, output)

    def stats(self) -> RunStats:
        """Figures since the run began."""
        return run_stats(self)

    @property
    def seconds_run(self) -> float:
        """Seconds since the run began, until it ended."""
        return (self.ended if self._done.is_set() else time.perf_counter()) - self.began

    def write_trace(self, path: Path) -> None:
        """Write the trace (the run must have been made with ``trace=True``). Raises NodegraphError, OSError."""
        if self._trace is None:
            raise NodegraphError("This run was not traced.", "Start it with trace=True.")
        self._trace.write(path)

    def _now(self) -> Stamp:
        now = time.perf_counter()
        return Stamp(0, now - self.began, now - self.began, None, now)
