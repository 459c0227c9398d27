"""Native over HTTP: for servers whose Unix socket cannot be reached."""

import contextlib
from collections.abc import Iterator
from typing import Any, Final

import httpx
import numpy as np

from nodegraph.core.errors import ModelAnswerError, ModelUnreachable
from nodegraph.runtime.protocols import SEE_LOG
from nodegraph.runtime.protocols import native_message as message
from nodegraph.runtime.protocols.native_message import Deadline
from nodegraph.runtime.protocols.native_values import Bytes, Packer
from nodegraph.runtime.protocols.web import Web

CONTENT_TYPE: Final = "application/x-nodegraph"


class HttpChannel:
    """Keep-alive connections to one server; as many as there are calls in flight."""

    name = "http"

    def __init__(self, url: str, max_answer: int) -> None:
        self._max_answer = max_answer
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=16)
        # No proxy of the environment: the server is on this machine or at an address a person gave.
        self._client = Web(base_url=url, limits=limits, trust_env=False)

    def describe(self, deadline: Deadline) -> dict[str, Any]:
        """What ``GET /`` says."""
        with self._request("GET", "/", None, deadline) as response:
            body = self._read(response, deadline).tobytes()
        if response.status_code != 200:
            raise ModelAnswerError(f"The server answers GET / with status {response.status_code}.")
        return message.parse(body)

    def run(self, header: dict[str, Any], packer: Packer, deadline: Deadline) -> tuple[dict[str, Any], Bytes]:
        """One ``POST /run``."""
        content = message.head(header, packer.size) + packer.to_bytes().tobytes()
        with self._request("POST", "/run", content, deadline) as response:
            body = self._read(response, deadline)
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if kind == "application/json" and response.status_code >= 400:
            return message.parse(body.tobytes()), np.empty(0, np.uint8)
        if kind != CONTENT_TYPE or body.size < message.PREFIX.size:
            raise ModelAnswerError(
                f"The server answered status {response.status_code} and {kind or 'no type'}, not a native answer.",
                "Check that the entry's protocol is the one this server speaks.",
            )
        start = message.PREFIX.size
        header_size, body_size = message.sizes(body[:start].tobytes(), self._max_answer)
        end = start + header_size
        if end + body_size != body.size:
            raise ModelAnswerError(f"The model's answer tells {end + body_size} bytes but has {body.size}.")
        arrays = body[end:] if end % 8 == 0 else body[end:].copy()
        return message.parse(body[start:end].tobytes()), arrays

    def retire(self) -> None:
        """The same as `close`: a connection that failed was the server's last."""
        self.close()

    def close(self) -> None:
        """Hang up; threads that wait for an answer wake at once."""
        self._client.hang_up()
        self._client.close()

    @contextlib.contextmanager
    def _request(self, method: str, path: str, content: bytes | None, deadline: Deadline) -> Iterator[httpx.Response]:
        headers = {"Content-Type": CONTENT_TYPE, "Accept-Encoding": "identity"}
        try:
            left = deadline.left()
            with (
                self._client.at_most(left),
                self._client.stream(method, path, content=content, headers=headers, timeout=left) as response,
            ):
                yield response
        except (httpx.ReadTimeout, httpx.WriteTimeout) as error:
            raise deadline.error() from error
        except (httpx.ConnectTimeout, httpx.TransportError, httpx.InvalidURL, RuntimeError) as error:
            deadline.left()  # the clock may have cut it
            raise ModelUnreachable(
                f"The model's server at {self._client.base_url} fails: {str(error) or type(error).__name__}.",
                f"It may still be starting, or have crashed. {SEE_LOG}",
            ) from error

    def _read(self, response: httpx.Response, deadline: Deadline) -> Bytes:
        """The whole body. Raises ModelAnswerError as soon as it is clear that it is too long."""
        limit = self._max_answer + message.MAX_HEADER
        told = response.headers.get("Content-Length", "")
        size = int(told) if told.isdecimal() else 0
        if size > limit:
            raise _too_long(size, self._max_answer)
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            deadline.left()
            if len(body) > limit:
                raise _too_long(len(body), self._max_answer)
        return np.frombuffer(body, np.uint8)


def _too_long(size: int, limit: int) -> ModelAnswerError:
    return ModelAnswerError(
        f"The model's answer has {size} bytes or more; at most {limit} are accepted.",
        "Give it a smaller picture, or have the model answer with less.",
    )
