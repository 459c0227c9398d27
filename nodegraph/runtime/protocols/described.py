"""What a running server says about itself, as pieces of a models.json entry. What it says is not trusted."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

MAX_FIELDS: Final = 64
"""Inputs, outputs or parameters taken from one server: more make no node a person could use."""

MAX_CHOICES: Final = 200
_MAX_TEXT: Final = 500


@dataclass(frozen=True)
class Described:
    """A server that was recognised: its protocol, an entry for every node it gives, and what a person should know."""

    protocol: str
    entries: list[dict[str, Any]]
    notes: list[str] = field(default_factory=list)


def our_names(wire: Iterable[str], taken: Iterable[str] = (), prefix: str = "") -> dict[str, str]:
    """A name the catalogue allows for every name of the server; the same ones each time, none twice or in `taken`."""
    used, found = set(taken), {}
    following: dict[str, int] = {}  # an answer may hold a million names that all become one
    for one in wire:
        plain = re.sub(r"\W+", "_", one, flags=re.ASCII).strip("_")[:40] or "value"
        plain = plain if plain[0].isalpha() else f"n{plain}"
        name = f"{prefix}{plain}" if prefix and plain in used else plain
        number = following.get(plain, 2)
        while name in used:
            name, number = f"{plain}_{number}", number + 1
        following[plain] = number
        used.add(name)
        found[one] = name
    return found


def words(value: Any, most: int = _MAX_TEXT) -> str:
    """A text of the server on one line, cut to a readable length; "" for what is no text."""
    if not isinstance(value, str):
        return ""
    return "".join(one if one.isprintable() else " " for one in value[: 2 * most]).strip()[:most]


def number(value: Any) -> float | None:
    """A finite number a parameter can hold, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if -(2**53) <= value <= 2**53 and math.isfinite(value) else None


def port(kind: str | list[str], description: str = "", optional: bool = False) -> dict[str, Any]:
    """An input or output of an entry."""
    return {"type": kind, "description": description, "optional": optional}


def number_parameter(kind: str, said: Mapping[str, Any], low: str, high: str) -> dict[str, Any]:
    """A number or integer parameter from a field that names its limits `low` and `high`; the default is moved inside.

    Limits that contradict each other are left out.
    """
    least, most, default = number(said.get(low)), number(said.get(high)), number(said.get("default"))
    if least is not None and most is not None and least > most:
        least = most = None
    if kind == "integer":
        least = None if least is None else math.ceil(least)
        most = None if most is None else math.floor(most)
        if least is not None and most is not None and least > most:
            least = most = None
        default = None if default is None else round(default)
    if default is not None:
        default = max(default, least) if least is not None else default
        default = min(default, most) if most is not None else default
    limits = {"minimum": least, "maximum": most, "default": default}
    return {"type": kind} | {name: value for name, value in limits.items() if value is not None}


def choice_parameter(choices: Iterable[Any], default: Any, optional: bool = False) -> dict[str, Any]:
    """A choice among plain values, as text; `optional` adds the empty choice, which sends nothing."""
    texts = [as_choice(one) for one in choices if isinstance(one, str | int | float)][:MAX_CHOICES]
    texts = list(dict.fromkeys([*([""] if optional else []), *texts]))
    chosen = as_choice(default) if isinstance(default, str | int | float) else ""
    return {"type": "choice", "choices": texts, "default": chosen if chosen in texts else texts[0]}


def as_choice(value: Any) -> str:
    """How a choice of the server is written as text."""
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else f"{value}"
