"""A server somebody else runs, known by its URL. There is nothing to start or stop: only its address to understand."""

from pathlib import Path
from urllib.parse import urlsplit

from nodegraph.core.errors import ModelError
from nodegraph.runtime.launch import Launch
from nodegraph.runtime.processes.private import is_private
from nodegraph.runtime.protocols import LOOPBACK, Endpoint

_UNIX = "unix:///"


def attached(launch: Launch) -> Endpoint:
    """Where the server should answer. Raises ModelError when `launch.url` is no address.

    ``unix:///path`` is the socket of a server of ours (a render's workers share one); a document could name any other
    socket of this machine, so none but ours is opened.
    """
    path = Path(launch.url.removeprefix("unix://"))
    if launch.url.startswith(_UNIX) and is_private(path):
        return Endpoint("", path)
    try:
        parts = urlsplit(launch.url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good:
        message = f"{launch.url!r} is no address for the server of {launch.name}."
        raise ModelError(message, "Write it like http://192.168.1.20:33000")
    return Endpoint(launch.url, local=parts.hostname in LOOPBACK)
