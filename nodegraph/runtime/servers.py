"""The model servers of this program: one per model, place and settings, shared by all who need it."""

import atexit
import functools
import threading
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nodegraph.core.errors import ModelError, ModelNotReady
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.launch import Launch, launch_of
from nodegraph.runtime.lifecycle.durations import Durations
from nodegraph.runtime.lifecycle.folders import log_path, state_folder
from nodegraph.runtime.lifecycle.keeper import Keeper
from nodegraph.runtime.lifecycle.logbook import LogBook
from nodegraph.runtime.lifecycle.record import Record
from nodegraph.runtime.lifecycle.supervisor import Supervisor
from nodegraph.runtime.lifecycle.visitor import Visitor
from nodegraph.runtime.limits import Limits
from nodegraph.runtime.place import place_of
from nodegraph.runtime.protocols import Client, Endpoint, Frames
from nodegraph.runtime.protocols.connect import connect
from nodegraph.runtime.runners.choosing import runner_of
from nodegraph.runtime.state import ServerEvent, ServerListener, ServerState, Stage

Connector = Callable[[ModelEntry, Endpoint], Client]
At = tuple[str, str]
"""A kind of place and the Docker engine it names, "" for none or the usual one."""


class Servers:
    """Thread-safe. Use as a context manager, or `close()` it; the interpreter's exit closes it too.

    linger: seconds a server is kept warm after its last lease was released, so that undo or a second run does not
    load the model again. listener: told every ServerEvent, on the server's own thread.
    """

    def __init__(
        self,
        connect: Connector = connect,
        *,
        limits: Limits | None = None,
        listener: ServerListener | None = None,
        linger: float = 30.0,
        folder: Path | None = None,
    ) -> None:
        self._connect = connect
        self._limits = limits or Limits()
        self._listeners: list[ServerListener] = [listener] if listener else []
        self._linger = linger
        self._folder = folder or state_folder()
        self._durations = Durations(self._folder / "durations.json")
        self._lock = threading.Lock()
        self._shared: dict[tuple[str, ...], _Shared] = {}
        self._ending: dict[tuple[str, ...], Keeper] = {}
        self._closed = False
        self._at_exit = functools.partial(_close, weakref.ref(self))
        atexit.register(self._at_exit)

    def acquire(self, entry: ModelEntry, place: Mapping[str, Any]) -> "Lease":
        """A share in the server of `entry` at `place`, started if need be; returns at once.

        Raises ModelError for a place that makes no sense, or when these servers are closed.
        """
        launch = launch_of(entry, place)
        with self._lock:
            if self._closed:
                raise ModelError(f"{entry.name} cannot start: the program is ending.")
            shared = self._shared.get(launch.key)
            if shared is None:
                shared = self._shared[launch.key] = _Shared(self._keeper(launch, entry))
                shared.keeper.start(after=self._ending.get(launch.key))
            shared.take(launch.replicas)
        return Lease(self, shared, place_of(place, entry.name).frames, launch.replicas)

    def listen(self, listener: ServerListener) -> None:
        """Tell `listener` every event from now on."""
        self._listeners.append(listener)

    def states(self) -> dict[tuple[str, ...], ServerState]:
        """The state of every server that is held or lingers, by (id, kind, url, engine, device, settings)."""
        with self._lock:
            return {key: shared.keeper.record.state for key, shared in self._shared.items()}

    def pids(self, id: str) -> list[int]:
        """The local processes that serve the model `id` and answer."""
        with self._lock:
            keepers = [shared.keeper for key, shared in self._shared.items() if key[0] == id]
        endpoints = [keeper.endpoint() for keeper in keepers]
        return [endpoint.pid for endpoint in endpoints if endpoint is not None and endpoint.pid]

    def restart(self, id: str, at: At | None = None) -> int:
        """Start the servers of the model `id` again, also those that were given up; how many there are.

        at: only those there, None for all.
        """
        with self._lock:
            keepers = [shared.keeper for shared in self._shared.values() if _is(shared.keeper.launch, id, at)]
        for keeper in keepers:
            keeper.restart()
        return len(keepers)

    def stop(self, id: str, at: At | None = None) -> int:
        """Stop the servers of the model `id` that are kept warm, and those in use as soon as nobody uses them.

        at: only those there, None for all. Returns how many are in use.
        """
        return self._stop(lambda launch: _is(launch, id, at))

    def stop_all(self) -> int:
        """The same for every server of this program."""
        return self._stop(lambda launch: True)

    def _stop(self, wanted: Callable[[Launch], bool]) -> int:
        with self._lock:
            found = [one for one in self._shared.values() if wanted(one.keeper.launch) and not self._closed]
            for shared in found:
                shared.hurry = True
                if not shared.leases:
                    shared.linger(0.0, functools.partial(self._stop_unused, shared))
            return sum(shared.leases > 0 for shared in found)

    def close(self) -> None:
        """Stop every server; returns when they are gone."""
        with self._lock:
            self._closed = True
            every, self._shared = list(self._shared.values()), {}
            ending = list(self._ending.values())
        atexit.unregister(self._at_exit)
        for shared in every:
            shared.keep()
            shared.keeper.close(wait=False)
        for keeper in [*ending, *(shared.keeper for shared in every)]:
            keeper.close()

    def __enter__(self) -> "Servers":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _keeper(self, launch: Launch, entry: ModelEntry) -> Keeper:
        book = LogBook(log_path(self._folder, launch.id, launch.kind, launch.engine))
        record = Record(launch, book, self._durations, self._tell)
        connect = self._connect
        if launch.kind == "url":
            return Visitor(launch, lambda endpoint: connect(entry, endpoint), record, self._limits)
        runner = runner_of(launch, self._limits)
        return Supervisor(launch, runner, lambda endpoint: connect(entry, endpoint), record, self._limits)

    def _tell(self, event: ServerEvent) -> None:
        for listener in tuple(self._listeners):
            listener(event)

    def _give_back(self, shared: "_Shared", replicas: int) -> None:
        """A lease was released: stop its server later, unless somebody takes it again."""
        with self._lock:
            if shared.drop(replicas) and not self._closed:
                shared.linger(0.0 if shared.hurry else self._linger, lambda: self._stop_unused(shared))

    def _stop_unused(self, shared: "_Shared") -> None:
        with self._lock:
            if shared.leases or self._closed or self._shared.get(shared.keeper.launch.key) is not shared:
                return
            key, keeper = shared.keeper.launch.key, shared.keeper
            del self._shared[key]
            self._ending[key] = keeper
        keeper.close()
        with self._lock:
            if self._ending.get(key) is keeper:
                del self._ending[key]


