"""Cog's event stream: the answer of a prediction in pieces, as it is made."""

from collections.abc import Iterator
from typing import Any, Final

from nodegraph.core.errors import ModelAnswerError
from nodegraph.runtime.protocols import SEE_LOG
from nodegraph.runtime.protocols.wire import loads

KIND: Final = "text/event-stream"


def events_in(chunks: Iterator[bytes]) -> Iterator[tuple[str, Any]]:
    """Name and data of each event. Comments and events without data are left out; damaged data is None."""
    name = ""
    data: list[str] = []
    for line in _lines(chunks):
        field, _, value = line.partition(":")
        if not line:
            if data:
                yield name, _data("\n".join(data))
            name, data = "", []
        elif field == "event":
            name = value.strip()
        elif field == "data":
            data.append(value.removeprefix(" "))


def prediction_in(chunks: Iterator[bytes]) -> Any:
    """The finished prediction. Raises ModelAnswerError when the stream ends without one."""
    for name, data in events_in(chunks):
        if name == "completed":
            return data
        if name == "error" and isinstance(data, dict):
            raise ModelAnswerError(f"The model's answer has a gap: {str(data.get('error'))[:200]}.", SEE_LOG)
    raise ModelAnswerError("The model's answer stopped before its end.", SEE_LOG)


def _lines(chunks: Iterator[bytes]) -> Iterator[str]:
    rest = bytearray()
    for chunk in chunks:
        end = chunk.rfind(b"\n")
        if end < 0:
            rest += chunk
            continue
        whole, rest = bytes(rest) + chunk[:end], bytearray(chunk[end + 1 :])
        for line in whole.split(b"\n"):
            yield line.rstrip(b"\r").decode("utf-8", "replace")


def _data(text: str) -> Any:
    try:
        return loads(text)
    except ValueError:
        return None
