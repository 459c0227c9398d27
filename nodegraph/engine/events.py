"""What a run tells its listeners: frozen data. Listeners are called on engine threads and must return quickly."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class NodeFailed:
    """A node failed on a frame. `count` says how often in a row; told at 1 and then at 10, 100, ..."""

    node: str
    frame: int
    message: str
    hint: str = ""
    traceback: str = ""
    count: int = 1


@dataclass(frozen=True)
class NodeRecovered:
    """A node that had failed works again."""

    node: str
    frame: int


@dataclass(frozen=True)
class NodeWaiting:
    """A node cannot answer yet (its model is loading); what it shows meanwhile follows the bypass rule."""

    node: str
    message: str


@dataclass(frozen=True)
class Dropped:
    """A source gave frames faster than the graph took them; `total` since the run began."""

    node: str
    total: int


@dataclass(frozen=True)
class Ended:
    """The run is over. reason: finished | stopped | failed."""

    reason: str
    failure: NodeFailed | None = None


@dataclass(frozen=True)
class NodeStats:
    """One node since the run began; times in milliseconds over the last frames, rate in runs per second."""

    runs: int = 0
    median_ms: float = 0.0
    p95_ms: float = 0.0
    rate: float = 0.0
    failures: int = 0
    dropped: int = 0
    state: str = "ready"
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SinkStats:
    """One sink: frames shown, frames per second, and frame age (capture to shown) in milliseconds.

    `result_age` is the age of the oldest stream value that was drawn, held ones (a slow model's) included.
    """

    frames: int = 0
    fps: float = 0.0
    age_median_ms: float = 0.0
    age_p95_ms: float = 0.0
    result_age_median_ms: float = 0.0
    result_age_p95_ms: float = 0.0


@dataclass(frozen=True)
class RunStats:
    """A whole run. `frames_in` counts frames the sources gave, dropped ones included."""

    seconds: float
    frames_in: int
    frames_out: int
    dropped: int
    fps: float
    nodes: Mapping[str, NodeStats]
    sinks: Mapping[str, SinkStats]
    failures: tuple[NodeFailed, ...] = ()


Event = NodeFailed | NodeRecovered | NodeWaiting | Dropped | Ended
Listener = Callable[[Event], None]
