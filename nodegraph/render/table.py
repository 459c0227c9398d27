"""The frames of a film: where each is in its source and when it is shown; and how they are divided."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from nodegraph.core.errors import UsageError
from nodegraph.core.node import Source, Stamp
from nodegraph.engine.sources import Begin
from nodegraph.render.job import Segment

MOST: Final = 20_000_000
"""Frames of the longest film: a week at 30 a second. A source that gives more does not end."""
PER_WORKER: Final = 8
"""Segments each worker gets on average: with more of them the last worker keeps the others waiting less."""
SHORTEST, LONGEST = 48, 1800
"""Frames in a segment: shorter ones cost more to begin than they save, longer ones are much to lose."""


def table_of(
    source: Source,
    frames: int | None = None,
    seconds: float | None = None,
    *,
    counted: bool = False,
    look: Callable[[], None] = lambda: None,
) -> list[Begin]:
    """Every frame of a source, numbered and timed exactly as a run of the whole film does it.

    frames, seconds: only so much of it. counted: do not believe the source's own table, read everything.
    look: called at each frame. Raises UsageError for a source that does not end, what the source and `look` raise.
    """
    speed = float(getattr(source, "speed", 1.0)) or 1.0
    positions = Source.positions(source) if counted else source.positions()
    table: list[Begin] = []
    for begin in itertools.islice(_timed(positions, speed), MOST if frames is None else frames):
        if seconds is not None and begin.time >= seconds:
            break
        look()
        table.append(begin)
    if len(table) == MOST:
        raise UsageError("The source does not end.", "Say how much of it: --frames or --seconds.")
    return table


def _timed(positions: Iterator[float], speed: float) -> Iterator[Begin]:
    time, before = 0.0, None
    for index, media in enumerate(positions):
        if before is not None:
            time += (media - before) / speed
        before = media
        yield Begin(index, time, media)


def origin_of(table: Sequence[Begin]) -> Stamp:
    """The stamp of the film's first frame."""
    return Stamp(table[0].index, table[0].time, table[0].media, None, 0.0)


def edges_of(total: int, workers: int, length: int | None = None) -> tuple[int, ...]:
    """The first frames of segments of about equal length, and the number of all frames, `total`."""
    if length is None:
        length = min(LONGEST, max(SHORTEST, -(-total // (workers * PER_WORKER))))
    count = max(1, -(-total // length))
    return tuple(total * number // count for number in range(count + 1))


def segments_of(table: Sequence[Begin], edges: Sequence[int], overlap: int = 0) -> list[Segment]:
    """The film in segments. overlap: frames rendered before each and not written."""
    return [
        Segment(number, table[max(0, first - overlap)], first, stop, table[stop - 1].media)
        for number, (first, stop) in enumerate(itertools.pairwise(edges))
    ]
