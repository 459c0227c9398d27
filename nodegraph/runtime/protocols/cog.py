"""Cog's HTTP API: one prediction per frame, known by an id of ours so that it can be cancelled."""

import contextlib
import itertools
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

from nodegraph.core.errors import (
    ModelAnswerError,
    ModelError,
    ModelNotReady,
    ModelRefused,
    ModelTimeout,
    ModelUnreachable,
)
from nodegraph.runtime.answers import Size, size_of
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.protocols import SEE_LOG, Endpoint
from nodegraph.runtime.protocols.cog_answer import Reader
from nodegraph.runtime.protocols.cog_events import KIND, prediction_in
from nodegraph.runtime.protocols.cog_files import Shelf
from nodegraph.runtime.protocols.cog_inputs import input_of
from nodegraph.runtime.protocols.cog_refusals import check_alive, refusal_of
from nodegraph.runtime.protocols.cog_schema import CogField, fields_of, streams
from nodegraph.runtime.protocols.lines import Lines
from nodegraph.runtime.protocols.native_message import Deadline
from nodegraph.runtime.protocols.web import Web
from nodegraph.runtime.protocols.wire import dumps, fetch, loads, readable, streamed

_PAUSES: Final = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds before a busy server is asked again; the last one again and again."""
_FAREWELL: Final = 1.0
_BUSY: Final = 409


class CogClient:
    """A `Client` for one server. Thread-safe; several calls may be in flight, and a busy server is asked again."""

    def __init__(self, entry: ModelEntry, endpoint: Endpoint) -> None:
        self._entry, self._base = entry, endpoint.url
        self._lines, self._shelf = Lines(endpoint), Shelf()
        self._schema: tuple[tuple[CogField, ...], bool] | None = None

    @property
    def transport(self) -> str:
        """``http``, or ``http (events)`` for a model that streams."""
        return "http (events)" if self._schema is not None and self._schema[1] else "http"

    def infer(self, inputs: Mapping[str, Any], params: Mapping[str, Any], timeout: float) -> Mapping[str, Any]:
        """See `Client.infer`. Also raises ModelNotReady for a server that is still setting up, or stays busy."""
        deadline = Deadline(timeout)
        with self._lines.line() as web:
            try:
                fields, streaming = self._schema_by(web, deadline)
                sent = input_of(fields, inputs, params, self._entry.id, self._entry.name)
                output = self._predict(web, sent, streaming, deadline)
                return self._reader(web, deadline, size_of(inputs)).outputs(output, self._entry.outputs)
            except ModelError as error:
                self._schema = None  # another version may be there by the next call
                if self._lines.closed:
                    raise ModelUnreachable("The connection to the model was closed.") from None
                if isinstance(error, ModelTimeout):
                    raise deadline.error() from None
                raise

    def close(self) -> None:
        """Drop the connection; predictions in flight are cancelled and their calls raise ModelUnreachable."""
        self._lines.close()
        self._shelf.close()

    def _schema_by(self, web: Web, deadline: Deadline) -> tuple[tuple[CogField, ...], bool]:
        """The inputs and whether the answer can be streamed; nothing known when the server has no schema."""
        if self._schema is None:
            status, _, body = fetch(web, "GET", f"{self._base}/openapi.json", deadline.left())
            openapi = None
            if status == 200:
                try:
                    openapi = loads(body)
                except ValueError:
                    raise ModelAnswerError(f"The model's schema is not JSON: {readable(body)!r:.80}.") from None
            self._schema = fields_of(openapi), streams(openapi)
        return self._schema

    def _predict(self, web: Web, sent: Mapping[str, Any], streaming: bool, deadline: Deadline) -> Any:
        for pause in itertools.chain(_PAUSES, itertools.repeat(_PAUSES[-1])):
            id = f"nodegraph-{uuid.uuid4().hex}"
            body = dumps({"id": id, "input": sent}).encode()
            try:
                status, prediction = self._put(web, id, body, streaming, deadline)
            except (ModelTimeout, ModelUnreachable):
                self._cancel(id)
                raise
            if status == 200:
                return self._output_of(prediction, lambda: self._health(web, deadline))
            if status == _BUSY:
                check_alive(self._health(web, deadline))  # one that lost its worker says that it is busy, for ever
            else:
                raise refusal_of(status, prediction, lambda: self._health(web, deadline))
            if time.monotonic() + pause > deadline.end:
                raise ModelNotReady(f"The model is busy with other requests, for {deadline.seconds:g} s now.")
            time.sleep(pause)
        raise AssertionError  # the pauses never end

    def _put(self, web: Web, id: str, body: bytes, streaming: bool, deadline: Deadline) -> tuple[int, Any]:
        """Status and prediction, or what else was answered."""
        headers = {"Content-Type": "application/json", "Accept": KIND if streaming else "application/json"}
        url = f"{self._base}/predictions/{id}"
        with streamed(web, "PUT", url, deadline.left(), content=body, headers=headers) as (status, kind, chunks):
            if status == 200 and kind.partition(";")[0].strip() == KIND:
                return status, prediction_in(chunks)
            answer = b"".join(chunks)
        try:
            return status, loads(answer)
        except ValueError:
            if status < 400:
                words = readable(answer)
                raise ModelAnswerError(f"The model answered something that is not JSON: {words!r:.200}.") from None
            return status, readable(answer)

    def _output_of(self, prediction: Any, health: Callable[[], Any]) -> Any:
        status = prediction.get("status") if isinstance(prediction, Mapping) else None
        if status == "succeeded":
            return prediction.get("output")
        if status == "failed":
            check_alive(health(), _reason(prediction))
            raise ModelRefused(f"The model failed: {_reason(prediction)}", SEE_LOG)
        if status == "canceled":
            raise ModelRefused("The model was told by somebody to cancel this.")
        raise ModelAnswerError(f"The model answered no finished prediction, but {str(prediction)[:100]!r}.")

    def _reader(self, web: Web, deadline: Deadline, size: Size) -> Reader:
        def get(url: str) -> tuple[str, bytes]:
            status, kind, body = fetch(web, "GET", url, deadline.left())
            if status != 200:
                raise ModelAnswerError(f"The model's file {url[:200]} answers {status}.")
            return kind, body

        return Reader(self._base, get, self._shelf, size, self._entry.name)

    def _health(self, web: Web, deadline: Deadline) -> Any:
        """What GET /health-check says, None when it says nothing useful."""
        with contextlib.suppress(ModelError, ValueError):
            return loads(fetch(web, "GET", f"{self._base}/health-check", min(5.0, deadline.left()))[2])
        return None

    def _cancel(self, id: str) -> None:
        """Tell the server not to go on for nobody."""
        with self._lines.extra() as web, contextlib.suppress(ModelError):
            fetch(web, "POST", f"{self._base}/predictions/{id}/cancel", _FAREWELL)


def _reason(prediction: Mapping[str, Any]) -> str:
    words = str(prediction.get("error") or "it does not say why")
    while words.startswith("Prediction failed: "):
        words = words.removeprefix("Prediction failed: ")
    return f"{words[:1000].rstrip('.')}."
