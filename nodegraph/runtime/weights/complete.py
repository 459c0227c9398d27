"""What was fetched and checked: a note per weight in ``.complete``, written last, so that nothing half is used."""

import contextlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from nodegraph.runtime.entry import Weights
from nodegraph.runtime.weights.places import is_inside

FOLDER: Final = ".complete"


@dataclass(frozen=True)
class Seen:
    """One checked file: its path below the model's folder, size in bytes, sha256, and when it was last changed."""

    path: str
    size: int
    sha256: str
    changed: int = 0


@dataclass(frozen=True)
class Complete:
    """One weight of an entry that is here. url, sha256: as its entry said."""

    name: str
    url: str
    sha256: str
    files: tuple[Seen, ...]

    def is_of(self, weights: Weights) -> bool:
        """Whether the entry still means this file; a hash says more than an address."""
        return self.sha256 == weights.sha256 if weights.sha256 else self.url == weights.url

    def is_untouched(self, folder: Path) -> bool:
        """Whether its files are as they were when they were checked."""
        return all(seen_at(folder, one.path) == (one.size, one.changed) for one in self.files)


def mark_of(folder: Path, name: str) -> Path:
    """Where the note about the weight `name` is."""
    return folder / FOLDER / f"{name}.json"


def read(folder: Path, name: str) -> Complete | None:
    """What is known about a weight, None when it is not complete or names files that are not its own."""
    if not is_inside(name):
        return None
    try:
        found = json.loads(mark_of(folder, name).read_text("utf-8"))
        files = tuple(_seen(one) for one in found.pop("files"))
        complete = Complete(**found, files=files)
        return complete if complete.name == name and all(_is_own(name, one) for one in files) else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def write(folder: Path, complete: Complete) -> None:
    """Note it, atomically. Raises OSError."""
    path = mark_of(folder, complete.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o755)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(complete), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def forget(folder: Path, name: str) -> None:
    """The weight is no longer complete."""
    mark_of(folder, name).unlink(missing_ok=True)


def is_here(folder: Path, weights: Weights) -> bool:
    """Whether the weight was fetched and checked, and is untouched since. Asks no network and reads no large file."""
    known = read(folder, weights.name)
    there = known is not None and known.is_of(weights) and known.is_untouched(folder)
    return there and (folder / weights.name).exists()


def _seen(said: Any) -> Seen:
    return Seen(str(said["path"]), int(said["size"]), str(said["sha256"]), int(said.get("changed", 0)))


def _is_own(name: str, one: Seen) -> bool:
    """A note may come with a folder from anywhere: it names the weight itself or what is in its folder."""
    return one.path == name or (one.path.startswith(f"{name}/") and ".." not in one.path.split("/"))


def seen_at(folder: Path, path: str) -> tuple[int, int] | None:
    """Size and time of the last change (ns) of a file, None when there is none."""
    with contextlib.suppress(OSError):
        found = (folder / path).stat()
        return found.st_size, found.st_mtime_ns
    return None
