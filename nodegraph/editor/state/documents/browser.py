"""Looking through folders: what a file dialog shows, and how it moves with the keys. Reads folders, writes nothing."""

import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import platformdirs

from nodegraph.core.errors import DocumentError
from nodegraph.core.preset import read_preset
from nodegraph.core.resources import data_folder

MAX_ENTRIES: Final = 5_000
_TITLE_FILES: Final = 300
_TITLE_BYTES: Final = 4 << 20
PRESETS: Final = (".json", ".png", ".zip")
"""What the editor opens."""


@dataclass(frozen=True)
class Entry:
    """A file or folder in the list. modified: seconds since the epoch."""

    path: Path
    is_folder: bool
    size: int = 0
    modified: float = 0.0

    @property
    def name(self) -> str:
        """Its name."""
        return self.path.name

    @property
    def when(self) -> str:
        """The day it was changed, or the time of today."""
        moment = time.localtime(self.modified)
        today = moment[:3] == time.localtime()[:3]
        return time.strftime("%H:%M" if today else "%Y-%m-%d", moment) if self.modified else ""


@dataclass(frozen=True)
class Place:
    """A folder people go to often."""

    name: str
    path: Path


@dataclass
class Browser:
    """One folder's files with one of `suffixes` (all without any), and the folders in it.

    words: what the list is filtered by. name: of the file to open or to save. post: runs a call on the UI thread.
    Titles of presets come later, from a thread; `revision` counts what changed.
    """

    folder: Path
    suffixes: tuple[str, ...] = PRESETS
    name: str = ""
    words: str = ""
    recent: tuple[Path, ...] = ()
    post: Callable[[Callable[[], None]], None] | None = None
    titles: dict[Path, str] = field(default_factory=dict)
    problem: str = ""
    revision: int = 0
    selected: Path | None = None

    def __post_init__(self) -> None:
        self._entries: list[Entry] = []
        start = self.folder
        while not start.is_dir() and start != start.parent:
            start = start.parent
        self.go(start)

    @property
    def places(self) -> list[Place]:
        """Home, its usual folders, and the folders of recent files."""
        usual = [Place("Home", Path.home()), Place("Current folder", Path.cwd())]
        for name, folder in (
            ("Desktop", platformdirs.user_desktop_path()),
            ("Documents", platformdirs.user_documents_path()),
            ("Pictures", platformdirs.user_pictures_path()),
            ("Videos", platformdirs.user_videos_path()),
        ):
            usual.append(Place(name, folder))
        if ".json" in self.suffixes:
            usual.append(Place("Shipped presets", data_folder() / "presets"))
        usual += [Place(one.name or str(one), one) for one in dict.fromkeys(path.parent for path in self.recent)]
        seen: dict[Path, Place] = {}
        for place in usual:
            if place.path.is_dir():
                seen.setdefault(place.path.resolve(), place)
        return list(seen.values())

    @property
    def parts(self) -> list[Place]:
        """The way here from the root, for the line of buttons on top."""
        return [Place(one.name or one.anchor, one) for one in (*reversed(self.folder.parents), self.folder)]

    @property
    def shown(self) -> list[Entry]:
        """Folders first, then files, those that hold every word in their name or title."""
        words = self.words.lower().split()
        texts = ((one, f"{one.name} {self.titles.get(one.path, '')}".lower()) for one in self._entries)
        return [one for one, text in texts if all(word in text for word in words)]

    def go(self, folder: Path) -> None:
        """Look into another folder; the list stays when it cannot be read, and `problem` says why."""
        folder = Path(os.path.expanduser(folder)).absolute()
        self.revision += 1
        try:
            self._entries = _listed(folder, self.suffixes)
        except OSError as error:
            self.problem = f"{folder.name or folder} cannot be opened: {error.strerror}."
            return
        self.folder, self.words, self.selected, self.problem = Path(os.path.normpath(folder)), "", None, ""
        self._load_titles()

    def up(self) -> None:
        """The folder above; the one it came from is selected."""
        old = self.folder
        self.go(self.folder.parent)
        self.selected = old if old != self.folder else None

    def select(self, path: Path | None) -> None:
        """Select this; a file's name is the name to open or save."""
        self.selected = path
        if path is not None and not path.is_dir():
            self.name = path.name
        self.revision += 1

    def step(self, by: int) -> None:
        """Move the selection by so many rows."""
        paths = [one.path for one in self.shown]
        if paths:
            at = paths.index(self.selected) + by if self.selected in paths else (0 if by > 0 else len(paths) - 1)
            self.select(paths[min(max(at, 0), len(paths) - 1)])

    def search(self, words: str) -> None:
        """Filter the list; the first row is selected."""
        self.words = words
        shown = self.shown
        if words and shown and self.selected not in [one.path for one in shown]:
            self.select(shown[0].path)
        self.revision += 1

    def enter(self) -> Path | None:
        """What Enter means: go into the selected or typed folder (None), or the file that is meant."""
        if self.selected is not None and self.selected.is_dir() and self.selected in [one.path for one in self.shown]:
            self.go(self.selected)
            return None
        return self.typed()

    def typed(self) -> Path | None:
        """The file that `name` means; a folder's name goes there and means none."""
        if not self.name.strip():
            return None
        path = Path(os.path.normpath(self.folder / os.path.expanduser(self.name.strip())))
        if path.is_dir():
            self.name = ""
            self.go(path)
            return None
        return path

    def _load_titles(self) -> None:
        if self.post is None or ".json" not in self.suffixes:
            return
        files = [one for one in self._entries if not one.is_folder and one.size <= _TITLE_BYTES][:_TITLE_FILES]
        wanted = [one.path for one in files if one.path.suffix.lower() != ".zip" and one.path not in self.titles]
        if wanted:
            threading.Thread(target=self._read_titles, args=(self.folder, wanted), name="titles", daemon=True).start()

    def _read_titles(self, folder: Path, paths: Iterable[Path]) -> None:
        for path in paths:
            if self.folder != folder or self.post is None:
                return
            try:
                title = read_preset(path).title
            except DocumentError:
                title = ""
            self.post(partial(self._take, path, title))

    def _take(self, path: Path, title: str) -> None:
        self.titles[path] = title
        self.revision += 1


def _listed(folder: Path, suffixes: tuple[str, ...]) -> list[Entry]:
    """What is in a folder, hidden things left out: folders, then files, by name. Raises OSError."""
    found: list[Entry] = []
    with os.scandir(folder) as entries:
        for one in entries:
            if one.name.startswith("."):
                continue
            try:
                is_folder, there = one.is_dir(), one.stat()
            except OSError:  # a link to nowhere
                continue
            if is_folder or not suffixes or Path(one.name).suffix.lower() in suffixes:
                found.append(Entry(Path(one.path), is_folder, 0 if is_folder else there.st_size, there.st_mtime))
            if len(found) >= MAX_ENTRIES:
                break
    return sorted(found, key=lambda one: (not one.is_folder, one.name.casefold()))
