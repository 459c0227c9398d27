"""How far a run is: a bar on a terminal, a line now and then elsewhere. All on stderr."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nodegraph.cli.text import say
from nodegraph.engine.events import RunStats

Show = Callable[[RunStats], None]
_LINE_EVERY = 5.0
"""Seconds between two lines where there is no terminal."""


@contextmanager
def progress(
    frames: int | None, seconds: float | None, *, quiet: bool = False, note: Callable[[], str] = str
) -> Iterator[Show]:
    """Show a run's figures until the block ends.

    frames, seconds: how much there will be, where that is known. note: what else there is to say, or "".
    """
    if quiet:
        yield lambda stats: None
    elif sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        with _bar(frames, seconds, note) as show:
            yield show
    else:
        yield _Lines(frames, seconds, note)


def share_of(stats: RunStats, frames: int | None, seconds: float | None) -> float | None:
    """How much is done, 0..1, or None when nobody knows."""
    shares = [stats.frames_out / frames] if frames else []
    shares += [stats.seconds / seconds] if seconds else []
    return min(1.0, max(shares)) if shares else None


class _Lines:
    def __init__(self, frames: int | None, seconds: float | None, note: Callable[[], str]) -> None:
        self._frames, self._seconds, self._note = frames, seconds, note
        self._next = time.monotonic() + _LINE_EVERY
        self._told = ""

    def __call__(self, stats: RunStats) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _LINE_EVERY
        share = share_of(stats, self._frames, self._seconds)
        done = f" {share:.0%}, {remaining(stats, share)}" if share else ""
        note = f", {self._note()}" if self._note() else ""
        line = f"frame {stats.frames_out}, {stats.fps:.1f} fps{done}{note}"
        if line != self._told:  # a camera that nobody plugs in is waited for in silence
            say(line, sys.stderr)
        self._told = line


def remaining(stats: RunStats, share: float) -> str:
    """The time still to go as text."""
    seconds = round(stats.seconds * (1 - share) / share) if share else 0
    return f"{seconds // 60}:{seconds % 60:02d} to go"


@contextmanager
def _bar(frames: int | None, seconds: float | None, note: Callable[[], str]) -> Iterator[Show]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (BarColumn(None), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def show(stats: RunStats) -> None:
            share = share_of(stats, frames, seconds)
            text = f"frame {stats.frames_out}  {stats.fps:.1f} fps"
            if share:
                text += f"  {share:.0%}  {remaining(stats, share)}"
            if said := note():
                text += f"  {said}"
            bar.update(task, description=text, completed=share or 0, total=1 if share is not None else None)

        yield show
