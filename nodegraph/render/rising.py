"""Workers that are started while this process is at it already: nobody waits for Ray, which takes seconds."""

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Self

from nodegraph.core.errors import NodegraphError
from nodegraph.render.here import Here
from nodegraph.render.job import Outcome, Remembers, Segment
from nodegraph.render.pool import Pool

_log = logging.getLogger("nodegraph.render")


class Rising:
    """Worker 0 is this process. When `worth` says so others are begun, and when these are there it hands over to them.

    others: makes them when it is entered, which is done on a thread. worth: told how many frames are done. asked: a
    person wants the others, so what keeps them from beginning is raised by `wait`; else it is only said. Use as a
    context manager.
    """

    def __init__(
        self, here: Here, others: AbstractContextManager[Pool], worth: Callable[[int], bool], asked: bool
    ) -> None:
        self._here, self._others, self._worth, self._asked = here, others, worth, asked
        self._thread: threading.Thread | None = None
        self._known, self._over = threading.Event(), threading.Event()
        self._came: Pool | None = None
        self._pool: Pool | None = None
        self._error: BaseException | None = None
        self._through = 0
        self._segment: Segment | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def risen(self) -> bool:
        """Whether the others are at work."""
        return self._pool is not None

    @property
    def size(self) -> int:
        """This process, and the others as soon as they are there."""
        return 1 + (self._pool.size if self._pool else 0)

    def ready(self, worker: int) -> bool:
        """Whether an idle worker can begin: this process does until the others do."""
        return self._pool is None if worker == 0 else self._pool is not None and self._pool.ready(worker - 1)

    def start(self, worker: int, segment: Segment) -> None:
        """Let an idle worker render a segment; returns at once."""
        if worker == 0:
            self._segment = segment
            self._here.start(0, segment)
        elif self._pool is not None:
            self._pool.start(worker - 1, segment)

    def wait(self, seconds: float) -> list[tuple[int, Outcome]]:
        """The workers that are done with theirs, and how. Raises what kept the others, if asked for, from beginning."""
        self._look()
        if self._pool is None:
            heard = self._here.wait(seconds)
        else:
            heard = [(worker + 1, outcome) for worker, outcome in self._pool.wait(seconds)]
            heard += self._here.wait(0) if self._segment is not None else []
        if any(worker == 0 for worker, _ in heard) and self._segment is not None:
            self._through += self._segment.frames
            self._segment = None
        return heard

    def done(self) -> Mapping[int, int]:
        """Frames each busy worker has done of its segment, as far as is known."""
        others = self._pool.done().items() if self._pool else ()
        return dict(self._here.done()) | {worker + 1: done for worker, done in others}

    def close(self) -> None:
        """End every worker; returns when they are gone."""
        try:
            self._here.close()
        finally:
            self._end_others()

    def _look(self) -> None:
        """Begin the others when that pays, take them in when they are there."""
        if self._thread is None and self._worth(self._through + sum(self._here.done().values())):
            self._thread = threading.Thread(target=self._keep_others, name="other workers")
            self._thread.start()
        elif self._pool is None and self._known.is_set():
            if self._error is not None:
                self._do_without(self._error)
            self._pool = self._came

    def _do_without(self, error: BaseException) -> None:
        """Go on alone where nobody asked for the others. Raises it where somebody did, or it is about the film."""
        if self._asked or isinstance(error, Remembers) or not isinstance(error, NodegraphError):
            raise error
        self._error = None
        _log.warning("No other workers could be started, so this process goes on alone: %s", error.message)

    def _keep_others(self) -> None:
        """Their whole life on one thread: Ray's processes die with the thread that started them."""
        try:
            with self._others as self._came:
                self._known.set()
                self._over.wait()
        except BaseException as error:  # told by the thread that waits
            self._error = error
        finally:
            self._known.set()

    def _end_others(self) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()
