"""What models' servers print and how much memory they use, read in the background while somebody looks.

Each place is read on a thread of its own: an engine that hangs keeps no other waiting.
"""

import contextlib
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nodegraph.core.errors import ModelError, NodegraphError
from nodegraph.editor.state.background import later
from nodegraph.editor.state.models.spots import at_of, engine_of
from nodegraph.runtime.entry import ModelEntry

if TYPE_CHECKING:  # it brings Docker and HTTP along: a fifth of a second at the start
    from nodegraph.runtime.manage import ModelStatus

_LINES: Final = 400
_PERIOD: Final = 1.0
"""Seconds between two looks."""
_FAR_PERIOD: Final = 3.0
"""The same for another machine's engine: each look costs it some."""


@dataclass(frozen=True)
class Watched:
    """A model's newest log lines, and how many megabytes its servers use (0: not known)."""

    lines: tuple[str, ...] = ()
    megabytes: float = 0.0


@dataclass
class _Watch:
    """One model at one spot. asked: when it was last read; busy: it still is."""

    found: Watched = Watched()
    asked: float = float("-inf")
    busy: bool = False


class Watching:
    """Belongs to the UI thread. pids: of a model's local processes; called on another thread."""

    def __init__(
        self,
        entries: Callable[[], Mapping[str, ModelEntry]],
        pids: Callable[[str], list[int]],
        post: Callable[[Callable[[], None]], None],
    ) -> None:
        self._entries, self._pids, self._post = entries, pids, post
        self._watches: dict[tuple[str, str], _Watch] = {}

    def watch(self, id: str, spot: str, status: "ModelStatus | None") -> Watched:
        """A model's log and memory at a spot; call it as long as somebody looks at them.

        status: how it stands on the spot's engine, as far as that is known.
        """
        known = self._watches.setdefault((id, spot), _Watch())
        entry = self._entries().get(id)
        period = _FAR_PERIOD if engine_of(spot) else _PERIOD
        if entry is not None and not known.busy and time.monotonic() - known.asked > period:
            self._read(entry, spot, status, known)
        return known.found

    def _read(self, entry: ModelEntry, spot: str, status: "ModelStatus | None", known: _Watch) -> None:
        known.busy, known.asked = True, time.monotonic()
        at = at_of(entry, spot)
        pids = self._pids if at in (None, ("process", "")) else _none

        def work() -> Watched:
            lines: list[str] = []
            size = 0.0
            with contextlib.suppress(ModelError, OSError):
                lines = _log(entry, spot, bool(status and status.kept))
                size = _resident(pids(entry.id)) + (_used(entry, spot) if status and status.running else 0)
            return Watched(tuple(lines), size / 1e6)

        def done(found: Watched) -> None:
            known.busy, known.found = False, found

        def failed(error: NodegraphError) -> None:
            known.busy = False

        later(self._post, work, done, failed)


def _none(id: str) -> list[int]:
    return []


def _log(entry: ModelEntry, spot: str, kept: bool) -> list[str]:
    """Of a container left running what its engine has, else what was kept of those at the spot."""
    from nodegraph.runtime import manage

    if kept:
        return manage.logs(entry, _LINES, engine_of(spot))
    return manage.kept_lines(entry, _LINES, at_of(entry, spot))


def _used(entry: ModelEntry, spot: str) -> int:
    from nodegraph.runtime import manage

    return manage.memory(entry, engine_of(spot))


def _resident(pids: Iterable[int]) -> int:
    """Bytes of memory of these processes and their children."""
    import psutil

    total = 0
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            for one in (process, *process.children(recursive=True)):
                with contextlib.suppress(psutil.Error):
                    total += one.memory_info().rss
    return total
