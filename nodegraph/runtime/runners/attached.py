"""A server somebody else runs, known by its URL. There is nothing to start or stop: only its address to understand."""

from pathlib import Path
from urllib.parse import urlsplit

from nodegraph.core.errors import ModelError
from nodegraph.runtime.launch import Launch
from nodegraph.runtime.protocols import LOOPBACK, Endpoint

_UNIX = "unix:///"


def attached(launch: Launch) -> Endpoint:
    """Where the server should answer, also ``unix:///path``. Raises ModelError when `launch.url` is no address."""
    if launch.url.startswith(_UNIX):
        return Endpoint("", Path(launch.url.removeprefix("unix://")))
    try:
        parts = urlsplit(launch.url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good:
        message = f"{launch.url!r} is no address for the server of {launch.name}."
        raise ModelError(message, "Write it like http://192.168.1.20:33000")
    return Endpoint(launch.url, local=parts.hostname in LOOPBACK)
