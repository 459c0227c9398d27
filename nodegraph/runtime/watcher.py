"""Who is told what happens to a server while it is made ready, runs and ends."""

from dataclasses import dataclass
from typing import Protocol

from nodegraph.runtime.cancel import Cancel
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
