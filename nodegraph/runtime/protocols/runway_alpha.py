"""The Runway protocol of 2018: a picture as base64 JPEG in JSON, over Socket.IO or an HTTP POST route.

The compatibility path: a frame costs tens of milliseconds here. One request is in flight at a time, because
answers carry no id. A GET route answers about a picture inside the image, so it is never used for a frame.
"""

import threading
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, Protocol

from nodegraph.core.errors import ModelAnswerError, ModelError, ModelRefused, ModelTimeout, ModelUnreachable
from nodegraph.runtime.answers import Size, by_declaration, by_shape
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.protocols import SEE_LOG, Endpoint
from nodegraph.runtime.protocols.alpha_payload import payload_of, results_in
from nodegraph.runtime.protocols.handshake import PATH, shake_hands
from nodegraph.runtime.protocols.socketio3 import PollingSocket
from nodegraph.runtime.protocols.socketio4 import LibrarySocket
from nodegraph.runtime.protocols.web import Web
from nodegraph.runtime.protocols.wire import dumps, fetch, loads, readable, too_slow

_NO_SUCH_ROUTE: Final = {404, 405, 500, 501}


class _Socket(Protocol):
    max_payload: int | None

    @property
    def transport(self) -> str: ...

    @property
    def ended(self) -> bool: ...

    def request(self, emit: str, payload: Any, event: str, timeout: float) -> Any: ...

    def close(self) -> None: ...


class RunwayAlpha:
    """A `Client` for one server. Connects on first use, and again after a broken connection or a timeout."""

    def __init__(self, entry: ModelEntry, endpoint: Endpoint) -> None:
        self._entry, self._endpoint = entry, endpoint
        self._busy = threading.Lock()
        self._http: Web | None = None
        self._socket: _Socket | None = None
        self._closed = False
        post = entry.http is not None and entry.http.method == "post"
        self._route = entry.http.route if post and entry.http else None
        self._said = ""

    @property
    def transport(self) -> str:
        """``http`` or ``socket.io 3 (polling)`` and the like, with why the HTTP route is not used."""
        socket = self._socket
        way = "http" if self._route is not None else socket.transport if socket else "socket.io"
        return f"{way}; {self._said}" if self._said else way

    def infer(self, inputs: Mapping[str, Any], params: Mapping[str, Any], timeout: float) -> Mapping[str, Any]:
        """See `Client.infer`."""
        deadline = time.monotonic() + timeout
        if not self._busy.acquire(timeout=timeout):
            raise too_slow(timeout, "It is busy with other frames.")
        try:
            results, size = self._ask(inputs, params, deadline, timeout)
        finally:
            self._busy.release()
        if self._entry.outputs:
            return by_declaration(results, self._entry.outputs, size, self._entry.name)
        return by_shape(results, size, self._entry.name)

    def close(self) -> None:
        """Drop the connection; a call in flight over the socket raises ModelUnreachable, over HTTP it times out."""
        self._closed = True
        socket, http = self._socket, self._http
        self._socket = self._http = None
        if socket is not None:
            socket.close()
        if http is not None:
            http.close()

    def _ask(
        self, inputs: Mapping[str, Any], params: Mapping[str, Any], deadline: float, timeout: float
    ) -> tuple[Any, Size]:
        if self._closed:
            raise ModelUnreachable(f"The connection to {self._entry.name} was closed.")
        if self._route is not None:
            payload, size = payload_of(self._entry, inputs, params, None)
            found, results = self._post(payload, timeout)
            if found:
                return results, size
        if self._entry.socket is None:
            hint = "Give query.socket, or a query.http route that takes POST."
            raise ModelRefused(f"{self._entry.name} has no route that takes a frame. {self._said}".strip(), hint)
        socket = self._connected(deadline)
        payload, size = payload_of(self._entry, inputs, params, socket.max_payload)
        asked = self._entry.socket
        try:
            answer = socket.request(asked.emit, payload, asked.event, max(0.001, deadline - time.monotonic()))
        except ModelTimeout as error:
            self._drop()  # a late answer would be taken for the next one
            raise too_slow(timeout, error.hint) from None
        except ModelError:
            self._drop()
            raise
        return results_in(answer, self._entry.name), size

    def _post(self, payload: Mapping[str, Any], timeout: float) -> tuple[bool, Any]:
        """Ask over HTTP: whether the route takes frames, and the results."""
        if self._http is None:
            self._http = Web(trust_env=not self._endpoint.direct)
        url = f"{self._endpoint.url}/{self._route}"
        headers = {"Content-Type": "application/json"}
        content = dumps(payload).encode()
        status, kind, body = fetch(self._http, "POST", url, timeout, content=content, headers=headers)
        if status in _NO_SUCH_ROUTE and self._entry.socket is not None and "json" not in kind:
            self._said = f"POST /{self._route} answered {status} {_phrase(status)}"
            self._route = None
            return False, None
        try:
            answer = loads(body)
        except ValueError:
            words = f'"{text}"' if (text := readable(body)) else "nothing that can be read"
            name, shown = self._entry.name, f"{status} {_phrase(status)}".strip()
            if status < 400:
                hint = f"Check that /{self._route} is the right route in its entry. {SEE_LOG}"
                raise ModelAnswerError(f"{name} answered something that is not JSON: {words}.", hint) from None
            raise ModelRefused(f"{name} answered {shown}: {words}.", SEE_LOG) from None
        if status >= 400:
            said = answer.get("error") or answer.get("message") if isinstance(answer, Mapping) else None
            raise ModelRefused(f"{self._entry.name} answered {status}: {str(said or readable(body))[:300]}.")
        return True, results_in(answer, self._entry.name)

    def _connected(self, deadline: float) -> _Socket:
        if self._socket is not None and not self._socket.ended:
            return self._socket
        self._drop()
        asked, url, direct = self._entry.socket, self._endpoint.url, self._endpoint.direct
        timeout = max(0.001, deadline - time.monotonic())
        if asked is None:
            raise ModelRefused(f"{self._entry.name} has no query.socket.")
        http = Web(trust_env=not direct)
        try:
            shaken = shake_hands(http, url, timeout)
            if shaken.version == 3:
                self._socket = PollingSocket(http, url, shaken, asked.namespace, timeout)
                return self._socket
            query = {"EIO": "4", "transport": "polling", "sid": shaken.sid}
            fetch(http, "POST", url + PATH, timeout, params=query, content=b"1")  # the library opens its own session
        except ModelError:
            http.close()
            raise
        http.close()
        self._socket = LibrarySocket(url, asked.namespace, asked.event, direct, shaken.max_payload, timeout)
        return self._socket

    def _drop(self) -> None:
        socket, self._socket = self._socket, None
        if socket is not None:
            socket.close()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
