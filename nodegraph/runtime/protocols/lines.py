"""Keep-alive connections to one server, one for each call in flight, so that a call can be cut off alone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from nodegraph.core.errors import ModelUnreachable
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.protocols.web import Web


class Lines:
    """Thread-safe."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._direct = endpoint.direct
        self._guard = threading.Lock()
        self._idle: list[Web] = []
        self._used: set[Web] = set()
        self._closed = False

    @property
    def closed(self) -> bool:
        """`close` was called."""
        return self._closed

    @contextmanager
    def line(self) -> Iterator[Web]:
        """A connection of one's own for one call; it is dropped when the call fails. Raises ModelUnreachable."""
        with self._guard:
            if self._closed:
                raise ModelUnreachable("The connection to the model was closed.")
            web = self._idle.pop() if self._idle else self.extra()
            self._used.add(web)
        try:
            yield web
        except BaseException:
            self._forget(web)
            raise
        with self._guard:
            self._used.discard(web)
            keep = not self._closed
            if keep:
                self._idle.append(web)
        if not keep:
            web.close()

    def extra(self) -> Web:
        """A connection beside the others, for a word to a server that is being left; the caller closes it."""
        return Web(trust_env=not self._direct)

    def close(self) -> None:
        """Cut all; calls in flight raise ModelUnreachable."""
        with self._guard:
            self._closed = True
            idle, used = self._idle, list(self._used)
            self._idle = []
        for web in used:
            web.hang_up()
        for web in idle:
            web.close()

    def _forget(self, web: Web) -> None:
        with self._guard:
            self._used.discard(web)
        web.close()
