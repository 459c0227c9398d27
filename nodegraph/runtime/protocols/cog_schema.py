"""A Cog model's OpenAPI document -> its inputs and outputs, and the pieces of a models.json entry.

Pictures and files are inputs of the node, and so are required texts called prompt, text and the like; everything else
is a parameter. What is marked deprecated stays hidden, what is secret becomes a name in `secrets`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from nodegraph.runtime.protocols.described import (
    MAX_FIELDS,
    as_choice,
    choice_parameter,
    number_parameter,
    our_names,
    port,
    words,
)

Kind = Literal["image", "file", "text", "secret", "number", "integer", "boolean", "choice", "vector", "json"]
PROMPTS: Final = {"prompt", "text", "input", "caption", "question", "query", "message", "sentence"}
_PICTURE: Final = re.compile(r"image|img|photo|picture|mask|frame|portrait|face|sketch", re.IGNORECASE)
_NO_PICTURE: Final = re.compile(
    r"video|audio|sound|voice|speech|music|song|wav|mp3|mp4|zip|tar|archive|file|weights", re.I
)
_NO_DESCRIPTION: Final = "An enumeration."  # what cog before 0.17 says of every choice
_MAX_DEPTH: Final = 8


@dataclass(frozen=True)
class CogField:
    """One input of a predictor. wire: its name there; name: ours. many: a list of `kind`. optional: it may be left
    out. choices: as the server wants them back. said: its schema, for limits, default and description."""

    wire: str
    name: str
    kind: Kind
    many: bool
    optional: bool
    choices: tuple[Any, ...]
    said: Mapping[str, Any]

    @property
    def is_port(self) -> bool:
        """An input of the node, not a parameter."""
        spoken = self.kind == "text" and not self.many and self.wire.lower() in PROMPTS
        return self.kind in ("image", "file") or (spoken and not self.optional and "default" not in self.said)

    @property
    def variable(self) -> str:
        """The variable that holds the value of a secret. No server can ask for one that was not stored for Cog."""
        return f"COG_{self.name.upper()}"


def fields_of(openapi: Any) -> tuple[CogField, ...]:
    """The inputs of a predictor, in its own order, deprecated ones left out. What makes no sense is left out too."""
    schemas = _schemas(openapi)
    schema = _object(schemas.get("Input"))
    properties = _object(schema.get("properties"))
    required = schema.get("required")
    must = [one for one in required if isinstance(one, str)] if isinstance(required, list) else []
    shown = {name: _resolved(one, schemas) for name, one in properties.items()}
    shown = {name: one for name, one in shown.items() if one.get("deprecated") is not True}
    ordered = sorted(shown, key=lambda name: _order(shown[name]))[:MAX_FIELDS]
    names = our_names(ordered)
    return tuple(_field(name, names[name], shown[name], name in must, schemas) for name in ordered)


def tells_inputs(openapi: Any) -> bool:
    """Whether the document says what the inputs are, be it that there are none."""
    return bool(_object(_schemas(openapi).get("Input")))


def streams(openapi: Any) -> bool:
    """Whether the server sends an answer in pieces when asked for an event stream."""
    post = _object(_object(_object(_object(openapi).get("paths")).get("/predictions")).get("post"))
    return post.get("x-cog-streaming") is True


def entry_pieces(openapi: Any) -> dict[str, Any]:
    """`inputs`, `outputs`, `parameters` and `secrets` of an entry."""
    fields = fields_of(openapi)
    return {
        "inputs": {one.name: _port_of(one) for one in fields if one.is_port},
        "outputs": outputs_of(openapi),
        "parameters": {one.name: _parameter_of(one) for one in fields if not one.is_port and one.kind != "secret"},
        "secrets": [one.variable for one in fields if one.kind == "secret" and not one.optional],
    }


def outputs_of(openapi: Any) -> dict[str, Any]:
    """The outputs of an entry: one per property of an object, else by what the answer is."""
    schemas = _schemas(openapi)
    output = _resolved(schemas.get("Output"), schemas)
    properties = _object(output.get("properties"))
    if properties:
        wire = list(properties)[:MAX_FIELDS]
        names = our_names(wire)
        return {names[name]: _part(name, _resolved(properties[name], schemas), schemas) for name in wire}
    kind, many = _kind_of("", output, schemas)
    if kind in ("image", "file"):
        ports = {
            "image": port("image", "The picture, or the first of several.", optional=True),
            "file": port(["file", "text"], "What is no picture, as a file; the address of one elsewhere.", True),
        }
        return ports | ({"files": port("json", "All of them, as data URIs or addresses.")} if many else {})
    if kind == "text" and many and _is_spoken(output):
        return {"text": port("text", "Everything it said.")}
    plain: dict[str, str] = {"text": "text", "number": "number", "integer": "integer", "boolean": "boolean"}
    if not many and kind in plain:
        return {kind: port(plain[kind], words(output.get("description")))}
    if kind == "choice":
        return {"text": port("text", words(output.get("description")))}
    return {"vector": port("vector")} if kind == "vector" else {"output": port("json", "The whole answer.")}


def _part(name: str, said: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    kind, many = _kind_of(name, said, schemas)
    about = words(said.get("description"))
    if kind in ("image", "file"):
        return port("json" if many else ["image", "file", "text"], about, optional=True)
    if kind == "text" and many and _is_spoken(said):
        return port("text", about, optional=True)
    given = "json" if many else {"choice": "text", "secret": "text"}.get(kind, kind)
    return port(given, about, optional=True)


def _is_spoken(said: Mapping[str, Any]) -> bool:
    """Pieces of one text."""
    return said.get("x-cog-array-display") == "concatenate"


def _schemas(openapi: Any) -> Mapping[str, Any]:
    return _object(_object(_object(openapi).get("components")).get("schemas"))


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _order(said: Mapping[str, Any]) -> float:
    order = said.get("x-order")
    return order if isinstance(order, int) else MAX_FIELDS


def _resolved(said: Any, schemas: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    """A schema with its reference followed, and the ``or null`` of a nullable one taken off."""
    found = dict(_object(said))
    if depth > _MAX_DEPTH:
        return found
    options = found.get("anyOf")
    real = [one for one in options if _object(one).get("type") != "null"] if isinstance(options, list) else []
    if isinstance(options, list) and len(real) == 1 < len(options):
        found = {key: one for key, one in found.items() if key != "anyOf"} | {"nullable": True, "allOf": real}
    parts = found.get("allOf")
    part = parts[0] if isinstance(parts, list) and len(parts) == 1 else found if "$ref" in found else None
    if part is None:
        return found
    reference = _object(part).get("$ref")
    target = schemas.get(reference.rpartition("/")[2]) if isinstance(reference, str) else part
    own = {key: one for key, one in found.items() if key not in ("allOf", "$ref")}
    meant = _resolved(target, schemas, depth + 1)
    if meant.get("description") == _NO_DESCRIPTION:
        del meant["description"]
    return {**meant, **own}


def _field(wire: str, name: str, said: Mapping[str, Any], must: bool, schemas: Mapping[str, Any]) -> CogField:
    kind, many = _kind_of(wire, said, schemas)
    choices = said.get("enum")
    optional = not must and said.get("default") is None
    return CogField(wire, name, kind, many, optional, tuple(choices) if isinstance(choices, list) else (), said)


def _kind_of(name: str, said: Mapping[str, Any], schemas: Mapping[str, Any], inside: bool = False) -> tuple[Kind, bool]:
    """What a schema holds, and whether it is a list of that. inside: of a list; a list there may hold itself again."""
    choices = said.get("enum")
    if isinstance(choices, list) and choices and all(isinstance(one, str | int | float) for one in choices):
        return "choice", False
    match said.get("type"):
        case "array" if not inside:
            item, _ = _kind_of(name, _resolved(said.get("items"), schemas), schemas, inside=True)
            if item not in ("image", "file", "text", "number", "integer"):
                return "json", False
            return ("vector", False) if item in ("number", "integer") else (item, True)
        case "string" if said.get("format") == "uri":
            return _file_kind(name, said), False
        case "string":
            secret = said.get("format") == "password" or said.get("x-cog-secret") is True
            return ("secret" if secret else "text"), False
        case "number" | "integer" | "boolean" as kind:
            return kind, False
        case _:
            return "json", False


def _file_kind(name: str, said: Mapping[str, Any]) -> Kind:
    accept = said.get("x-cog-accept")
    if isinstance(accept, str) and accept:
        pictures = ("image/", ".png", ".jp", ".webp", ".gif", ".bmp", ".tif")
        return "image" if any(one.strip().lower().startswith(pictures) for one in accept.split(",")) else "file"
    if _PICTURE.search(name) or _NO_PICTURE.search(name):
        return "file" if _NO_PICTURE.search(name) else "image"
    about = words(said.get("description"))
    return "image" if _PICTURE.search(about) and not _NO_PICTURE.search(about) else "file"


def _port_of(one: CogField) -> dict[str, Any]:
    kind: str | list[str] = [one.kind, "json"] if one.many else one.kind
    return port(kind, words(one.said.get("description")), one.optional or one.said.get("default") is not None)


def _parameter_of(one: CogField) -> dict[str, Any]:
    said, default = one.said, one.said.get("default")
    about = {"description": words(said.get("description"))}
    if one.kind == "choice":
        return choice_parameter(one.choices, default, one.optional) | about
    if one.kind in ("number", "integer") and not one.optional:
        return number_parameter(one.kind, said, "minimum", "maximum") | about
    if one.kind == "boolean" and not one.optional:
        return {"type": "boolean", "default": default is True} | about
    if one.kind == "text" and not one.many:
        return {"type": "text", "default": default if isinstance(default, str) else ""} | about
    if one.kind == "vector" and not one.optional:
        numbers = default if isinstance(default, list) else []
        return {"type": "vector", "default": [n for n in numbers if type(n) in (int, float)]} | about
    return {"type": "json", "default": default} | about


def wire_choice(one: CogField, text: str) -> Any:
    """The choice as the server wants it: a number where it offers numbers."""
    return next((choice for choice in one.choices if as_choice(choice) == text), text)
