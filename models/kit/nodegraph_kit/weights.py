"""Where a model finds the files it was given: its entry's `weights`, and the checkpoint chosen for it."""

import os
from pathlib import Path

from nodegraph_kit.errors import Refusal


def folder() -> Path:
    """The folder with the model's files: `$NODEGRAPH_WEIGHTS`, /weights in a container."""
    return Path(os.environ.get("NODEGRAPH_WEIGHTS") or "/weights")


def find(name: str) -> Path:
    """The file or folder that the entry's `weights` call `name`. Raises Refusal (kind ``failed``) when it is missing.

    Call it in `setup`: a server that refuses there says why, and is not started again and again.
    """
    root = folder()
    path = root / name
    if not name or not path.resolve().is_relative_to(root.resolve()):
        raise Refusal(f"{name!r} is not the name of a file of weights: it leads out of {root}.", "failed")
    if not path.exists():
        id = os.environ.get("NODEGRAPH_MODEL") or "MODEL"
        message = f"The file {name} of the model's weights is not in {root}. Run `nodegraph models fetch {id}`."
        raise Refusal(message, "failed")
    return path


def checkpoint(default: str) -> Path:
    """The checkpoint chosen on the node (`$NODEGRAPH_CHECKPOINT`, a name as for `find`), else `default`.

    Raises Refusal as `find` does.
    """
    return find(os.environ.get("NODEGRAPH_CHECKPOINT") or default)
