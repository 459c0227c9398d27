"""The worker that is this process itself: it begins at once, and needs no Ray."""

import dataclasses
import queue
import threading
from collections.abc import Mapping
from typing import Self

from nodegraph.render.job import Failed, Job, Made, Outcome, Segment
from nodegraph.render.segment import Workplace
from nodegraph.session import Session


class Here:
    """A pool of one worker, a thread. Use as a context manager.

    session: it is used as it is, with the models it has; where others would reach these is of no importance here.
    """

    def __init__(self, job: Job, session: Session) -> None:
        self._place = Workplace(job, session)
        self._outcomes: queue.Queue[Outcome] = queue.Queue()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def size(self) -> int:
        """One."""
        return 1

    def ready(self, worker: int) -> bool:
        """Always: it has no successor."""
        return True

    def start(self, worker: int, segment: Segment) -> None:
        """Render a segment on the thread; returns at once."""
        segment = dataclasses.replace(segment, places={})
        self._thread = threading.Thread(target=self._work, args=(segment,), name="render")
        self._thread.start()

    def wait(self, seconds: float) -> list[tuple[int, Outcome]]:
        """How it went, if it is done within `seconds`."""
        try:
            return [(0, self._outcomes.get(timeout=seconds))]
        except queue.Empty:
            return []

    def done(self) -> Mapping[int, int]:
        """Frames done of the segment at work."""
        return {0: self._place.done} if self._thread is not None and self._thread.is_alive() else {}

    def close(self) -> None:
        """End the segment at work; returns when it has ended."""
        self._place.stop()
        if self._thread is not None:
            self._thread.join()
        self._place.close()

    def _work(self, segment: Segment) -> None:
        try:
            outcome = self._place.render(segment)
        except Exception as error:  # a node's mistake that no run can catch, or ours: as a worker of Ray's tells it
            outcome = Failed(segment.number, "", segment.kept, f"{type(error).__name__}: {error}")
        if isinstance(outcome, Made):
            outcome = dataclasses.replace(outcome, warnings=())  # they were told when they came
        self._outcomes.put(outcome)
