"""Engine.IO 3 long polling on the wire: payloads of packets, and the Socket.IO 2 messages inside them.

Text payloads are ``<length>:<packet>`` with the length in UTF-16 code units, as JavaScript counts. Binary payloads
are ``0x00 | 0x01``, the length's decimal digits as bytes 0..9, ``0xFF`` and the packet. A server may use either.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Any, Final

from nodegraph.runtime.protocols.wire import dumps, loads

OPEN, CLOSE, PING, PONG, MESSAGE, UPGRADE, NOOP = "0123456"
CONNECT, DISCONNECT, EVENT, ACK, ERROR, BINARY_EVENT = "012345"
_MAX_DIGITS: Final = 12


@dataclass(frozen=True)
class Message:
    """One Socket.IO message: its kind (a digit), namespace, and JSON data or None."""

    kind: str
    namespace: str
    data: Any = None


def encode_payload(packets: list[str]) -> bytes:
    """Packets as one text payload."""
    return "".join(f"{len(packet.encode('utf-16-le')) // 2}:{packet}" for packet in packets).encode("utf-8")


def decode_payload(body: bytes) -> list[str | bytes]:
    """The packets of a payload in either framing; bytes are binary messages. Raises ValueError for garbage."""
    if body[:1] in (b"\0", b"\1"):
        return _decode_binary(body)
    return [_unpacked(packet) for packet in (_decode_ascii(body) if body.isascii() else _decode_utf16(body))]


def _decode_binary(body: bytes) -> list[str | bytes]:
    packets: list[str | bytes] = []
    at = 0
    while at < len(body):
        end = body.index(0xFF, at, at + _MAX_DIGITS)
        digits = body[at + 1 : end]
        if body[at] > 1 or not digits or max(digits) > 9:
            raise ValueError("a payload with a damaged length")
        length = int("".join(map(str, digits)))
        packet = body[end + 1 : end + 1 + length]
        if len(packet) < length:
            raise ValueError("a payload that is cut off")
        # A binary packet begins with its type as a byte, not as a digit.
        packets.append(packet[1:] if body[at] else _unpacked(packet.decode("utf-8")))
        at = end + 1 + length
    return packets


def _decode_ascii(body: bytes) -> list[str]:
    packets, at = [], 0
    while at < len(body):
        colon = body.index(b":", at, at + _MAX_DIGITS)
        length = int(body[at:colon])
        packet = body[colon + 1 : colon + 1 + length]
        if len(packet) < length or length < 0:
            raise ValueError("a payload that is cut off")
        packets.append(packet.decode("ascii"))
        at = colon + 1 + length
    return packets


def _decode_utf16(body: bytes) -> list[str]:
    text = body.decode("utf-8").encode("utf-16-le")
    packets, at = [], 0
    while at < len(text):
        colon = text.index(b":\0", at, at + 2 * _MAX_DIGITS)
        length = 2 * int(text[at:colon].decode("utf-16-le"))
        packet = text[colon + 2 : colon + 2 + length]
        if len(packet) < length or length < 0:
            raise ValueError("a payload that is cut off")
        packets.append(packet.decode("utf-16-le"))
        at = colon + 2 + length
    return packets


def _unpacked(packet: str) -> str | bytes:
    """With b64=1 a binary message comes as ``b4<base64>``."""
    if not packet.startswith("b"):
        return packet
    try:
        return base64.b64decode(packet[2:], validate=True)
    except binascii.Error as error:
        raise ValueError("a binary message that is not base64") from error


def encode_event(namespace: str, event: str, data: Any) -> str:
    """A message packet with an event. The JSON is ASCII, so every way of counting its length agrees.

    Raises ModelRefused for data that is no JSON.
    """
    return f"{MESSAGE}{EVENT}{_prefix(namespace)}{dumps([event, data])}"


def encode_control(kind: str, namespace: str) -> str:
    """A message packet that joins (CONNECT) or leaves (DISCONNECT) a namespace."""
    return f"{MESSAGE}{kind}{'' if namespace == '/' else namespace}"


def _prefix(namespace: str) -> str:
    return "" if namespace == "/" else f"{namespace},"


def decode_message(text: str) -> Message:
    """The Socket.IO message in a message packet, its leading 4 removed. Raises ValueError for garbage."""
    kind, rest = text[:1], text[1:]
    if kind == BINARY_EVENT:
        return Message(kind, "/")
    namespace = "/"
    if rest.startswith("/"):
        namespace, _, rest = rest.partition(",")
        namespace = namespace.partition("?")[0]
    rest = rest.lstrip("0123456789")
    return Message(kind, namespace, loads(rest) if rest else None)
