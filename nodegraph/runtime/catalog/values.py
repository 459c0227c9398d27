"""Small readers for the fields of models.json: what real files contain, made regular, or a sentence."""

import re
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

from nodegraph.core.types import NAMES
from nodegraph.runtime.consent import TRIAL

TYPE_ALIASES: Final = {
    "video": "image",
    "pixels": "image",
    "string": "text",
    "float": "number",
    "int": "integer",
    "bool": "boolean",
    "boxes": "detections",
    "landmarks": "keypoints",
}
"""Other words for port types, as found in files of other tools."""

_UNITS: Final = {"": 1, "B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}
_MOST: Final = 10**18  # bytes
_SIZE = re.compile(r"\s*([0-9]{1,18}(?:\.[0-9]{1,18})?)\s*([KMGT]?B?)\s*\Z", re.IGNORECASE)


def mistake(message: str, hint: str = "") -> PydanticCustomError:
    """A validation error with our own sentence and what to do about it."""
    return PydanticCustomError("nodegraph", "{sentence}", {"sentence": message, "hint": hint})


def empty_is_none(value: Any) -> Any:
    """Real files write "" where an object, a list or a number is missing."""
    return None if value == "" and isinstance(value, str) else value


def port_number(value: Any) -> Any:
    """A TCP port written as text or number; "" is none."""
    if value is None or value == "":
        return None
    number = int(value) if isinstance(value, str) and re.fullmatch(r"\d{1,5}", value) else value
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number < 65536:
        raise mistake(f"{shown(value)} is not a port number.", "Use a whole number from 1 to 65535.")
    return number


def size_text(value: Any) -> Any:
    """A size as ``["2.19", "GB"]``, ``"2.19GB"``, a number of bytes or "", made one text."""
    if isinstance(value, list | tuple) and len(value) == 2:
        value = f"{value[0]} {value[1]}"
    elif isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _MOST:
        value = f"{value:.0f} B"
    if value is None or value == "":
        return ""
    if not isinstance(value, str) or not _SIZE.match(value):
        raise mistake(f"{shown(value)} is not a size.", 'Use for instance ["2.19", "GB"] or "2.19 GB".')
    return value


def size_bytes(text: str) -> int:
    """The bytes of a text that `size_text` accepted; 0 for ""."""
    found = _SIZE.match(text)
    if not found:
        return 0
    unit = found.group(2).upper()
    return round(float(found.group(1)) * _UNITS[unit if unit.endswith("B") or not unit else unit + "B"])


def type_names(value: Any) -> Any:
    """A port's type, or a list of types it accepts, by our names."""
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names:
        raise mistake(f"{shown(value)} is not a port type.", f"Use one of {', '.join(NAMES)}.")
    known = []
    for name in names:
        lower = name.lower() if isinstance(name, str) else ""
        lower = TYPE_ALIASES.get(lower, lower)
        if lower not in NAMES:
            raise mistake(f"{shown(name)} is not a port type.", f"Use one of {', '.join(NAMES)}.")
        known.append(lower)
    return list(dict.fromkeys(known))


def lower_case(value: Any) -> Any:
    """Text in lower case, other values as they are."""
    return value.lower() if isinstance(value, str) else value


def named(shorthand: str) -> Callable[[Any], Any]:
    """A reader for objects by name; a list of objects with `name`, and text for the field `shorthand`, are fine too."""

    def read(value: Any) -> Any:
        if value is None or value == "":
            return {}
        if isinstance(value, list):
            value = _by_name(value)
        if not isinstance(value, dict):
            raise mistake(f"{shown(value)} is not an object.", 'Use {"name": {"type": "image"}}.')
        return {key: {shorthand: one} if isinstance(one, str) else one for key, one in value.items()}

    return read


def _by_name(items: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in items:
        name = one.get("name") if isinstance(one, dict) else None
        if not isinstance(name, str):
            raise mistake(f"{shown(one)} has no name.", 'Use {"name": "mask", "type": "mask"}.')
        if name in found:
            raise mistake(f"the name {shown(name)} is used twice.", "Give each its own name.")
        found[name] = {key: part for key, part in one.items() if key != "name"}
    return found


def shown(value: Any) -> str:
    """A value as a person wrote it, on one line and never long."""
    words = {True: "true", False: "false", None: "null"}
    if value is None or isinstance(value, bool):
        return words[value]
    text = f"'{value[:60]}'" if isinstance(value, str) else repr(value) if isinstance(value, int | float) else ""
    if isinstance(value, dict):
        text = f"an object with {', '.join(map(str, list(value)[:4])) or 'nothing'}"[:60]
    elif isinstance(value, list | tuple):
        text = f"a list of {len(value)}"
    return "".join(char if char.isprintable() else "?" for char in text)[:64]


Maybe = BeforeValidator(empty_is_none)
Text = Annotated[str, StringConstraints(strip_whitespace=True)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]


def _no_trial(id: str) -> str:
    """A trial of `models check` may have what was agreed to for the model without this end."""
    if id.endswith(TRIAL):
        raise mistake(f"ends in {TRIAL}, which is for trials.", "Give it another id.")
    return id


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$"), AfterValidator(_no_trial)]
Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")
]
PortNumber = Annotated[int | None, BeforeValidator(port_number, json_schema_input_type=int | str | None)]
Size = Annotated[str, BeforeValidator(size_text, json_schema_input_type=str | float | list[str | float] | None)]
Types = Annotated[list[str], BeforeValidator(type_names, json_schema_input_type=str | list[str])]
Method = Annotated[Literal["get", "post"], BeforeValidator(lower_case, json_schema_input_type=str)]
