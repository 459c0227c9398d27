"""Where weights, experiments and offline copies lie on this machine. The variables are read at every call."""

import contextlib
import os
from pathlib import Path
from typing import Final

import platformdirs

_LONGEST: Final = 200  # characters of one name; file systems take 255 bytes


def weights_folder(id: str) -> Path:
    """The folder of the model `id`: its weights by name, and ``checkpoints/`` with files of the person's own.

    All of them lie in ``nodegraph/weights`` of the user's data folder, or in the folder $NODEGRAPH_WEIGHTS_HOME.
    """
    home = os.environ.get("NODEGRAPH_WEIGHTS_HOME")
    return (Path(home).expanduser().absolute() if home else _data() / "weights") / id


def weights_volume(id: str) -> str:
    """The volume on an engine through which containers of the model see that folder, or a copy of it."""
    return f"nodegraph-weights-{id}"


def experiments_folder(id: str) -> Path:
    """The training experiments of the model `id`: ``NAME/checkpoints/FILE`` below it are offered as checkpoints."""
    return _data() / "experiments" / id


def is_inside(name: str) -> bool:
    """Whether a name leads to something below the folder it is looked for in: a document may hold any text for one."""
    return all(
        part.isprintable() and part not in ("", ".", "..") and "\\" not in part and len(part) <= _LONGEST
        for part in name.split("/")
    )


def open_to_all(folder: Path, target: Path) -> None:
    """Let the user of a container read `target` below the model's `folder`, and what is in it.

    What is not ours to open stays as it is: whether a server can read it is seen when it tries.
    """
    above = [path for path in target.parents if path.is_relative_to(folder)]
    for path in (*above, target, *(target.rglob("*") if target.is_dir() else ())):
        with contextlib.suppress(OSError):
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if path.is_dir() else 0o444))


def offline_folders() -> tuple[Path, ...]:
    """The folders in $NODEGRAPH_WEIGHTS_FOLDERS (a list like PATH), looked through before anything is downloaded."""
    listed = os.environ.get("NODEGRAPH_WEIGHTS_FOLDERS", "").split(os.pathsep)
    return tuple(Path(one).expanduser().absolute() for one in listed if one)


def _data() -> Path:
    return platformdirs.user_data_path("nodegraph", appauthor=False)
