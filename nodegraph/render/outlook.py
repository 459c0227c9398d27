"""Whether more processes would make a render faster, judged by how it goes in this one."""

import importlib.util
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

LOOK: Final = 1.5
"""Seconds after which a run is judged; before, it is opening files and loading libraries."""
START: Final = 5.0
"""Seconds it takes to start workers of our own, and to end them."""
_WORTH: Final = 3 * START
"""Seconds that must be left to render, else the start is not made good."""
_IDLE: Final = 0.5
"""The share of the processors that must be free for others to use them: a run of ours uses all it can."""


@dataclass
class Outlook:
    """Looks at a render from its beginning on. total: frames to do. asked: whether a person wants other workers.

    wall, work: clocks of the wall and of this process's work, in seconds.
    """

    total: int
    asked: bool
    wall: Callable[[], float] = time.monotonic
    work: Callable[[], float] = time.process_time
    _began: float = field(init=False)
    _worked: float = field(init=False)

    def __post_init__(self) -> None:
        self._began, self._worked = self.wall(), self.work()

    def left(self, done: int) -> float:
        """Seconds to the end at the pace until now."""
        return (self.total - done) * (self.wall() - self._began) / max(done, 0.5)

    def worth(self, done: int) -> bool:
        """Whether others should be started now that `done` frames are done."""
        seconds = self.wall() - self._began
        if seconds < LOOK or self.left(done) < _WORTH:
            return False
        return self.asked or self.busy() <= (1 - _IDLE) * processors()

    @staticmethod
    def most() -> int:
        """How many workers there may be when nobody said: two processors for each, for a run uses several threads."""
        return max(2, processors() // 2) if importlib.util.find_spec("ray") is not None else 1

    def busy(self) -> float:
        """Processors this process uses, on average."""
        return (self.work() - self._worked) / max(1e-9, self.wall() - self._began)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
