"""What live sources share: a clock that starts at 0, and waiting that can be stopped.

A generator is only stopped where it yields, so one that waits yields None at least twice a second.
"""

from collections.abc import Iterator
from time import monotonic, perf_counter, sleep

HEARTBEAT = 0.25
"""Seconds between two Nones."""
LONGEST_PAUSE = 5.0


class LiveClock:
    """Seconds since it was made, a little more at every reading."""

    def __init__(self) -> None:
        self._start = perf_counter()
        self._last = -1.0

    def now(self) -> float:
        """Strictly increasing, also where the system's clock is coarse."""
        self._last = max(perf_counter() - self._start, self._last + 1e-6)
        return self._last


class BackOff:
    """Pauses that grow from half a second to five, until something worked."""

    def __init__(self) -> None:
        self._pause = 0.5

    def worked(self) -> None:
        """Begin with short pauses again."""
        self._pause = 0.5

    def wait(self) -> Iterator[None]:
        """Pass the next pause, yielding heartbeats."""
        until = monotonic() + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        yield None
        while (left := until - monotonic()) > 0:
            sleep(min(left, HEARTBEAT))
            yield None
