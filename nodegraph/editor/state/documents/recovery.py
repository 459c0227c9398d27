"""What editors that died left behind: unsaved work, each with its document's name, and how to get it back."""

import contextlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nodegraph.core.errors import DocumentError
from nodegraph.core.preset import Preset
from nodegraph.editor.state.documents.journal_lines import replayed
from nodegraph.editor.state.documents.locks import lock
from nodegraph.editor.state.folders import journal_folder

_MAX_HEADER: Final = 64 << 20


@dataclass(frozen=True)
class Recovered:
    """Unsaved work. path: the file it belongs to, None for none. time: of the last change, seconds since the epoch.

    edits: how many changes were written (one may hold several edits made within a moment). base: the folder its
    relative paths start from. stamp: what the file was when it was read.
    """

    file: Path
    name: str
    path: Path | None
    base: Path
    time: float
    edits: int
    stamp: str = ""

    @property
    def age(self) -> str:
        """When that was: ``3 minutes ago``."""
        seconds = max(0.0, time.time() - self.time)
        for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
            if seconds >= length:
                count = int(seconds // length)
                return f"{count} {unit}{'s' if count > 1 else ''} ago"
        return "a moment ago"


def found(folder: Path | None = None) -> list[Recovered]:
    """What can be recovered, newest first. Documents of editors that still run are not in it."""
    folder = folder or journal_folder()
    for leftover in folder.glob("*.tmp"):
        _unlink_unless_held(leftover)
    every = [one for path in folder.glob("*.jsonl") if (one := _look(path))]
    return sorted(every, key=lambda one: one.time, reverse=True)


def recover(one: Recovered) -> tuple[Preset, Preset]:
    """The document as it was saved last, and as it was when the editor died. Raises DocumentError."""
    try:
        with one.file.open("rb") as file:
            _, saved, newest, _ = replayed(line for line in file if line.endswith(b"\n"))
    except OSError as error:
        raise DocumentError(
            f"The unsaved work on {one.name} is gone: {error.strerror}.", "Has another window recovered it?"
        ) from error
    return saved, newest


def discard(one: Recovered) -> None:
    """Forget it for ever."""
    with contextlib.suppress(OSError):
        one.file.unlink()


def _look(path: Path) -> Recovered | None:
    try:
        with path.open("rb+") as file:
            if not lock(file):
                return None
            header = json.loads(file.readline(_MAX_HEADER))
            edits = sum(line.endswith(b"\n") for line in file)
        if edits == 0:
            path.unlink()
            return None
        where = Path(header["path"]) if header.get("path") else None
        name, base, stamp = str(header["name"]), Path(header["base"]), str(header.get("stamp", ""))
        return Recovered(path, name, where, base, path.stat().st_mtime, edits, stamp)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _unlink_unless_held(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("rb+") as file:
        if lock(file):
            path.unlink()
