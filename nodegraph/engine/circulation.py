"""Frames on their way: the streams of a plan, their workers and lanes, and the change from one plan to the next."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, Protocol

from nodegraph.core.spec import Port
from nodegraph.engine.domains import CLOCK
from nodegraph.engine.events import Dropped, Event, NodeFailed
from nodegraph.engine.execute import Executor
from nodegraph.engine.feeding import LiveFeed, OfflineFeed
from nodegraph.engine.frame import Frame
from nodegraph.engine.free import FreeLane
from nodegraph.engine.measure import Trace
from nodegraph.engine.node_run import NodeRun
from nodegraph.engine.plan import Domain, Feed, Plan, Step
from nodegraph.engine.sources import Begin, Reader
from nodegraph.engine.streams import Item, Stream
from nodegraph.engine.workers import Lane, Threads, Workers

BARRIER: Final = 0.5
"""Seconds a hot edit waits for frames in flight before it lets go of them."""


class Signals(Protocol):
    """Whom the circulation tells what happens."""

    def emit(self, event: Event) -> None:
        """Something a listener should know."""

    def fail(self, failure: NodeFailed) -> None:
        """The run must end."""

    def look(self) -> None:
        """A stream may be over."""


class Circulation:
    """Everything that moves. The `Run` around it starts, edits and ends it."""

    def __init__(
        self,
        plan: Plan,
        nodes: Mapping[str, NodeRun],
        signals: Signals,
        threads: Threads,
        live: bool,
        width: int,
        frames: int | None,
        seconds: float | None,
        trace: Trace | None,
        begin: Begin | None = None,
    ) -> None:
        self.plan, self.nodes, self.live, self._begin = plan, nodes, live, begin
        self.frames, self.seconds, self.trace = frames, seconds, trace
        self.threads = threads
        self.epoch = 0
        self.streams: dict[str, Stream] = {}
        self.executor = Executor(self)
        self.going = threading.Event()
        self.going.set()
        self.stopping = threading.Event()
        self._failed = threading.Event()
        self._signals = signals
        self._width = width
        self._lanes: dict[str, Lane] = {}
        self._lanes_lock = threading.Lock()
        self._changing = False

    def start(self) -> None:
        """Start the workers; nothing moves yet."""
        self.workers = Workers(self._width, self.executor.carry, self.threads)

    # --- plans ------------------------------------------------------------------------------------------------------

    def adopt(self, plan: Plan, nodes: Mapping[str, NodeRun]) -> None:
        """Make `plan` the one that new frames follow; nothing is in flight that still counts."""
        self.plan, self.nodes = plan, nodes
        self.epoch += 1
        held = {feed.node for feed in _feeds(plan) if feed.slot < 0}
        for id, domain in plan.domains.items():
            stream = self.streams.get(id)
            if stream is not None:
                stream.credits.forget(self._room(domain))
                stream.adopt(domain, self.epoch)
        drives = {step.id: step.drives for step in _steps(plan) if step.drives}
        drives |= {domain.head: domain.head_drives for domain in plan.domains.values() if domain.head_drives}
        for id, node in nodes.items():
            stream = self.streams.get(plan.domain_of[id])
            node.node = plan.graph.nodes[id]
            node.keep = self.live or id in held
            node.begin_epoch(self.epoch, stream.seq if stream else 0, drives.get(id, ()))

    def exchange(
        self,
        plan: Plan,
        nodes: Mapping[str, NodeRun],
        between: Callable[[], None],
        again: Mapping[str, Mapping[str, Any]],
    ) -> None:
        """Go over to another plan while running: frames in flight arrive first, unless one hangs.

        between: called when the new plan is there and no frame has begun under it. again: sources that have ended
        and begin anew, with these parameters.
        """
        self._changing = True
        for stream in self.streams.values():
            stream.credits.hold(True)
        deadline = time.monotonic() + BARRIER
        for stream in self.streams.values():
            stream.credits.wait_idle(max(0.0, deadline - time.monotonic()))
        new = {id for id, node in nodes.items() if self.nodes.get(id) is not node}.union(again)
        for id in [id for id in self.streams if id not in plan.domains or id in new]:
            self.streams.pop(id).stop()
        with self._lanes_lock:
            for id in [id for id in self._lanes if id not in nodes or id in new]:
                self._lanes.pop(id).stop()
        self.adopt(plan, nodes)
        between()
        for stream in self.streams.values():
            stream.credits.hold(False)
            self.try_admit(stream)
        self.begin_streams(again)
        self._changing = False
        self._signals.look()

    def begin_streams(self, again: Mapping[str, Mapping[str, Any]] = MappingProxyType({})) -> None:
        """Start the streams of the plan that do not run yet; `again`: with these parameters."""
        fresh = [self._stream(domain) for id, domain in self.plan.domains.items() if id not in self.streams]
        for stream in fresh:
            self.streams[stream.id] = stream
            if stream.reader is not None and stream.id in again:
                stream.reader.restart(dict(again[stream.id]))
        for stream in fresh:
            if stream.reader is None:
                FreeLane(self.nodes[stream.id], stream, self.executor, self.deliver, self.over, self.threads)
            elif self.live:
                self.threads.start(f"source {stream.id}", LiveFeed(self, stream).run)
        readers = [stream for stream in fresh if stream.reader is not None]
        if readers and not self.live:
            self.threads.start("sources", OfflineFeed(self, readers).run)

    def _stream(self, domain: Domain) -> Stream:
        reader = None if domain.parent else Reader(self.nodes[domain.head] if domain.head else None, self._begin)
        return Stream(domain, reader, self._room(domain), self.epoch)

    def _room(self, domain: Domain) -> int:
        """How many frames of a domain may be in flight: one for each worker and each call, and the next one."""
        lanes = sum(step.spec.max_inflight for step in domain.steps if step.spec.blocking and step.role == "node")
        return self._width + lanes + 1

    def driving(self, stream: Stream) -> dict[str, Any]:
        """What wires into a source's parameters carry now, by parameter. Raises what an adapter raises."""
        drives, node = stream.domain.head_drives, self.nodes.get(stream.domain.head)
        return node.moved_by(drives, self.executor.held_drives(drives, node)) if drives and node else {}

    # --- frames -----------------------------------------------------------------------------------------------------

    def offer(self, node: NodeRun, frame: Frame, step: Step, args: tuple[Any, ...]) -> None:
        """Hand a free-running node its newest inputs, when none that it needs is missing."""
        stream = self.streams.get(node.node.id)
        if stream is not None and all(map(_is_there, args, node.spec.inputs)):
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
            self._signals.look()
            return
        head = self.nodes.get(stream.domain.head)
        if head is not None and head.keep:
            head.hold(item[0], frame.seq, item[2])
        if ready := self.executor.begin(frame):
            self.workers.push(frame, ready)

    def again(self) -> None:
        """Let the newest frame of each source in once more, as if it were new."""
        for stream in list(self.streams.values()):
            if stream.reader is not None and stream.last is not None and stream.credits.try_take():
                value, stamp, _ = stream.last
                now = time.perf_counter()
                self.deliver(stream, (value, replace(stamp, captured=now), now))

    def complete(self, frame: Frame) -> None:
        """Every step of `frame` is done."""
        stream = self.streams.get(frame.domain.id)
        if stream is None or not stream.leave(frame):
            return
        self.try_admit(stream)
        if stream.exhausted:
            self._signals.look()

    def lane(self, node: NodeRun) -> Lane:
        """The threads of a blocking node."""
        with self._lanes_lock:
            lane = self._lanes.get(node.node.id)
            if lane is None:
                lane = Lane(node.node.id, node.spec.max_inflight, self.executor.in_lane, self.threads)
                self._lanes[node.node.id] = lane
            return lane

    # --- the end ----------------------------------------------------------------------------------------------------

    def over(self, stream: Stream) -> None:
        """A source or a free-running node gives nothing more."""
        stream.exhausted = True
        self._signals.look()

    def is_over(self) -> bool:
        """Whether every stream that ends in a sink (every stream, when none does) has ended and arrived.

        The engine's own clock, which never ends, counts only when there is no other.
        """
        streams = list(self.streams.values())
        if self._changing or not streams:
            return False
        for stream in streams:
            parent = self.streams.get(stream.domain.parent)
            if parent is not None and parent.over:
                stream.newest.close()
        streams = [one for one in streams if self._source_of(one) != CLOCK] or streams
        shown = [one for one in streams if any(step.spec.kind == "sink" for step in one.domain.steps)]
        return all(stream.over for stream in shown or streams)

    def _source_of(self, stream: Stream) -> str:
        id = stream.id
        while (domain := self.plan.domains.get(id)) is not None and domain.parent:
            id = domain.parent
        return id

    def hopeless(self, stream: Stream) -> bool:
        """Whether no source has ever given a frame, `stream` cannot come back, and all others have ended."""
        node = stream.reader.node if stream.reader is not None else None
        others = [one for one in self.streams.values() if one is not stream and one.reader is not None]
        return stream.frames_in == 0 and not (node and node.spec.live) and all(one.exhausted for one in others)

    def stop_sources(self) -> None:
        """Take in nothing more; frames in flight go on."""
        self.stopping.set()
        self.going.set()
        for stream in self.streams.values():
            stream.stop()

    def wait_idle(self, timeout: float | None) -> None:
        """Wait for the frames in flight, at most `timeout` seconds for each stream, or until one has failed."""
        for stream in self.streams.values():
            stream.credits.wait_idle(timeout, self._failed)

    def wait_quiet(self, patience: float, for_calls: float) -> None:
        """Wait until nothing moves, after a failure; `for_calls` seconds at most for calls of blocking nodes."""
        until = time.monotonic() + for_calls
        self.workers.wait_quiet(patience)
        while self._busy_lanes() and time.monotonic() < until:
            for lane in self._busy_lanes():
                lane.wait_quiet(until - time.monotonic())
            self.workers.wait_quiet(patience)

    def _busy_lanes(self) -> list[Lane]:
        with self._lanes_lock:
            return [lane for lane in self._lanes.values() if lane.busy]

    def stop_threads(self, patience: float) -> None:
        """End lanes and workers; a call that comes back later finds that its frame is of the past."""
        with self._lanes_lock:
            for lane in self._lanes.values():
                lane.stop()
        self.workers.stop(patience)
        self.epoch += 1

    # --- told by the executor and the feeds -------------------------------------------------------------------------

    def emit(self, event: Event) -> None:
        """Pass an event on."""
        self._signals.emit(event)

    def fail(self, failure: NodeFailed) -> None:
        """Pass a failure on that ends the run. Its frame never arrives: who waits for it is woken."""
        self._signals.fail(failure)
        self._failed.set()
        for stream in list(self.streams.values()):
            stream.credits.wake()

    def dropped(self, stream: Stream) -> None:
        """A live source's frame was overtaken by the next."""
        self.emit(Dropped(stream.id, stream.newest.dropped))


def _steps(plan: Plan) -> Iterator[Step]:
    for domain in plan.domains.values():
        yield from domain.steps
        if domain.head_step is not None:
            yield domain.head_step
    yield from plan.stills


def _feeds(plan: Plan) -> Iterator[Feed]:
    for step in _steps(plan):
        yield from (feed for feed in step.inputs if feed)
        yield from (drive.feed for drive in step.drives)
    for domain in plan.domains.values():
        yield from (drive.feed for drive in domain.head_drives)


def _is_there(value: Any, port: Port) -> bool:
    return value is not None or port.optional
