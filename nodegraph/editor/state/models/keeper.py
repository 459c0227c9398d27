"""Every model's state on this machine, and what a person does with it: download, build, start, stop, remove, read logs.

The engine is asked on one thread of ours, so that a Docker that hangs hangs nothing else. Long work (a download, a
build) has a thread of its own. Nothing is started unless somebody asks.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from nodegraph.core.errors import ModelError, NodegraphError
from nodegraph.editor.state.models.directory import ModelCard, card_of
from nodegraph.editor.state.models.shown import WORKING, ActionId, ModelShow, show_of
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.manage import ModelStatus
from nodegraph.runtime.runners.cancel import Cancel, Cancelled
from nodegraph.runtime.state import ServerEvent, ServerState, Stage
from nodegraph.session import Session

PERIOD: Final = 3.0
"""Seconds between two looks at the engine, while somebody looks at models."""
SLOW: Final = 20.0
"""Seconds between two looks while nobody does."""
_LOG_PERIOD: Final = 1.0
_SETTLED: Final = (Stage.READY, Stage.FAILED)


@dataclass(frozen=True)
class EngineShow:
    """The Docker engine, for the status bar. answers is None until it was asked."""

    answers: bool | None = None
    text: str = "Docker …"
    hint: str = ""
    gpu: bool | None = None


@dataclass
class _Server:
    place: str = ""
    state: ServerState = field(default_factory=ServerState)


Tell = Callable[[str, Any, str], None]


class ModelKeeper:
    """All methods but `on_server` belong to the UI thread; what threads find out arrives through `post`.

    revision changes whenever something to show has changed.
    """

    def __init__(self, session: Session, post: Callable[[Callable[[], None]], None], tell: Tell) -> None:
        self._session, self._post, self._tell = session, post, tell
        self.engine = EngineShow()
        self.revision = 0
        self._statuses: dict[str, ModelStatus] = {}
        self._servers: dict[str, _Server] = {}
        self._shows: dict[str, tuple[int, float, ModelShow]] = {}
        self._cancels: dict[str, Cancel] = {}
        self._logs: dict[str, list[str]] = {}
        self._watching: dict[str, float] = {}
        self._looked_at = 0.0
        self._wake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._entries: dict[str, ModelEntry] | None = None
        self._cards: list[ModelCard] | None = None

    # --- the directory ----------------------------------------------------------------------------------------------

    @property
    def entries(self) -> Mapping[str, ModelEntry]:
        """The catalogue's models by id."""
        if self._entries is None:
            self._entries = {entry.id: entry for entry in self._session.models}
        return self._entries

    @property
    def cards(self) -> list[ModelCard]:
        """A card for each model."""
        if self._cards is None:
            self._cards = [card_of(entry) for entry in self.entries.values()]
        return self._cards

    def entry_of(self, type_id: str) -> ModelEntry | None:
        """The model behind a type of node, None for other nodes."""
        kind, _, id = type_id.partition(".")
        return self.entries.get(id) if kind == "model" else None

    def show(self, id: str) -> ModelShow:
        """How a model stands. Calling it says that somebody looks."""
        self._look()
        now = time.monotonic()
        known = self._shows.get(id)
        if known and known[0] == self.revision and (not known[2].working or now - known[1] < 0.5):
            return known[2]
        entry, server = self.entries.get(id), self._servers.get(id)
        if entry is None:
            return ModelShow("absent", "not in the catalogue")
        place = server.place if server else ""
        made = show_of(entry, self._statuses.get(id), server.state if server else None, place)
        self._shows[id] = (self.revision, now, made)
        return made

    # --- what is done -----------------------------------------------------------------------------------------------

    def act(self, id: str, action: ActionId) -> None:
        """Begin what a button says; how it goes is seen in `show`, a failure is told."""
        entry = self.entries.get(id)
        if entry is None:
            return
        if action == "cancel":
            if id in self._cancels:
                self._cancels[id].set()
            return
        if id in self._cancels:
            self._tell(f"{entry.name}: something is being done with it already.", "warning", "Wait, or cancel it.")
            return
        cancel = self._cancels[id] = Cancel()
        if action in ("download", "build", "start"):
            self._heard(ServerEvent(id, entry.name, "container", ServerState(_FIRST[action], time.time())))
        threading.Thread(target=self._do, args=(entry, action, cancel), name=f"model-{id}", daemon=True).start()

    def _do(self, entry: ModelEntry, action: ActionId, cancel: Cancel) -> None:
        """On a thread of its own: the work, and what came of it."""
        said: tuple[str, str, str] | None = None
        try:
            said = self._work(entry, action, cancel)
        except Cancelled:
            said = (f"{entry.name}: called off.", "info", "")
        except NodegraphError as error:
            said = (f"{entry.name}: {error.message}", "error", error.hint)
        except Exception as error:  # a mistake of ours must not be silent
            said = (f"{entry.name}: {type(error).__name__}: {error}", "error", "The log has more.")
        self._post(partial(self._done, entry.id, said))

    def _work(self, entry: ModelEntry, action: ActionId, cancel: Cancel) -> tuple[str, str, str] | None:
        from nodegraph.runtime import manage

        if action in ("download", "retry") and entry.build is None:
            manage.pull(entry, self.on_server, cancel)
            return f"{entry.name} is downloaded.", "good", ""
        if action in ("build", "retry"):
            manage.build(entry, self.on_server, cancel)
            return f"{entry.name} is built.", "good", ""
        if action == "start":
            manage.start(entry, {"kind": "container"}, self.on_server)
            return f"{entry.name} runs, until you stop it.", "good", ""
        if action == "stop":
            count = manage.stop(entry)
            return (f"{entry.name} is stopped.", "good", "") if count else (f"{entry.name} did not run.", "info", "")
        gone = manage.remove(entry)
        return (
            (f"The image of {entry.name} is removed.", "good", "")
            if gone
            else (f"{entry.name} has no image.", "info", "")
        )

    def _done(self, id: str, said: tuple[str, str, str] | None) -> None:
        self._cancels.pop(id, None)
        server = self._servers.get(id)
        if server is not None and (server.state.stage not in _SETTLED or (said and said[1] != "error")):
            self._servers.pop(id)
        if said:
            self._tell(*said)
        self.revision += 1
        self._wake.set()

    def stop_all(self) -> None:
        """Stop every container that was left running by hand."""
        for id, status in self._statuses.items():
            if status.kept:
                self.act(id, "stop")

    # --- what is heard ----------------------------------------------------------------------------------------------

    def on_server(self, event: ServerEvent) -> None:
        """A server's state changed: of a run or of ours. From any thread."""
        self._post(partial(self._heard, event))

    def _heard(self, event: ServerEvent) -> None:
        self._servers[event.entry] = _Server(event.place, event.state)
        if event.state.stage in (Stage.STOPPED, Stage.ABSENT):
            self._servers.pop(event.entry)
        self.revision += 1
        if event.state.stage not in WORKING:
            self._wake.set()

    # --- logs -------------------------------------------------------------------------------------------------------

    def logs(self, id: str) -> list[str]:
        """The newest lines its server printed; fetched in the background while somebody asks."""
        now = time.monotonic()
        if id not in self._watching:
            self._wake.set()
        self._watching[id] = now
        self._look()
        return self._logs.get(id, [])

    # --- the thread -------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """Somebody looks at models: ask the engine now and then."""
        self._looked_at = time.monotonic()
        if self._thread is None and not self._closing:
            self._thread = threading.Thread(target=self._watch, name="models", daemon=True)
            self._thread.start()

    def _watch(self) -> None:
        asked = 0.0
        while not self._closing:
            now = time.monotonic()
            for id in [id for id, at in dict(self._watching).items() if now - at < 2 * PERIOD]:
                self._read_log(id)
            period = PERIOD if now - self._looked_at < 2 * PERIOD else SLOW
            if now - asked >= period or self._wake.is_set():
                self._wake.clear()
                self._ask()
                asked = time.monotonic()
            self._wake.wait(_LOG_PERIOD if self._watching else PERIOD)

    def _ask(self) -> None:
        from nodegraph.runtime import manage

        try:
            engine = _engine_show(manage.engine_status(probe_gpu=True))
            statuses = {one.id: one for one in manage.statuses(self.entries.values())} if engine.answers else {}
        except Exception as error:  # whatever the engine says: the thread goes on, and the person sees why
            engine, statuses = EngineShow(False, "Docker does not answer", str(error)), {}
        self._post(partial(self._found, engine, statuses))

    def _found(self, engine: EngineShow, statuses: dict[str, ModelStatus]) -> None:
        if (engine, statuses) != (self.engine, self._statuses):
            self.engine, self._statuses = engine, statuses
            self.revision += 1

    def _read_log(self, id: str) -> None:
        from nodegraph.runtime import manage

        entry = self.entries.get(id)
        if entry is None:
            return
        with contextlib.suppress(ModelError, OSError):
            lines = manage.logs(entry, 200)
            self._post(partial(self._logs.__setitem__, id, lines))

    def close(self) -> None:
        """Call off what is being done and end the thread."""
        self._closing = True
        for cancel in self._cancels.values():
            cancel.set()
        self._wake.set()


_FIRST: Final = {"download": Stage.PULLING, "build": Stage.BUILDING, "start": Stage.STARTING}


def _engine_show(status: Any) -> EngineShow:
    if not status.answers:
        return EngineShow(False, "Docker does not answer", status.message)
    gpu = {True: "GPU", False: "no GPU", None: ""}[status.gpu]
    text = f"Docker {status.version.partition('-')[0]}" + (f" · {gpu}" if gpu else "")
    return EngineShow(True, text, status.system, status.gpu)
