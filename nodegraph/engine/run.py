"""A run: starts, feeds, edits and ends a graph at work.

Live, each source has a thread that keeps only its newest frame. Offline, one thread steps all sources in the order of
their times, and every frame goes through. A supervisor thread ends the run: when all is done, on `stop`, or on failure.
"""

import os
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from nodegraph.core.errors import NodegraphError
from nodegraph.core.graph import Graph
from nodegraph.core.node import Stamp
from nodegraph.core.registry import Registry
from nodegraph.engine.events import Dropped, Ended, Event, Listener, NodeFailed, RunStats
from nodegraph.engine.execute import Executor, failure_of
from nodegraph.engine.feeding import LiveFeed, OfflineFeed
from nodegraph.engine.frame import Frame
from nodegraph.engine.free import FreeLane
from nodegraph.engine.measure import Trace
from nodegraph.engine.node_run import NodeRun
from nodegraph.engine.plan import Domain, Mode, Plan, Step, build_plan, restarts
from nodegraph.engine.report import run_stats
from nodegraph.engine.sources import Reader
from nodegraph.engine.stills import Stills
from nodegraph.engine.streams import Item, Stream
from nodegraph.engine.workers import Lane, Threads, Workers

BARRIER: Final = 0.5
"""Seconds a hot edit waits for frames in flight before it lets go of them."""

PATIENCE: Final = 3.0
"""Seconds a stop waits for a thread or a call before it goes on without."""

LAST_FRAMES: Final = 1.0
"""Seconds a stop gives the frames in flight to arrive, before it closes the models they may be waiting for."""

OFFLINE_WAIT: Final = 900.0
"""Seconds an offline run waits for a model to become ready (pull and build included)."""

KEPT_FAILURES: Final = 100


