"""How a frame is carried: gather inputs, call the node, apply its failure policy, hand the value on."""

import math
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from nodegraph.core.errors import ModelNotReady, NodegraphError
from nodegraph.core.node import Stamp
from nodegraph.engine.events import Event, NodeFailed, NodeRecovered, NodeWaiting
from nodegraph.engine.frame import NOT_YET, Abandoned, Frame
from nodegraph.engine.measure import Trace
from nodegraph.engine.node_run import NodeRun
from nodegraph.engine.outputs import blackened, bypassed
from nodegraph.engine.plan import Drive, Feed, Step
from nodegraph.engine.workers import Lane, Workers

TELL_ANEW: Final = 1.0
"""Seconds after which a node that fails for another reason than the one told says so."""


class Host(Protocol):
    """What the executor needs of the run around it."""

    live: bool
    epoch: int
    nodes: Mapping[str, NodeRun]
    trace: Trace | None
    workers: Workers
    stopping: threading.Event

    def lane(self, node: NodeRun) -> Lane:
        """The threads of a blocking node."""

    def offer(self, node: NodeRun, frame: Frame, step: Step, args: tuple[Any, ...]) -> None:
        """Hand a free-running node its newest inputs."""

    def complete(self, frame: Frame) -> None:
        """Every step of the frame is done."""

    def emit(self, event: Event) -> None:
        """Tell the listener."""

    def fail(self, failure: NodeFailed) -> None:
        """End the run."""


