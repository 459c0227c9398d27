"""Feeding sources into a run: live, one thread each at the source's pace; offline, all in step."""

import time
from functools import partial
from typing import TYPE_CHECKING, Any

from nodegraph.core.node import Stamp
from nodegraph.engine.events import NodeRecovered
from nodegraph.engine.execute import failure_of, worth_telling
from nodegraph.engine.sources import ALIVE
from nodegraph.engine.streams import Stream

if TYPE_CHECKING:
    from nodegraph.engine.circulation import Circulation

FIRST_RETRY = 0.5
LAST_RETRY = 5.0
"""Seconds before a failed live source is opened again: doubled from the first to the last."""


def _release(flow: "Circulation", stream: Stream) -> None:
    """Let go of a source's device; what goes wrong there is told, and hurts nobody else."""
    node = stream.reader.node if stream.reader is not None else None
    for close in (stream.reader and stream.reader.close, node and node.close):
        try:
            if close:
                close()
        except Exception as error:
            flow.emit(failure_of(stream.id, stream.frames_in, error))


class LiveFeed:
    """One live source's thread: reads at the source's pace and leaves the newest frame for the run to take."""

    def __init__(self, flow: "Circulation", stream: Stream) -> None:
        self._flow, self._stream = flow, stream
        assert stream.reader is not None
        self._reader = stream.reader
        self._retry = FIRST_RETRY

    def run(self) -> None:
        """Read until the source ends or the stream is stopped."""
        stream, stopped = self._stream, self._stream.stopped
        try:
            while not stopped.is_set() and not stream.exhausted:
                self._flow.going.wait()
                try:
                    item = self._reader.read(partial(self._flow.driving, stream))
                except Exception as error:
                    if not self._failed(error):
                        break
                    continue
                if item is None:
                    break
                if item is not ALIVE:
                    self._show(*item)
        finally:
            _release(self._flow, stream)
        if not stopped.is_set():
            self._flow.over(stream)

    def _show(self, value: Any, stamp: Stamp) -> None:
        stream = self._stream
        node = self._reader.node
        if stream.failing:
            stream.failing, self._retry = 0, FIRST_RETRY
            self._flow.emit(NodeRecovered(stream.id, stream.frames_in))
        if node is None or not node.spec.live:
            stamp = stream.pacer.wait(stamp, stream.stopped)
            if stream.stopped.is_set():
                return
        stream.frames_in += 1
        if node is not None:
            node.failing = 0
            node.meter.add(stamp.captured, time.perf_counter())
        if stream.newest.put((value, stamp, stamp.captured)):
            self._flow.dropped(stream)
        self._flow.try_admit(stream)

    def _failed(self, error: Exception) -> bool:
        """Tell it; whether to try again. A device comes back; a file that cannot be read stays so."""
        stream, node = self._stream, self._reader.node
        stream.failing += 1
        failure = failure_of(stream.id, stream.frames_in, error, stream.failing)
        if node is not None:
            node.failures += 1
            node.failing += 1
        _release(self._flow, stream)
        edited = self._reader.edited and not stream.stopped.is_set()
        if node is None or node.node.failure == "stop" or (not edited and self._flow.hopeless(stream)):
            self._flow.fail(failure)
            return False
        if worth_telling(stream.failing):
            self._flow.emit(failure)
        if not node.spec.live:
            if edited:  # somebody is typing a path: the next edit may mend it
                self._reader.wait_for_edit()
            return edited and not stream.stopped.is_set()
        stream.stopped.wait(self._retry)
        self._retry = min(LAST_RETRY, self._retry * 2)
        return not stream.stopped.is_set()


class OfflineFeed:
    """Steps all sources of an offline run: the earliest frame next, each when there is room for it."""

    def __init__(self, flow: "Circulation", streams: list[Stream]) -> None:
        self._flow = flow
        self._streams = streams
        self._ahead: dict[str, tuple[Any, Stamp]] = {}
        self._linked = any(stream.domain.after for stream in streams)

    def run(self) -> None:
        """Feed until every source has ended or the run is stopped."""
        try:
            for stream in self._streams:
                self._advance(stream)
            while self._ahead and not self._flow.stopping.is_set():
                self._step()
        finally:
            for stream in self._streams:
                _release(self._flow, stream)

    def _step(self) -> None:
        self._flow.going.wait()
        stream = min(
            (one for one in self._streams if one.id in self._ahead), key=lambda one: self._ahead[one.id][1].time
        )
        value, stamp = self._ahead.pop(stream.id)
        if self._linked:  # what a frame holds of another domain must not depend on which thread was faster
            for other in self._streams:
                if other is not stream:
                    other.credits.wait_idle(None, other.stopped)
        if not stream.credits.take(stream.stopped):
            return
        stream.frames_in += 1
        self._flow.deliver(stream, (value, stamp, stamp.captured))
        if not stream.exhausted:
            self._advance(stream)

    def _advance(self, stream: Stream) -> None:
        """Read one frame ahead of `stream`; none, when it has ended or failed."""
        assert stream.reader is not None
        if stream.domain.head_drives:  # nor must what drives a source
            for other in self._streams:
                other.credits.wait_idle(None, other.stopped)
        began, driving = time.perf_counter(), partial(self._flow.driving, stream)
        try:
            while (item := stream.reader.read(driving)) is ALIVE and not self._flow.stopping.is_set():
                pass
        except Exception as error:
            node = stream.reader.node
            if node is not None:
                node.failures += 1
            self._flow.fail(failure_of(stream.id, stream.frames_in, error))
            return
        limit = self._flow.seconds
        if item is None or item is ALIVE or (limit is not None and item[1].time >= limit):
            self._flow.over(stream)
            return
        if stream.reader.node is not None:
            stream.reader.node.meter.add(began, time.perf_counter())
        self._ahead[stream.id] = item
