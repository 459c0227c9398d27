"""What a Cog predictor is sent: our values as its JSON, pictures and files as data URIs of the right kind."""

import mimetypes
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from nodegraph.core.errors import ModelRefused, NodeError
from nodegraph.core.plain import plain
from nodegraph.runtime import codecs
from nodegraph.runtime.protocols.cog_schema import CogField, wire_choice
from nodegraph.runtime.secrets import secret_for, secrets_of

MAX_FILE: Final = 64_000_000
"""Bytes of a file that is sent; Cog refuses requests over 100 MiB."""
_QUALITY: Final = 95


def input_of(
    fields: Sequence[CogField], inputs: Mapping[str, Any], params: Mapping[str, Any], id: str, who: str
) -> dict[str, Any]:
    """The `input` of a prediction. Nothing is sent for a value that is None, or an empty text that may be left out.

    Without a schema (`fields` is empty) every value goes by its own name. id, who: the model's id, and its name.
    Raises ModelRefused naming the input, ModelError for a secret that is missing or that the model may not have.
    """
    given = {**params, **inputs}
    if not fields:
        return {name: _unknown(name, value) for name, value in given.items() if value is not None}
    sent = {}
    for one in fields:
        value = _secret(one, id, who) if one.kind == "secret" else given.get(one.name)
        if value is None or (isinstance(value, str) and not value and one.optional):
            continue
        try:
            sent[one.wire] = [_wire(one, part) for part in _several(value)] if one.many else _wire(one, value)
        except (ValueError, TypeError, OverflowError, OSError, NodeError) as error:
            raise ModelRefused(f"The input {one.name} of {who}: {error}.") from None
    return sent


def _secret(one: CogField, id: str, who: str) -> str | None:
    name = one.variable
    return secret_for(name, id) if one.optional else secrets_of([name], id, who)[name]


def _several(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else [value]


def _wire(one: CogField, value: Any) -> Any:
    match one.kind:
        case "image" | "file":
            return _uri(value, lossless=_wants_png(one))
        case "choice":
            return wire_choice(one, str(value))
        case _:
            if _is_picture(value):
                return _uri(value)
            value = plain(value)
            whole = one.said.get("type") == "integer" and isinstance(value, float) and value.is_integer()
            return int(value) if whole else value


def _wants_png(one: CogField) -> bool:
    """Masks have no soft edges to lose; and some models take nothing but PNG."""
    accept = one.said.get("x-cog-accept")
    return "mask" in one.wire.lower() or (isinstance(accept, str) and "png" in accept and "jp" not in accept)


def _unknown(name: str, value: Any) -> Any:
    """A value for a server without a schema."""
    try:
        return _uri(value) if _is_picture(value) else plain(value)
    except (ValueError, NodeError) as error:
        raise ModelRefused(f"The input {name}: {error}.") from None


def _is_picture(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype == np.uint8 and value.ndim in (2, 3)


def _uri(value: Any, lossless: bool = False) -> str:
    """A data URI of a picture or a file; an address stays one. Cog names its temporary file by the kind in it."""
    if isinstance(value, np.ndarray):
        if lossless or value.ndim == 2 or value.shape[2] == 4:
            return codecs.to_data_uri(codecs.encode_png(value), "image/png")
        return codecs.to_data_uri(codecs.encode_jpeg(value, _QUALITY), "image/jpeg")
    if isinstance(value, str) and value.startswith(("http://", "https://", "data:")):
        return value
    if not isinstance(value, str | Path):
        raise ValueError(f"{type(value).__name__} is no file")
    path = Path(value)
    if path.stat().st_size > MAX_FILE:
        raise ValueError(f"{path.name} is over {MAX_FILE // 1_000_000} MB")
    return codecs.to_data_uri(path.read_bytes(), mimetypes.guess_type(path.name)[0] or "application/octet-stream")