class Lease:
    """One user's share in a server. Release it when done; using it afterwards raises ModelError."""

    def __init__(self, servers: Servers, shared: "_Shared", frames: Frames, replicas: int) -> None:
        self._servers = servers
        self._shared = shared
        self._keeper = shared.keeper
        self._frames = frames
        self._replicas = replicas
        self._released = False
        self._lock = threading.Lock()

    def client(self) -> Client:
        """This lease's own connection: a stateful model keeps the streams of two leases apart.

        Raises ModelNotReady (with what the server is doing) or ModelError (with why it does not run).
        """
        with self._lock:  # a connection made after `release` would never be closed
            if self._released:
                raise ModelError(f"{self._keeper.launch.name} was released.")
            return self._keeper.client(self, self._frames)

    def wait_ready(self, timeout: float) -> None:
        """Wait until the server answers. Raises ModelNotReady after `timeout` seconds, ModelError if it failed."""
        if self._keeper.record.wait(timeout).stage is Stage.READY:
            return
        obstacle = self._keeper.record.obstacle()
        if isinstance(obstacle, ModelNotReady):
            raise ModelNotReady(f"{obstacle.message} {timeout:g} s were not enough.", obstacle.hint)
        raise obstacle

    def report_failure(self, error: Exception) -> None:
        """A call failed with `error`; the server is examined, and restarted if it hangs or is gone."""
        if not self._released:  # a call that ended because its lease was released says nothing about the server
            self._keeper.report(error, self)

    def restart(self) -> None:
        """Start the server again, also one that was given up."""
        self._keeper.restart()

    @property
    def transport(self) -> str:
        """How frames travel: ``memfd``, ``http``; "" while there is no connection. Looking at it starts nothing."""
        return self._keeper.transport(self)

    @property
    def state(self) -> str:
        """What the server is doing now, in a word or two: ``pulling 43 %``, ``ready``."""
        return self._keeper.record.state.label

    @property
    def details(self) -> ServerState:
        """What the server is doing now, with times, bytes, reason and notes."""
        return self._keeper.record.state

    @property
    def note(self) -> str:
        """What a person should know about how it runs, "" for nothing."""
        return self._keeper.record.state.note

    @property
    def restarts(self) -> int:
        """How often it was started again since the first lease."""
        return self._keeper.record.restarts

    @property
    def logs(self) -> list[str]:
        """The newest lines it printed, oldest first."""
        return self._keeper.record.book.lines()

    @property
    def endpoint(self) -> Endpoint | None:
        """Where it answers now, or None."""
        return self._keeper.endpoint()

    def release(self) -> None:
        """Give the share back; the last one stops the server after the linger time. Harmless when repeated."""
        with self._lock:
            released, self._released = self._released, True
        if not released:
            self._keeper.leave(self)
            self._servers._give_back(self._shared, self._replicas)


class _Shared:
    """A server, how many leases it has, and the timer that ends it when there are none. Guarded by Servers' lock.

    hurry: it is not kept warm once its last lease is released.
    """

    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper
        self.leases = 0
        self.hurry = False
        self._wanted: list[int] = []  # replicas, by each lease
        self._timer: threading.Timer | None = None

    def take(self, replicas: int) -> None:
        self.keep()
        self.leases += 1
        self._wanted.append(replicas)
        self.keeper.scale(max(self._wanted))
        self.hurry = False
        if self.keeper.record.state.stage is Stage.FAILED:
            self.keeper.wake()  # somebody wants it anew: worth another try

    def drop(self, replicas: int) -> bool:
        self.leases -= 1
        self._wanted.remove(replicas)
        if self._wanted:
            self.keeper.scale(max(self._wanted))
        return self.leases == 0

    def linger(self, seconds: float, stop: Callable[[], None]) -> None:
        self.keep()
        self._timer = threading.Timer(seconds, stop)
        self._timer.daemon = True
        self._timer.start()

    def keep(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _is(launch: Launch, id: str, at: At | None) -> bool:
    return launch.id == id and at in (None, (launch.kind, launch.engine))


def _close(servers: "weakref.ref[Servers]") -> None:
    alive = servers()
    if alive is not None:
        alive.close()
