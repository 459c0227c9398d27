"""SDK commands as jobs over a WebSocket: for commands that take long, tell how far they are, and can be cancelled.

The server forks a process for every job, which loses what the model remembers and is no friend of CUDA; so this way is
taken only for an entry that has `query.socket`. Each job has a connection and an id of its own: a cancel ends whatever
job came last on its connection, and an id is good for once. "started" may come at any time, or never.
"""

import contextlib
import threading
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

import websocket

from nodegraph.core.errors import ModelAnswerError, ModelRefused, ModelTimeout, ModelUnreachable
from nodegraph.runtime.protocols import SEE_LOG
from nodegraph.runtime.protocols.described import number
from nodegraph.runtime.protocols.native_message import Deadline
from nodegraph.runtime.protocols.wire import MAX_ANSWER, dumps, loads, too_large

_NO_FORM: Final = (websocket.WebSocketException, OSError, ValueError, UnicodeDecodeError)


class _Bounded(websocket.WebSocket):
    """A connection with a limit of bytes for one message, and a moment when its patience ends."""

    deadline = Deadline(0)
    _seen = 0

    def message(self) -> str | bytes:
        """The next message. Raises ModelTimeout, ModelAnswerError, and what the library raises."""
        self._seen = 0
        return self.recv()

    def _recv(self, size: int) -> bytes:
        self.settimeout(self.deadline.left())
        data: bytes = super()._recv(size)
        self._seen += len(data)
        if self._seen > MAX_ANSWER:
            raise too_large()
        return data


class Jobs:
    """Runs jobs of one server. Thread-safe. `close` cancels those that run."""

    def __init__(self, url: str, heard: Callable[[float], None]) -> None:
        """`heard` is told how far a job is, 0..1."""
        self._url = "ws" + url.removeprefix("http") + "/"
        self._heard = heard
        self._lock = threading.Lock()
        self._open: set[_Bounded] = set()
        self._closed = False

    def run(self, command: str, inputs: Mapping[str, Any], deadline: Deadline) -> Any:
        """The last output of a command. Raises ModelUnreachable, ModelTimeout, ModelRefused or ModelAnswerError."""
        id = uuid.uuid4().hex
        job = _Bounded(enable_multithread=True)
        job.deadline = deadline
        try:
            job.connect(self._url, timeout=deadline.left(), suppress_origin=True, http_no_proxy=["*"])
            with self._lock:
                if self._closed:
                    raise ModelUnreachable("The connection to the model was closed.")
                self._open.add(job)
            job.send(dumps({"type": "submit", "command": command, "id": id, "inputData": inputs}))
            return self._result(job, id)
        except websocket.WebSocketTimeoutException:
            _cancel(job, id)
            raise deadline.error() from None
        except _NO_FORM as error:
            words = str(error)[:120].rstrip(".") or "it hung up"
            raise ModelUnreachable(f"The connection to the model broke: {words}.") from None
        except ModelTimeout:
            _cancel(job, id)
            raise
        finally:
            with self._lock:
                self._open.discard(job)
            with contextlib.suppress(*_NO_FORM):
                job.shutdown()

    def close(self) -> None:
        """Cancel what runs; their calls raise ModelUnreachable."""
        with self._lock:
            self._closed, jobs = True, list(self._open)
        for job in jobs:
            _cancel(job, "")
            with contextlib.suppress(*_NO_FORM):
                job.abort()

    def _result(self, job: _Bounded, id: str) -> Any:
        last = None
        while True:
            said = _parsed(job.message())
            if said.get("id") != id:
                continue
            match said.get("type"):
                case "output":
                    last = said.get("outputData")
                    progress = number(said.get("progress"))
                    if progress is not None:
                        self._heard(progress)
                case "succeeded":
                    return last
                case "failed":
                    raise ModelRefused(f"The model failed: {str(said.get('error'))[:500].rstrip('.')}.", SEE_LOG)
                case "cancelled":
                    raise ModelRefused("The model was told by somebody to cancel this.")


def _parsed(message: str | bytes) -> Mapping[str, Any]:
    if not message:  # the library's word for a connection that was closed
        raise ModelUnreachable("The server closed the connection.")
    try:
        said = loads(message)
    except ValueError as error:
        raise ModelAnswerError(f"The model answered something that is not JSON: {error}.", SEE_LOG) from None
    return said if isinstance(said, Mapping) else {}


def _cancel(job: _Bounded, id: str) -> None:
    with contextlib.suppress(*_NO_FORM, AttributeError):
        job.settimeout(1.0)
        job.send(dumps({"type": "cancel", "id": id}))
