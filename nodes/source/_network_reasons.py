"""Why a network stream cannot be read, as a sentence that never shows the address's password."""

import socket
from urllib.parse import urlsplit

from nodegraph.sdk import NodeError

SCHEMES = ("rtsp", "rtsps", "http", "https", "rtmp", "rtmps", "tcp", "udp", "rtp")


def check_name(url: str) -> None:
    """Raise NodeError when the host's name is unknown, which FFmpeg calls an input/output error."""
    host = urlsplit(url).hostname
    if not host or url.startswith(("udp", "rtp:")):
        return
    try:
        socket.getaddrinfo(host, None)
    except (socket.gaierror, UnicodeError) as error:
        raise NodeError(f'No machine is called "{host}".', "Check the address and this machine's network.") from error


def place_of(url: str) -> str:
    """Host and port, for sentences: an address may hold a password."""
    return urlsplit(url).netloc.rpartition("@")[2] or url


def why_not(url: str, error: Exception) -> NodeError:
    """What PyAV raised, as a sentence."""
    if isinstance(error, NodeError):
        return error
    place = place_of(url)
    for kind, message, hint in _sentences(place):
        if isinstance(error, kind):
            return NodeError(message, hint)
    return NodeError(f"{place} cannot be read: {getattr(error, 'strerror', None) or error}.", "Check the address.")


def _sentences(place: str) -> tuple[tuple[type[Exception], str, str], ...]:
    import av

    return (
        (av.error.ConnectionRefusedError, f"{place} refuses the connection.", "Is the server started, the port right?"),
        (av.error.HTTPNotFoundError, f"{place} has nothing at this address (404).", "Check the path in the address."),
        (
            av.error.HTTPUnauthorizedError,
            f"{place} asks for a password (401).",
            "Write user:password@ before the host.",
        ),
        (av.error.HTTPForbiddenError, f"{place} forbids access (403).", "Check the user and password."),
        (av.error.ProtocolNotFoundError, f"{place} has an unknown kind of address.", f"Use {', '.join(SCHEMES)}."),
        (av.error.InvalidDataError, f"{place} answers, but not with a video.", "Check the path in the address."),
        (av.error.ExitError, f"{place} does not answer in time.", "Check the address, the server and the network."),
        (av.error.TimeoutError, f"{place} does not answer in time.", "Check the address, the server and the network."),
        (av.error.EOFError, f"{place} closed the connection.", ""),
        (ConnectionError, f"{place} broke the connection.", ""),
    )
