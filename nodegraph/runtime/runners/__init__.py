"""Where a model's server runs. Each place is a `Runner`; how the server is spoken to is no concern of theirs."""

from dataclasses import dataclass
from typing import Protocol

from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.runners.cancel import Cancel
from nodegraph.runtime.state import Stage


@dataclass(frozen=True)
class Exit:
    """A server ended without being asked to. message: a sentence with code or signal; hint: what to do about it.

    wanted: somebody asked for the restart, nothing is wrong. life: which of the server's lives it ended; whoever
    counts them sets it.
    """

    message: str
    hint: str = ""
    wanted: bool = False
    life: int = 0


class Watcher(Protocol):
    """Whom a runner tells what happens. Callable from any thread."""

    @property
    def cancel(self) -> Cancel:
        """Set when the server is no longer wanted; long work must end soon."""

    def stage(self, stage: Stage, done: int = 0, total: int = 0, message: str = "") -> None:
        """A new stage, or progress within one (bytes)."""

    def note(self, text: str) -> None:
        """Something about how it runs that the person should know."""

    def log(self, line: str) -> None:
        """One line the server, or we about it, had to say."""

    def tail(self) -> str:
        """The last log lines of this server, for a sentence."""

    def exited(self, exit: Exit) -> None:
        """The server ended by itself. Ignored after `stop`."""


class Runner(Protocol):
    """One server in one place. Calls come from one thread; it can be started again after `stop`."""

    def prepare(self, watcher: Watcher) -> None:
        """Fetch what is needed (pull, build). Raises ModelError when that is impossible, Cancelled when cancelled."""

    def start(self, watcher: Watcher) -> Endpoint:
        """Start the server; it need not answer yet. Raises ModelError or Cancelled."""

    def stop(self) -> None:
        """Stop it and free what it holds. Does nothing when there is nothing to stop; never raises."""
