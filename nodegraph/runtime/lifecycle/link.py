"""The connections to one server: one for each user, made when first needed, dropped when in doubt.

They are not shared because a stateful model keeps its memory per connection: two nodes that show one model two
streams must not see each other's.
"""

import contextlib
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace

from nodegraph.runtime.protocols import Client, Endpoint, Frames

Connect = Callable[[Endpoint], Client]


class Link:
    """Thread-safe. Up between `open(endpoint)` and `suspend` or `close()`; a user is any object."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._endpoint: Endpoint | None = None
        self._clients: dict[object, Client] = {}

    def open(self, endpoint: Endpoint) -> None:
        """The server answers at `endpoint` now."""
        with self._lock:
            self._endpoint = endpoint

    @property
    def endpoint(self) -> Endpoint | None:
        """Where the server answers, or None."""
        return self._endpoint

    def client(self, user: object, frames: Frames = "auto") -> Client | None:
        """The user's own connection, or None while there is no server. Raises what connecting raises.

        frames: how pictures go over it.
        """
        with self._lock:
            if self._endpoint is None:
                return None
            client = self._clients.get(user)
            if client is None:
                client = self._clients[user] = self._connect(replace(self._endpoint, frames=frames))
            return client

    def transport(self, user: object) -> str:
        """How the user's frames travel, "" while it has no connection; none is made for it."""
        with self._lock:
            client = self._clients.get(user)
        return client.transport if client is not None else ""

    def drop(self, user: object) -> None:
        """The user is gone, or connects anew next time; its calls in flight end with ModelUnreachable."""
        with self._lock:
            client = self._clients.pop(user, None)
        _close([client] if client is not None else [])

    def suspend(self, user: object) -> None:
        """The user's connection broke: nobody gets one until `open`; those of the others go on meanwhile."""
        with self._lock:
            self._endpoint = None
        self.drop(user)

    def close(self) -> None:
        """The server is gone, and all connections with it."""
        with self._lock:
            self._endpoint = None
            clients = list(self._clients.values())
            self._clients.clear()
        _close(clients)


def _close(clients: Iterable[Client]) -> None:
    for client in clients:
        with contextlib.suppress(Exception):  # a broken connection may refuse even to be closed
            client.close()
