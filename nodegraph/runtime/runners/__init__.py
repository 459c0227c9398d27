"""Where a model's server runs. Each place is a `Runner`; how the server is spoken to is no concern of theirs."""

from typing import Protocol, runtime_checkable

from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.watcher import Watcher


class Runner(Protocol):
    """One server in one place. Calls come from one thread; it can be started again after `stop`."""

    def prepare(self, watcher: Watcher) -> None:
        """Fetch what is needed (pull, build). Raises ModelError when that is impossible, Cancelled when cancelled."""

    def start(self, watcher: Watcher) -> Endpoint:
        """Start the server; it need not answer yet. Raises ModelError or Cancelled."""

    def stop(self) -> None:
        """Stop it and free what it holds. Does nothing when there is nothing to stop; never raises."""


@runtime_checkable
class Scaled(Protocol):
    """A runner of several servers of a model, whose number may change while they run."""

    def scale(self, count: int) -> None:
        """Have so many from now on; those that run are kept. Returns at once; callable from any thread."""
