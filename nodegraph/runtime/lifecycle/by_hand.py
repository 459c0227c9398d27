"""A runner's watcher for work that a person does by hand, without a supervisor."""

from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.launch import Launch
from nodegraph.runtime.lifecycle.durations import Durations
from nodegraph.runtime.lifecycle.folders import log_path, state_folder
from nodegraph.runtime.lifecycle.logbook import LogBook
from nodegraph.runtime.lifecycle.record import Record
from nodegraph.runtime.state import ServerEvent, ServerListener, Stage
from nodegraph.runtime.watcher import Exit


class Teller:
    """A record that tells its listener, and a log file. `quiet` ends the telling."""

    def __init__(self, launch: Launch, tell: ServerListener, cancel: Cancel) -> None:
        folder = state_folder()
        book = LogBook(log_path(folder, launch.id, launch.kind, launch.engine))
        self.quiet = False
        self.cancel = cancel
        self._tell = tell
        self.record = Record(launch, book, Durations(folder / "durations.json"), self._pass_on)
        book.remark(f"{launch.name}: by hand")

    def _pass_on(self, event: ServerEvent) -> None:
        if not self.quiet:
            self._tell(event)

    def stage(self, stage: Stage, done: int = 0, total: int = 0, message: str = "") -> None:
        """A new stage, or progress within one (bytes)."""
        self.record.enter(stage, done, total, message)

    def note(self, text: str) -> None:
        """Something the person should know."""
        self.record.note(text)

    def log(self, line: str) -> None:
        """One line of the log."""
        self.record.log(line)

    def tail(self) -> str:
        """The last log lines, for a sentence."""
        return self.record.book.tail()

    def exited(self, exit: Exit) -> None:
        """The server ended by itself."""
        self.record.fail(exit.message, exit.hint)
