"""Bytes that claim to be JSON -> plain data, or one sentence about where they are wrong.

Made for files from strangers: size, nesting and numbers are limited before anything is built from them, and a
doubled key is an error (the parser would silently drop the first value, and nothing a person made is dropped).
"""

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any, Final, NoReturn

import numpy as np

from nodegraph.core.errors import DocumentError, Problem

MAX_BYTES: Final = 64 << 20
MAX_DEPTH: Final = 100
MAX_DIGITS: Final = 400
MAX_VALUES: Final = 2_000_000
_SAMPLE: Final = 1 << 20
_LINE_WIDTH: Final = 110


class _Refused(ValueError):
    """Raised by the parser's hooks; `token` is what to look for in the text."""

    def __init__(self, message: str, hint: str, token: str) -> None:
        super().__init__(message)
        self.message, self.hint, self.token = message, hint, token


def parse(data: bytes, name: str) -> Any:
    """The plain data in `data`, UTF-8 JSON. `name` is how errors call it. Raises DocumentError."""
    _check_size(len(data), name)
    text = _decoded(data, name)
    _check_shape(data, name)
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_float=_float, parse_int=_integer, parse_constant=_constant
        )
    except json.JSONDecodeError as error:
        _fail(name, f"line {error.lineno}, column {error.colno}", f"{error.msg}.", "Mend the JSON there.")
    except _Refused as error:
        line = text.count("\n", 0, max(text.find(error.token), 0)) + 1
        _fail(name, f"line {line}", error.message, error.hint)


def render(value: Any) -> str:
    """JSON with sorted keys; what fits on a line stands on one line, so that a change touches few lines.

    Raises ValueError for NaN and infinity, TypeError for what JSON cannot say.
    """
    text = _rendered(value, "", 0) + "\n"
    return text if _is_unicode(text) else json.dumps(value, sort_keys=True, allow_nan=False, indent=1) + "\n"


def _rendered(value: Any, indent: str, used: int) -> str:
    flat = json.dumps(value, sort_keys=True, allow_nan=False, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value or (indent and len(flat) + used <= _LINE_WIDTH):
        return flat
    inner = indent + "  "
    if isinstance(value, list):
        rows = [inner + _rendered(one, inner, len(inner)) for one in value]
    else:
        keys = [(json.dumps(key, ensure_ascii=False) + ": ", value[key]) for key in sorted(value)]
        rows = [inner + key + _rendered(one, inner, len(inner) + len(key)) for key, one in keys]
    opening, closing = "[]" if isinstance(value, list) else "{}"
    return f"{opening}\n" + ",\n".join(rows) + f"\n{indent}{closing}"


def _is_unicode(text: str) -> bool:
    """False when half a surrogate pair is in it: JSON can spell that as an escape, UTF-8 cannot."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _check_size(size: int, name: str) -> None:
    if size == 0:
        _fail(name, "", "The file is empty.", "Choose another file, or one of its older versions.")
    if size > MAX_BYTES:
        _fail(name, "", f"{size >> 20} MB is more than the {MAX_BYTES >> 20} MB a preset may have.", "Is it a preset?")


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        _fail(name, f"line {line}", f"Byte {error.start} is not UTF-8 text.", "Save the file as UTF-8; is it a preset?")


def _check_shape(data: bytes, name: str) -> None:
    """Refuse deep nesting, and more values than fit in little memory, before the parser builds anything."""
    brackets = data.count(b"[") + data.count(b"{")
    too_many = data.count(b",") + brackets > MAX_VALUES
    if brackets > MAX_DEPTH and _depth(data[:_SAMPLE] if too_many else data) > MAX_DEPTH:
        message = f"Lists and objects are nested more than {MAX_DEPTH} deep."
        _fail(name, "", message, "A preset is never that deep: the file is damaged or hostile.")
    if too_many:
        _fail(name, "", f"It holds more than {MAX_VALUES} values.", "A preset is never that large: is it a preset?")


def _depth(data: bytes) -> int:
    """How deep brackets are nested, those inside strings not counted."""
    unescaped = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    codes = np.frombuffer(unescaped, np.uint8)
    outside = np.bitwise_xor.accumulate(codes == 0x22) == 0
    brackets = codes[outside & ((codes | 0x20 == 0x7B) | (codes | 0x20 == 0x7D))]
    steps = np.where(brackets | 0x20 == 0x7B, np.int8(1), np.int8(-1))
    return int(np.cumsum(steps, dtype=np.int32).max(initial=0))


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            token = json.dumps(key, ensure_ascii=False)
            raise _Refused(
                f"The key {token[:80]} is there twice in one object.", "Remove or rename one of them.", token
            )
        made[key] = value
    return made


def _float(token: str) -> float:
    value = float(token)
    if not math.isfinite(value):
        raise _Refused(f"The number {token[:40]} is too large.", "Use a number below 1e308.", token)
    return value


def _integer(token: str) -> int:
    if len(token) > MAX_DIGITS:
        raise _Refused(f"A number with {len(token)} digits is too long.", f"Use at most {MAX_DIGITS} digits.", token)
    return int(token)


def _constant(token: str) -> NoReturn:
    raise _Refused(f"{token} is not a number that JSON has.", "Use a finite number.", token)


def _fail(name: str, place: str, message: str, hint: str) -> NoReturn:
    where = f"{name}, {place}" if place else name
    raise DocumentError(f"{where}: {message}", hint, [Problem(place or name, message, hint)])


def first_unwritable(value: Any, where: str = "") -> str:
    """Where in `value` the first thing is that JSON cannot say, or ""."""
    if isinstance(value, Mapping):
        return next(filter(None, (first_unwritable(one, f"{where}.{key}") for key, one in value.items())), "")
    if isinstance(value, list | tuple):
        return next(filter(None, (first_unwritable(one, f"{where}[{at}]") for at, one in enumerate(value))), "")
    if value is None or isinstance(value, str | bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return ""
    return f"{where.lstrip('.')} = {value!r}"
