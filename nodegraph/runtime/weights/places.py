"""Where weights, experiments and offline copies lie on this machine. The variables are read at every call."""

import os
from pathlib import Path

import platformdirs


def weights_folder(id: str) -> Path:
    """The folder of the model `id`: its weights by name, and ``checkpoints/`` with files of the person's own.

    All of them lie in ``nodegraph/weights`` of the user's data folder, or in the folder $NODEGRAPH_WEIGHTS_HOME.
    """
    home = os.environ.get("NODEGRAPH_WEIGHTS_HOME")
    return (Path(home).expanduser().absolute() if home else _data() / "weights") / id


def experiments_folder(id: str) -> Path:
    """The training experiments of the model `id`: ``NAME/checkpoints/FILE`` below it are offered as checkpoints."""
    return _data() / "experiments" / id


def offline_folders() -> tuple[Path, ...]:
    """The folders in $NODEGRAPH_WEIGHTS_FOLDERS (a list like PATH), looked through before anything is downloaded."""
    listed = os.environ.get("NODEGRAPH_WEIGHTS_FOLDERS", "").split(os.pathsep)
    return tuple(Path(one).expanduser().absolute() for one in listed if one)


def _data() -> Path:
    return platformdirs.user_data_path("nodegraph", appauthor=False)
