"""What the two ways of looking after a server have in common: a thread, a mailbox, a connection and a record."""

import queue
import threading
import traceback
from abc import ABC, abstractmethod
from dataclasses import dataclass

from nodegraph.core.errors import ModelTimeout
from nodegraph.runtime.cancel import Cancel, Cancelled
from nodegraph.runtime.launch import Launch
from nodegraph.runtime.lifecycle.link import Connect, Link
from nodegraph.runtime.lifecycle.record import Record
from nodegraph.runtime.limits import Limits
from nodegraph.runtime.protocols import Client, Endpoint, Frames
from nodegraph.runtime.state import Stage
from nodegraph.runtime.watcher import Exit


@dataclass(frozen=True)
class Request:
    """Somebody wants something of the server.

    error: a call failed with it, have a look. wake: try again if it rests after a failure. restart: start it again
    whatever it does. tell: tell its state again, for there are more or fewer of it.
    """

    error: Exception | None = None
    wake: bool = False
    restart: bool = False
    tell: bool = False


class Keeper(ABC):
    """Looks after one server from `start()` to `close()`; `record` says how it does."""

    def __init__(self, launch: Launch, connect: Connect, record: Record, limits: Limits) -> None:
        self.launch = launch
        self.record = record
        self.cancel = Cancel()
        self._limits = limits
        self._link = Link(connect)
        self._mail: queue.SimpleQueue[Exit | Request | None] = queue.SimpleQueue()
        self._after: Keeper | None = None
        self._thread = threading.Thread(target=self._run, name=f"server {launch.name}", daemon=True)

    def start(self, after: "Keeper | None" = None) -> None:
        """Begin once the server of `after` is gone, so that two never share the memory; returns at once."""
        self._after = after
        self._thread.start()

    def client(self, user: object, frames: Frames = "auto") -> Client:
        """The user's own connection. Raises ModelNotReady while the server is on its way, ModelError when it failed.

        frames: how pictures go over it.
        """
        client = self._link.client(user, frames)
        if client is None:
            self._revive()
            raise self.record.obstacle()
        return client

    def transport(self, user: object) -> str:
        """How the user's frames travel, "" without a connection. Only looks: a server that rests goes on resting."""
        return self._link.transport(user)

    def leave(self, user: object) -> None:
        """The user is gone: its connection is dropped, with what a stateful model remembered of it."""
        self._link.drop(user)

    def endpoint(self) -> Endpoint | None:
        """Where the server answers, or None while it does not."""
        return self._link.endpoint

    def report(self, error: Exception, user: object) -> None:
        """A call of the user's failed with `error`: have the server looked at.

        A broken connection takes the server out of service until it has answered again, so that who waits for it
        does not get the same broken one.
        """
        self._revive()
        if isinstance(error, ModelTimeout):
            if self.record.state.stage is Stage.READY:
                self._mail.put(Request(error))
        # Its end may be told at this very moment: what that says must not be overwritten.
        elif self.record.enter(Stage.LOADING, message="the connection broke, it is being looked at", only=Stage.READY):
            self._link.suspend(user)
            self._mail.put(Request(error))

    def restart(self) -> None:
        """Start it again now, whatever it does."""
        self._mail.put(Request(restart=True))

    def wake(self) -> None:
        """Try again now if it rests after a failure."""
        self._mail.put(Request(wake=True))

    def scale(self, count: int) -> None:
        """Have so many replicas from now on, where there are several; returns at once."""
        del count  # one server is one

    def close(self, wait: bool = True) -> None:
        """Let go of the server, and stop it if it is ours; returns when that is done, unless `wait` is False."""
        self.cancel.set()
        self._mail.put(None)
        if wait and self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _revive(self) -> None:
        state = self.record.state
        if state.stage is Stage.FAILED and state.seconds >= self._limits.revive:
            self.wake()

    def _run(self) -> None:
        try:
            if self._after is not None:
                self._after.close()
                self._after = None
            while True:
                self._try()
        except Cancelled:
            self._end()

    def _try(self) -> None:
        """Look after the server; a mistake of ours is told, and who asks for the server again has it tried again."""
        try:
            self._live()
        except Cancelled:
            raise
        except Exception as bug:
            self.record.log(traceback.format_exc())
            try:
                self._end()
            finally:
                self.record.fail(f"{self.launch.name} cannot be looked after: {bug!r}.", "Please report this as a bug.")
            while not _asks(self._next_mail(None)):
                pass

    @abstractmethod
    def _live(self) -> None:
        """Look after the server until `_next_mail` raises Cancelled."""

    @abstractmethod
    def _end(self) -> None:
        """Free everything and enter STOPPED."""

    def _next_mail(self, timeout: float | None) -> Exit | Request | None:
        """The next message, or None when none came in `timeout` seconds. Raises Cancelled on `close()`."""
        try:
            mail = self._mail.get(timeout=timeout) if timeout != 0 else self._mail.get_nowait()
        except queue.Empty:
            return None
        if mail is None:
            raise Cancelled
        return mail


def _asks(mail: Exit | Request | None) -> bool:
    return isinstance(mail, Request) and (mail.wake or mail.restart)
