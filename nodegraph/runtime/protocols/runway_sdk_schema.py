"""The manifest of a Runway Model SDK server -> its commands, and the pieces of a models.json entry.

One node per command. Pictures, points, boxes, arrays and the like are inputs of the node; numbers, choices, switches
and files (which are paths inside the server's container, or addresses) are parameters; a text is an input when it is
called prompt, text and the like, or when the command has no other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from nodegraph.runtime.protocols.cog_schema import PROMPTS
from nodegraph.runtime.protocols.described import (
    MAX_FIELDS,
    choice_parameter,
    number,
    number_parameter,
    our_names,
    port,
    words,
)

_PORTS: Final[dict[str, str]] = {
    "image": "image",
    "segmentation": "segmentation",
    "image_point": "vector",
    "image_bounding_box": "detections",
    "image_landmarks": "keypoints",
    "vector": "vector",
    "any": "json",
}
_ARRAYS: Final[dict[str, str]] = {
    "image_bounding_box": "detections",
    "image_landmarks": "keypoints",
    "image_point": "keypoints",
    "number": "vector",
}
_PARAMETERS: Final = {"number", "boolean", "category", "file", "directory"}


@dataclass(frozen=True)
class SdkField:
    """An input, output or option. wire: its name there; name: ours; type: the SDK's; item: of an array, its type."""

    wire: str
    name: str
    type: str
    item: str
    said: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """The port type that carries it."""
        if self.type == "array":
            return _ARRAYS.get(self.item, "json")
        if self.type == "number":
            return "integer" if is_whole(self.said) else "number"
        plain = {"text": "text", "boolean": "boolean", "category": "category", "file": "text", "directory": "text"}
        return _PORTS.get(self.type) or plain.get(self.type, "any")

    @property
    def has_default(self) -> bool:
        """The server does without it; for pictures, arrays and points it never does, whatever the manifest says."""
        return self.type in ("text", "number", "boolean", "category", "file", "directory") or (
            self.type == "vector" and self.said.get("default") is not None
        )


@dataclass(frozen=True)
class SdkCommand:
    """One command: its inputs, and its outputs."""

    name: str
    description: str
    inputs: tuple[SdkField, ...]
    outputs: tuple[SdkField, ...]

    @property
    def ports(self) -> tuple[SdkField, ...]:
        """The inputs that are inputs of the node; the others are parameters."""
        texts = [one for one in self.inputs if one.type == "text"]
        others = [one for one in self.inputs if one.type not in _PARAMETERS and one.type != "text"]
        alone = len(texts) == 1 and not others
        spoken = {one.wire for one in texts if alone or one.wire.lower() in PROMPTS}
        return tuple(one for one in self.inputs if one.wire in spoken or one in others)


def commands_of(manifest: Any) -> tuple[SdkCommand, ...]:
    """Every command with a name; what makes no sense is left out."""
    said = manifest.get("commands") if isinstance(manifest, Mapping) else None
    found = [_command(one) for one in (said if isinstance(said, list) else [])[:MAX_FIELDS] if _has_name(one)]
    return tuple({one.name: one for one in found}.values())


def command_of(manifest: Any, name: str) -> SdkCommand | None:
    """The command `name`, or for "" the only one, or None."""
    found = commands_of(manifest)
    if not name:
        return found[0] if len(found) == 1 else None
    return next((one for one in found if one.name == name), None)


def options_of(manifest: Any, taken: tuple[SdkField, ...]) -> tuple[SdkField, ...]:
    """The options of POST /setup, under names that none of the command's inputs `taken` has."""
    said = manifest.get("options") if isinstance(manifest, Mapping) else None
    return _fields(said, [one.name for one in taken], "setup_")


def entry_pieces(manifest: Any, command: SdkCommand) -> dict[str, Any]:
    """`command`, `inputs`, `outputs`, `parameters` and `setup` of an entry."""
    ports = command.ports
    return {
        "command": command.name,
        "inputs": {one.name: port(one.kind, _about(one), one.has_default) for one in ports},
        "outputs": {one.name: port(one.kind, _about(one)) for one in command.outputs},
        "parameters": {one.name: parameter_of(one) for one in command.inputs if one not in ports},
        "setup": {one.name: parameter_of(one) for one in options_of(manifest, command.inputs)},
    }


def parameter_of(one: SdkField) -> dict[str, Any]:
    """A parameter of an entry."""
    said, about, default = one.said, {"description": _about(one)}, one.said.get("default")
    match one.kind:
        case "number" | "integer":
            found = number_parameter(one.kind, said, "min", "max") | about
            step = number(said.get("step"))
            return found | ({"step": step} if step is not None and step > 0 else {})
        case "boolean":
            return {"type": "boolean", "default": default is True} | about
        case "category":
            return choice_parameter(choices_of(one) or [""], default) | about
        case "text":
            return {"type": "text", "default": default if isinstance(default, str) else ""} | about
        case _:
            return {"type": "json", "default": default} | about


def choices_of(one: SdkField) -> list[Any]:
    """What a category may be; its values can be numbers."""
    choices = one.said.get("oneOf")
    return [value for value in choices if isinstance(value, str | int | float)] if isinstance(choices, list) else []


def is_whole(said: Mapping[str, Any]) -> bool:
    """Whether a number is meant to be whole: its step says so, and its limits and default agree."""
    given = [number(said[key]) for key in ("step", "default", "min") if said.get(key) is not None]
    return said.get("step") is not None and all(one is not None and float(one).is_integer() for one in given)


def unknown_types(command: SdkCommand) -> list[str]:
    """Types this version does not know; their ports carry anything."""
    known = {*_PORTS, *_PARAMETERS, "text", "array"}
    return sorted({one.type for one in (*command.inputs, *command.outputs) if one.type not in known})


def _has_name(said: Any) -> bool:
    name = said.get("name") if isinstance(said, Mapping) else None
    return isinstance(name, str) and 0 < len(name) <= 100 and name.isprintable()


def _command(said: Mapping[str, Any]) -> SdkCommand:
    return SdkCommand(
        said["name"], words(said.get("description")), _fields(said.get("inputs")), _fields(said.get("outputs"))
    )


def _fields(said: Any, taken: list[str] | None = None, prefix: str = "") -> tuple[SdkField, ...]:
    named = {one["name"]: one for one in (said if isinstance(said, list) else [])[:MAX_FIELDS] if _has_name(one)}
    names = our_names(named, taken or (), prefix)
    return tuple(_field(wire, names[wire], one) for wire, one in named.items())


def _field(wire: str, name: str, said: Mapping[str, Any]) -> SdkField:
    type = said.get("type")
    if isinstance(type, list):  # a list of records, as manuals of before 2019 write it
        return SdkField(wire, name, "any", "", said)
    item = said.get("itemType")
    inner = item.get("type") if isinstance(item, Mapping) else ""
    known = words(type, 40) or "any"
    if known == "file" and said.get("isDirectory") is True:
        known = "directory"
    return SdkField(wire, name, known, inner if isinstance(inner, str) else "", said)


def _about(one: SdkField) -> str:
    about = words(one.said.get("description"))
    if one.type in ("file", "directory"):
        return f"{about} A path on the machine of the server, or an http(s) address.".strip()
    return about
