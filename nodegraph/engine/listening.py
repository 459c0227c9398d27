"""Telling a listener what happens, and knowing when it is the listener who calls."""

import threading

from nodegraph.engine.events import Event, Listener, NodeFailed
from nodegraph.engine.execute import failure_of

KEPT_FAILURES = 100


class Telling:
    """Calls the listener; one that raises is told nothing more, and the run is not hurt."""

    def __init__(self, listener: Listener | None) -> None:
        self.failures: list[NodeFailed] = []
        self._listener = listener
        self._here = threading.local()

    @property
    def inside(self) -> bool:
        """Whether the calling thread is inside the listener: it must not wait for what waits for it."""
        return getattr(self._here, "depth", 0) > 0

    def emit(self, event: Event) -> None:
        """Tell the listener; failures are kept, the newest hundred."""
        if isinstance(event, NodeFailed):
            self.failures = [*self.failures, event][-KEPT_FAILURES:]
        if self._listener is None:
            return
        self._here.depth = getattr(self._here, "depth", 0) + 1
        try:
            self._listener(event)
        except Exception as error:
            self._listener = None
            self.failures = [*self.failures, failure_of("", 0, error)]
        finally:
            self._here.depth -= 1
