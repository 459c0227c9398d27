"""The whole editor without a window: document, canvas, what is told and asked. Views draw it; tests drive it."""

import queue
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from nodegraph.core.graph import Wire
from nodegraph.core.preset import Preset
from nodegraph.editor.state.canvas.boxes import TITLE, WIDTH
from nodegraph.editor.state.canvas.canvas import Canvas
from nodegraph.editor.state.canvas.requests import Refused, Request
from nodegraph.editor.state.clipboard import Clipboard
from nodegraph.editor.state.commands.table import shortcut_of
from nodegraph.editor.state.dialogs import Dialogs
from nodegraph.editor.state.documents.documents import Documents
from nodegraph.editor.state.documents.files import Files
from nodegraph.editor.state.documents.journal import Journal
from nodegraph.editor.state.edits import nodes
from nodegraph.editor.state.edits.wires import insert_on_wire
from nodegraph.editor.state.find import Finder
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.log_warnings import LogWarnings
from nodegraph.editor.state.models.consent import ASK_AGAIN, NOT_ACCEPTED, Consent
from nodegraph.editor.state.models.keeper import ModelKeeper
from nodegraph.editor.state.node_help import NodeHelp
from nodegraph.editor.state.notices import Kind, Notices
from nodegraph.editor.state.palette import Palette
from nodegraph.editor.state.placements import Point
from nodegraph.editor.state.placing import placed
from nodegraph.editor.state.running.player import Player
from nodegraph.editor.state.running.render import Renders
from nodegraph.editor.state.running.shows import NodeShow
from nodegraph.editor.state.settings import Settings
from nodegraph.editor.state.starting import runs_by_itself
from nodegraph.editor.state.tour import Tour
from nodegraph.editor.state.workspace import Workspace
from nodegraph.session import Session

_T = TypeVar("_T")
_BUDGET: Final = 200
"""Posted calls carried out in one frame at most."""


