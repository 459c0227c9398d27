"""The set-up of an SDK server, shared by everybody here who uses the same address.

A server has one set-up and takes one call at a time, but every node has a connection of its own. What was set up last
at an address is remembered, so that a second node does not make the model load again, and one with other options does
not work with the wrong ones.
"""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from nodegraph.core.errors import ModelTimeout
from nodegraph.runtime.protocols.native_message import Deadline
from nodegraph.runtime.protocols.wire import too_slow

_SAME_START: Final = 2.0
"""Seconds by which two reckonings of one server's start may differ."""


class SetUp:
    """What this program set up last at one address; read and write it only in one's `turn`."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._options: Mapping[str, Any] | None = None
        self._born = 0.0

    @contextmanager
    def turn(self, deadline: Deadline) -> Iterator[None]:
        """One call at a time. Raises ModelTimeout when the others take until `deadline`."""
        if not self._turn.acquire(timeout=max(0.001, deadline.end - time.monotonic())):
            raise _busy(deadline)
        try:
            yield
        finally:
            self._turn.release()

    def has(self, options: Mapping[str, Any]) -> bool:
        """Whether nobody here set up anything else since."""
        return self._options == options

    def is_from(self, manifest: Mapping[str, Any]) -> bool:
        """Whether what is remembered is about the very server that says `manifest`, not one before it."""
        return abs(_birth(manifest) - self._born) < _SAME_START

    def is_as_started(
        self, options: Mapping[str, Any], manifest: Mapping[str, Any], told: Mapping[str, Any] | None
    ) -> bool:
        """Whether the server has these options since its start, and nobody can have given it others.

        told: what its start gave it, None for a server that others can set up. Its own defaults stand for the rest.
        """
        used = manifest.get("millisSinceLastCommand", 0) is not None
        if told is None or used or self.is_from(manifest):
            return False
        fields = [one for one in manifest.get("options") or () if isinstance(one, Mapping)]
        defaults = {str(one.get("name")): one.get("default") for one in fields}
        return all(options.get(name, usual) == told.get(name, usual) for name, usual in defaults.items())

    def note(self, options: Mapping[str, Any] | None, manifest: Mapping[str, Any]) -> None:
        """The server has these options now; None: nobody knows."""
        self._options, self._born = options, _birth(manifest)


def told_by(variable: str | None) -> Mapping[str, Any] | None:
    """The options in a server's RW_MODEL_OPTIONS; None when nobody knows what it made of that."""
    try:
        told = json.loads(variable or "{}") if variable is not None else None
    except ValueError:
        return None
    return told if isinstance(told, Mapping) else None


def _busy(deadline: Deadline) -> ModelTimeout:
    return too_slow(deadline.seconds, "Its server takes one call at a time and is busy with others.")


def _birth(manifest: Mapping[str, Any]) -> float:
    """When the server was started, on our clock; one that does not say so is taken for another one each time."""
    running = manifest.get("millisRunning")
    if isinstance(running, bool) or not isinstance(running, int | float) or not 0 <= running < 1e15:
        return float("inf")
    return time.monotonic() - running / 1000


_known: dict[str, SetUp] = {}
_lock = threading.Lock()


def set_up_at(url: str) -> SetUp:
    """The one record for an address."""
    with _lock:
        return _known.setdefault(url, SetUp())
