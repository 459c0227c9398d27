"""Asking a server how it is: one HTTP GET over TCP or its Unix socket.

An open port proves nothing (docker-proxy accepts before the server listens), so only an HTTP answer counts.
"""

import contextlib
import http.client
import json
import socket
import threading
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.entry import ProtocolName
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.protocols.cog_refusals import setup_logs

_GRACE = 0.2
_LARGEST = 4_000_000  # bytes; a Cog server tells its whole set-up log
_PATHS: Final[dict[ProtocolName, str]] = {"native": "/health", "cog": "/health-check", "runway-sdk": "/healthcheck"}


@dataclass(frozen=True)
class Health:
    """absent: nobody listens; silent: somebody accepted but did not answer in time; failed: it says it cannot work.

    note: what a native server says about how it runs, such as on which device.
    """

    state: Literal["absent", "silent", "loading", "ready", "failed"]
    message: str = ""
    note: str = ""


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def ask(endpoint: Endpoint, protocol: ProtocolName, timeout: float, cancel: Cancel | None = None) -> Health:
    """The health of the server at `endpoint`, within about `timeout` seconds. Raises nothing but Cancelled.

    A native server says ``loading``, ``ready`` or ``failed`` itself, and so does Cog, which listens before its set-up.
    Any other is ready as soon as it answers at all: the Runway Model SDK listens only then, and servers of 2018 answer
    404 and 500 on routes that work otherwise, but not before their model is loaded. Replicas are ready with the first.
    """
    if endpoint.roster is not None:
        return Health("ready" if endpoint.roster.members() else "loading", "none of its replicas answers yet")
    if not endpoint.url and endpoint.socket is None:
        return Health("absent")
    try:
        status, body = _get(endpoint, _PATHS.get(protocol, "/"), timeout, cancel or Cancel())
    except TimeoutError:
        return Health("silent")
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Health("absent", str(error))
    match protocol:
        case "native":
            return _native(status, body)
        case "cog":
            return _cog(status, body)
        case _:
            return Health("ready")


def _get(endpoint: Endpoint, path: str, timeout: float, cancel: Cancel) -> tuple[int, bytes]:
    connection = _connection(endpoint, timeout)
    late = threading.Event()

    def cut() -> None:
        if connection.sock is not None:
            with contextlib.suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    def cut_late() -> None:
        late.set()
        cut()

    clock = threading.Timer(timeout + _GRACE, cut_late)  # a socket's own timeout begins anew with every byte
    clock.daemon = True
    clock.start()
    try:
        with cancel.interrupting(cut):  # a server that hangs must not hold up the end of the program
            connection.request("GET", (urlsplit(endpoint.url).path if endpoint.url else "") + path)
            answer = connection.getresponse()
            return answer.status, answer.read(_LARGEST)
    except (OSError, http.client.HTTPException):
        if late.is_set():
            raise TimeoutError from None
        raise
    finally:
        clock.cancel()
        clock.join()
        connection.close()


def _connection(endpoint: Endpoint, timeout: float) -> http.client.HTTPConnection:
    if endpoint.socket is not None:
        return _UnixConnection(str(endpoint.socket), timeout)
    address = urlsplit(endpoint.url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    return kind(address.hostname or "", address.port, timeout=timeout)


def _native(status: int, body: bytes) -> Health:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        return Health("failed", f"It answers {status} {body[:60]!r} where its health was asked for.")
    state = answer.get("state", answer.get("status"))
    message = str(answer.get("message") or answer.get("error") or "")[:1000]
    if state in ("loading", "ready", "failed"):
        return Health(state, message, " ".join(str(answer.get("note") or "").split())[:300])
    return Health("ready", message) if status < 400 else Health("failed", f"It answers {status} to GET /health.")


def _cog(status: int, body: bytes) -> Health:
    """Versions before 0.4 have no health check, and answered only when they were ready."""
    if status == 404:
        return Health("ready")
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    state = answer.get("status") if isinstance(answer, dict) else None
    match state:
        case "READY" | "BUSY":
            return Health("ready")
        case "STARTING":
            return Health("loading")
        case "SETUP_FAILED":
            return Health("failed", f"{state}. {setup_logs(answer)}".strip())
        case "DEFUNCT" | "UNHEALTHY":
            why = str(answer.get("user_healthcheck_error") or "its worker died; it may have run out of memory")
            return Health("failed", f"{state}: {why[:300].rstrip('.')}")
        case _:
            return Health("failed", f"It answers {status} {body[:60]!r} where its health was asked for.")
