"""A Socket.IO 2 connection over Engine.IO 3 long polling: what servers of 2018 speak, and no current library.

Rules learnt from those servers: join the namespace and wait for its acknowledgement before emitting (events may
come before it); the client pings; exactly one poll is open, and it is never abandoned, for the server would lose
the next message in it. Websockets are not used: those servers unmask frames byte by byte, ten times slower.
"""

import contextlib
import queue
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any, Final

from nodegraph.core.errors import ModelAnswerError, ModelError, ModelRefused, ModelTimeout, ModelUnreachable
from nodegraph.runtime.protocols import SEE_LOG, eio3
from nodegraph.runtime.protocols.handshake import PATH, Handshake
from nodegraph.runtime.protocols.web import Web
from nodegraph.runtime.protocols.wire import fetch, too_slow

SILENT: Final = f"Servers of 2018 send no errors. {SEE_LOG}"
_GOODBYE: Final = 2.0
_PLAIN: Final = {"Content-Type": "text/plain;charset=UTF-8"}


class PollingSocket:
    """One joined connection. `http` and the session of `shaken` become its own. One request at a time."""

    transport: Final = "socket.io 3 (polling)"
    max_payload: int | None = None

    def __init__(self, http: Web, url: str, shaken: Handshake, namespace: str, timeout: float) -> None:
        """Join `namespace`; `timeout` seconds for that. Raises ModelRefused, ModelTimeout or ModelUnreachable."""
        self._http, self._url, self._namespace = http, url + PATH, namespace
        self._query = {"EIO": "3", "transport": "polling", "b64": "1", "sid": shaken.sid}
        # A 2018 server that is busy with a frame answers nothing else meanwhile: a late poll is no failure.
        self._interval, self._patience = shaken.ping_interval, shaken.ping_interval + shaken.ping_timeout + timeout
        self._inbox: queue.SimpleQueue[eio3.Message] = queue.SimpleQueue()
        self._ended = threading.Event()
        self._users, self._lock = 1, threading.Lock()  # the poll is the first user of `http`; the last one closes it
        self._error: ModelError = ModelUnreachable("The connection to the model was closed.")
        for work in (lambda: self._poll(shaken.packets), self._ping):
            threading.Thread(target=work, name="socketio3", daemon=True).start()
        try:
            if namespace != "/":
                self._send([eio3.encode_control(eio3.CONNECT, namespace)], timeout)
            self._joined(time.monotonic() + timeout, timeout)
        except ModelError:
            self.close()
            raise

    @property
    def ended(self) -> bool:
        """The connection is gone; make another."""
        return self._ended.is_set()

    def request(self, emit: str, payload: Any, event: str, timeout: float) -> Any:
        """Emit, and wait for `event`: its first argument. After a ModelTimeout the connection is spent."""
        deadline = time.monotonic() + timeout
        while not self._inbox.empty():
            self._inbox.get()
        # 2018 servers run the model inside this POST, so it may take as long as the answer.
        self._send([eio3.encode_event(self._namespace, emit, payload)], timeout)
        while True:
            message = self._next(deadline, timeout)
            data = message.data
            if message.kind == eio3.EVENT and isinstance(data, list) and data and data[0] == event:
                return data[1] if len(data) > 1 else None
            if message.kind == eio3.BINARY_EVENT:
                raise ModelAnswerError("The model answered with binary attachments.", "Alpha servers answer JSON.")

    def close(self) -> None:
        """Leave politely; the open poll then ends by itself. A request in flight raises ModelUnreachable."""
        if self._ended.is_set():
            return
        goodbye = [eio3.CLOSE]
        if self._namespace != "/":
            goodbye.insert(0, eio3.encode_control(eio3.DISCONNECT, self._namespace))
        with contextlib.suppress(ModelError), self._using():
            self._end(self._error)
            self._post(goodbye, _GOODBYE)

    def _joined(self, deadline: float, timeout: float) -> None:
        while True:
            message = self._next(deadline, timeout)
            if message.kind == eio3.CONNECT:
                return
            if message.kind == eio3.ERROR:
                raise ModelRefused(f"The server refuses the namespace {self._namespace}: {str(message.data)[:100]}.")

    def _next(self, deadline: float, timeout: float) -> eio3.Message:
        try:
            message = self._inbox.get(timeout=max(0.001, deadline - time.monotonic()))
        except queue.Empty:
            raise too_slow(timeout, SILENT) from None
        if message.kind == eio3.DISCONNECT:
            raise self._error
        return message

    def _send(self, packets: list[str], timeout: float) -> None:
        if self._ended.is_set():
            raise self._error
        try:
            status, body = self._post(packets, timeout)
        except ModelTimeout:
            raise too_slow(timeout, SILENT) from None
        except ModelUnreachable as error:
            raise (self._error if self._ended.is_set() else error) from None
        if status != 200:
            self._end(ModelUnreachable(f"The server dropped the connection (HTTP {status} {body[:60]!r})."))
            raise self._error

    def _post(self, packets: list[str], timeout: float) -> tuple[int, bytes]:
        request = {"params": self._query, "content": eio3.encode_payload(packets), "headers": _PLAIN}
        with self._using():
            status, _, body = fetch(self._http, "POST", self._url, timeout, **request)
        return status, body

    @contextlib.contextmanager
    def _using(self) -> Iterator[None]:
        with self._lock:
            if not self._users:
                raise self._error
            self._users += 1
        try:
            yield
        finally:
            self._leave()

    def _leave(self) -> None:
        with self._lock:
            self._users -= 1
            last = not self._users
        if last:
            self._http.close()

    def _poll(self, first: Iterable[str | bytes]) -> None:
        """Keep one poll open until the connection ends (a thread of its own)."""
        try:
            self._take(first)
            while not self._ended.is_set():
                status, _, body = fetch(self._http, "GET", self._url, self._patience, params=self._query)
                if status != 200:
                    raise ModelUnreachable(f"The server dropped the connection (HTTP {status}).")
                self._take(eio3.decode_payload(body))
        except ModelError as error:
            self._end(error)
        except ValueError as error:
            self._end(ModelAnswerError(f"The server sent something that is not Engine.IO: {error}."))
        finally:
            self._leave()

    def _ping(self) -> None:
        """Tell the server that we are here (a thread of its own); it drops silent clients."""
        while not self._ended.wait(self._interval):
            try:
                self._post([eio3.PING], self._patience)
            except ModelError as error:
                self._end(error)

    def _take(self, packets: Iterable[str | bytes]) -> None:
        for packet in packets:
            if isinstance(packet, bytes):
                continue
            if packet[:1] == eio3.CLOSE:
                self._end(ModelUnreachable("The server closed the connection."))
            elif packet[:1] == eio3.MESSAGE:
                message = eio3.decode_message(packet[1:])
                if message.kind == eio3.DISCONNECT:
                    self._end(ModelUnreachable("The server closed the connection."))
                elif message.namespace == self._namespace or message.kind == eio3.BINARY_EVENT:
                    self._inbox.put(message)

    def _end(self, error: ModelError) -> None:
        if not self._ended.is_set():
            self._error = error
            self._ended.set()
            self._inbox.put(eio3.Message(eio3.DISCONNECT, self._namespace))
