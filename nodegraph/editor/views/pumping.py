"""Makes thumbnails of what runs, on a thread of its own; the window only hands finished ones to the graphics card."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from nodegraph.editor.state.shown import shown
from nodegraph.editor.views.thumbnails import Pixels, thumbnail

LOOK: Final = 0.015
"""Seconds between two looks at what runs: half a frame, so that an edit is soon seen."""
RESTING: Final = 0.1
"""The same while nothing has changed for a while."""
LEAST: Final = 0.028
"""Seconds between two thumbnails of the same thing: at most about thirty a second."""
_QUIET: Final = 1.0
_SPARE: Final = 24
"""Arrays kept for reuse, of each size."""
_NEVER: Final[Any] = object()

_log = logging.getLogger(__name__)


class Wanted(NamedTuple):
    """What is to be shown: an output of a node (None: what goes into a sink), its types, and the thumbnail's size."""

    node: str
    output: str | None
    types: tuple[str, ...]
    width: int
    height: int


@dataclass(frozen=True)
class Finished:
    """A thumbnail, or lines of text where there is nothing to see."""

    wanted: Wanted
    pixels: Pixels | None
    lines: tuple[str, ...]


@dataclass
class _Seen:
    wanted: Wanted
    value: Any
    at: float


class Pump:
    """Looks at `latest` for everything wanted, converts what is new, keeps the newest result of each.

    latest: the newest value of a node's output, thread-safe.
    """

    def __init__(self, latest: Callable[[str, str | None], Any]) -> None:
        self.background: tuple[float, float, float] = (0.0, 0.0, 0.0)
        self._latest = latest
        self._wanted: Mapping[Hashable, Wanted] = {}
        self._finished: dict[Hashable, Finished] = {}
        self._handing = threading.Lock()
        self._seen: dict[Hashable, _Seen] = {}
        self._spare: dict[tuple[int, int], deque[Pixels]] = {}
        self._woken = threading.Event()
        self._closing = False
        self._changed_at = 0.0
        self._thread = threading.Thread(target=self._work, name="previews", daemon=True)
        self._thread.start()

    def want(self, wanted: Mapping[Hashable, Wanted]) -> None:
        """What is to be shown from now on; the mapping is not changed afterwards."""
        if wanted != self._wanted:
            self._wanted = wanted
            self._woken.set()

    def take(self) -> dict[Hashable, Finished]:
        """What was finished since the last call, the newest of each."""
        if not self._finished:
            return {}
        with self._handing:
            taken, self._finished = self._finished, {}
        return taken

    def give_back(self, pixels: Pixels) -> None:
        """An array that nobody looks at any more."""
        spare = self._spare.setdefault((pixels.shape[1], pixels.shape[0]), deque(maxlen=_SPARE))
        spare.append(pixels)

    def refresh(self) -> None:
        """Make everything anew, also what is being made now: the background has changed, or the document."""
        with self._handing:
            self._seen = {}
        self._woken.set()

    def close(self) -> None:
        """End the thread."""
        self._closing = True
        self._woken.set()
        self._thread.join()

    # --- the thread -------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while not self._closing:
            try:
                self._look(time.monotonic())
            except Exception:  # a value nobody thought of: the others go on being shown
                _log.exception("A preview could not be made.")
            self._woken.wait(LOOK if time.monotonic() - self._changed_at < _QUIET else RESTING)
            self._woken.clear()

    def _look(self, now: float) -> None:
        wanted, seen = self._wanted, self._seen
        for key in seen.keys() - wanted.keys():
            seen.pop(key, None)
        for key, one in wanted.items():
            known = seen.get(key)
            if known is not None and known.wanted == one and now - known.at < LEAST:
                continue
            value = self._latest(one.node, one.output)
            if value is None:
                if known is not None:
                    known.value = _NEVER  # lets go of it; what is shown stays
                continue
            if known is None or known.value is not value or known.wanted != one:
                seen[key] = _Seen(one, value, now)
                self._changed_at = now
                self._finish(key, one, value, seen)

    def _finish(self, key: Hashable, wanted: Wanted, value: Any, seen: Mapping[Hashable, _Seen]) -> None:
        spare = self._spare.get((wanted.width, wanted.height))
        out = spare.pop() if spare else None
        pixels = thumbnail(value, wanted.types, wanted.width, wanted.height, self.background, out)
        lines = () if pixels is not None else tuple(shown(value, wanted.types))
        with self._handing:
            if seen is not self._seen:
                return
            before = self._finished.get(key)
            self._finished[key] = Finished(wanted, pixels, lines)
        if before is not None and before.pixels is not None:
            self.give_back(before.pixels)
