"""One model of the catalogue as plain frozen data; `catalog.py` makes it, everything else reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from nodegraph.core.spec import Param, Port

ProtocolName = Literal["native", "runway-alpha", "runway-sdk", "cog"]
Category = Literal["extract", "generate", "transform"]


@dataclass(frozen=True)
class HttpQuery:
    """Where the server answers over HTTP: a route without a leading slash, and ``get`` or ``post``."""

    route: str
    method: Literal["get", "post"]


@dataclass(frozen=True)
class SocketQuery:
    """Where the server answers over Socket.IO: a namespace with its leading slash and two event names."""

    namespace: str
    emit: str
    event: str


@dataclass(frozen=True)
class Description:
    """What the model page shows; every text may be empty. `more` keeps keys we do not know."""

    first: str = ""
    second: str = ""
    third: str = ""
    authors: str = ""
    image: str = ""
    organization: str = ""
    framework: str = ""
    github: str = ""
    paper: str = ""
    licence: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Build:
    """A folder with a Dockerfile; both paths are absolute.

    arguments: values of the Dockerfile's ARGs. gpu: their values for a second image, which runs where there is a GPU;
    empty when one image is for both.
    """

    context: Path
    dockerfile: Path
    arguments: Mapping[str, str] = field(default_factory=dict)
    gpu: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Process:
    """How to run the server on this machine: a command, the folder to run it in, and additional environment.

    Only ``{python}`` (our own interpreter) and ``{port}`` have a meaning in the command.
    """

    command: tuple[str, ...]
    folder: Path
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Weights:
    """A file the model needs, with where it comes from. `size` in bytes, 0 when unknown.

    url: http(s), or ``hf:owner/name@commit`` for the safetensors, JSON and text files of a Hugging Face repository at
    one commit; then `name` is a folder and `sha256`, if given, that of its ``model.safetensors``.
    """

    name: str
    url: str = ""
    sha256: str = ""
    size: int = 0
    licence: str = ""


@dataclass(frozen=True)
class ModelEntry:
    """One model: what it is, how its server is started, and how it is spoken to.

    `inputs` and `outputs` are ports; without declared `outputs` the answer's shape decides at run time.
    command: which of its server's commands the node calls (Runway model SDK), "" for the only one. setup: parameters of
    the server's set-up, which is done again when one changes. secrets: names of variables the server is given from the
    keyring or the environment; their values are never written anywhere. server: the address of a running server, where
    the node asks when its place says nothing. image_id: the engine's id of the only image that may run, for one that
    comes from no registry and so has no digest. cache: its container is given a folder that outlives it. `raw` is the
    entry as it was written, `where` its place in the file for messages.
    """

    id: str
    name: str
    where: str
    protocol: ProtocolName = "runway-alpha"
    available: bool = True
    container_id: str = ""
    tag: str = ""
    digest: str = ""
    cpu: bool = True
    gpu: bool = False
    port: int | None = None
    http: HttpQuery | None = None
    socket: SocketQuery | None = None
    format: Mapping[str, Any] = field(default_factory=dict)
    size: int = 0
    size_text: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    needs_training: bool = False
    description: Description = field(default_factory=Description)
    category: Category | None = None
    keywords: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()
    inputs: tuple[Port, ...] = (Port("image", ("image",)),)
    outputs: tuple[Port, ...] = ()
    parameters: tuple[Param, ...] = ()
    build: Build | None = None
    process: Process | None = None
    weights: tuple[Weights, ...] = ()
    checkpoints: tuple[Weights, ...] = ()
    max_inflight: int = 1
    timeout: float | None = None
    command: str = ""
    setup: tuple[Param, ...] = ()
    secrets: tuple[str, ...] = ()
    server: str = ""
    image_id: str = ""
    cache: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def constants(self) -> dict[str, Any]:
        """The keys of ``query.format`` that are sent along as they are: all but ``data``."""
        return {key: value for key, value in self.format.items() if key != "data"}

    @property
    def data_prefix(self) -> str:
        """What the base64 picture is prefixed with."""
        return str(self.format.get("data", "data:image/jpg;base64,"))
