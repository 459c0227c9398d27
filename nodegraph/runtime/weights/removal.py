"""Removing what was fetched for a model; what nobody can fetch again stays."""

import contextlib
import shutil
from pathlib import Path

from nodegraph.core.errors import ModelError
from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.weights import complete
from nodegraph.runtime.weights.places import weights_folder
from nodegraph.runtime.weights.turn import turn

_HALF = (".part", ".part.json")
_TRAINED = "experiments"  # links to files of the training experiments, which stay there


def bytes_in(folder: Path) -> int:
    """Bytes of all files below a folder, 0 without it."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # removed while we look
            total += path.lstat().st_size if path.is_file() and not path.is_symlink() else 0
    return total


def remove_fetched(entry: ModelEntry) -> tuple[int, tuple[str, ...]]:
    """Remove the model's files that its entry says where to fetch, half ones too.

    Returns the bytes that became free and the names of the files that are left. Raises ModelError.
    """
    folder = weights_folder(entry.id)
    if not folder.is_dir():
        return 0, ()
    before = bytes_in(folder)
    try:
        with turn(folder, Cancel(), lambda: None):
            _remove(entry, folder)
    except OSError as error:
        raise ModelError(f"The weights in {folder} cannot be removed: {error.strerror or error}.") from error
    names = (str(path.relative_to(folder)) for path in sorted(folder.rglob("*")) if path.is_file())
    kept = tuple(name for name in names if not name.startswith("."))
    if not kept:
        shutil.rmtree(folder, ignore_errors=True)
    return before - bytes_in(folder), kept


def _remove(entry: ModelEntry, folder: Path) -> None:
    for weights in (*entry.weights, *entry.checkpoints):
        known = complete.read(folder, weights.name)
        if weights.url and known is not None:
            for one in known.files:
                (folder / one.path).unlink(missing_ok=True)
        if weights.url:
            complete.forget(folder, weights.name)
    shutil.rmtree(folder / _TRAINED, ignore_errors=True)
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file() and path.name.endswith(_HALF):
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
