"""Where an engine is (address, Docker context, environment), and the first word with it."""

import os
import socket
from typing import Any, Final

import docker
from docker import errors
from docker.context import ContextAPI
from docker.tls import TLSConfig
from docker.utils import kwargs_from_env

from nodegraph.core.errors import ModelUnreachable

_TIMEOUT: Final = 30  # seconds for one ordinary call
_CONTEXTS: Final = "See `docker context ls`, or make it: docker context create NAME --docker host=..."


class Inside:
    """The stream to a command in a container. What we write is its input; what comes back is marked (see relay.py)."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw  # it keeps the answer alive, and with it the connection
        self.socket: socket.socket = getattr(raw, "_sock", raw)
        self.socket.settimeout(None)

    def __enter__(self) -> "Inside":
        return self

    def __exit__(self, *error: object) -> None:
        response = getattr(self._raw, "_response", None)
        self.socket.close()
        self._raw.close()
        if response is not None:
            response.close()


def whereabouts(host: str) -> tuple[str, TLSConfig | None]:
    """Address and certificates of the engine called `host`. Raises ModelUnreachable for a context nobody made."""
    named = host.removeprefix("context:") if host.startswith("context:") else ""
    given = "" if named else host or os.environ.get("DOCKER_HOST", "")
    if given:
        is_environments = given == os.environ.get("DOCKER_HOST", "")
        return given, kwargs_from_env().get("tls") if is_environments else None
    try:
        found = ContextAPI.kwargs_from_context(named or None)
    except errors.DockerException as error:
        raise ModelUnreachable(f"The Docker context {named!r} cannot be read: {error}.", _CONTEXTS) from error
    if named and not found:
        raise ModelUnreachable(f"There is no Docker context called {named!r}.", _CONTEXTS)
    return str(found.get("base_url") or "unix:///var/run/docker.sock").removeprefix("http+"), found.get("tls")


def connected(address: str, tls: TLSConfig | None) -> docker.DockerClient:
    """A client for the engine at `address`. Raises OSError or docker.errors.DockerException when it does not answer."""
    if address.startswith("unix://"):
        with socket.socket(socket.AF_UNIX) as probe:  # docker-py leaks its socket where nobody listens
            probe.connect(address.removeprefix("unix://"))
        return docker.DockerClient(base_url=address, timeout=_TIMEOUT)
    # Its own certificates count, whatever REQUESTS_CA_BUNDLE says, so nothing is asked before that is switched off.
    first = docker.APIClient(base_url=address, tls=tls or False, timeout=_TIMEOUT, version="1.41")
    first.trust_env = False
    try:
        version = str(first.version(api_version=False)["ApiVersion"])
    finally:
        first.close()
    client = docker.DockerClient(base_url=address, tls=tls or False, timeout=_TIMEOUT, version=version)
    client.api.trust_env = False
    return client
