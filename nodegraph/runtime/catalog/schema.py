"""The format of models.json as pydantic models: the 2018 format and our extensions. Validation happens only here.

docs/models-json.md explains every field; docs/models.schema.json is generated from these classes.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StringConstraints

from nodegraph.runtime.catalog.values import (
    Id,
    Maybe,
    Method,
    Name,
    PortNumber,
    Size,
    Text,
    Title,
    Types,
    empty_is_none,
    lower_case,
    mistake,
    named,
    shown,
)

Digest = Annotated[str, StringConstraints(pattern=r"^([^\s@]+@)?sha256:[0-9a-f]{64}$")]
ImageId = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
ServerUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^([0-9a-fA-F]{64})?$")]
IMAGE_KINDS = {"image", "video", "pixels"}


class _Object(BaseModel):
    """Unknown keys are kept: a file is never poorer for having been read by us."""

    model_config = ConfigDict(extra="allow", populate_by_name=True, hide_input_in_errors=True)


class SpecsField(_Object):
    """What the model can run on."""

    cpu: StrictBool = True
    gpu: StrictBool = False


class HttpField(_Object):
    """How to ask over HTTP."""

    route: Text
    method: Method = "post"
    type: Text = "JSON"


class SocketField(_Object):
    """How to ask over Socket.IO."""

    namespace: Text = ""
    emit: Annotated[str, StringConstraints(min_length=1)] = "update_request"
    event: Annotated[str, StringConstraints(min_length=1)] = "update_response"


class FormatField(_Object):
    """What is sent: `data` is the prefix of the base64 picture, every other key is sent along as it is."""

    data: Annotated[str, StringConstraints(pattern=r"^(data:[^,]*,)?$")] = "data:image/jpg;base64,"


def _or_empty(model: type[BaseModel]) -> BeforeValidator:
    return BeforeValidator(empty_is_none, json_schema_input_type=model | Literal[""] | None)


class QueryField(_Object):
    """How the server is spoken to."""

    http: Annotated[HttpField | None, _or_empty(HttpField)] = None
    socket: Annotated[SocketField | None, _or_empty(SocketField)] = None
    format: Annotated[FormatField | None, _or_empty(FormatField)] = None


class DescriptionField(_Object):
    """The model page."""

    first: Text = ""
    second: Text = ""
    third: Text = ""
    authors: Text = ""
    image: Text = ""
    organization: Text = ""
    framework: Text = ""
    github: Text = ""
    paper: Text = ""
    licence: Text = ""


class PortField(_Object):
    """An input or output: `type` is a port type, or a list of those it accepts."""

    type: Types
    description: Text = ""
    optional: StrictBool = False


class ParameterField(_Object):
    """A parameter, as a node's: `type` may be left out when `default` or `choices` tell it."""

    type: Annotated[str | None, BeforeValidator(lower_case, json_schema_input_type=str | None)] = None
    default: Any = None
    minimum: float | None = Field(default=None, strict=True)
    maximum: float | None = Field(default=None, strict=True)
    step: float | None = Field(default=None, strict=True, gt=0)
    choices: list[str] = []
    unit: Text = ""
    description: Text = ""


def _arguments(value: Any) -> Any:
    for name in value if isinstance(value, dict) else ():
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,127}", name):
            raise mistake(f"{shown(name)} is not the name of an ARG.", "Use letters, digits and '_'.")
    return value


class BuildField(_Object):
    """A folder with a Dockerfile, relative to the catalogue's; `gpu`: its ARGs for a second image, for a GPU."""

    context: Text
    dockerfile: Text = "Dockerfile"
    gpu: Annotated[dict[str, Text], BeforeValidator(_arguments, json_schema_input_type=dict[str, str])] = {}


class ProcessField(_Object):
    """A command that runs the server without Docker, and the folder (relative to the catalogue's) to run it in."""

    command: Annotated[list[str], Field(min_length=1)]
    folder: Text = "."
    env: dict[str, str] = {}


class WeightsField(_Object):
    """A file the model needs."""

    name: Annotated[str, StringConstraints(pattern=r"^[^./\\\x00-\x1f][^/\\\x00-\x1f]{0,199}$")]
    url: Text = ""
    sha256: Sha256 = ""
    size: Size = ""
    licence: Text = ""


