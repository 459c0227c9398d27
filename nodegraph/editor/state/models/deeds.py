"""What a person can do with a model, carried out: it takes as long as it takes, so never on the UI thread."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from nodegraph.core.errors import NodegraphError
from nodegraph.editor.state.models.shown import ActionId, Failure
from nodegraph.editor.state.models.spots import ANYWHERE, at_of, engine_in, engine_of, spot_of
from nodegraph.runtime.cancel import Cancel, Cancelled
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.model_node import Lease
from nodegraph.runtime.state import ServerListener
from nodegraph.session import Session

if TYPE_CHECKING:  # it brings Docker and HTTP along: a fifth of a second at the start
    from nodegraph.runtime.manage import ModelStatus


@dataclass(frozen=True)
class Outcome:
    """What came of it. lease: of a local process that is kept on by hand now; released: it is no longer; failure: why
    it did not work.
    """

    text: str
    kind: Literal["info", "good", "error"] = "good"
    hint: str = ""
    lease: Lease | None = None
    released: bool = False
    failure: Failure | None = None


class Deeds:
    """Carries them out; every method may take minutes and may be called from any thread."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def carry_out(
        self,
        entry: ModelEntry,
        action: ActionId,
        place: Mapping[str, Any] | None,
        tell: ServerListener,
        cancel: Cancel,
        lease: Lease | None,
        what: str = "",
    ) -> Outcome:
        """Do it. place: as a node has it, None to stop or restart it wherever it runs. lease: of the local process
        that is kept on. what: of a fetch, the checkpoint ("": the default one). Never raises.
        """
        engine = engine_in(place or {})
        try:
            return self._do(entry, action, place, tell, cancel, lease, what)
        except Cancelled:
            return Outcome(f"{entry.name}: called off.", "info")
        except NodegraphError as error:
            said = error.message if entry.name in error.message else f"{entry.name}: {error.message}"
            return Outcome(said, "error", error.hint, failure=Failure(action, error.message, error.hint, what, engine))
        except Exception as error:  # a mistake of ours must not be silent
            said = f"{entry.name}: {type(error).__name__}: {error}."
            return Outcome(said, "error", "Please report this.", failure=Failure(action, said, "", what, engine))

    def status(self, entry: ModelEntry, engine: str = "") -> "ModelStatus | None":
        """How its image and containers are now on an engine; None when nobody can say."""
        from nodegraph.runtime import manage

        try:
            return manage.statuses([entry], engine)[0]
        except Exception:  # whatever the engine says to this: the looker asks again
            return None

    def _do(
        self,
        entry: ModelEntry,
        action: ActionId,
        place: Mapping[str, Any] | None,
        tell: ServerListener,
        cancel: Cancel,
        lease: Lease | None,
        what: str,
    ) -> Outcome:
        from nodegraph.runtime import manage

        spot, place = ANYWHERE if place is None else spot_of(place), place or {}
        engine = engine_in(place)
        if action == "download":
            manage.pull(entry, tell, cancel, engine)
            return Outcome(f"{entry.name} is downloaded.")
        if action == "build":
            manage.build(entry, tell, cancel, engine)
            return Outcome(f"{entry.name} is built.")
        if action == "fetch":
            return self._fetch(entry, tell, cancel, what)
        if action == "contain":
            manage.start(entry, {**place, "kind": "container"}, tell, cancel=cancel)
            return Outcome(f"{entry.name} runs in a container until you stop it, also after this window is closed.")
        if action == "start":
            held = lease or self._session.servers.acquire(entry, {**place, "kind": "process"})
            return Outcome(f"{entry.name} is kept running until you stop it.", lease=held)
        if action == "restart":
            count = self._session.servers.restart(entry.id, at_of(entry, spot))
            return Outcome(f"{entry.name} is started again." if count else f"{entry.name} did not run.", "info")
        if action == "stop":
            return self._stop(entry, lease, spot)
        gone = manage.remove(entry, engine)
        return Outcome(f"The image of {entry.name} is removed." if gone else f"{entry.name} has no image.", "info")

    def _fetch(self, entry: ModelEntry, tell: ServerListener, cancel: Cancel, checkpoint: str) -> Outcome:
        from nodegraph.runtime import weights_by_hand

        folder = weights_by_hand.fetch(entry, tell, cancel, checkpoint)
        return Outcome(f"The weights of {entry.name} are here.", hint=f"They are in {folder}.")

    def _stop(self, entry: ModelEntry, lease: Lease | None, spot: str) -> Outcome:
        """Our own servers, and containers left running by hand; what a run uses ends with the run."""
        from nodegraph.runtime import manage

        at, engine = at_of(entry, spot), engine_of(spot)
        released = lease is not None and at in (None, ("process", ""))
        if lease is not None and released:
            lease.release()
        used = self._session.servers.stop(entry.id, at)
        status = self.status(entry, engine) if spot not in ("process", "url") else None
        if status is not None and status.kept:
            manage.stop(entry, engine)
        if used:
            text = f"{entry.name} stops as soon as the graph lets go of it."
            return Outcome(text, "info", "Stop the run.", released=released)
        return Outcome(f"{entry.name} is stopped.", released=released)