class Editor:
    """Everything commands and views work on. All methods but `post` belong to the UI thread.

    The session is the caller's, who closes it after `close`.
    """

    def __init__(self, session: Session, settings: Settings | None = None) -> None:
        self.session = session
        self.settings: Settings = settings or Settings.load()
        self.notices = Notices()
        self.dialogs = Dialogs()
        self.requests: list[Request] = []
        self._posted: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.workspace: Workspace = Workspace(session.registry)
        self.canvas = Canvas(self.workspace, self.settings, self._asked)
        self.documents = Documents(self.workspace, self.settings, self.tell, self.load, Journal(self._not_kept))
        self.models: ModelKeeper = ModelKeeper(session, self.post, self.tell)
        session.listen(self.models.on_server)
        self.consent = Consent(self.models.entry_of, self.settings, self.dialogs)
        self.player: Player = Player(session, self.post, self.tell)
        self.player.loop_clips = self.settings.loop_clips
        self.renders = Renders(session, self.post, self.tell)
        self.warnings = LogWarnings(self.post, self.tell)
        self.warnings.listen()
        self.files = Files(self)
        self.clipboard = Clipboard()
        self.palette = Palette(self)
        self.finder = Finder(self)
        self.node_help = NodeHelp(self)
        self.tour = Tour(self)
        self.quitting = self._was_playing = False
        if self.settings.problem:
            self.tell(self.settings.problem, "warning")

    # --- every frame ------------------------------------------------------------------------------------------------

    def post(self, call: Callable[[], None]) -> None:
        """Have `call` made on the UI thread at the next frame. From any thread."""
        self._posted.put(call)

    def tick(self) -> None:
        """Once a frame: what other threads posted, and what follows from the document's changes."""
        for _ in range(_BUDGET):
            try:
                call = self._posted.get_nowait()
            except queue.Empty:
                break
            call()
        self.canvas.scene.refresh()
        self._follow_document()
        self.palette.follow()
        self.tour.tick()

    def _follow_document(self) -> None:
        """What plays is the document, without models whose licence was not accepted: that is asked while it plays."""
        self.player.show(self.consent.allowed(self.workspace.document.graph), self.workspace.base)
        playing = self.player.state != "stopped"
        if playing:
            self.consent.ask(anew=not self._was_playing)
        self._was_playing = playing

    def shown(self, node: str) -> NodeShow:
        """What to show on a node; one whose licence was not accepted says so while the rest runs."""
        if node in self.consent.waiting and self.player.state != "stopped":
            return NodeShow("waiting", message=NOT_ACCEPTED, hint=ASK_AGAIN)
        return self.player.node(node)

    def close(self) -> None:
        """Stop what runs and save the settings. Unsaved work is given up only when the person chose to quit."""
        self.player.close()
        self.renders.close()
        self.warnings.close()
        self.models.close()
        if self.quitting:
            self.documents.close()
        self.settings.save()

    # --- telling and asking -----------------------------------------------------------------------------------------

    def tell(self, text: str, kind: Kind = "info", hint: str = "") -> None:
        """Say something to the person, for some seconds on screen and for good in the log."""
        self.notices.tell(text, kind, hint)

    def _not_kept(self, why: str) -> None:
        """The journal cannot be written; it says so on its own thread."""
        self.post(lambda: self.tell(why, "warning", "Save often; check the room on the disk."))

    def _asked(self, request: Request) -> None:
        """A gesture wants something: views take what is theirs with `take`."""
        if isinstance(request, Refused):
            self.tell(request.why, "warning")
        else:
            self.requests.append(request)

    def take(self, kind: type[_T]) -> _T | None:
        """The newest request of this kind, once."""
        found = [one for one in self.requests if isinstance(one, kind)]
        if found:
            self.requests = [one for one in self.requests if not isinstance(one, kind)]
        return found[-1] if found else None

    # --- nodes ------------------------------------------------------------------------------------------------------

    def add_node(self, type_id: str, at: Point, into: Wire | None = None) -> str:
        """Add a node of this type, its title at a world point, and select it; its id, "" when there is no such type.

        into: a wire it is put into, where it fits; one undo step.
        """
        found = self.session.registry.find(type_id)
        if found is None:
            self.tell(f"There is no node type {type_id!r} here.", "error")
            return ""
        spot = (at[0] - WIDTH / 2, at[1] - TITLE / 2)
        document, id = nodes.add_node(self.workspace.document, found.spec, spot)
        if into is not None:
            document = insert_on_wire(document, self.workspace.registry, id, into)
        self.workspace.do(f"Add {found.spec.title}", document, select=[Item("node", id)])
        self.settings.usage[found.spec.id] = self.settings.usage.get(found.spec.id, 0) + 1
        self.settings.changed()
        return id

    def reload_models(self) -> None:
        """Read the catalogues again: models that were added become nodes at once, also in a graph that runs."""
        self.session.reload_models()
        self.workspace.registry = self.session.registry
        self.models.forget()
        self.consent.forget()
        self.player.show(self.consent.allowed(self.workspace.document.graph), self.workspace.base)
        self.player.look_again()

    # --- documents --------------------------------------------------------------------------------------------------

    def load(self, document: Preset, path: Path | None = None, base: Path | None = None, dirty: bool = False) -> None:
        """Edit this document: nodes without a place get one, all of it is shown, and it runs unless it has models.

        Those are started by the person only: with Run, or by adding them.
        """
        self.player.stop()
        self.player.only, self.player.recording = None, False
        self.workspace.load(placed(document, self.workspace.registry), path, base, dirty)
        self.canvas.cancel()
        self.canvas.fit_all()
        if runs_by_itself(self.workspace.document.graph, self.workspace.registry):
            self.player.show(self.consent.allowed(self.workspace.document.graph), self.workspace.base)
            self.player.play()
        elif self.workspace.document.graph.nodes:
            self.tell("It does not run yet, because it has models.", hint=f"Run it: {shortcut_of('run.toggle')}.")
