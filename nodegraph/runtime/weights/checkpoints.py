"""The checkpoints a person can choose from: the catalogue's, files of their own, and what they trained."""

import contextlib
import os
import shutil
from pathlib import Path
from typing import Final

from nodegraph.core.errors import ModelError
from nodegraph.runtime.entry import ModelEntry, Weights
from nodegraph.runtime.weights.places import experiments_folder, is_inside, open_to_all, weights_folder

SUFFIXES: Final = (".safetensors", ".onnx", ".pt", ".pth")
_OWN: Final = "checkpoints"
_TRAINED: Final = "experiments"


def has_checkpoints(entry: ModelEntry) -> bool:
    """Whether there is something to choose: checkpoints in its entry, or it has to be trained."""
    return bool(entry.checkpoints) or entry.needs_training


def checkpoint_names(entry: ModelEntry) -> tuple[str, ...]:
    """Every checkpoint of a model that can be chosen now, the catalogue's first.

    ``NAME`` is one of the catalogue's, ``checkpoints/NAME`` a file or folder the person put into the model's weights
    folder, ``experiments/RUN/NAME`` a file of a training run. Each is also where a server finds it below its weights.
    """
    own = [f"{_OWN}/{one}" for one in _names(weights_folder(entry.id) / _OWN, folders=True)]
    runs = experiments_folder(entry.id)
    trained = [f"{_TRAINED}/{run}/{one}" for run in _entries(runs) for one in _names(runs / run / "checkpoints")]
    return tuple(dict.fromkeys([*(one.name for one in entry.checkpoints), *own, *trained]))


def default_checkpoint(entry: ModelEntry) -> Weights | None:
    """What is used unless somebody chooses: the first there is; None for a model without checkpoints."""
    if entry.checkpoints:
        return entry.checkpoints[0]
    names = checkpoint_names(entry) if entry.needs_training else ()
    return Weights(names[0]) if names else None


def chosen_checkpoint(entry: ModelEntry, name: str) -> Weights | None:
    """The checkpoint called `name`: the catalogue's, else a local one. "" is the default one."""
    if not name:
        return default_checkpoint(entry)
    return next((one for one in entry.checkpoints if one.name == name), Weights(name))


def is_local(checkpoint: Weights) -> bool:
    """Whether it is a file of the person's own, which nobody can fetch."""
    return not checkpoint.url and checkpoint.name.partition("/")[0] in (_OWN, _TRAINED) and "/" in checkpoint.name


def bring_local(id: str, name: str, checkpoint: str) -> Path:
    """Have a local checkpoint below the model's weights folder, where servers look; its path.

    A trained one is linked there, or copied on another disk. Raises ModelError when there is none.
    """
    folder = weights_folder(id)
    kind, _, rest = checkpoint.partition("/")
    parts = rest.split("/")
    target = folder / checkpoint
    if not is_inside(checkpoint):
        raise not_here(id, name, checkpoint)
    if kind == _TRAINED and len(parts) == 2:
        source = experiments_folder(id) / parts[0] / "checkpoints" / parts[1]
        if not source.is_file():
            raise not_here(id, name, checkpoint)
        _renew(source, target)
    if not target.is_file() and not any(one.is_file() for one in target.rglob("*")):
        raise not_here(id, name, checkpoint)
    open_to_all(folder, target)
    return target


def none_yet(id: str, name: str) -> ModelError:
    """A model that has to be trained has no checkpoint at all."""
    return ModelError(f"{name} has to be trained before it is of use: it has no checkpoint yet.", train_hint(id))


def train_hint(id: str) -> str:
    """Where a checkpoint of one's own goes."""
    return f"Train one, or put a file into {weights_folder(id) / _OWN}."


def not_here(id: str, name: str, checkpoint: str) -> ModelError:
    """Nobody on this machine has the checkpoint that was chosen."""
    return ModelError(
        f"The checkpoint {checkpoint[:200]} of {name} is not on this machine.",
        f"Choose another one, or put the file into {weights_folder(id) / _OWN}.",
    )


def _renew(source: Path, target: Path) -> None:
    """Make `target` the newest `source`, never half."""
    if target.exists() and (target.samefile(source) or _same(source, target)):
        return
    fresh = target.with_name(f".{target.name}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
        try:
            os.link(source, fresh)
        except OSError:  # another disk, or one without links
            shutil.copy2(source, fresh)
        os.replace(fresh, target)
    except OSError as error:
        raise ModelError(
            f"{source} cannot be put to {target}: {error.strerror or error}.", "Check the disk."
        ) from error


def _same(one: Path, other: Path) -> bool:
    left, right = one.stat(), other.stat()
    return (left.st_size, left.st_mtime_ns) == (right.st_size, right.st_mtime_ns)


def _names(folder: Path, folders: bool = False) -> list[str]:
    return [
        name
        for name in _entries(folder)
        if (folder / name).suffix.lower() in SUFFIXES or (folders and (folder / name).is_dir())
    ]


def _entries(folder: Path) -> list[str]:
    with contextlib.suppress(OSError):
        return sorted(one.name for one in folder.iterdir() if not one.name.startswith(".") and one.suffix != ".part")
    return []
