"""What the schedule needs of workers, wherever they are."""

from collections.abc import Mapping
from typing import Protocol

from nodegraph.render.job import Outcome, Segment


class Pool(Protocol):
    """Workers, numbered from 0. Used by one thread. A worker that is lost has a successor before its loss is told."""

    @property
    def size(self) -> int:
        """How many workers there are."""

    def ready(self, worker: int) -> bool:
        """Whether an idle worker can begin; a successor has to find room first. Raises NodegraphError for no hope."""

    def start(self, worker: int, segment: Segment) -> None:
        """Let an idle worker render a segment; returns at once."""

    def wait(self, seconds: float) -> list[tuple[int, Outcome]]:
        """The workers that are done with theirs, and how; waits for one up to `seconds`."""

    def done(self) -> Mapping[int, int]:
        """Frames each busy worker has done of its segment, as far as is known."""

    def close(self) -> None:
        """End every worker, in the middle of its work too; returns when they are gone."""
