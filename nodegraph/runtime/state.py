"""What a model server is doing now, as plain data, and the sentence a person reads about it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """The stages of a server's life. Only READY answers; FAILED waits until somebody asks again."""

    ABSENT = "absent"
    PULLING = "pulling"
    BUILDING = "building"
    FETCHING = "fetching"
    CREATING = "creating"
    STARTING = "starting"
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"
    RESTARTING = "restarting"
    STOPPING = "stopping"
    STOPPED = "stopped"


_DOING = {
    Stage.ABSENT: "has not been started yet",
    Stage.PULLING: "is being downloaded",
    Stage.BUILDING: "is being built",
    Stage.FETCHING: "is getting its weights",
    Stage.CREATING: "is being created",
    Stage.STARTING: "is starting",
    Stage.LOADING: "is loading",
    Stage.READY: "is ready",
    Stage.FAILED: "does not run",
    Stage.RESTARTING: "is being restarted",
    Stage.STOPPING: "is stopping",
    Stage.STOPPED: "is stopped",
}


@dataclass(frozen=True)
class ServerState:
    """One moment of a server's life.

    since: when the stage began (seconds since the epoch). done, total: bytes while pulling, 0 when unknown.
    expected: how long the stage took last time on this machine, seconds. message and hint: why it failed or restarts,
    or a step's name. note: something the person should know about how it runs ("no GPU here: runs on the CPU").
    """

    stage: Stage = Stage.ABSENT
    since: float = 0.0
    done: int = 0
    total: int = 0
    expected: float | None = None
    message: str = ""
    hint: str = ""
    note: str = ""

    @property
    def seconds(self) -> float:
        """How long the stage has lasted."""
        return max(0.0, time.time() - self.since)

    @property
    def label(self) -> str:
        """The stage in a word or two, for a badge: ``pulling 43 %``, ``ready``."""
        return f"{self.stage} {100 * self.done // self.total} %" if self.total else str(self.stage)

    def sentence(self, name: str) -> str:
        """What `name` is doing, for a person: stage, bytes, time and last known duration."""
        if self.stage is Stage.FAILED:
            return self.message or f"{name} does not run."
        details = ", ".join(part for part in (self._bytes(), self._time()) if part)
        doing = f"{name} {_DOING[self.stage]}" + (f" ({details})" if details else "")
        return f"{doing}: {self.message.rstrip('.')}." if self.message else f"{doing}."

    def _bytes(self) -> str:
        if not self.total:
            return ""
        return f"{100 * self.done // self.total} % of {self.total / 1e6:.1f} MB"

    def _time(self) -> str:
        if self.stage in (Stage.ABSENT, Stage.READY, Stage.STOPPED):
            return ""
        last = f", {self.expected:.0f} s last time" if self.expected and self.expected >= 1 else ""
        return f"{self.seconds:.0f} s so far{last}" if self.seconds >= 1 or last else ""


@dataclass(frozen=True)
class ServerEvent:
    """A server's state changed. entry: the catalogue id; place: container | process | url; restarts: so far.

    engine: the Docker engine its place names, "" for the usual one. replicas: how many containers share its work. key:
    tells it from other servers of the same model, see `Launch.key`.
    """

    entry: str
    name: str
    place: str
    state: ServerState
    restarts: int = 0
    engine: str = ""
    replicas: int = 1
    key: tuple[str, ...] = ()

    def __str__(self) -> str:
        there = f" on {self.engine}" if self.engine else ""
        return self.state.sentence(f"{self.name}{there}")


ServerListener = Callable[[ServerEvent], None]
