"""What ``GET /`` of a native server says -> the pieces of a models.json entry. The kit's words are the catalogue's."""

import re
from collections.abc import Mapping
from typing import Any, Final

from nodegraph.core.types import NAMES
from nodegraph.runtime.protocols.described import MAX_FIELDS, choice_parameter, number, number_parameter, port, words

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


def entry_pieces(said: Mapping[str, Any]) -> dict[str, Any]:
    """`inputs`, `outputs`, `parameters` and `maxInflight` of an entry; what makes no sense is left out."""
    inflight = said.get("maxInflight")
    return {
        "inputs": {name: _port(one) for name, one in _named(said.get("inputs"))},
        "outputs": {name: _port(one) for name, one in _named(said.get("outputs"))},
        "parameters": {name: _parameter(one) for name, one in _named(said.get("parameters"))},
        "maxInflight": inflight if type(inflight) is int and 1 <= inflight <= 64 else 1,
    }


def _named(said: Any) -> list[tuple[str, Mapping[str, Any]]]:
    pairs = list(said.items())[:MAX_FIELDS] if isinstance(said, Mapping) else []
    return [(name, one) for name, one in pairs if isinstance(name, str) and _NAME.fullmatch(name) and _is_field(one)]


def _is_field(one: Any) -> bool:
    return isinstance(one, Mapping) and isinstance(one.get("type"), str)


def _port(one: Mapping[str, Any]) -> dict[str, Any]:
    kind = one["type"] if one["type"] in NAMES else "any"
    return port(kind, words(one.get("description")), one.get("optional") is True)


def _parameter(one: Mapping[str, Any]) -> dict[str, Any]:
    about = {"description": words(one.get("description"))}
    kind, default, choices = one["type"], one.get("default"), one.get("choices")
    if isinstance(choices, list) and choices and all(isinstance(choice, str) for choice in choices):
        return choice_parameter(choices, default) | about
    if kind in ("number", "integer"):
        unit = words(one.get("unit"), 20)
        found = number_parameter(kind, one, "minimum", "maximum") | about
        return found | ({"unit": unit} if unit else {})
    if kind == "boolean":
        return {"type": "boolean", "default": default is True} | about
    if kind == "vector" and isinstance(default, list):
        return {"type": "vector", "default": [float(n) for n in default if number(n) is not None]} | about
    if kind in ("text", "file"):
        return {"type": kind, "default": default if isinstance(default, str) and "\0" not in default else ""} | about
    if kind == "color" and isinstance(default, str) and re.fullmatch("#[0-9a-fA-F]{6}", default):
        return {"type": "color", "default": default} | about
    return {"type": "json", "default": default} | about