class Executor:
    """Carries frames. Holds no state of its own: that is the frames' and the NodeRuns'."""

    def __init__(self, host: Host) -> None:
        self._host = host

    # --- a frame's way ----------------------------------------------------------------------------------------------

    def begin(self, frame: Frame) -> list[Step]:
        """The steps a new frame can start with."""
        steps = frame.domain.steps
        ready = [steps[index - 1] for index in frame.domain.start]
        for index in frame.domain.head_users:
            frame.waits[index] -= 1
            if frame.waits[index] == 0:
                ready.append(steps[index - 1])
        if frame.left == 0:
            self._host.complete(frame)
        return ready

    def carry(self, frame: Frame, stack: list[Step]) -> None:
        """Run these steps and all that becomes ready after them, as far as this frame gets without waiting."""
        host = self._host
        while stack:
            if frame.epoch != host.epoch:
                return
            step = stack.pop()
            try:
                node = host.nodes[step.id]
            except KeyError:  # removed since the line above
                return
            if node.ordered and step.role in ("node", "recall") and not node.enter(frame, step):
                continue
            if step.spec.blocking and step.role == "node" and node.node.state == "on":
                host.lane(node).submit(frame, step)
                continue
            try:
                self._run(frame, step, node)
            except Abandoned:
                return
            self._after(frame, step, node, stack)

    def in_lane(self, frame: Frame, step: Step) -> None:
        """Run one blocking step; what becomes ready goes back to the workers."""
        node = self._host.nodes.get(step.id)
        if frame.epoch != self._host.epoch or node is None:
            return
        try:
            self._run(frame, step, node)
        except Abandoned:
            return
        ready: list[Step] = []
        self._after(frame, step, node, ready)
        if ready:
            self._host.workers.push(frame, ready, first=True)

    def _after(self, frame: Frame, step: Step, node: NodeRun, ready: list[Step]) -> None:
        host = self._host
        if node.serial and step.role in ("node", "store"):
            self._pass_on(frame, node)
        steps, lock = frame.domain.steps, frame.lock
        for index in step.users:
            follower = steps[index - 1]
            if follower.waits > 1:
                with lock:
                    frame.waits[index] -= 1
                    if frame.waits[index]:
                        continue
            ready.append(follower)
        with lock:
            frame.left -= 1
            done = frame.left == 0
        if done:
            host.complete(frame)

    # --- inputs -----------------------------------------------------------------------------------------------------

    def _value(self, frame: Frame, step: Step, feed: Feed) -> Any:
        slot = feed.slot
        if slot >= 0:
            values = frame.values
            value = values[slot]
            ages = frame.ages
            if ages[slot] < ages[step.index]:
                ages[step.index] = ages[slot]
            if frame.uses[slot] == 1:
                values[slot] = None
            else:
                with frame.lock:
                    frame.uses[slot] -= 1
        else:
            node = self._host.nodes.get(feed.node)
            if node is None or (newest := node.newest) is None:
                return NOT_YET
            value = newest.value
            frame.ages[step.index] = min(frame.ages[step.index], newest.oldest)
        if feed.output < 0 and feed.convert is None:
            return value
        return picked(feed, value)

    def held(self, feed: Feed) -> Any:
        """The newest value of a held wire, adapted; NOT_YET before the first one."""
        node = self._host.nodes.get(feed.node)
        return NOT_YET if node is None or node.newest is None else picked(feed, node.newest.value)

    def answer_held(self, stamp: Stamp, seq: int, step: Step, node: NodeRun, given: Sequence[Any] | None) -> Any:
        """`answer` with held values: for its driven parameters and, when `given` is None, for its inputs."""
        args = list(given or ())
        try:
            if given is None:
                args = [None if feed is None else self.held(feed) for feed in step.inputs]
            drives = self.held_drives(step.drives, node)
        except Exception as error:  # an adapter could not convert the value on a wire
            return self._failed(seq, step, node, [], error)
        if step.spec.delay:  # of a still: what does not change was the same a frame earlier
            return bypassed(step, args)
        return self.answer(stamp, seq, step, node, args, drives)

    def held_drives(self, drives: Sequence[Drive], node: NodeRun) -> list[Any]:
        """What held wires into parameters carry now. Raises what an adapter raises."""
        return node.newest_of(drives, [self.held(drive.feed) for drive in drives])

    def _gather(self, frame: Frame, step: Step, node: NodeRun) -> tuple[list[Any], Sequence[Any]]:
        drives = self._driving(frame, step, node) if step.drives else ()
        return [None if feed is None else self._value(frame, step, feed) for feed in step.inputs], drives

    def _driving(self, frame: Frame, step: Step, node: NodeRun) -> Sequence[Any]:
        """What drives parameters: in the order of frames, so that what is held does not depend on threads."""
        try:
            return node.newest_of(step.drives, [self._value(frame, step, drive.feed) for drive in step.drives])
        finally:
            if not node.serial:
                self._pass_on(frame, node)

    def _pass_on(self, frame: Frame, node: NodeRun) -> None:
        if waiting := node.leave(frame):
            self._host.workers.push(waiting[0], [waiting[1]], first=True)

    # --- one step ---------------------------------------------------------------------------------------------------

    def _run(self, frame: Frame, step: Step, node: NodeRun) -> None:
        if step.role == "recall":
            result = NOT_YET  # bypassed inside its loop: there is nothing from before
            if node.node.state != "bypass":
                result = self._guarded(frame.seq, step, node, [], node.recall)
        else:
            try:
                args, drives = self._gather(frame, step, node)
            except Exception as error:  # an adapter could not convert the value on a wire
                result = self._failed(frame.seq, step, node, [], error)
            else:
                if step.role == "feed":
                    self._host.offer(node, frame, step, tuple(args))
                    return
                result = self.answer(frame.stamp, frame.seq, step, node, args, drives)
            if step.role in ("store", "feed"):
                return
        if step.uses:
            frame.values[step.index] = result
        if node.keep and result is not None and result is not NOT_YET and frame.epoch == self._host.epoch:
            node.hold(result, frame.seq, frame.ages[step.index])
        if step.spec.kind == "sink" and result is not NOT_YET:
            node.ages.add(time.perf_counter(), frame.captured, frame.ages[step.index])

    def answer(self, stamp: Stamp, seq: int, step: Step, node: NodeRun, args: list[Any], drives: Sequence[Any]) -> Any:
        """What the node gives for these inputs: its outputs, or what its state, missing inputs or a failure call for.

        None is nothing (users skip), NOT_YET is nothing yet (users are bypassed). Raises Abandoned when the run ends.
        """
        lacking: Any = True
        for number, port in enumerate(step.spec.inputs):
            value = args[number]
            if value is None or value is NOT_YET:
                if port.optional:
                    args[number] = None
                elif value is None:
                    lacking = None
                elif lacking is True:
                    lacking = NOT_YET
        if lacking is None:
            return NOT_YET if step.spec.kind == "sink" else None
        if lacking is NOT_YET or node.node.state == "bypass":
            return bypassed(step, args) if step.spec.outputs else NOT_YET
        return self._guarded(seq, step, node, args, node.call, step, args, drives, stamp)

    def _guarded(
        self, seq: int, step: Step, node: NodeRun, args: list[Any], call: Callable[..., Any], *given: Any
    ) -> Any:
        life = node.life
        began = time.perf_counter()
        try:
            result = call(*given)
        except Abandoned:
            raise
        except ModelNotReady as waiting:
            if not self._host.live:  # a render waits inside the node; a frame without its model is no result
                return self._failed(seq, step, node, args, waiting)
            return self._waiting(step, node, args, waiting)
        except Exception as error:
            if node.life != life:  # it was closed under the call, by an edit
                return self._substitute("hold", step, node, args)
            return self._failed(seq, step, node, args, error)
        ended = time.perf_counter()
        node.meter.add(began, ended)
        if self._host.trace is not None:
            self._host.trace.add(step.id, began, ended, seq)
        if node.failing or node.waiting:
            if node.failing:
                self._host.emit(NodeRecovered(step.id, seq))
            node.failing, node.waiting = 0, ""
        if node.keep:
            node.good = result
        return result

    # --- failures ---------------------------------------------------------------------------------------------------

    def _waiting(self, step: Step, node: NodeRun, args: list[Any], waiting: ModelNotReady) -> Any:
        if node.waiting != waiting.message:
            node.waiting = waiting.message
            self._host.emit(NodeWaiting(step.id, waiting.message))
        return self._substitute("hold", step, node, args)

    def _failed(self, seq: int, step: Step, node: NodeRun, args: list[Any], error: Exception) -> Any:
        if step.spec.blocking and self._host.stopping.is_set():
            return NOT_YET  # its connection was closed under the call, to end it
        node.failures += 1
        node.failing = count = node.failing + 1  # another thread may set it back to 0 at once
        node.waiting = ""
        failure = failure_of(step.id, seq, error, count)
        policy = node.node.failure
        if not self._host.live or policy == "stop":
            self._host.fail(failure)
            raise Abandoned
        now, (message, at) = time.perf_counter(), node.told
        if worth_telling(count) or (message != failure.message and now - at >= TELL_ANEW):
            node.told = (failure.message, now)
            self._host.emit(failure)
        return self._substitute(policy, step, node, args)

    @staticmethod
    def _substitute(policy: str, step: Step, node: NodeRun, args: list[Any]) -> Any:
        if not step.spec.outputs:
            return NOT_YET
        if policy == "hold" and node.good is not None:
            return node.good
        if len(args) < len(step.spec.inputs):
            args = [NOT_YET] * len(step.spec.inputs)
        if policy == "black":
            return blackened(step, args, node.good)
        return bypassed(step, args)


def worth_telling(count: int) -> bool:
    """Of failures in a row, the 1st, 10th, 100th, ... are told."""
    return math.log10(count).is_integer()


def picked(feed: Feed, value: Any) -> Any:
    """The output of `value` that a wire carries, adapted."""
    if feed.output >= 0 and isinstance(value, tuple):
        value = value[feed.output]
    if feed.convert is None or value is None or value is NOT_YET:
        return value
    return feed.convert(value)


def failure_of(node: str, seq: int, error: BaseException, count: int = 1) -> NodeFailed:
    """An exception as an event: our own errors speak for themselves, others are named with their type."""
    trail = "".join(traceback.format_exception(error))
    if isinstance(error, NodegraphError):
        return NodeFailed(node, seq, error.message, error.hint, trail, count)
    reason = f"{type(error).__name__}: {error}"
    return NodeFailed(
        node, seq, f"failed: {reason}", "This is a mistake in the node; the log has the details.", trail, count
    )
