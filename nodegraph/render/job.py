"""What the workers of a render are told, and what they answer: plain data that travels between machines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nodegraph.core.errors import NodegraphError
from nodegraph.core.graph import Graph
from nodegraph.core.node import Stamp
from nodegraph.engine.sources import Begin


@dataclass(frozen=True)
class Needed:
    """A file that every machine must have at the same path: its size in bytes, and a digest of both its ends."""

    path: Path
    size: int
    digest: str


@dataclass(frozen=True)
class Job:
    """One render, the same for all its segments.

    graph: paths resolved. sinks: the file each one writes. folder: where parts go if the worker's machine has it, which
    it knows by the file `token` in it. ask_models: the worker has to find out whether models remember frames. threads:
    that carry frames in one worker. versions: of what must be equal. run: a word in the names of parts, so that workers
    of a render that was killed a moment ago do not write into these.
    """

    graph: Graph
    sinks: Mapping[str, Path]
    folder: Path
    token: str
    origin: Stamp
    needed: tuple[Needed, ...] = ()
    catalogs: tuple[Path, ...] = ()
    node_folders: tuple[Path, ...] = ()
    ask_models: bool = False
    threads: int = 1
    versions: Mapping[str, str] = field(default_factory=dict)
    run: str = ""


@dataclass(frozen=True)
class Segment:
    """Frames of the film that one worker renders at a stretch.

    begin: the first one, which may be before `kept`, the first that is written; `stop` is the first one that is not.
    last: the position of the last one in the source, to check by. places: where models run, in place of the graph's.
    """

    number: int
    begin: Begin
    kept: int
    stop: int
    last: float
    places: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def frames(self) -> int:
        """How many frames are written, at most."""
        return self.stop - self.kept


@dataclass(frozen=True)
class Part:
    """What one sink wrote of a segment: the frames' stamps, the file, and its bytes where the folder is not shared.

    path: None when no frame came.
    """

    stamps: tuple[Stamp, ...]
    path: Path | None
    data: bytes | None = None


@dataclass(frozen=True)
class Made:
    """A segment is done."""

    number: int
    parts: Mapping[str, Part]
    seconds: float
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failed:
    """A node failed on a frame of the film. again: another try may help, for it was a model's server."""

    number: int
    node: str
    frame: int
    message: str
    hint: str = ""
    again: bool = False


@dataclass(frozen=True)
class Lost:
    """The worker ended before the segment did."""

    number: int
    reason: str


@dataclass(frozen=True)
class Uneven:
    """The source gave other frames than its table says."""

    number: int
    reason: str


Outcome = Made | Failed | Lost | Uneven


class Remembers(NodegraphError):
    """Models of the graph remember earlier frames; `reasons` are sentences."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class Stopped(Exception):
    """The person wants the render to end."""
