"""Free-running nodes: each takes the newest inputs whenever it is free, and its answers begin frames of its own clock."""

import threading
from collections.abc import Callable
from typing import Any

from nodegraph.core.node import Stamp
from nodegraph.engine.execute import Executor
from nodegraph.engine.frame import NOT_YET
from nodegraph.engine.node_run import NodeRun
from nodegraph.engine.streams import Item, Stream
from nodegraph.engine.workers import Threads


class FreeLane:
    """The threads of one free-running node: as many calls at once as it takes; answers leave in the order of the calls."""

    def __init__(
        self,
        node: NodeRun,
        stream: Stream,
        executor: Executor,
        deliver: Callable[[Stream, Item], None],
        ended: Callable[[Stream], None],
        threads: Threads,
    ) -> None:
        self._node, self._stream, self._executor = node, stream, executor
        self._deliver, self._ended = deliver, ended
        self._taking = threading.Lock()
        self._order = threading.Condition()
        self._taken = 0
        self._delivered = 0
        self._running = max(1, node.spec.max_inflight)
        for number in range(self._running):
            threads.start(f"{node.node.id} {number + 1}", self._work)

    def _work(self) -> None:
        stream = self._stream
        while not stream.stopped.is_set():
            with self._taking:
                item = stream.newest.wait()
                if item is None:
                    break
                ticket = self._taken
                self._taken += 1
            inputs, stamp, oldest = item
            answer = self._answer(list(inputs), stamp)
            self._in_order(ticket, None if answer is None or answer is NOT_YET else (answer, stamp, oldest))
        with self._order:
            self._running -= 1
            last = self._running == 0
        if last:
            self._ended(stream)

    def _in_order(self, ticket: int, item: Item | None) -> None:
        with self._order:
            while self._delivered != ticket:
                self._order.wait()
            if item is not None and self._stream.credits.take(self._stream.stopped):
                self._deliver(self._stream, item)
            self._delivered += 1
            self._order.notify_all()

    def _answer(self, args: list[Any], stamp: Stamp) -> Any:
        step = self._stream.domain.head_step
        if step is None:
            return NOT_YET
        drives = [self._executor.held(drive.feed) for drive in step.drives]
        return self._executor.answer(stamp, stamp.index, step, self._node, args, drives)
