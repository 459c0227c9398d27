"""What pydantic found, said to a person: the place, the value, and what is allowed."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from nodegraph.core.errors import Problem
from nodegraph.runtime.catalog.schema import EntryField, ParameterField, PortField
from nodegraph.runtime.catalog.values import shown

_KINDS: Final = {
    "bool_type": ("true or false", "Use true or false, without quotes."),
    "string_type": ("text", "Put it in quotes."),
    "list_type": ("a list", "Use [ ... ]."),
    "dict_type": ("an object", "Use { ... }."),
    "model_type": ("an object", "Use { ... }."),
    "float_type": ("a number", "Use a number, without quotes."),
    "int_type": ("a whole number", "Use a whole number, without quotes."),
    "int_from_float": ("a whole number", "Use a whole number."),
    "finite_number": ("a finite number", "Use an ordinary number."),
}

_PATTERNS: Final = {
    "digest": ("a digest", "Use sha256: and 64 hexadecimal digits."),
    "imageId": ("an image's id", "Use sha256: and 64 hexadecimal digits, as `docker image inspect` shows it."),
    "server": ("a server's address", "Use http:// or https://, without a user name, as in http://127.0.0.1:5000."),
    "sha256": ("a SHA-256 sum", "Use 64 hexadecimal digits."),
    "id": ("an id", "Use lower-case letters, digits, '.', '-' and '_', at most 64."),
    "data": ("a data prefix", "Start with 'data:' and end with a comma, as in 'data:image/jpg;base64,'."),
    "name": ("a name", "Use one line of plain text, without slashes."),
    "[key]": ("a name for a port or parameter", "Use letters, digits and '_', starting with a letter."),
}

MAX_DEPTH: Final = 40


def problems_of(error: ValidationError, where: str) -> Iterator[Problem]:
    """One Problem for each mistake, `where` being the entry."""
    for one in error.errors(include_url=False):
        place = path_of(where, one["loc"])
        yield Problem(place, *_sentence(one["type"], one["loc"], one.get("input"), one.get("ctx", {})))


def path_of(where: str, steps: Iterable[str | int]) -> str:
    """``where.specs.gpu`` or ``where.weights[2].sha256``."""
    for step in steps:
        if step != "[key]":
            where += f"[{step}]" if isinstance(step, int) else f".{step}"
    return where


def _sentence(kind: str, loc: Sequence[str | int], value: Any, ctx: Mapping[str, Any]) -> tuple[str, str]:
    last = str(loc[-1]) if loc else ""
    if kind == "nodegraph":
        return str(ctx["sentence"]), str(ctx["hint"])
    if kind == "missing":
        return "is missing.", f'Add "{last}".'
    if kind == "literal_error":
        return f"{shown(value)} is not one of the choices.", f"Use {ctx['expected']}."
    if kind in _KINDS:
        what, hint = _KINDS[kind]
        return f"{shown(value)} is not {what}.", hint
    if kind == "string_pattern_mismatch" and last in _PATTERNS:
        what, hint = _PATTERNS[last]
        return f"{shown(value)} is not {what}.", hint
    if kind in ("string_too_short", "too_short"):
        return "is empty.", f'Give "{last}" a value.'
    limits = {
        "ge": "or more",
        "le": "or less",
        "gt": "and above",
        "lt": "and below",
        "max_length": "characters at most",
    }
    allowed = ", ".join(f"{ctx[key]:g} {words}" for key, words in limits.items() if key in ctx)
    return f"{shown(value)} is outside the range.", f"Use {allowed}." if allowed else "See docs/models-json.md."


def likely_typos(raw: Mapping[str, Any], where: str) -> Iterator[Problem]:
    """Unknown keys that look like a known one; other unknown keys are kept without a word."""
    yield from _typos(raw, EntryField, where)
    for group, model in (("inputs", PortField), ("outputs", PortField), ("parameters", ParameterField)):
        members = raw.get(group)
        for name, one in members.items() if isinstance(members, dict) else ():
            if isinstance(one, dict):
                yield from _typos(one, model, f"{where}.{group}.{name}")


def _typos(raw: Mapping[str, Any], model: type[BaseModel], where: str) -> Iterator[Problem]:
    known = model.model_fields
    for key in raw:
        if key not in known and len(key) < 40:
            close = get_close_matches(key, known, n=1, cutoff=0.8)
            if close:
                message = f"the key {shown(key)} has no meaning here."
                yield Problem(where, message, f"Did you mean '{close[0]}'?", "warning")


def unusable_value(raw: Any) -> tuple[list[str | int], str] | None:
    """The first value no entry may hold (NaN, infinity, deep nesting): its path and a sentence, or None."""
    stack: list[tuple[Any, list[str | int]]] = [(raw, [])]
    while stack:
        value, path = stack.pop()
        if isinstance(value, float) and not math.isfinite(value):
            return path, f"{value} is not a number JSON knows."
        if len(path) > MAX_DEPTH:
            return path[:4], f"is nested more than {MAX_DEPTH} deep."
        if isinstance(value, dict):
            stack += [(one, [*path, str(key)]) for key, one in value.items()]
        elif isinstance(value, list):
            stack += [(one, [*path, index]) for index, one in enumerate(value)]
    return None
