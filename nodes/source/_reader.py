"""A network stream's own thread: only it touches the container, and only the newest picture is kept.

PyAV blocks while it connects and reads (name lookups even without a time limit), and crashes when a container is
closed from another thread. So the thread owns it, the generator only looks at a slot, and to stop means to leave
the thread alone: it sees the flag after its next packet or time-out, closes what it opened, and ends.
"""

import threading
import time
from typing import TYPE_CHECKING

from nodegraph.sdk import Image, NodeError
from nodes.source._decoded import upright
from nodes.source._network_reasons import check_name, place_of, why_not

if TYPE_CHECKING:
    from av.container import InputContainer

CONNECT_SECONDS, READ_SECONDS = 3.0, 2.0
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
