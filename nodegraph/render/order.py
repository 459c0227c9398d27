"""What is asked of a render, and how it went."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from nodegraph.core.graph import Graph
from nodegraph.render.job import Job
from nodegraph.render.pool import Pool

Pools = Callable[[Job, int], AbstractContextManager[Pool]]
"""Makes the workers: (job, how many)."""


@dataclass(frozen=True)
class Order:
    """What to render. graph: paths resolved. frames, seconds: only so much of it. workers: processes that render, None
    for as many as pay. here: this process is a worker until the others are there, or alone where they do not pay.
    fresh: what an earlier render finished does not count.

    overlap: frames rendered before each segment and not written, which also allows to divide a graph that remembers
    frames. length: frames of a segment. retries: how often a segment may be lost. shared: the workers are on this
    machine, so model servers are started here and used by all. catalogs, node_folders: extra ones, as for a Session.
    """

    graph: Graph
    workers: int | None = 1
    frames: int | None = None
    seconds: float | None = None
    overlap: int = 0
    length: int | None = None
    retries: int = 2
    shared: bool = True
    here: bool = True
    fresh: bool = False
    catalogs: tuple[Path, ...] = ()
    node_folders: tuple[Path, ...] = ()


@dataclass
class Rendered:
    """How it went. whole: why it was one piece, empty when it was divided. segments: (first frame, frames, seconds).

    resumed: how many of them an earlier render had finished. fresh: frames that this one made.
    alone: workers were wanted, and this process was done before they would have paid.
    """

    frames: int = 0
    outputs: list[Path] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    segments: list[tuple[int, int, float]] = field(default_factory=list)
    retried: int = 0
    resumed: int = 0
    fresh: int = 0
    alone: bool = False
