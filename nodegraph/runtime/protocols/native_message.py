"""One native message: 16 bytes of prefix, a JSON header, a body. The same on the Unix socket and in ``POST /run``."""

import json
import struct
import time
from typing import Any, Final, Protocol

from nodegraph.core.errors import ModelAnswerError, ModelTimeout
from nodegraph.runtime.protocols import SEE_LOG
from nodegraph.runtime.protocols.native_values import Bytes, Packer
from nodegraph.runtime.protocols.wire import dumps

PREFIX: Final = struct.Struct("<4sIQ")
MAGIC: Final = b"NGN1"
MAX_HEADER: Final = 16 << 20


class Channel(Protocol):
    """A way to a server. Thread-safe. Every method raises the ModelError that fits."""

    @property
    def name(self) -> str:
        """``memfd``, ``unix`` or ``http``."""

    def describe(self, deadline: "Deadline") -> dict[str, Any]:
        """What the server says it is."""

    def run(self, header: dict[str, Any], packer: Packer, deadline: "Deadline") -> tuple[dict[str, Any], Bytes]:
        """Send a request; the answer's header, and its body, which the caller may keep."""

    def retire(self) -> None:
        """Take no new calls. Those in flight may still end well."""

    def close(self) -> None:
        """Let go; calls in flight fail."""


class Deadline:
    """A moment until which something must be done; `end` is the monotonic clock's then."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds that remain. Raises ModelTimeout when none do."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise self.error()
        return left

    def error(self) -> ModelTimeout:
        """The error to raise when it has passed."""
        return ModelTimeout(f"The model did not answer in {self.seconds:g} s.", SEE_LOG)


def head(header: dict[str, Any], body_size: int) -> bytes:
    """Everything of a message but its body, padded so that the body begins aligned. Raises ModelRefused."""
    text = dumps(header).encode()
    text += b" " * (-(PREFIX.size + len(text)) % 8)
    return PREFIX.pack(MAGIC, len(text), body_size) + text


def sizes(prefix: bytes, max_bytes: int) -> tuple[int, int]:
    """Bytes of header and body that follow. Raises ModelAnswerError when they are nonsense or too many."""
    magic, header, body = PREFIX.unpack(prefix)
    if magic != MAGIC:
        raise ModelAnswerError(
            f"The server's answer begins with {magic!r}, which is not the native protocol.",
            "Check that the entry's protocol is the one this server speaks.",
        )
    if header > MAX_HEADER or body > max_bytes:
        raise ModelAnswerError(
            f"The model's answer has {max(header, body)} bytes; at most {max_bytes} are accepted.",
            "Give it a smaller picture, or have the model answer with less.",
        )
    return header, body


def parse(text: bytes) -> dict[str, Any]:
    """A header. Raises ModelAnswerError when it is not a JSON object."""
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelAnswerError(f"The header of the model's answer is not JSON: {error}.") from error
    if not isinstance(header, dict):
        raise ModelAnswerError("The header of the model's answer is not a JSON object.")
    return header
