"""Every model's state on this machine, and what a person does with it: download, build, start, stop, remove, read logs.

Nothing is pulled, built or started unless somebody asks, and all of it happens on other threads.
"""

import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from nodegraph.editor.state.models.deeds import Deeds, Outcome
from nodegraph.editor.state.models.directory import ModelCard, card_of
from nodegraph.editor.state.models.elsewhere import Elsewhere
from nodegraph.editor.state.models.looking import EngineShow, Looker
from nodegraph.editor.state.models.shown import WORKING, ActionId, Facts, Failure, ModelShow, show_of
from nodegraph.editor.state.models.spots import ANYWHERE, at_place, engine_in, engine_of, is_at
from nodegraph.editor.state.models.watching import Watched, Watching
from nodegraph.editor.state.models.weights import Stock, stock_of
from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.model_node import Lease
from nodegraph.runtime.state import ServerEvent, ServerState, Stage
from nodegraph.session import Session

if TYPE_CHECKING:  # it brings Docker and HTTP along: a fifth of a second at the start
    from nodegraph.runtime.manage import ModelStatus

Tell = Callable[[str, Any, str], None]
_GONE: Final = (Stage.STOPPED, Stage.ABSENT)
_FIRST: Final[Mapping[str, Stage]] = {
    "download": Stage.PULLING,
    "build": Stage.BUILDING,
    "fetch": Stage.FETCHING,
    "contain": Stage.CREATING,
    "start": Stage.STARTING,
}
_SECONDS_CHANGE: Final = 0.5


class _Doing:
    """What was begun by hand and goes on. engine: of another machine whose matter it is, "" for this one's."""

    def __init__(self, action: ActionId, engine: str) -> None:
        self.action, self.engine = action, engine
        self.cancel = Cancel()
        self.progress = ServerState(_FIRST[action], time.time()) if action in _FIRST else ServerState()


