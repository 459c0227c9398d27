"""A network stream's own thread: only it touches the container, and only the newest picture is kept.

PyAV blocks while it connects and reads (name lookups even without a time limit), and crashes when a container is
closed from another thread. So the thread owns it, the generator only looks at a slot, and to stop means to leave
the thread alone: it sees the flag after its next packet or time-out, closes what it opened, and ends.
"""

import socket
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nodegraph.sdk import Image, NodeError
from nodes.source._decoded import upright

if TYPE_CHECKING:
    from av.container import InputContainer

CONNECT_SECONDS, READ_SECONDS = 3.0, 2.0
SCHEMES = ("rtsp", "rtsps", "http", "https", "rtmp", "rtmps", "tcp", "udp", "rtp")
Picture = tuple[Image, float | None]
"""A picture and the stream's nominal rate."""


class Reader:
    """Reads `url` once, from connecting to its end; `take` gives the newest picture."""

    def __init__(self, url: str, options: dict[str, str]) -> None:
        self._url, self._options = url, options
        self._news = threading.Condition()
        self._picture: Picture | None = None
        self._ended: NodeError | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="network stream", daemon=True)
        self._thread.start()

    def take(self, seconds: float) -> Picture | None:
        """The newest picture not taken yet; None when none came within `seconds`. Raises NodeError at the end."""
        with self._news:
            self._news.wait_for(lambda: self._picture is not None or self._ended is not None, seconds)
            picture, self._picture = self._picture, None
            if picture is None and self._ended is not None:
                raise self._ended
            return picture

    def stop(self) -> None:
        """Ask the thread to end and give it a moment; one that hangs in the network ends by its own time-outs."""
        self._stop.set()
        self._thread.join(READ_SECONDS / 2)

    def _run(self) -> None:
        try:
            self._read()
            reason = NodeError(f"{place_of(self._url)} ended the stream.")
        except Exception as error:
            reason = why_not(self._url, error)
        with self._news:
            self._ended = reason
            self._news.notify_all()

    def _read(self) -> None:
        import av

        check_name(self._url)
        limits = (CONNECT_SECONDS, READ_SECONDS)
        with av.open(self._url, timeout=limits, options=self._options) as container:
            if not container.streams.video:
                raise NodeError(f"{place_of(self._url)} has no picture, only sound or data.", "Use another address.")
            stream = container.streams.video[0]
            stream.thread_type = "SLICE"  # frame threads would hold pictures back
            rate = float(stream.average_rate) if stream.average_rate else None
            self._show(container, rate)

    def _show(self, container: "InputContainer", rate: float | None) -> None:
        start = time.monotonic() if container.duration else None  # a file on a server: no camera paces it
        for frame in container.decode(video=0):
            if start is not None and frame.time is not None:
                self._stop.wait(start + frame.time - time.monotonic())
            if self._stop.is_set():
                return
            with self._news:
                self._picture = upright(frame), rate
                self._news.notify_all()


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
    import av

    if isinstance(error, NodeError):
        return error
    place = place_of(url)
    sentences: tuple[tuple[type[Exception], str, str], ...] = (
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
    for kind, message, hint in sentences:
        if isinstance(error, kind):
            return NodeError(message, hint)
    return NodeError(f"{place} cannot be read: {getattr(error, 'strerror', None) or error}.", "Check the address.")
