"""One native message: 16 bytes, a JSON header, a body. The same on the Unix socket and in ``POST /run``."""

import json
import struct
from typing import Any, Final

from nodegraph_kit.errors import Refusal

PREFIX: Final = struct.Struct("<4sIQ")
MAGIC: Final = b"NGN1"
MAX_HEADER: Final = 16 << 20


def head(header: dict[str, Any], body_size: int) -> bytes:
    """Everything of a message but its body. Raises ValueError when the header holds what JSON cannot."""
    text = json.dumps(header, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (-(PREFIX.size + len(text)) % 8)  # so that a body sent along begins aligned
    return PREFIX.pack(MAGIC, len(text), body_size) + text


def sizes(prefix: bytes, max_bytes: int) -> tuple[int, int]:
    """Bytes of header and body that follow a prefix. Raises Refusal when they are nonsense or too many."""
    magic, header, body = PREFIX.unpack(prefix)
    if magic != MAGIC:
        raise Refusal(f"This is not a native message: it begins with {magic!r} instead of {MAGIC!r}.")
    if header > MAX_HEADER:
        raise Refusal(f"The header has {header} bytes; at most {MAX_HEADER} are accepted.", "too_large")
    if body > max_bytes:
        raise Refusal(f"The message has {body} bytes of data; this server accepts {max_bytes}.", "too_large")
    return header, body


def parse(text: bytes | bytearray) -> dict[str, Any]:
    """A header. Raises Refusal when it is not a JSON object."""
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refusal(f"The header is not JSON: {error}.") from error
    if not isinstance(header, dict):
        raise Refusal("The header must be a JSON object.")
    return header
