"""Cameras and servers on the network."""

import logging
from collections.abc import Iterator
from typing import Literal
from urllib.parse import urlsplit

from nodegraph.sdk import Image, NodeError, Source, Stamped, param
from nodes.source._live import HEARTBEAT, BackOff, LiveClock
from nodes.source._network_reasons import SCHEMES
from nodes.source._reader import Reader

_log = logging.getLogger("nodegraph.nodes")


class NetworkStream(
    Source,
    id="source.network_stream",
    category="Source/Device",
    live=True,
    keywords=("rtsp", "mjpeg", "rtmp", "ip camera"),
):
    """Give the pictures of a network stream: RTSP, HTTP (MJPEG, HLS, a video file), RTMP.

    Only the newest picture counts, so a slow graph shows the present, not the past. When the server goes away or
    falls silent the node says so once and tries again, after half a second up to five. Image: uint8 H×W×3 BGR.
    """

    url: str = param("", "The address, for example rtsp://camera.local/stream.", restart=True)
    transport: Literal["tcp", "udp"] = param(
        "tcp", "How RTSP pictures travel; udp is quicker, and loses some.", restart=True
    )
    retry: bool = param(True, "Try again after a failure, also at the start; else the node fails.")

    def stream(self) -> Iterator[Stamped[Image] | None]:
        """Yield pictures, or None while there is none. Raises NodeError for an address that can never work."""
        self._check()
        clock, back_off, said = LiveClock(), BackOff(), ""
        while True:
            try:
                for frame in self._connection(clock):
                    if frame is not None:
                        back_off.worked()
                        said = ""
                    yield frame
            except NodeError as error:
                if not self.retry:
                    raise
                if error.message != said:
                    _log.warning("%s Trying again.", error.message)
                    said = error.message
            yield from back_off.wait()

    def _check(self) -> None:
        if not self.url.strip():
            raise NodeError("No address is set.", "Set url, for example to rtsp://camera.local/stream.")
        try:
            parts = urlsplit(self.url.strip())
            known = parts.scheme.lower() in SCHEMES and parts.port != 0
        except ValueError:  # a port that is no number, half an IPv6 address
            known = False
        if not known:
            raise NodeError(f'"{self.url}" is no address of a stream.', f"Begin it with {SCHEMES[0]}:// or http://.")

    def _connection(self, clock: LiveClock) -> Iterator[Stamped[Image] | None]:
        url = self.url.strip()
        reader = Reader(url, {"rtsp_transport": self.transport} if url.lower().startswith("rtsp") else {})
        try:
            while True:
                picture = reader.take(HEARTBEAT)
                yield None if picture is None else Stamped(picture[0], clock.now(), picture[1])
        finally:
            reader.stop()
