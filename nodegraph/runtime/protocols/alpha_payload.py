"""What travels in the Runway protocol of 2018: the object that is sent, and the envelopes answers come in."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from nodegraph.core.errors import ModelAnswerError, ModelRefused
from nodegraph.runtime import codecs
from nodegraph.runtime.answers import Size
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.protocols import SEE_LOG

QUALITIES: Final = (90, 75, 55, 35)
"""JPEG qualities tried in turn until a frame fits the server's limit."""

_ENVELOPE: Final = 2000
"""Bytes kept free for everything around the picture."""


def payload_of(
    entry: ModelEntry, inputs: Mapping[str, Any], params: Mapping[str, Any], limit: int | None
) -> tuple[dict[str, Any], Size]:
    """The object to send (the entry's constants, parameters, and the first picture as `data`), and the picture's size.

    `limit`: the largest message in bytes the server takes, or None. Raises ModelRefused for what cannot be sent.
    """
    payload = {**entry.constants, **{name: _plain(value) for name, value in params.items()}}
    pictures = {port.name for port in entry.inputs if {"image", "mask"} & set(port.types)}
    first = next((name for name in inputs if name in pictures), None)
    try:
        for name, value in inputs.items():
            if name != first:
                payload[name] = _picture(value) if name in pictures else _plain(value)
        if first is None:
            return payload, (1, 1)
        image = inputs[first]
        payload["data"] = entry.data_prefix + _jpeg(image, limit, entry.name)
    except ValueError as error:
        raise ModelRefused(f"The input of {entry.name}: {error}.") from None
    return payload, (image.shape[1], image.shape[0])


def _jpeg(image: Any, limit: int | None, who: str) -> str:
    text = ""
    for quality in QUALITIES:
        text = base64.b64encode(codecs.encode_jpeg(image, quality)).decode("ascii")
        if limit is None or len(text) + _ENVELOPE < limit:
            return text
    message = f"A frame of {len(text)} bytes is over the limit of {limit} bytes of {who}'s server."
    raise ModelRefused(message, "Make the frame smaller with a Resize node.")


def results_in(answer: Any, who: str) -> Any:
    """The results inside an answer, whichever of the 2018 envelopes it has."""
    if answer is None:
        raise ModelAnswerError(f"{who} answered nothing.", SEE_LOG)
    if not isinstance(answer, Mapping):
        return answer
    for key in ("results", "response"):
        if key in answer:
            return answer[key]
    if "error" in answer and len(answer) <= 3:
        raise ModelRefused(f"{who} cannot do this: {str(answer['error'])[:300]}.", SEE_LOG)
    return answer


def _picture(value: Any) -> Any:
    return codecs.to_data_uri(codecs.encode_png(value), "image/png") if isinstance(value, np.ndarray) else value


def _plain(value: Any) -> Any:
    """A parameter or plain input as JSON can carry it."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    return list(value) if isinstance(value, tuple) else value
