"""Which worker renders which segment, what is tried again, and how far all of it is."""

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from nodegraph.core.errors import NodegraphError
from nodegraph.render.job import Failed, Lost, Made, Outcome, Segment, Stopped, Uneven
from nodegraph.render.kept import Kept
from nodegraph.render.pool import Pool

_LOOK: Final = 0.2
"""Seconds between two looks at the workers."""
_RECENT: Final = 15.0
"""Seconds the rate is judged by."""
_log = logging.getLogger("nodegraph.render")

Places = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Progress:
    """How far a render is. fps: lately. segments: done, of all. working: frames done of each segment at work.

    kept: frames that an earlier render had done.
    """

    done: int
    total: int
    seconds: float
    fps: float
    segments: tuple[int, int]
    working: Mapping[int, int] = field(default_factory=dict)
    kept: int = 0


Show = Callable[[Progress], None]


class RenderFailed(NodegraphError):
    """A node failed on a frame of the film; `node` and `frame` say where."""

    def __init__(self, failed: Failed) -> None:
        where = f"{failed.node}, frame {failed.frame}: " if failed.node else ""
        super().__init__(f"{where}{failed.message}", failed.hint)
        self.node, self.frame = failed.node, failed.frame


class UnevenSource(NodegraphError):
    """The frames of the source are not those of its table."""


class Schedule:
    """Hands out segments, in order, until all are made; used once. kept: is given each one that is made, and those of
    an earlier render are in it.
    """

    def __init__(
        self, pool: Pool, segments: Sequence[Segment], retries: int, places: Callable[[], Places], kept: Kept
    ) -> None:
        self._pool, self._places, self._retries, self._kept = pool, places, retries, kept
        self._made = dict(kept.made)
        self._waiting = deque(one for one in segments if one.number not in self._made)
        self._total = sum(segment.frames for segment in segments)
        self._count = len(segments)
        self._busy: dict[int, Segment] = {}
        self._tries: dict[int, int] = {}
        self._frames = self._before = self._total - sum(segment.frames for segment in self._waiting)
        self._began = time.monotonic()
        self._looks: deque[tuple[float, int]] = deque([(self._began, self._frames)])

    @property
    def retried(self) -> int:
        """How many segments were begun again."""
        return sum(self._tries.values())

    def run(self, show: Show, stopped: Callable[[], bool]) -> list[Made]:
        """Every segment, in order. Raises RenderFailed, UnevenSource, NodegraphError (too many losses), Stopped."""
        while len(self._made) < self._count:
            self._hand_out()
            for worker, outcome in self._pool.wait(_LOOK):
                self._heard(self._busy.pop(worker), outcome)
            if stopped():
                raise Stopped
            show(self._progress())
        return [self._made[number] for number in sorted(self._made)]

    def _hand_out(self) -> None:
        for worker in range(self._pool.size):
            if worker not in self._busy and self._waiting and self._pool.ready(worker):
                self._busy[worker] = self._waiting.popleft()
                self._pool.start(worker, replace(self._busy[worker], places=self._places()))

    def _heard(self, segment: Segment, outcome: Outcome) -> None:
        match outcome:
            case Made():
                self._made[segment.number] = self._kept.keep(outcome)
                self._frames += segment.frames
            case Uneven():
                raise UnevenSource(outcome.reason)
            case Failed(again=False):
                raise RenderFailed(outcome)
            case Failed() | Lost():
                self._again(segment, outcome)

    def _again(self, segment: Segment, outcome: Failed | Lost) -> None:
        tries = self._tries[segment.number] = self._tries.get(segment.number, 0) + 1
        if tries > self._retries:
            if isinstance(outcome, Failed):
                raise RenderFailed(outcome)
            what = f"Frames {segment.kept} to {segment.stop - 1} could not be rendered in {tries} tries"
            raise NodegraphError(f"{what}: {outcome.reason}", "Is there enough memory? Fewer --workers need less.")
        reason = outcome.reason if isinstance(outcome, Lost) else outcome.message
        _log.warning("Frames %d to %d are rendered again: %s", segment.kept, segment.stop - 1, reason)
        self._waiting.appendleft(segment)

    def _progress(self) -> Progress:
        working = {
            self._busy[worker].number: done for worker, done in self._pool.done().items() if worker in self._busy
        }
        done, now = self._frames + sum(working.values()), time.monotonic()
        self._looks.append((now, done))
        while now - self._looks[0][0] > _RECENT and len(self._looks) > 2:
            self._looks.popleft()
        seconds, frames = now - self._looks[0][0], done - self._looks[0][1]
        fps = max(0, frames) / seconds if seconds > 0 else 0.0
        return Progress(
            done, self._total, now - self._began, fps, (len(self._made), self._count), working, self._before
        )
