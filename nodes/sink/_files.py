"""Where sinks write: beside the final name first, and over it only when the file is whole."""

import errno
import itertools
import logging
import os
from pathlib import Path

from nodegraph.sdk import NodeError

_log = logging.getLogger("nodegraph.nodes")
_SENTENCES = {
    errno.ENOSPC: ("the disk is full", "Free some space or write to another disk."),
    errno.EDQUOT: ("your share of the disk is used up", "Free some space or write to another disk."),
    errno.EACCES: ("permission denied", "Choose a folder you may write to."),
    errno.EPERM: ("permission denied", "Choose a folder you may write to."),
    errno.EROFS: ("the disk is read-only", "Choose another disk."),
    errno.ENOTDIR: ("a part of the path is a file, not a folder", "Choose another folder."),
    errno.EEXIST: ("a part of the path is a file, not a folder", "Choose another folder."),
    errno.EISDIR: ("it is a folder", "Add a file name."),
    errno.ENAMETOOLONG: ("the name is too long", "Shorten it."),
}


def cannot_write(path: Path, error: OSError) -> NodeError:
    """The operating system's refusal as a sentence that names `path`."""
    reason, hint = _SENTENCES.get(error.errno or 0, (error.strerror or str(error), "Check the path and the disk."))
    return NodeError(f"Cannot write {path}: {reason}.", hint)


def part_of(path: Path) -> Path:
    """Where a file is written until it is whole: ``clip.mp4`` -> ``clip.part.mp4``."""
    return path.with_name(f"{path.stem}.part{path.suffix}")


def check_target(path: Path, accept: tuple[str, ...]) -> None:
    """Raise NodeError unless `path` names a file with one of the suffixes in `accept`."""
    kinds = ", ".join(accept)
    if path == Path() or not path.name:
        raise NodeError("No file to write is chosen.", f"Set the parameter path to a name that ends in {kinds}.")
    if path.suffix.lower() not in accept:
        raise NodeError(f"{path} is of a kind this node cannot write.", f"Use a name that ends in {kinds}.")
    if os.path.isdir(path):  # unlike Path.is_dir, no error for a name that is too long
        raise NodeError(f"{path} is a folder.", "Add a file name.")


def make_part(path: Path) -> Path:
    """Create the folders and an empty part file for `path`, so that a bad place is told before any work.

    A part file that is there already is all that is left of a run that broke off: it gets another name.
    """
    part = part_of(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if part.is_file() and part.stat().st_size:
            kept = _free_name(part)
            part.rename(kept)
            _log.warning("%s was left by a run that broke off; it is now called %s.", part, kept.name)
        part.open("wb").close()
    except OSError as error:
        raise cannot_write(path, error) from error
    return part


def _free_name(part: Path) -> Path:
    """``clip.part.mp4`` -> ``clip.part-1.mp4``, or the first number that is free."""
    names = (part.with_name(f"{part.stem}-{number}{part.suffix}") for number in itertools.count(1))
    return next(name for name in names if not name.exists())


def tell_unfinished(part: Path, path: Path) -> None:
    """Say where a failed run's work is."""
    older = f", and {path.name} is still the older file" if path.exists() else ""
    _log.warning("The run failed: what was written until then is in %s%s.", part, older)


def put_in_place(part: Path, path: Path) -> None:
    """Give the finished part file its name. Raises NodeError."""
    try:
        part.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from error


def make_folder(folder: Path) -> None:
    """Create `folder` and its parents. Raises NodeError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error


def write_whole(path: Path, data: bytes, *, sync: bool = True) -> None:
    """Write `data` so that `path` is at every moment the old file or the new one. Raises NodeError.

    With `sync` the bytes reach the disk before the name does, so that this also holds when the power fails.
    """
    part = part_of(path)
    try:
        with part.open("wb") as file:
            file.write(data)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise cannot_write(path, error) from error
