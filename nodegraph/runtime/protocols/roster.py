"""Which servers of a replicated model answer now: kept up to date by its runner, read by the clients."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nodegraph.runtime.protocols import Endpoint


class Roster:
    """Thread-safe. Members keep the order in which they came, so turns go round."""

    def __init__(self, size: int) -> None:
        """size: how many replicas there should be."""
        self.size = size
        self.changed = threading.Condition()
        self.suspicion = threading.Event()  # somebody's call failed: who keeps the list should look
        self._members: dict[str, Endpoint] = {}

    def members(self) -> tuple[tuple[str, "Endpoint"], ...]:
        """Name and address of those that answer."""
        with self.changed:
            return tuple(self._members.items())

    def wait_full(self, timeout: float) -> bool:
        """Wait until all of them answer, but no longer than `timeout` seconds; whether they do."""
        with self.changed:
            return self.changed.wait_for(lambda: len(self._members) >= self.size, timeout)

    def put(self, name: str, endpoint: "Endpoint") -> None:
        """This one answers, from now on there."""
        with self._changing():
            self._members[name] = endpoint

    def drop(self, name: str) -> None:
        """This one is gone."""
        with self._changing():
            self._members.pop(name, None)

    def suspect(self, name: str) -> None:
        """A call of a client failed there: it gets no more until it was seen to answer."""
        self.drop(name)
        self.suspicion.set()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with self.changed:
            yield
            self.changed.notify_all()
