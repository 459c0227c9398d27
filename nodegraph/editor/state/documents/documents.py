"""The open document and its file: new, open, save, older versions, recent files, and recovery after a crash.

Nothing here asks: what needs an answer is raised (`NeedsName`, `ChangedOnDisk`, `AlreadyThere`), and asking.py asks.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nodegraph.core.errors import DocumentError, UsageError
from nodegraph.core.preset import Preset, read_preset
from nodegraph.core.preset_history import versions
from nodegraph.editor.state.delta import Delta
from nodegraph.editor.state.documents import recovery
from nodegraph.editor.state.documents.journal import Journal
from nodegraph.editor.state.documents.opening import Opened, Stamp, read_document, with_suffix, write_document
from nodegraph.editor.state.documents.paths_in import moved
from nodegraph.editor.state.documents.recovery import Recovered
from nodegraph.editor.state.folders import versions_folder
from nodegraph.editor.state.notices import Kind
from nodegraph.editor.state.settings import Settings
from nodegraph.editor.state.workspace import Workspace

Tell = Callable[[str, Kind, str], None]
"""(text, kind, hint): see `Editor.tell`."""
Load = Callable[[Preset, Path | None, Path | None], None]


class NeedsName(UsageError):
    """The document has no file yet: ask for a name."""


class AlreadyThere(UsageError):
    """A file of this name exists: ask whether it may be replaced."""


class ChangedOnDisk(DocumentError):
    """Somebody else wrote the file since it was read: ask before it is overwritten."""


@dataclass(frozen=True)
class Recent:
    """A file opened lately; `there` is False when it is gone."""

    path: Path
    there: bool


class Documents:
    """What the File menu does. `load` puts a document before the person (`Editor.load`); `tell` is `Editor.tell`."""

    def __init__(
        self,
        workspace: Workspace,
        settings: Settings,
        tell: Tell,
        load: Load | None = None,
        journal: Journal | None = None,
    ) -> None:
        self._workspace = workspace
        self._settings = settings
        self._tell = tell
        self._load = load or workspace.load
        self._journal = journal or Journal(lambda why: tell(why, "warning", "Save often; check the room on the disk."))
        self._stamp = Stamp()
        workspace.listeners.append(self._changed)
        self._begin()

    # --- opening ----------------------------------------------------------------------------------------------------

    def new(self) -> None:
        """An empty document."""
        self._load(Preset(), None, None)
        self._stamp = Stamp()
        self._begin()

    def open(self, name: str) -> None:
        """Open a file or a shipped preset. Raises UsageError or DocumentError; then the current document stays."""
        self.show(read_document(name))

    def show(self, opened: Opened) -> None:
        """Put a document that was read before the person."""
        self._load(opened.document, opened.path, None if opened.path else opened.base)
        self._stamp = opened.stamp
        self._begin()
        if opened.path or opened.source.suffix.lower() == ".zip":
            self._settings.remember(opened.source)
        if opened.document.read_only:
            self._tell(
                f"{opened.source.name} was made by a newer nodegraph: you can look and run, but not save it.",
                "warning",
                "Update nodegraph, or copy what you need into a new document.",
            )
        for problem in opened.document.problems[:3]:
            self._tell(problem.message, "warning", problem.hint)

    def recover(self, one: Recovered) -> None:
        """Open the unsaved work; it is one undo step after what was saved. Raises DocumentError."""
        saved, newest = recovery.recover(one)
        self._load(saved, one.path, None if one.path else one.base)
        self._stamp = Stamp(one.stamp)
        self._begin()
        self._workspace.do("Recover unsaved changes", newest)
        if self._journal.flush():
            recovery.discard(one)

    # --- saving -----------------------------------------------------------------------------------------------------

    @property
    def changed_on_disk(self) -> bool:
        """Whether somebody else wrote the document's file since it was read."""
        path = self._workspace.path
        return path is not None and not self._stamp.still_holds(path)

    def save(self, overwrite: bool = False) -> None:
        """Save to the document's file; the version it replaces is kept.

        Raises NeedsName, ChangedOnDisk (unless `overwrite`), or DocumentError.
        """
        path = self._workspace.path
        if path is None:
            raise NeedsName("This document has no file yet.", "Give it a name.")
        if not overwrite and self.changed_on_disk:
            raise ChangedOnDisk(f"{path.name} was changed by another program since you opened it.", "")
        self._write(path)

    def save_as(self, path: Path, overwrite: bool = False) -> None:
        """Save to another file, which is the document's from now on; ``.json`` is added where no suffix says else.

        Raises AlreadyThere (unless `overwrite`) or DocumentError.
        """
        path = with_suffix(Path(os.path.expanduser(path)))
        path = Path.cwd() / path
        if path == self._workspace.path:
            self.save(overwrite)
            return
        if path.exists() and not overwrite:
            raise AlreadyThere(f"{path.name} is there already.", "Replace it?")
        self._write(path)

    def revert(self) -> None:
        """Go back to what is in the file; this can be undone. Raises DocumentError."""
        path = self._workspace.path
        if path is None:
            raise NeedsName("This document was never saved.", "There is nothing to go back to.")
        opened = read_document(str(path))
        self._workspace.do("Revert to the saved file", opened.document)
        self._stamp = opened.stamp
        self._workspace.mark_saved(path)
        self._begin()

    @property
    def older(self) -> list[Path]:
        """Older versions of the document's file, newest first, as they were when it was opened or saved last."""
        return self._older

    def restore(self, version: Path) -> None:
        """Go back to an older version; this can be undone, and is not saved yet. Raises DocumentError."""
        self._workspace.do("Restore an older version", read_preset(version, "older version"))

    # --- what is remembered -----------------------------------------------------------------------------------------

    @property
    def recent(self) -> list[Recent]:
        """The files opened or saved lately, newest first, those that are gone marked."""
        return [Recent(Path(name), Path(name).is_file()) for name in self._settings.recent]

    def close(self) -> None:
        """The editor ends and the person was asked: nothing is kept for a recovery."""
        self._journal.end()

    def _write(self, path: Path) -> None:
        space = self._workspace
        document = moved(space.document, space.registry, space.base, path.parent)
        self._stamp = write_document(document, path, versions_folder())
        space.do("Save in another folder", document)
        space.mark_saved(path)
        self._settings.remember(path)
        self._begin()
        self._tell(f"Saved {path.name}.", "good", "")

    def _begin(self) -> None:
        """From here on, what differs from the document as it is now is unsaved work."""
        space = self._workspace
        self._older = versions(space.path, versions_folder())[::-1] if space.path else []
        about = {"name": space.name, "path": str(space.path or ""), "base": str(space.base)}
        self._journal.begin(space.document, {**about, "stamp": self._stamp.digest})

    def _changed(self, _: Delta) -> None:
        self._journal.record(self._workspace.document)