class Run:
    """One graph at work. Use as a context manager, or call `start`, then `stop` or `wait`.

    mode: "live" or "offline". workers: threads that carry frames (default: one per core). frames: end after so many
    frames of each source. seconds: end after so much time (offline: of the sources' time). The constructor raises
    DocumentError when the graph cannot run. All methods may be called from any thread.
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
    ) -> None:
        self.mode, self.live = mode, mode == "live"
        self.frames, self.seconds = frames, seconds
        self.epoch = 0
        self.registry = registry
        self.plan: Plan = build_plan(graph, registry, mode)
        self.nodes: Mapping[str, NodeRun] = {id: self._node(graph, id) for id in self.plan.specs}
        self.streams: dict[str, Stream] = {}
        self.failures: list[NodeFailed] = []
        self.failure: NodeFailed | None = None
        self.trace = Trace(time.perf_counter()) if trace else None
        self.began = self.ended = time.perf_counter()
        self.executor = Executor(self)
        self.threads = Threads(self._crashed)
        self._graph = graph
        self._listener = listener
        self._worker_count = workers or os.cpu_count() or 1
        self._stills = Stills(self.executor, self._now)
        self._lanes: dict[str, Lane] = {}
        self._edit = threading.RLock()
        self._state = threading.Condition()
        self._reason = ""
        self._done = threading.Event()
        self._started = False
        self.going = threading.Event()
        self.going.set()
        self.stopping = threading.Event()

    def __enter__(self) -> "Run":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # --- life -------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Open the nodes and begin. A node that cannot be opened fails as if on a frame."""
        self._started = True
        self.began = time.perf_counter()
        self.workers = Workers(self._worker_count, self.executor.carry, self.threads)
        self._prepare(self.nodes.values())
        self._open(self.nodes.values())
        with self._edit:
            self._adopt(self.plan, changed=[step.id for step in self.plan.stills])
            if not self.failure:
                self._stills.settle(without_blocking=self.live)
            if self.live:
                self.threads.start("stills", self._stills.run)
            if not self.failure:
                self._begin_streams()
        self.threads.start("supervisor", self._supervise)

    def stop(self) -> None:
        """End the run now; files are closed and complete. Returns when all is closed."""
        self._end("stopped")
        self.wait()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the run is over; False when `timeout` seconds were not enough."""
        return self._done.wait(timeout) if self._started else True

    def pause(self) -> None:
        """Hold the sources; frames in flight go on."""
        self.going.clear()

    def resume(self) -> None:
        """Let the sources go on."""
        for stream in self.streams.values():
            stream.pacer.move()
        self.going.set()

    # --- editing ----------------------------------------------------------------------------------------------------

    def set_param(self, node: str, name: str, value: Any) -> None:
        """Change one parameter. Raises NodeError for a bad value, KeyError for a node that is not there."""
        with self._edit:
            self.update(self._graph.with_param(node, name, value))

    def update(self, graph: Graph) -> None:
        """Go on with another graph: what did not change keeps its state, and the output does not skip.

        Raises DocumentError when the new graph cannot run; the old one then goes on.
        """
        with self._edit:
            if self._only_params_changed(graph):
                self._apply_params(self._graph, graph)
                self._graph = graph
                return
            plan = build_plan(graph, self.registry, self.mode)
            before, kept, made = self._graph, {}, {}
            for id in plan.specs:
                old = self.nodes.get(id)
                if old and old.node.type == graph.nodes[id].type and old.node.place == graph.nodes[id].place:
                    kept[id] = old
                else:
                    made[id] = self._node(graph, id)
            self._prepare(made.values())
            self._open(made.values())
            gone = [node for id, node in self.nodes.items() if kept.get(id) is not node]
            self._swap(plan, {**kept, **made}, made)
            self._graph = graph
            self._apply_params(before, graph)
            self._begin_streams()
            for node in gone:
                self._close(node)

    def _only_params_changed(self, graph: Graph) -> bool:
        same = self._graph.wires == graph.wires and self._graph.nodes.keys() == graph.nodes.keys()
        return same and all(
            (old.type, old.place, old.state, old.sync) == (new.type, new.place, new.state, new.sync)
            for old, new in ((self._graph.nodes[id], new) for id, new in graph.nodes.items())
        )

    def _apply_params(self, before: Graph, after: Graph) -> None:
        for id, node in self.nodes.items():
            old, new = before.nodes.get(id, node.node), after.nodes[id]
            node.node = new
            names = set(old.params) | set(new.params)
            known = [param for param in node.spec.params if param.name in names]
            changed = {
                param.name: new.params.get(param.name, param.default)
                for param in known
                if old.params.get(param.name, param.default) != new.params.get(param.name, param.default)
            }
            if changed:
                self._change(id, node, changed, restarts(old, new, node.spec))

    def _change(self, id: str, node: NodeRun, changed: dict[str, Any], anew: bool) -> None:
        checked = {name: param.check(value) for name, value in changed.items() if (param := node.spec.param(name))}
        stream = self.streams.get(id)
        if anew and stream is not None and stream.reader is not None:
            stream.reader.restart(checked)
        elif anew:
            try:
                node.restart(checked)
            except Exception as error:
                self._node_failed(node, error)
        else:
            node.set_params(checked)
        if any(step.id == id for step in self.plan.stills):
            self._stills.touch(id)

    def _swap(self, plan: Plan, nodes: dict[str, NodeRun], made: Mapping[str, NodeRun]) -> None:
        for stream in self.streams.values():
            stream.credits.hold(True)
        deadline = time.monotonic() + BARRIER
        for stream in self.streams.values():
            stream.credits.wait_idle(max(0.0, deadline - time.monotonic()))
        for id in [id for id in self.streams if id not in plan.domains or id in made]:
            self.streams.pop(id).stop()
        before = {step.id: step for step in self.plan.stills}
        rewired = [step.id for step in plan.stills if step != before.get(step.id) or step.id in made]
        for id in [id for id in self._lanes if nodes.get(id) is not self.nodes.get(id)]:
            self._lanes.pop(id).stop()
        self.nodes = nodes
        self._adopt(plan, rewired)
        for stream in self.streams.values():
            stream.credits.hold(False)
            self.try_admit(stream)

    def _adopt(self, plan: Plan, changed: Iterable[str]) -> None:
        """Make `plan` the one that new frames follow. Nothing is in flight that still counts."""
        self.plan = plan
        self.epoch += 1
        held = {
            feed.node
            for domain in plan.domains.values()
            for step in domain.steps
            for feed in _feeds(step)
            if feed.slot < 0
        }
        for id, node in self.nodes.items():
            node.keep = self.live or id in held
        for id, domain in plan.domains.items():
            stream = self.streams.get(id)
            if stream is not None:
                stream.credits.forget()
                stream.adopt(domain, self.epoch)
            first = stream.seq if stream else 0
            for step in domain.steps:
                if step.role != "feed":
                    self.nodes[step.id].begin_epoch(self.epoch, first)
        self._stills.adopt(plan.stills, self.nodes, changed)

    # --- streams ----------------------------------------------------------------------------------------------------

    def _begin_streams(self) -> None:
        fresh = [self._stream(domain) for id, domain in self.plan.domains.items() if id not in self.streams]
        for stream in fresh:
            self.streams[stream.id] = stream
        readers = [stream for stream in fresh if stream.reader is not None]
        for stream in fresh:
            if stream.reader is None:
                FreeLane(self.nodes[stream.id], stream, self.executor, self.deliver, self._stream_over, self.threads)
        if self.live:
            for stream in readers:
                self.threads.start(f"source {stream.id}", LiveFeed(self, stream).run)
        elif readers:
            self.threads.start("sources", OfflineFeed(self, readers).run)

    def _stream(self, domain: Domain) -> Stream:
        lanes = sum(step.spec.max_inflight for step in domain.steps if step.spec.blocking and step.role == "node")
        reader = None if domain.parent else Reader(self.nodes[domain.head] if domain.head else None)
        return Stream(domain, reader, self._worker_count + lanes + 1, self.epoch)

    def offer(self, node: NodeRun, frame: Frame, step: Step, args: tuple[Any, ...]) -> None:
        """Hand a free-running node its newest inputs."""
        stream = self.streams.get(node.node.id)
        if stream is not None and None not in map(_presence, args, node.spec.inputs):
            stream.offer((args, frame.stamp, frame.ages[step.index]))

    def try_admit(self, stream: Stream) -> None:
        """Let the newest frame of a live source in, if there is one and room for it."""
        if stream.reader is None or not self.live:
            return
        while stream.credits.try_take():
            item = stream.newest.take()
            if item is None:
                stream.credits.give()
                return
            self.deliver(stream, item)

    def deliver(self, stream: Stream, item: Item) -> None:
        """Begin a frame; the caller took its credit."""
        frame = stream.admit(item, self.frames if stream.reader is not None else None)
        if frame is None:
            stream.credits.give()
            self._check_over()
            return
        if stream.domain.head and (head := self.nodes.get(stream.domain.head)) is not None and head.keep:
            head.hold(item[0], frame.seq, item[2])
        ready = self.executor.begin(frame)
        if ready:
            self.workers.push(frame, ready)

    def lane(self, node: NodeRun) -> Lane:
        """The threads of a blocking node."""
        id = node.node.id
        lane = self._lanes.get(id)
        if lane is None:
            with self._edit:
                lane = self._lanes.get(id)
                if lane is None:
                    lane = Lane(id, node.spec.max_inflight, self.executor.in_lane, self.threads)
                    self._lanes[id] = lane
        return lane

    def complete(self, frame: Frame) -> None:
        """Every step of `frame` is done."""
        stream = self.streams.get(frame.domain.id)
        if stream is None or not stream.leave(frame):
            return
        self.try_admit(stream)
        if stream.exhausted:
            self._check_over()

    def _stream_over(self, stream: Stream) -> None:
        stream.exhausted = True
        self._check_over()

    def hopeless(self, stream: Stream) -> bool:
        """Whether no source has ever given a frame, `stream` cannot come back, and all others have ended."""
        node = stream.reader.node if stream.reader is not None else None
        others = [one for one in self.streams.values() if one is not stream and one.reader is not None]
        return stream.frames_in == 0 and not (node and node.spec.live) and all(one.exhausted for one in others)

    def source_over(self, stream: Stream) -> None:
        """A source gives nothing more."""
        self._stream_over(stream)

    # --- the end ----------------------------------------------------------------------------------------------------

    def _check_over(self) -> None:
        for stream in list(self.streams.values()):
            parent = self.streams.get(stream.domain.parent)
            if parent is not None and parent.over:
                stream.newest.close()
        shown = {id for id in self.streams if any(s.spec.kind == "sink" for s in self.streams[id].domain.steps)}
        awaited = [stream for id, stream in list(self.streams.items()) if not shown or id in shown]
        if all(stream.over for stream in awaited):
            self._end("finished")

    def _end(self, reason: str) -> None:
        with self._state:
            self._reason = self._reason or reason
            self._state.notify_all()

    def fail(self, failure: NodeFailed) -> None:
        """End the run because of this failure."""
        with self._state:
            if self.failure is None:
                self.failure = failure
        self.emit(failure)
        self._end("failed")

    def _crashed(self, error: BaseException) -> None:
        self.fail(failure_of("", 0, error))

    def _supervise(self) -> None:
        if not self.live and not self.streams and not self.failure:
            self._end("finished")
        limit = self.seconds if self.live else None
        with self._state:
            self._state.wait_for(lambda: bool(self._reason), limit)
            self._reason = self._reason or "finished"
        self._tear_down()
        self.ended = time.perf_counter()
        reason = "failed" if self.failure else self._reason
        self.emit(Ended(reason, self.failure))
        self._done.set()

    def _tear_down(self) -> None:
        with self._edit:
            self.stopping.set()
            self.going.set()
            for stream in self.streams.values():
                stream.stop()
            if self.failure:
                self.workers.wait_quiet(PATIENCE)
            else:
                patience = None if self._reason == "finished" and not self.live else LAST_FRAMES
                for stream in self.streams.values():
                    stream.credits.wait_idle(patience)
            self._stills.stop()
            for node in [one for one in self.nodes.values() if one.spec.blocking]:
                self._close(node)
            for lane in self._lanes.values():
                lane.stop()
            self.workers.stop(PATIENCE)
            for node in [one for one in self.nodes.values() if not one.spec.blocking and one.spec.kind != "source"]:
                self._close(node)
            self.threads.join("source", PATIENCE)

    # --- nodes ------------------------------------------------------------------------------------------------------

    def _node(self, graph: Graph, id: str) -> NodeRun:
        definition = self.registry.find(graph.nodes[id].type)
        assert definition is not None, "the plan holds known types only"
        return NodeRun(graph.nodes[id], definition)

    def _prepare(self, nodes: Iterable[NodeRun]) -> None:
        """Offline a model is waited for; live its place is shown by what holds meanwhile."""
        for node in nodes:
            if not self.live and node.spec.blocking:
                node.instance.wait = OFFLINE_WAIT

    def _open(self, nodes: Iterable[NodeRun]) -> None:
        for node in nodes:
            if node.spec.kind != "source":
                try:
                    node.open()
                except Exception as error:
                    self._node_failed(node, error)

    def _close(self, node: NodeRun) -> None:
        try:
            node.close(PATIENCE)
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

    # --- what others see --------------------------------------------------------------------------------------------

    def emit(self, event: Event) -> None:
        """Tell the listener; a listener that raises is a bug of its own and must not hurt the run."""
        if isinstance(event, NodeFailed):
            self.failures = [*self.failures, event][-KEPT_FAILURES:]
        if self._listener is not None:
            try:
                self._listener(event)
            except Exception as error:
                self._listener = None
                self.failures.append(failure_of("", 0, error))

    def dropped(self, stream: Stream) -> None:
        """A live source's frame was overtaken by the next."""
        self.emit(Dropped(stream.id, stream.newest.dropped))

    def latest(self, node: str, output: str | None = None) -> Any:
        """The newest output value of a node, or None. Offline only nodes whose value is held elsewhere have one."""
        found = self.nodes.get(node)
        if found is None or found.newest is None:
            return None
        names = [port.name for port in found.spec.outputs]
        if output is not None and len(names) > 1:
            return found.newest.value[names.index(output)]
        return found.newest.value

    def stats(self) -> RunStats:
        """Figures since the run began."""
        return run_stats(self)

    @property
    def seconds_run(self) -> float:
        """Seconds since the run began, until it ended."""
        return (self.ended if self._done.is_set() else time.perf_counter()) - self.began

    def write_trace(self, path: Path) -> None:
        """Write the trace (the run must have been made with ``trace=True``). Raises NodegraphError, OSError."""
        if self.trace is None:
            raise NodegraphError("This run was not traced.", "Start it with trace=True.")
        self.trace.write(path)

    def _now(self) -> Stamp:
        now = time.perf_counter()
        return Stamp(0, now - self.began, now - self.began, None, now)


def _feeds(step: Any) -> list[Any]:
    return [feed for feed in step.inputs if feed] + [drive.feed for drive in step.drives]


def _presence(value: Any, port: Any) -> bool | None:
    """None for a required input that has nothing."""
    return None if value is None and not port.optional else True