class ModelKeeper:
    """All methods but `on_server` belong to the UI thread; what threads find out arrives through `post`.

    tell: text, kind and hint for the person. revision changes whenever something to show has changed.
    """

    def __init__(self, session: Session, post: Callable[[Callable[[], None]], None], tell: Tell) -> None:
        self._session, self._post, self._tell = session, post, tell
        self._deeds = Deeds(session)
        self._looker = Looker(lambda: self.entries, post)
        self._watching = Watching(lambda: self.entries, self._pids, post)
        self._elsewhere = Elsewhere(lambda: self.entries, post)
        self._heard_of = 0
        self._servers: dict[str, dict[tuple[str, ...], ServerEvent]] = {}
        self._doing: dict[str, _Doing] = {}
        self._held: dict[str, Lease] = {}
        self._failures: dict[str, Failure] = {}
        self._quiet: set[str] = set()
        self._shows: dict[tuple[str, str], tuple[object, float, ModelShow]] = {}
        self._entries: dict[str, ModelEntry] | None = None
        self._cards: list[ModelCard] | None = None

    # --- the directory ----------------------------------------------------------------------------------------------

    @property
    def entries(self) -> Mapping[str, ModelEntry]:
        """The catalogue's models by id."""
        found = self._entries  # threads read it too, while it may be forgotten
        if found is None:
            found = self._entries = {entry.id: entry for entry in self._session.models}
        return found

    @property
    def cards(self) -> list[ModelCard]:
        """A card for each model."""
        if self._cards is None:
            self._cards = [card_of(entry) for entry in self.entries.values()]
        return self._cards

    def forget(self) -> None:
        """The catalogues were read again: entries and cards are made anew."""
        self._entries = self._cards = None
        self._shows.clear()
        self._heard_of += 1
        self._looker.hurry()

    def card(self, id: str) -> ModelCard | None:
        """The card of one model."""
        return next((one for one in self.cards if one.id == id), None)

    def entry_of(self, type_id: str) -> ModelEntry | None:
        """The model behind a type of node, None for other nodes."""
        kind, _, id = type_id.partition(".")
        return self.entries.get(id) if kind == "model" else None

    # --- what is seen -----------------------------------------------------------------------------------------------

    @property
    def revision(self) -> int:
        """Another number whenever something to show has changed."""
        return self._heard_of + self._looker.revision + self._elsewhere.revision

    @property
    def engine(self) -> EngineShow:
        """The Docker engine, for the status bar."""
        self._looker.look(closely=False)
        return self._looker.engine

    def show(self, id: str, place: str = ANYWHERE) -> ModelShow:
        """How a model stands, anywhere or at one place (see `spot_of`).

        Calling it says that somebody looks.
        """
        self._looker.look(closely=True)
        if engine := engine_of(place):
            self._elsewhere.look(id, engine)
        now, known = time.monotonic(), self._shows.get((id, place))
        seen = (self.revision, self._looker.engine.answers)
        if known and known[0] == seen and (not known[2].working or now - known[1] < _SECONDS_CHANGE):
            return known[2]
        entry = self.entries.get(id)
        facts = self._facts(entry, place) if entry else Facts()
        made = show_of(at_place(entry, place), facts) if entry else ModelShow("absent", "not in the catalogue")
        self._shows[id, place] = (seen, now, made)
        return made

    def _facts(self, entry: ModelEntry, place: str) -> Facts:
        id, engine = entry.id, engine_of(place)
        status, trouble = self._status(id, place)
        doing, failure = self._doing.get(id), self._failures.get(id)
        doing = doing if doing and (place == ANYWHERE or doing.engine == engine) else None
        return Facts(
            status,
            self._looker.engine.answers,
            doing.action if doing else None,
            doing.progress if doing else ServerState(),
            tuple(one for one in self._servers.get(id, {}).values() if is_at(one, entry, place)),
            id in self._held,
            failure if failure and failure.engine == engine else None,
            engine,
            trouble,
            self._looker.stocks.get(id) if place != "url" else None,
        )

    def _status(self, id: str, place: str) -> "tuple[ModelStatus | None, str]":
        """How image and containers are on the place's engine, None while unknown; why that engine says nothing."""
        if engine := engine_of(place):
            return self._elsewhere.look(id, engine)
        return self._looker.statuses.get(id) if place in ("", ANYWHERE, "container") else None, ""

    def logs(self, id: str, place: str = ANYWHERE) -> list[str]:
        """The newest lines its servers there printed; fetched in the background while somebody asks."""
        return list(self._watched(id, place).lines)

    def memory(self, id: str, place: str = ANYWHERE) -> float:
        """Megabytes its servers there use, 0 while not known; measured in the background while somebody asks."""
        return self._watched(id, place).megabytes

    def _watched(self, id: str, place: str) -> Watched:
        self._looker.look(closely=True)
        return self._watching.watch(id, place, self._status(id, place)[0])

    @property
    def running(self) -> list[str]:
        """The names of the models that use memory now, here or on another machine, because of us."""
        on = {id for id, servers in self._servers.items() if any(_uses_memory(one) for one in servers.values())}
        on |= {id for id, status in self._looker.statuses.items() if status.kept}
        return [entry.name for id, entry in self.entries.items() if id in on]

    # --- what is done -----------------------------------------------------------------------------------------------

    def act(self, id: str, action: ActionId, place: Mapping[str, Any] | None = None, what: str = "") -> None:
        """Begin what a button says; how it goes is seen in `show`, the end is told.

        place: as a node has it, None to stop or restart it wherever it runs. what: of a fetch, the checkpoint.
        """
        entry, doing = self.entries.get(id), self._doing.get(id)
        if entry is None:
            return
        if action == "cancel":
            if doing is not None:
                doing.cancel.set()
            return
        if doing is not None:
            self._tell(f"{entry.name}: something is being done with it already.", "warning", "Wait, or cancel it.")
            return
        if action == "retry":
            failure = self._failures.get(id)
            action, what = (failure.action, failure.what) if failure else ("restart", "")
        self._failures.pop(id, None)
        begun = self._doing[id] = _Doing(action, engine_in(place or {}))
        self._heard_of += 1
        arguments = (entry, begun, place, self._held.get(id), what)
        threading.Thread(target=self._carry_out, args=arguments, name=f"model-{id}", daemon=True).start()

    def _carry_out(
        self, entry: ModelEntry, doing: _Doing, place: Mapping[str, Any] | None, lease: Lease | None, what: str
    ) -> None:
        """On a thread of its own: the deed, and how the model stands then."""
        heard, engine = partial(self._told, entry.id), doing.engine
        outcome = self._deeds.carry_out(entry, doing.action, place, heard, doing.cancel, lease, what)
        ours = doing.action not in ("start", "restart", "fetch") and not engine
        status = self._deeds.status(entry) if ours else None
        stock = stock_of(entry)
        self._post(partial(self._done, entry.id, doing.action, outcome, status, stock, engine))

    def _told(self, id: str, event: ServerEvent) -> None:
        """From any thread: how far a deed is."""
        self._post(partial(self._progress, id, event.state))

    def _progress(self, id: str, state: ServerState) -> None:
        doing = self._doing.get(id)
        if doing is not None:
            doing.progress = state
            self._heard_of += 1

    def _done(
        self,
        id: str,
        action: ActionId,
        outcome: Outcome,
        status: "ModelStatus | None",
        stock: Stock,
        engine: str,
    ) -> None:
        self._doing.pop(id, None)
        if outcome.lease is not None:
            self._held[id] = outcome.lease
        elif outcome.released:
            self._held.pop(id, None)
        if outcome.failure is not None:
            self._failures[id] = outcome.failure
        self._looker.learn(id, status, stock)
        self._elsewhere.hurry(engine)
        if id not in self._quiet or outcome.failure is not None:
            self._tell(outcome.text, outcome.kind, outcome.hint)
        self._quiet.discard(id)
        self._heard_of += 1
        self._looker.hurry()

    def stop_all(self) -> int:
        """Stop every model that runs, those of a run as soon as it has ended; how many. Only failures are told."""
        names = self.running
        found = [id for id, entry in self.entries.items() if entry.name in names and id not in self._doing]
        for id in found:
            self._quiet.add(id)
            self.act(id, "stop")
        return len(found)

    # --- what is heard ----------------------------------------------------------------------------------------------

    def on_server(self, event: ServerEvent) -> None:
        """A server of a run or of ours changed its state. From any thread."""
        self._post(partial(self._heard, event))

    def _heard(self, event: ServerEvent) -> None:
        servers, key = self._servers.setdefault(event.entry, {}), (event.place, event.engine, *event.key)
        servers[key] = event
        if event.state.stage in _GONE:
            servers.pop(key)
        self._heard_of += 1
        if event.state.stage not in WORKING:
            self._elsewhere.hurry(event.engine)
            self._looker.hurry()

    def _pids(self, id: str) -> list[int]:
        """On the looker's thread. No servers are made for it."""
        return self._session.servers.pids(id) if self._servers.get(id) else []

    def close(self) -> None:
        """Call off what is being done and end the thread; the session stops the servers."""
        for doing in self._doing.values():
            doing.cancel.set()
        self._looker.close()


def _uses_memory(event: ServerEvent) -> bool:
    return event.place != "url" and (event.state.stage in WORKING or event.state.stage is Stage.READY)
