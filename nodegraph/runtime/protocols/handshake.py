"""Which Engine.IO a Socket.IO server speaks: 2018 servers answer version 3 whatever they are asked for."""

import re
from dataclasses import dataclass
from typing import Any, Final

from nodegraph.core.errors import ModelAnswerError, ModelTimeout, ModelUnreachable
from nodegraph.runtime.protocols.eio3 import decode_payload
from nodegraph.runtime.protocols.no_model import unreachable
from nodegraph.runtime.protocols.web import Web
from nodegraph.runtime.protocols.wire import fetch, loads

PATH: Final = "/socket.io/"
_OFTENEST: Final = 0.5  # seconds
_LONGEST: Final = 300.0
_EIO3_TEXT: Final = re.compile(rb"\d+:0\{")


@dataclass(frozen=True)
class Handshake:
    """A session a server opened: version 3 or 4, times in seconds, the largest message in bytes or None.

    `packets` came in the same answer, after the open packet.
    """

    version: int
    sid: str
    ping_interval: float
    ping_timeout: float
    max_payload: int | None
    packets: tuple[str | bytes, ...]


def shake_hands(http: Web, url: str, timeout: float) -> Handshake:
    """Open a polling session at `url` in the server's version.

    Raises ModelUnreachable, ModelTimeout, or ModelAnswerError when it is no Socket.IO server.
    """
    for query in ({"EIO": "4", "transport": "polling"}, {"EIO": "3", "transport": "polling", "b64": "1"}):
        try:
            status, _, body = fetch(http, "GET", url + PATH, timeout, params=query)
        except ModelTimeout:
            raise ModelTimeout(f"{url} did not answer the Socket.IO handshake in {timeout:g} s.") from None
        except ModelUnreachable as error:
            raise unreachable(url, error) from None
        if status != 400:
            return read_handshake(status, body, url)
    raise ModelAnswerError(f"{url} speaks neither Engine.IO 3 nor 4.", "Its Socket.IO is older than 2 or newer than 5.")


def read_handshake(status: int, body: bytes, url: str) -> Handshake:
    """The session in the answer of the server at `url`. Raises ModelAnswerError."""
    try:
        if status != 200:
            raise ValueError(f"HTTP {status}")
        if body[:2] == b"0{":
            return _handshake(4, list(body.decode("utf-8").split("\x1e")))
        if body[:1] in (b"\0", b"\1") or _EIO3_TEXT.match(body):
            return _handshake(3, decode_payload(body))
        raise ValueError(f"it begins with {body[:20]!r}")
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        hint = "Check the entry's query.socket and the port."
        raise ModelAnswerError(f"{url}{PATH} is not a Socket.IO server ({error}).", hint) from None


def _handshake(version: int, packets: list[Any]) -> Handshake:
    opened = loads(str(packets[0])[1:])
    limit = opened.get("maxPayload")
    return Handshake(
        version,
        str(opened["sid"]),
        _seconds(opened["pingInterval"], _OFTENEST),
        _seconds(opened["pingTimeout"], 0.0),
        int(limit) if limit else None,
        tuple(packets[1:]),
    )


def _seconds(milliseconds: Any, least: float) -> float:
    """What a server says, within reason: a ping without a pause would be a flood, one in a year none."""
    return min(max(float(milliseconds) / 1000, least), _LONGEST)
