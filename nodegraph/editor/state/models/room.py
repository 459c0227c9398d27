"""What models take on disk, as a dialog: counted in the background, removed a thing at a time after a question."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from nodegraph.editor.state.background import later
from nodegraph.editor.state.documents.questions import Answer, Question
from nodegraph.editor.state.models.acting import press

if TYPE_CHECKING:  # counting brings Docker along: a fifth of a second at the start
    from nodegraph.editor.state.editor import Editor
    from nodegraph.runtime.disk import ModelRoom, Room

_T = TypeVar("_T")


@dataclass
class RoomDialog:
    """room: what is taken, None while it is counted. doing: what is being done now, "" for nothing."""

    editor: "Editor"
    room: "Room | None" = None
    doing: str = ""
    message: str = ""
    revision: int = 0

    @property
    def rows(self) -> list["ModelRoom"]:
        """The models that take something, the largest first."""
        models = self.room.models if self.room else ()
        return sorted((one for one in models if _size(one)), key=_size, reverse=True)

    def count(self) -> None:
        """Count anew."""
        entries = self.editor.session.models

        def work() -> "Room":
            from nodegraph.runtime.disk import room_of

            return room_of(entries)

        self._later("counting", work, self._counted)

    def remove_image(self, id: str) -> None:
        """Ask, and remove the image; it is counted again when this dialog is opened again."""
        press(self.editor, id, "remove")

    def remove_weights(self, one: "ModelRoom") -> None:
        """Ask, and remove what was fetched."""
        text = f"What was downloaded for {one.name} is removed. The next run fetches it again; your own files stay."
        answers = (Answer("Remove", partial(self._remove, one.id), "danger"), Answer("Keep it", look="main"))
        self.editor.dialogs.show(Question("Remove the weights?", text, answers))

    def close(self) -> None:
        """Close it; what is being counted is forgotten."""
        self.editor.dialogs.close(self)

    def _remove(self, id: str) -> None:
        entry = self.editor.models.entries[id]

        def work() -> str:
            from nodegraph.runtime.disk import remove_weights

            gone = remove_weights(entry)
            kept = f" {', '.join(gone.kept)} stay: nobody can fetch them again." if gone.kept else ""
            return f"{entry.name}: {gone.size / 1e6:.0f} MB are free again.{kept}"

        self._later("removing", work, self._removed)

    def _removed(self, said: str) -> None:
        self.editor.tell(said, "good")
        self.count()

    def _counted(self, room: "Room") -> None:
        self.room = room

    def _later(self, doing: str, work: Callable[[], _T], done: Callable[[_T], None]) -> None:
        def finished(result: _T) -> None:
            self._now("")
            done(result)

        self._now(doing)
        later(self.editor.post, work, finished, lambda error: self._now("", f"{error.message} {error.hint}"))

    def _now(self, doing: str, message: str = "") -> None:
        self.doing, self.message = doing, message
        self.revision += 1


def show_room(editor: "Editor") -> None:
    """Open the dialog and begin to count."""
    dialog = RoomDialog(editor)
    editor.dialogs.show(dialog)
    dialog.count()


def _size(one: "ModelRoom") -> int:
    return one.image + one.removable
