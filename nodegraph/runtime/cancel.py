"""Calling off long work from another thread."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Cancelled(Exception):
    """The work was called off because nobody wants its result any more."""


class Cancel:
    """An event that can also break off a blocking call: `interrupting(action)` runs `action` when it is set."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._actions: list[Callable[[], None]] = []

    def set(self) -> None:
        """Call everything off, now and later."""
        with self._lock:
            self._event.set()
            actions = tuple(self._actions)
        for action in actions:
            with contextlib.suppress(Exception):  # what it breaks off may have ended by itself at this very moment
                action()

    def is_set(self) -> bool:
        """Whether the work was called off."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise Cancelled if the work was called off."""
        if self._event.is_set():
            raise Cancelled

    @contextmanager
    def interrupting(self, action: Callable[[], None]) -> Iterator[None]:
        """While inside, `set()` from another thread runs `action` (which should break a blocking call)."""
        with self._lock:
            self._actions.append(action)
        try:
            self.check()
            yield
        finally:
            with self._lock:
                self._actions.remove(action)
