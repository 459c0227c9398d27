"""Where an engine is (address, Docker context, environment), and the first word with it."""

import hashlib
import json
import os
import socket
from pathlib import Path
from typing import Any, Final

import docker
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
    if host.startswith("context:"):
        return _context(host.removeprefix("context:"))
    environments = os.environ.get("DOCKER_HOST", "")
    if given := host or environments:
        return given, kwargs_from_env().get("tls") if given == environments else None
    found = ContextAPI.kwargs_from_context()
    return str(found.get("base_url") or "unix:///var/run/docker.sock").removeprefix("http+"), found.get("tls")


def _context(name: str) -> tuple[str, TLSConfig | None]:
    """A context as the docker command keeps it. (docker-py finds none where there is no config.json beside them.)"""
    folder = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker") / "contexts"
    key = hashlib.sha256(name.encode()).hexdigest()
    try:
        endpoint = json.loads((folder / "meta" / key / "meta.json").read_text("utf-8"))["Endpoints"]["docker"]
        address, verify = str(endpoint["Host"]), not endpoint.get("SkipTLSVerify")
    except FileNotFoundError:
        raise ModelUnreachable(f"There is no Docker context called {name!r}.", _CONTEXTS) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = getattr(error, "strerror", None) or "its meta.json is not as the docker command writes it"
        raise ModelUnreachable(f"The Docker context {name!r} cannot be read: {why}.", _CONTEXTS) from error
    material = {kind: folder / "tls" / key / "docker" / f"{kind}.pem" for kind in ("ca", "cert", "key")}
    there = {kind: str(path) for kind, path in material.items() if path.is_file()}
    if not there:
        return address, None
    own = (there["cert"], there["key"]) if "cert" in there and "key" in there else None
    return address, TLSConfig(client_cert=own, ca_cert=there.get("ca"), verify=verify)


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
