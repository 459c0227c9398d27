"""Reading a source: its generator's life, stamps, looping, speed, and parameters changed meanwhile."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from nodegraph.core.errors import NodeError
from nodegraph.core.node import Stamp, Stamped
from nodegraph.engine.node_run import NodeRun
from nodegraph.engine.outputs import given

ALIVE: Final[Any] = object()
"""A source has nothing yet, but is still at it."""

TICK_RATE: Final = 30.0
"""Frames per second of the engine's own clock, for timed nodes without a source."""


OFF: Final = 0.0005
"""Seconds by which a source that is asked to begin somewhere may miss it: positions can be rounded in files."""


@dataclass(frozen=True)
class Begin:
    """Where in its source's film a run begins: the stamp that its first frame has in a run of the whole film."""

    index: int
    time: float
    media: float


class Reader:
    """Takes stamped values from a source node, one at a time. Used by one thread."""

    def __init__(self, node: NodeRun | None, begin: Begin | None = None) -> None:
        self.node = node
        self.count = begin.index if begin else 0
        self._begin = begin
        self._items: Iterator[Stamped[Any] | None] | None = None
        self._next = begin.time if begin else 0.0
        self._media: float | None = None
        self._last = 0.0
        self._step = 1.0 / TICK_RATE
        self._restart: dict[str, Any] | None = None
        self._wanted = threading.Lock()
        self._asked = threading.Event()
        self.edited = False
        """Whether it was begun anew by `restart` and has given nothing since."""

    def restart(self, params: dict[str, Any]) -> None:
        """Begin anew with these parameters before the next frame; callable from any thread."""
        with self._wanted:
            self._restart = {**(self._restart or {}), **params}
            self._asked.set()

    def wait_for_edit(self) -> None:
        """Wait until `restart` or `wake` is called."""
        self._asked.wait()

    def wake(self) -> None:
        """End `wait_for_edit`."""
        self._asked.set()

    def read(self, driving: Callable[[], Mapping[str, Any]] = dict) -> tuple[Any, Stamp] | Any | None:
        """The next (value, Stamp), ALIVE, or None at the end; `driving` says what wires change.

        Raises what the node raises.
        """
        self._apply_changes(driving)
        if self._items is None:
            self._items = self._open()
        while True:
            try:
                item = next(self._items)
            except StopIteration:
                if self._again():
                    self._items = self._open()
                    continue
                return None
            return ALIVE if item is None else self._stamped(item)

    def close(self) -> None:
        """End the generator, which lets go of its device; a later `read` begins anew after what was shown."""
        items, self._items = self._items, None
        if items is not None and hasattr(items, "close"):
            items.close()
        self._wrap()

    def _open(self) -> Iterator[Stamped[Any] | None]:
        if self.node is None:
            return (Stamped(None, number / TICK_RATE, TICK_RATE) for number in itertools.count())
        self.node.open()
        source: Any = self.node.instance
        stream: Iterator[Stamped[Any] | None] = source.stream_at(self._begin.media) if self._begin else source.stream()
        return stream

    def _again(self) -> bool:
        """Whether to begin anew at the end: a looping source that gave anything at all."""
        gave = self._media is not None
        self._wrap()
        return gave and self.node is not None and bool(getattr(self.node.instance, "loop", False))

    def _wrap(self) -> None:
        """The next frame is the first of a new pass through the source, one frame later than the last one shown."""
        if self._media is not None:
            self._next = self._last + self._step
        self._media = None

    def _apply_changes(self, driving: Callable[[], Mapping[str, Any]]) -> None:
        with self._wanted:
            wanted, self._restart = self._restart, None
            self._asked.clear()
        if self.node is None:
            return
        if wanted is not None:
            self.edited = True
            try:
                self.close()
            finally:
                self.node.restart(wanted)
        reopened = self.node.apply_pending()
        driven = driving()
        if (driven and self.node.move(driven)) or reopened:
            self.close()

    def _stamped(self, item: Stamped[Any]) -> tuple[Any, Stamp]:
        speed = 1.0
        if self.node is not None:
            speed = float(getattr(self.node.instance, "speed", 1.0)) or 1.0
        if self._begin and self.count == self._begin.index and abs(item.time - self._begin.media) > OFF:
            raise NodeError(f"The source gave {item.time:g} s when {self._begin.media:g} s was asked for.")
        if self._media is None:
            shown = self._next
        elif item.time > self._media:
            shown = self._last + (item.time - self._media) / speed
            self._step = shown - self._last
        else:
            raise NodeError("The source's times do not increase.", "Report this to the author of the node.")
        self._media, self._last, self.edited = item.time, shown, False
        stamp = Stamp(self.count, shown, item.time, item.rate * speed if item.rate else None, time.perf_counter())
        self.count += 1
        return given(self.node.spec, item.value) if self.node else None, stamp


class Pacer:
    """Shows a source's frames when they are due, by the run's clock. Pausing and late frames move the clock."""

    LATE = 0.25
    """Seconds behind after which the clock is moved instead of hurrying through what was missed."""

    def __init__(self) -> None:
        self._zero: float | None = None

    def wait(self, stamp: Stamp, stopped: threading.Event) -> Stamp:
        """Wait until `stamp` is due; the stamp with the capture time of now."""
        now = time.perf_counter()
        if self._zero is None or now - (self._zero + stamp.time) > self.LATE:
            self._zero = now - stamp.time
        delay = self._zero + stamp.time - now
        if delay > 0:
            stopped.wait(delay)
        return replace(stamp, captured=time.perf_counter())

    def move(self) -> None:
        """Forget the clock: the next frame is due at once."""
        self._zero = None
