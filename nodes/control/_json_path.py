"""Paths into plain data.

    people[0].name      the key "people", its first item, its key "name"
    boxes[-1]           the last item
    ["odd key"].x       a key with any letters, in JSON quotes
    (empty)             everything

A name outside of brackets has letters, digits, - and _.
"""

import json
import re
from typing import Any

from nodegraph.sdk import NodeError

_STEP = re.compile(r'(?P<name>[\w-]+)|\[(?P<index>-?\d{1,9})\]|\[(?P<quoted>"(?:[^"\\]|\\.)*")\]')
_HINT = 'Write it like people[0].name or ["odd key"].x.'


class PathMissing(NodeError):
    """The data has no such place."""


def parse_path(path: str) -> tuple[str | int, ...]:
    """The keys and indices of a path. Raises NodeError where it cannot be read."""
    steps: list[str | int] = []
    position = 0
    while position < len(path):
        if steps and path[position] == ".":
            position += 1
            if path[position : position + 1] == "[":
                raise NodeError(f"The path {path!r} has a point before a bracket at {position}.", _HINT)
        elif steps and path[position] != "[":
            raise NodeError(f"The path {path!r} cannot be read at position {position + 1}.", _HINT)
        found = _STEP.match(path, position)
        if found is None:
            raise NodeError(f"The path {path!r} cannot be read at position {position + 1}.", _HINT)
        steps.append(_step(found, path))
        position = found.end()
    return tuple(steps)


def _step(found: "re.Match[str]", path: str) -> str | int:
    if found["name"] is not None:
        return found["name"]
    if found["index"] is not None:
        return int(found["index"])
    try:
        return str(json.loads(found["quoted"]))
    except ValueError:
        raise NodeError(f"The path {path!r} has a key that is not JSON text.", _HINT) from None


def selected(data: Any, path: str) -> Any:
    """What lies at `path`. Raises PathMissing naming the first step that leads nowhere and what is there instead."""
    walked = ""
    for step in parse_path(path):
        here = walked or "the data"
        if isinstance(step, int):
            if not isinstance(data, list | tuple):
                raise PathMissing(f"Cannot take [{step}]: {here} is {_kind(data)}, not a list.", _HINT)
            if not -len(data) <= step < len(data):
                raise PathMissing(f"Cannot take [{step}]: {here} has {len(data)} items.", "Indices count from 0.")
            walked += f"[{step}]"
        else:
            if not isinstance(data, dict):
                raise PathMissing(f"Cannot take {step!r}: {here} is {_kind(data)}, not an object.", _HINT)
            if step not in data:
                known = ", ".join(map(str, list(data)[:8])) or "nothing"
                raise PathMissing(f"There is no {step!r} in {here}.", f"It has {known}.")
            walked += f".{step}" if walked else step
        data = data[step]
    return data


def _kind(data: Any) -> str:
    names = {dict: "an object", list: "a list", tuple: "a list", str: "text", bool: "true or false", type(None): "null"}
    return names.get(type(data), "a number" if isinstance(data, int | float) else type(data).__name__)
