"""The one connection that everybody who uses a server shares; made when first needed, dropped when in doubt."""

import contextlib
import threading
from collections.abc import Callable

from nodegraph.runtime.protocols import Client, Endpoint

Connect = Callable[[Endpoint], Client]


class Link:
    """Thread-safe. Up between `open(endpoint)` and `close()`."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._endpoint: Endpoint | None = None
        self._client: Client | None = None

    def open(self, endpoint: Endpoint) -> None:
        """The server answers at `endpoint` now."""
        with self._lock:
            self._endpoint = endpoint

    @property
    def endpoint(self) -> Endpoint | None:
        """Where the server answers, or None."""
        return self._endpoint

    def client(self) -> Client | None:
        """The connection, or None while there is no server. Raises what connecting raises."""
        with self._lock:
            if self._client is None and self._endpoint is not None:
                self._client = self._connect(self._endpoint)
            return self._client

    def renew(self) -> None:
        """Connect anew next time; calls in flight end with ModelUnreachable."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(Exception):  # a broken connection may refuse even to be closed
                client.close()

    def close(self) -> None:
        """The server is gone."""
        with self._lock:
            self._endpoint = None
        self.renew()
