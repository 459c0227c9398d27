"""An HTTP client whose calls can be cut off: by whoever closes it, and by the clock."""

import contextlib
import functools
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Any

import httpx

_GRACE = 0.5


class Web(httpx.Client):
    """httpx's client that knows its sockets.

    httpx's own timeouts start anew with every byte, so a server that sends one now and then could hold a call for
    hours; `at_most` cuts the connections instead.
    """

    def __init__(self, *, trust_env: bool = True, **options: Any) -> None:
        super().__init__(trust_env=trust_env, verify=_authorities(trust_env), **options)
        self._guard = threading.Lock()
        self._sockets: list[socket.socket] = []

    def build_request(self, *arguments: Any, **options: Any) -> httpx.Request:
        """The same as httpx's; the request tells which socket it opens."""
        options["extensions"] = {**(options.get("extensions") or {}), "trace": self._note}
        return super().build_request(*arguments, **options)

    def close(self) -> None:
        """Close every connection, also one that is just being made."""
        super().close()
        self.hang_up()

    def hang_up(self) -> None:
        """Cut every connection; threads that wait for an answer wake at once, with an httpx.TransportError."""
        with self._guard:
            sockets, self._sockets = self._sockets, []
        for one in sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    @contextlib.contextmanager
    def at_most(self, seconds: float) -> Iterator[threading.Event]:
        """Hang up a little after `seconds`; whether that happened."""
        cut = threading.Event()

        def late() -> None:
            cut.set()
            self.hang_up()

        timer = threading.Timer(max(0.0, seconds) + _GRACE, late)
        timer.daemon = True
        timer.start()
        try:
            yield cut
        finally:
            timer.cancel()
            timer.join()

    def _note(self, event: str, info: Any) -> None:
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            opened = info["return_value"].get_extra_info("socket")
            with self._guard:
                self._sockets = [known for known in self._sockets if known.fileno() >= 0] + [opened]
            if self.is_closed:  # meanwhile: nobody would close it any more
                self.hang_up()


@functools.cache
def _authorities(trust_env: bool) -> ssl.SSLContext:
    """Whom to trust; reading that takes longer than most calls, so it is read once."""
    return httpx.create_ssl_context(trust_env=trust_env)
