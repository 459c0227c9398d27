"""Free-running nodes: each takes the newest inputs whenever it is free; its answers begin frames of its own clock."""

import threading
import time
from collections.abc import Callable
from typing import Any

from nodegraph.core.node import Stamp
from nodegraph.engine.execute import Executor
from nodegraph.engine.frame import NOT_YET, Abandoned
from nodegraph.engine.node_run import NodeRun
from nodegraph.engine.streams import Item, Stream
from nodegraph.engine.workers import Threads

IDLE_SHARE = 0.08
"""How much of its working time a free-running node may spend waiting for fresher inputs."""

STALE_SHARE = 0.6
"""Inputs older than this share of the time between inputs are worth replacing by the next ones."""

SPARE_LIMIT = 0.1
"""Seconds of waiting a node can save up."""


class FreeLane:
    """The threads of one free-running node: as many calls at once as it takes; answers leave in order."""

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
        self._spare = SPARE_LIMIT
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
                item = self._fresher(item)
                ticket = self._taken
                self._taken += 1
            inputs, stamp, oldest = item
            began = time.perf_counter()
            answer = self._answer(list(inputs), stamp)
            self._spare = min(SPARE_LIMIT, self._spare + IDLE_SHARE * (time.perf_counter() - began))
            self._in_order(ticket, None if answer is None or answer is NOT_YET else (answer, stamp, oldest))
        with self._order:
            self._running -= 1
            last = self._running == 0
        if last:
            self._ended(stream)

    def _fresher(self, item: Item) -> Item:
        """`item`, or the one after it when that is due so soon that waiting makes the answer younger."""
        now, stream = time.perf_counter(), self._stream
        lag, due = now - stream.offered_at, stream.offered_at + stream.interval - now
        if lag < STALE_SHARE * stream.interval or not 0 < due <= self._spare:
            return item
        younger = stream.newest.wait(due * 1.5)
        self._spare -= time.perf_counter() - now
        if younger is None:
            return item
        stream.newest.dropped += 1
        return younger

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
        try:
            return self._executor.answer_held(stamp, stamp.index, step, self._node, args)
        except Abandoned:
            return NOT_YET
