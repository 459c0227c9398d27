"""What the File menu does, with the questions it asks: new, open, save, close, recover, and what a document lacks.

Everything here belongs to the UI thread; what takes time is done on a thread of its own and handed back with `post`.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from nodegraph.core.errors import NodegraphError
from nodegraph.editor.state.background import later
from nodegraph.editor.state.documents import recovery
from nodegraph.editor.state.documents.browser import PRESETS, Browser
from nodegraph.editor.state.documents.documents import AlreadyThere, ChangedOnDisk, NeedsName
from nodegraph.editor.state.documents.dropping import dropped
from nodegraph.editor.state.documents.gallery import Card, cards
from nodegraph.editor.state.documents.mending import Mending
from nodegraph.editor.state.documents.opening import Opened, read_document
from nodegraph.editor.state.documents.questions import (
    Answer,
    FileDialog,
    GalleryDialog,
    Question,
    RecoveryDialog,
    nothing,
)
from nodegraph.editor.state.documents.recovery import Recovered
from nodegraph.editor.state.documents.sharing import Sharing

if TYPE_CHECKING:
    from nodegraph.editor.state.editor import Editor

_T = TypeVar("_T")
_SAVE_AS: Final = (".json", ".png")


class Files:
    """The File menu of one editor."""

    def __init__(self, editor: "Editor") -> None:
        self._editor = editor
        self.documents = editor.documents
        self.sharing = Sharing(editor, self)
        self.mending = Mending(editor, self)

    # --- new, open, close -------------------------------------------------------------------------------------------

    def new(self) -> None:
        """An empty document, once unsaved changes are settled."""
        self.settled(self.documents.new)

    def open(self) -> None:
        """Ask for a file and open it."""
        self._editor.dialogs.show(FileDialog("Open", "Open", "open", self.browser(PRESETS), self._chosen))

    def open_name(self, name: str) -> None:
        """Open a file or a shipped preset, once unsaved changes are settled. Mistakes are told."""
        self.settled(lambda: self.later(lambda: read_document(name), self.show))

    def open_recent(self, at: int) -> None:
        """Open a recent file; one that is gone is taken out of the list."""
        one = self.documents.recent[at]
        if one.there:
            self.open_name(str(one.path))
            return
        self._editor.settings.forget(str(one.path))
        self._editor.tell(f"{one.path.name} is not there any more.", "warning", f"It was in {one.path.parent}.")

    def show(self, opened: Opened) -> None:
        """Put a document that was read before the person, and look for what it lacks."""
        self.documents.show(opened)
        self.mending.look(opened.source.stem)

    def drop(self, paths: Iterable[Path]) -> None:
        """Files were dropped on the window: a preset is opened, pictures and clips become nodes."""
        dropped(self._editor, self, list(paths))

    def gallery(self) -> None:
        """Show the shipped presets."""
        dialog = GalleryDialog(self._from_gallery)
        self._editor.dialogs.show(dialog)

        def arrived(found: list[Card]) -> None:
            dialog.cards = found

        self.later(lambda: cards(self._editor.session), arrived)

    def quit(self) -> None:
        """Close the editor, once unsaved changes are settled and no render is cut short unasked."""
        self.settled(self._quit_unless_rendering)

    def settled(self, then: Callable[[], None]) -> None:
        """Do `then` once nothing can be lost: at once, or after the person said what to do with unsaved changes."""
        space = self._editor.workspace
        document = space.document
        nothing_in_it = not (document.graph.nodes or document.graph.groups or document.layout.get("notes"))
        if not space.dirty or (nothing_in_it and space.path is None):
            then()
            return
        answers = (
            Answer("Save", lambda: self.save(then), "main"),
            Answer("Don't save", then, "danger"),
            Answer("Cancel"),
        )
        text = f"{space.name} has changes that are not saved."
        self._editor.dialogs.show(Question("Save changes?", text, answers))

    # --- save -------------------------------------------------------------------------------------------------------

    def save(self, then: Callable[[], None] = nothing, overwrite: bool = False) -> None:
        """Save to the document's file, asking for a name where it has none; then do `then`."""
        try:
            self.documents.save(overwrite)
        except NeedsName:
            self.save_as(then)
        except ChangedOnDisk as error:
            answers = (
                Answer("Save under another name", lambda: self.save_as(then), "main"),
                Answer("Overwrite it", lambda: self.save(then, overwrite=True), "danger"),
                Answer("Open the other version", self.documents.revert),
                Answer("Cancel"),
            )
            self._editor.dialogs.show(Question("The file has changed", error.message, answers))
        except NodegraphError as error:
            self.told(error)
        else:
            then()

    def save_as(self, then: Callable[[], None] = nothing) -> None:
        """Ask for a name and save there; then do `then`."""
        space = self._editor.workspace
        browser = self.browser(_SAVE_AS)
        browser.name = space.path.name if space.path else f"{_file_name(space.name)}.json"
        choose = self.saver(lambda path, overwrite: self.documents.save_as(path, overwrite), then)
        self._editor.dialogs.show(FileDialog("Save as", "Save", "save", browser, choose))

    def saver(self, write: Callable[[Path, bool], None], then: Callable[[], None] = nothing) -> Callable[[Path], None]:
        """What a save dialog does with the path: `write(path, overwrite)`, asking before a file is replaced."""

        def save(path: Path, overwrite: bool = False) -> None:
            try:
                write(path, overwrite)
            except AlreadyThere as error:
                answers = (Answer("Replace it", lambda: save(path, overwrite=True), "danger"), Answer("Cancel"))
                self._editor.dialogs.show(Question("Replace the file?", error.message, answers))
            except NodegraphError as error:
                self.told(error)
            else:
                then()

        return save

    def revert(self) -> None:
        """Go back to the saved file; can be undone."""
        self._safely(self.documents.revert)

    # --- recovery ---------------------------------------------------------------------------------------------------

    def look_for_unsaved(self) -> None:
        """At the start: offer what an editor that died left behind."""
        self.later(recovery.found, self._offer)

    def _offer(self, rows: list[Recovered]) -> None:
        if not rows:
            return

        def gone(one: Recovered) -> None:
            dialog.rows.remove(one)
            if not dialog.rows:
                self._editor.dialogs.close(dialog)

        def recover(one: Recovered) -> None:
            gone(one)
            self._editor.dialogs.close(dialog)
            self.settled(lambda: self._safely(lambda: self.documents.recover(one)))

        def discard(one: Recovered) -> None:
            recovery.discard(one)
            gone(one)

        dialog = RecoveryDialog(rows, recover, discard)
        self._editor.dialogs.show(dialog)

    # --- for the parts of this package ------------------------------------------------------------------------------

    def browser(self, suffixes: tuple[str, ...]) -> Browser:
        """A look into the folder the person was in last."""
        space, recent = self._editor.workspace, tuple(one.path for one in self.documents.recent if one.there)
        folder = space.path.parent if space.path else recent[0].parent if recent else Path.cwd()
        return Browser(folder, suffixes, recent=recent, post=self._editor.post)

    def later(self, work: Callable[[], _T], done: Callable[[_T], None]) -> None:
        """Do `work` on a thread of its own and `done` with its result on the UI thread; mistakes are told."""
        later(self._editor.post, work, done, self.told)

    def told(self, error: NodegraphError) -> None:
        """Tell what went wrong."""
        self._editor.tell(error.message, "error", error.hint)

    def _safely(self, call: Callable[[], None]) -> None:
        try:
            call()
        except NodegraphError as error:
            self.told(error)

    def _chosen(self, path: Path) -> None:
        self.open_name(str(path))

    def _from_gallery(self, card: Card) -> None:
        self.open_name(str(card.path))

    def _quit_unless_rendering(self) -> None:
        job = self._editor.renders.current
        if job is None:
            self._quit()
            return
        text = f"{job.now.output or 'A render'} is not finished. What is written so far stays and can be played."
        answers = (Answer("Stop it and quit", self._quit, "danger"), Answer("Go on rendering"))
        self._editor.dialogs.show(Question("Quit while it renders?", text, answers))

    def _quit(self) -> None:
        self._editor.quitting = True


def _file_name(title: str) -> str:
    """A title as a file's name."""
    kept = "".join(one if one.isalnum() or one in " -_.()" else "-" for one in title).strip(" .-")
    return kept[:80] or "graph"