def _description(value: Any) -> Any:
    return {"first": value} if isinstance(value, str) else value or {}


def _inputs(value: Any) -> Any:
    """A list of kinds (the 2018 way) becomes ports: image kinds share one; an unknown kind accepts anything."""
    if isinstance(value, list) and any(isinstance(one, str) for one in value):
        if not all(isinstance(one, str) for one in value):
            raise mistake("mixes kinds and objects.", 'Use ["Image", "Video"] or {"image": {"type": "image"}}.')
        return _ports_of_kinds([kind.lower() for kind in value])
    return _NAMED_PORTS(value)


def _ports_of_kinds(kinds: list[str]) -> dict[str, Any]:
    ports: dict[str, Any] = {}
    for kind in kinds:
        if kind in IMAGE_KINDS:
            ports["image"] = {"type": "image"}
        elif kind in KNOWN_KINDS:
            ports[kind] = {"type": kind}
        else:
            ports["data"] = {"type": "any"}
    return ports


def _build(value: Any) -> Any:
    return {"context": value} if isinstance(value, str) and value else value or None


def _weights(value: Any) -> Any:
    if value is None or value == "":
        return []
    if isinstance(value, dict):
        raise mistake(f"{shown(value)} is not a list.", 'Use [{"name": ..., "url": ..., "sha256": ...}].')
    return value


KNOWN_KINDS = {"text", "mask", "segmentation", "detections", "keypoints", "number", "vector", "json", "file", "any"}
_NAMED_PORTS = named("type")
_PORTS = dict[Name, PortField]
_PORTS_WRITTEN = list[str] | dict[str, PortField | str] | list[PortField] | Literal[""] | None
WeightsList = Annotated[list[WeightsField], BeforeValidator(_weights)]


class EntryField(_Object):
    """One model. Only `name` is required."""

    name: Title
    id: Id | None = None
    containerId: Text | None = ""
    available: StrictBool = True
    tag: Text | None = ""
    specs: Annotated[SpecsField | None, _or_empty(SpecsField)] = None
    port: PortNumber = None
    query: Annotated[QueryField | None, _or_empty(QueryField)] = None
    size: Size = ""
    options: Annotated[dict[str, Any] | None, Maybe] = None
    needsTraining: StrictBool = False
    description: Annotated[
        DescriptionField, BeforeValidator(_description, json_schema_input_type=DescriptionField | str | None)
    ] = DescriptionField()
    shortDescription: Text | None = ""
    developer: Text | None = ""
    company: Text | None = ""
    framework: Text | None = ""
    github: Text | None = ""
    url: Text | None = ""

    inputs: Annotated[_PORTS, BeforeValidator(_inputs, json_schema_input_type=_PORTS_WRITTEN)] | None = None
    outputs: Annotated[_PORTS, BeforeValidator(_NAMED_PORTS, json_schema_input_type=_PORTS_WRITTEN)] = {}
    parameters: Annotated[
        dict[Name, ParameterField],
        BeforeValidator(named("type"), json_schema_input_type=dict[str, ParameterField | str] | list[ParameterField]),
    ] = {}
    category: Annotated[
        Literal["extract", "generate", "transform"] | None,
        BeforeValidator(lambda value: lower_case(empty_is_none(value))),
    ] = None
    keywords: list[str] = []
    protocol: Literal["native", "runway-alpha", "runway-sdk", "cog"] = "runway-alpha"
    digest: Annotated[Digest | None, Maybe] = None
    build: Annotated[BuildField | None, BeforeValidator(_build, json_schema_input_type=BuildField | str | None)] = None
    process: Annotated[ProcessField | None, _or_empty(ProcessField)] = None
    weights: WeightsList = []
    checkpoints: WeightsList = []
    command: Text | None = ""
    setup: Annotated[
        dict[Name, ParameterField],
        BeforeValidator(named("type"), json_schema_input_type=dict[str, ParameterField | str] | list[ParameterField]),
    ] = {}
    secrets: list[Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")]] = []
    server: Annotated[ServerUrl | None, Maybe] = None
    imageId: Annotated[ImageId | None, Maybe] = None
    cache: StrictBool = False
    maxInflight: Annotated[int, Field(ge=1, le=64, strict=True)] = 1
    timeout: Annotated[float | None, Field(gt=0, le=3600, strict=True)] = None
