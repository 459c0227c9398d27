"""The connection to one Docker engine: made when needed and again when it broke, docker-py's errors as sentences."""

import contextlib
import json
import socket
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import docker
from docker import errors

from nodegraph.core.errors import ModelError, ModelUnreachable
from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.engines.docker_client import connected, whereabouts
from nodegraph.runtime.engines.tunnel import Tunnel


class NoSuchImage(ModelError):
    """The engine does not have the image, or its registry does not."""


class EngineError(ModelError):
    """The engine refused; `message` holds its own words."""


class Connection:
    """Thread-safe. host: as `Engine` has it."""

    def __init__(self, host: str = "") -> None:
        self._host = host
        self._lock = threading.RLock()
        self._client: docker.DockerClient | None = None
        self._tunnel: Tunnel | None = None

    @property
    def address(self) -> str:
        """The engine's address: as given, else the environment's, else that of the current Docker context."""
        return whereabouts(self._host)[0]

    @property
    def tunnel(self) -> Tunnel | None:
        """The ssh connection it is reached over, None for an engine reached in another way."""
        with self._lock:
            if self._tunnel is None and self.address.startswith("ssh://"):
                self._tunnel = Tunnel(self.address)
            return self._tunnel

    @property
    def by_socket(self) -> bool:
        """Whether it is reached through a Unix socket, so that it probably runs on this machine."""
        return self.address.startswith("unix://")

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, filters: Mapping[str, Any] | None = None
    ) -> Any:
        """One call of the engine's own API, JSON there and back, for what has no method here (services of a swarm)."""
        params = {"filters": json.dumps(dict(filters))} if filters else None
        with self._speaking():
            api = self._api
            url = f"{api.base_url}/v{api.api_version}{path}"
            response = api.request(method, url, json=body, params=params, timeout=30)
        if not response.ok:
            raise refusal(response.status_code, response.text)
        try:
            return json.loads(response.content) if response.content else None
        except ValueError as error:
            raise EngineError(f"{path} is answered by something that is not JSON") from error

    def close(self) -> None:
        """Drop all connections."""
        with self._lock:
            client, self._client = self._client, None
            tunnel, self._tunnel = self._tunnel, None
        if client is not None:
            client.close()
        if tunnel is not None:
            tunnel.close()

    # ---- inside -------------------------------------------------------------------------------------------------

    @property
    def _api(self) -> Any:  # docker.APIClient, whose types are incomplete
        with self._lock:
            known = self._client
            client = self._client = known or self._connect()
            tunnel = self._tunnel
        if known is not None and tunnel is not None:
            tunnel.engine_socket()  # when it broke: takes a while, so not under the lock
        return client.api

    def _connect(self) -> docker.DockerClient:
        tunnel = self.tunnel
        if tunnel is not None:
            return connected(f"unix://{tunnel.engine_socket()}", None)
        return connected(*whereabouts(self._host))

    @contextlib.contextmanager
    def _speaking(self) -> Iterator[None]:
        """Errors of docker-py and of its connection as ours."""
        try:
            yield
        except errors.ImageNotFound as error:
            raise NoSuchImage(words_of(error)) from error
        except errors.NotFound as error:
            raise (
                NoSuchImage(words_of(error)) if "manifest" in words_of(error) else EngineError(words_of(error))
            ) from error
        except errors.APIError as error:
            if "HTTPS server" in words_of(error):
                raise self._silent(error) from error
            raise EngineError(words_of(error)) from error
        except (errors.DockerException, OSError) as error:  # requests' errors are OSErrors
            raise self._silent(error) from error

    def _silent(self, error: Exception) -> ModelUnreachable:
        """The engine does not answer: why, and what to do about it."""
        address, words = self.address, str(error)
        if address.startswith("unix://"):
            hint = (
                "Start it (sudo systemctl start docker, or open Docker Desktop), set DOCKER_HOST, "
                "or run the model as a local process."
            )
            return ModelUnreachable(f"The Docker engine at {address} does not answer.", hint)
        hint = f"Check its address, and that it runs: docker -H {address} version"
        if any(word in words for word in ("SSL", "certificate", "HTTPS server")):
            hint = "It wants TLS: give the certificates with a Docker context, or DOCKER_HOST and DOCKER_CERT_PATH."
            return ModelUnreachable(f"The Docker engine at {address} and we do not trust each other.", hint)
        return ModelUnreachable(f"The Docker engine at {address} does not answer.", hint)

    def _stream(self, path: str, cancel: Cancel, **request: Any) -> Iterator[Mapping[str, Any]]:
        """A long answer, item by item; `cancel` cuts the connection, at which the engine stops the work."""
        with self._speaking():
            api = self._api
            response = api.post(f"{api.base_url}/v{api.api_version}{path}", stream=True, timeout=None, **request)
        with response:
            if not response.ok:
                raise refusal(response.status_code, response.text)

            def cut() -> None:
                connection = response.raw.connection
                if connection is not None and connection.sock is not None:
                    with contextlib.suppress(OSError):
                        connection.sock.shutdown(socket.SHUT_RDWR)

            with cancel.interrupting(cut):
                yield from self._items(response.iter_lines(), cancel)

    def _items(self, lines: Iterable[bytes], cancel: Cancel) -> Iterator[Mapping[str, Any]]:
        try:
            for line in lines:
                cancel.check()
                item = json.loads(line) if line else {}
                if "error" in item:  # a failure in the middle is not an HTTP status any more
                    raise EngineError(str(item["error"]).strip())
                yield item
        except (OSError, ValueError) as error:
            cancel.check()
            raise ModelUnreachable(f"The Docker engine at {self.address} broke off: {error}.") from error


def refusal(status: int, text: str) -> ModelError:
    """The error for an answer of the engine that is not one of success."""
    try:
        words = str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        words = text[:300]
    missing = status == 404 or "manifest unknown" in words or "access to the resource is denied" in words
    return NoSuchImage(words) if missing else EngineError(words)


def words_of(error: errors.APIError) -> str:
    """What the engine itself said."""
    return text_of(error.explanation or str(error)).strip()


def text_of(value: Any) -> str:
    """What docker-py gives as bytes or text, as text."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
