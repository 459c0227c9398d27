"""Whether frames go to a server raw or as JPEG: as a person chose, or what was faster in the first calls.

A rule by the line's speed alone would have to know how fast both machines encode and decode, so both ways are tried.
What was measured is in docs/performance.md: which is faster changes between half a gigabit and two.
"""

import threading
from typing import Final

from nodegraph.runtime.protocols import Frames

_TRIES: Final = 3
"""Calls each way; the quickest counts, because only the slow ones had company."""
_CLEAR: Final = 2.0
"""So many times faster needs no more tries."""
_SLOW: Final = 1.0
"""Seconds after which a JPEG's way is a slow line: a raw frame would take ten times as long."""


class FrameWay:
    """Of one connection. Thread-safe. local: without a choice of the person's, frames on one machine are raw.

    The first call is not counted: a connection is made in it, and a model often loads. Frames are measured with others
    of about their size.
    """

    def __init__(self, frames: Frames, local: bool) -> None:
        self._chosen = {"raw": False, "jpeg": True}.get(frames, False if local else None)
        self._lock = threading.Lock()
        self._trials: dict[int, _Trial] = {}
        self._warm = False

    def as_jpeg(self, size: int) -> bool:
        """How to send the next call. size: bytes of pixels of its pictures."""
        if self._chosen is not None:
            return self._chosen
        with self._lock:
            return self._trial(size).next() if self._warm else True

    def took(self, jpeg: bool, size: int, seconds: float) -> None:
        """A call with pictures went well. seconds: all it took but the model's own time."""
        if self._chosen is not None:
            return
        with self._lock:
            if self._warm:
                self._trial(size).add(jpeg, seconds)
            self._warm = True

    def _trial(self, size: int) -> "_Trial":
        return self._trials.setdefault(size.bit_length(), _Trial())


class _Trial:
    """Both ways in turn until one is known to be faster. By way: True is JPEG."""

    def __init__(self) -> None:
        self._begun = {True: 0, False: 0}
        self._took: dict[bool, list[float]] = {True: [], False: []}
        self._faster: bool | None = None

    def next(self) -> bool:
        if self._faster is not None:
            return self._faster
        if self._took[True] and not self._took[False] and self._begun[False] >= _TRIES:
            return True  # no raw frame arrived in time
        jpeg = self._begun[True] <= self._begun[False]
        self._begun[jpeg] += 1
        return jpeg

    def add(self, jpeg: bool, seconds: float) -> None:
        if self._faster is None:
            self._took[jpeg].append(seconds)
            self._faster = self._verdict()

    def _verdict(self) -> bool | None:
        """Whether JPEG is faster, None while that is not known."""
        if not self._took[True]:
            return None
        jpeg = min(self._took[True])
        if not self._took[False]:
            return True if jpeg > _SLOW else None
        raw = min(self._took[False])
        enough = min(map(len, self._took.values())) >= _TRIES
        if enough or raw > jpeg * _CLEAR or jpeg > raw * _CLEAR:
            return jpeg < raw
        return None
