"""The dialogs about documents, as plain data with what each answer does. Views draw them and call them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from nodegraph.editor.state.documents.browser import Browser
from nodegraph.editor.state.documents.gallery import Card
from nodegraph.editor.state.documents.missing import Missing
from nodegraph.editor.state.documents.recovery import Recovered


def nothing() -> None:
    """An answer that only closes the dialog."""


@dataclass
class Answer:
    """A button. `act` is called after the dialog has closed. The first answer of a question is Enter's."""

    label: str
    act: Callable[[], None] = nothing
    look: Literal["main", "plain", "danger"] = "plain"


@dataclass
class Question:
    """A sentence or two, and buttons. Escape means the last one."""

    title: str
    text: str
    answers: tuple[Answer, ...]
    details: tuple[str, ...] = ()


@dataclass
class FileDialog:
    """Choosing a file (open), a name for one (save) or a folder. `choose` is called after the dialog has closed."""

    title: str
    button: str
    mode: Literal["open", "save", "folder"]
    browser: Browser
    choose: Callable[[Path], None]


@dataclass
class GalleryDialog:
    """The shipped presets. cards: None while they are looked at. `choose` is called after the dialog has closed."""

    choose: Callable[[Card], None]
    cards: list[Card] | None = None
    words: str = ""
    only_here: bool = False
    selected: str = ""

    @property
    def shown(self) -> list[Card]:
        """The cards that match the words and the filter."""
        return [one for one in self.cards or () if one.matches(self.words) and (one.runs_here or not self.only_here)]

    def step(self, by: int) -> None:
        """Select the card `by` places further."""
        ids = [one.id for one in self.shown]
        if ids:
            at = ids.index(self.selected) + by if self.selected in ids else 0
            self.selected = ids[min(max(at, 0), len(ids) - 1)]


@dataclass
class MissingDialog:
    """What a document lacks. doing: what is being done about a row, by its type; done: types that are mended."""

    name: str
    rows: list[Missing]
    fix: Callable[[Missing], None]
    doing: dict[str, str] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)

    @property
    def fixable(self) -> list[Missing]:
        """The rows "Fix all" would mend."""
        able = ("pull", "build", "process", "replace")
        return [one for one in self.rows if one.action in able and one.type not in self.done | set(self.doing)]

    def fix_all(self) -> None:
        """Do for each row what its button does."""
        for row in self.fixable:
            self.fix(row)


@dataclass
class RecoveryDialog:
    """Unsaved work that was found. Each one goes from `rows` when it was recovered or discarded."""

    rows: list[Recovered]
    recover: Callable[[Recovered], None]
    discard: Callable[[Recovered], None]


ShareKind = Literal["png", "json", "zip"]


@dataclass
class ShareDialog:
    """Export for sharing. stripped: what is taken out, a line each. missing: files a bundle cannot hold.

    sizes: bytes of each kind, as far as known. picture: the PNG that would carry it, None for none. `export` opens the
    question for the file's name.
    """

    name: str
    stripped: tuple[str, ...]
    missing: tuple[str, ...]
    sizes: dict[ShareKind, int]
    picture: bytes | None
    export: Callable[[ShareKind], None]
    kind: ShareKind = "json"


@dataclass
class Progress:
    """Something that takes a while. `share` is 0 to 1; `stop` ends it."""

    title: str
    text: str
    stop: Callable[[], None]
    share: float = 0.0
