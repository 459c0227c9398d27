"""A Socket.IO 5 connection (Engine.IO 4) through python-socketio's client."""

import queue
import threading
import time
from typing import Any, Final

import requests
import socketio

from nodegraph.core.errors import ModelAnswerError, ModelError, ModelRefused, ModelUnreachable
from nodegraph.runtime.protocols import SEE_LOG
from nodegraph.runtime.protocols.wire import MAX_ANSWER, dumps, loads, too_large, too_slow

_OVER: Final = "nodegraph:too-large"
_DAMAGED: Final = "nodegraph:damaged"
_CLOSED: Final = "nodegraph:closed"
_FAREWELL: Final = 1.0


class _Json:
    """JSON for the library: a damaged or huge answer must not kill the thread that reads it; it becomes an event."""

    @staticmethod
    def dumps(value: Any, **options: Any) -> str:
        return dumps(value)

    @staticmethod
    def loads(text: str, **options: Any) -> Any:
        if len(text) > MAX_ANSWER:
            return [_OVER]
        try:
            return loads(text)
        except ValueError as error:
            return [_DAMAGED, str(error)]


class _Packet(socketio.packet.Packet):
    json = _Json


class LibrarySocket:
    """One connection joined to `namespace`. One request at a time."""

    def __init__(self, url: str, namespace: str, event: str, direct: bool, max_payload: int | None, timeout: float):
        """Connect and join. Raises ModelRefused, ModelUnreachable or ModelTimeout."""
        self.max_payload = max_payload
        self._namespace = namespace
        self._inbox: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        session = requests.Session()
        session.trust_env = not direct
        # A server may run the model inside the POST that carries the frame, so a POST may take as long as an answer.
        self._client = socketio.Client(
            reconnection=False, handle_sigint=False, serializer=_Packet, request_timeout=timeout, http_session=session
        )
        for name in (event, _OVER, _DAMAGED):
            self._client.on(name, self._keeper(name), namespace=namespace)
        self._client.on("disconnect", lambda *_: self._inbox.put((_CLOSED, None)), namespace=namespace)
        joined: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._client.on("connect", lambda *_: joined.put(True), namespace=namespace)
        self._client.on("connect_error", lambda *_: joined.put(False), namespace=namespace)
        try:
            self._client.connect(url, namespaces=[namespace], wait=False)
        except (socketio.exceptions.SocketIOError, ValueError) as error:
            raise ModelUnreachable(f"Socket.IO at {url} cannot be joined: {error}.") from None
        self._wait_for(joined, min(timeout, 10.0))

    def _wait_for(self, joined: "queue.SimpleQueue[bool]", timeout: float) -> None:
        """The library could wait itself, but would leave a server that refuses us only when its poll ends."""
        try:
            if joined.get(timeout=timeout):
                return
        except queue.Empty:
            self.close()
            raise too_slow(timeout) from None
        self.close()
        hint = "Check query.socket.namespace of the entry."
        raise ModelRefused(f"The server refuses the namespace {self._namespace}.", hint)

    @property
    def transport(self) -> str:
        """``socket.io 4 (websocket)`` or ``socket.io 4 (polling)``."""
        return f"socket.io 4 ({self._client.transport() if self._client.connected else 'closed'})"

    @property
    def ended(self) -> bool:
        """The connection is gone; make another."""
        return not self._client.connected

    def request(self, emit: str, payload: Any, event: str, timeout: float) -> Any:
        """Emit, and wait for `event`: its first argument. After a ModelTimeout the connection is spent."""
        deadline = time.monotonic() + timeout
        while not self._inbox.empty():
            self._inbox.get()
        try:
            self._client.emit(emit, payload, namespace=self._namespace)
        except socketio.exceptions.SocketIOError as error:
            raise ModelUnreachable(f"The connection to the model was closed: {error}.") from None
        try:
            name, value = self._inbox.get(timeout=max(0.001, deadline - time.monotonic()))
        except queue.Empty:
            raise too_slow(timeout) from None
        if name != event:
            raise self._problem(name, value)
        return value

    def close(self) -> None:
        """Leave. A request in flight raises ModelUnreachable."""
        self._inbox.put((_CLOSED, None))
        # The library waits for its open poll, which a busy server may hold for half a minute.
        farewell = threading.Thread(target=self._client.shutdown, name="socketio4 farewell", daemon=True)
        farewell.start()
        farewell.join(_FAREWELL)

    def _keeper(self, name: str) -> Any:
        return lambda *values: self._inbox.put((name, values[0] if values else None))

    def _problem(self, name: str, value: Any) -> ModelError:
        if name == _OVER:
            return too_large()
        if name == _DAMAGED:
            return ModelAnswerError(f"The model answered something that is not JSON: {value}.", SEE_LOG)
        return ModelUnreachable("The server closed the connection.")
