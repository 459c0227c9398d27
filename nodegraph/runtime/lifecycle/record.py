"""The public face of one server's life: its state, log and restarts, and the events told about them."""

import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import replace

from nodegraph.core.errors import ModelError, ModelNotReady
from nodegraph.runtime.launch import Launch
from nodegraph.runtime.lifecycle.durations import Durations
from nodegraph.runtime.lifecycle.logbook import LogBook
from nodegraph.runtime.secrets import redacted
from nodegraph.runtime.state import ServerEvent, ServerState, Stage

_TIMED = (Stage.PULLING, Stage.BUILDING, Stage.FETCHING, Stage.CREATING, Stage.STARTING, Stage.LOADING)
_PROGRESS_EVERY = 0.1  # seconds between two events that only differ in bytes


class Record:
    """Thread-safe; `tell` is called on the thread that brings the news, outside the lock, and may raise.

    What servers say may repeat a secret they were given; no state holds one.
    """

    def __init__(
        self, launch: Launch, book: LogBook, durations: Durations, tell: Callable[[ServerEvent], None]
    ) -> None:
        self.book = book
        self.restarts = 0
        self.launch = launch
        self._durations = durations
        self._tell = tell
        self._changed = threading.Condition()
        self._state = ServerState(since=time.time())
        self._told = 0.0

    @property
    def state(self) -> ServerState:
        """The present state."""
        return self._state

    def enter(
        self,
        stage: Stage,
        done: int = 0,
        total: int = 0,
        message: str = "",
        hint: str = "",
        only: Stage | None = None,
    ) -> bool:
        """Enter a stage, or say how far it is; the duration of the one before is remembered.

        only: enter from this stage or not at all. Returns whether it was entered.
        """
        message = redacted(message)
        expected = self._durations.last(self._name, stage) if stage is not self._state.stage else None
        with self._changed:
            old = self._state
            if only is not None and old.stage is not only:
                return False
            if stage is old.stage:
                new = replace(old, done=done, total=total, message=message, hint=hint)
            else:
                new = ServerState(stage, time.time(), done, total, expected, message, hint, old.note)
            self._set(new)
        if stage is not old.stage or self._worth_telling(old, new):
            self._announce(new)
        if stage is not old.stage:
            self._remember(old)
        return True

    def fail(self, message: str, hint: str) -> None:
        """It does not run, and here is why."""
        message = redacted(message)
        self.book.remark(f"{message} {hint}".strip())
        with self._changed:
            state = ServerState(Stage.FAILED, time.time(), message=message, hint=hint, note=self._state.note)
            self._set(state)
        self._announce(state)

    def note(self, text: str) -> None:
        """Something the person should know about how it runs; kept with every later state."""
        text = redacted(text)
        if text != self._state.note:
            self.book.remark(text)
            with self._changed:
                state = replace(self._state, note=text)
                self._set(state)
            self._announce(state)

    def repeat(self) -> None:
        """Tell the present state again: its launch has changed."""
        self._announce(self._state)

    def log(self, line: str) -> None:
        """Add to the log."""
        self.book.write(line)

    def obstacle(self) -> ModelError:
        """Why there is no connection now, as the exception to raise."""
        state = self._state
        if state.stage is Stage.FAILED:
            return ModelError(state.sentence(self.launch.name), state.hint)
        return ModelNotReady(state.sentence(self.launch.name), state.hint)

    def wait(self, timeout: float | None) -> ServerState:
        """Wait until it is ready, failed or stopped, or `timeout` seconds passed; the state then."""
        final = (Stage.READY, Stage.FAILED, Stage.STOPPED)
        with self._changed:
            self._changed.wait_for(lambda: self._state.stage in final, timeout)
        return self._state

    def _set(self, state: ServerState) -> None:
        """With `_changed` held."""
        self._state = state
        self._changed.notify_all()

    def _worth_telling(self, old: ServerState, new: ServerState) -> bool:
        """Within a stage: every new sentence, but only some of the news that are bytes alone."""
        small = new.message == old.message and bool(new.total) == bool(old.total)
        return new != old and not (small and self._told > time.monotonic() - _PROGRESS_EVERY)

    def _announce(self, state: ServerState) -> None:
        self._told = time.monotonic()
        launch = self.launch
        try:
            who = (launch.id, launch.name, launch.kind, state, self.restarts)
            self._tell(ServerEvent(*who, launch.engine, launch.replicas, launch.key))
        except Exception:  # a listener's bug must not take the server down
            self.book.remark(f"a listener failed: {traceback.format_exc()}")

    def _remember(self, old: ServerState) -> None:
        if old.stage in _TIMED:
            self._durations.remember(self._name, old.stage, old.seconds)

    @property
    def _name(self) -> str:
        return f"{self.launch.id} {self.launch.kind} {self.launch.engine}".rstrip()
