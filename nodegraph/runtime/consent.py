"""What the person agreed to, by model: the folder its image is built from, and the secrets its server may be given.

A catalogue is somebody's text: an entry of it may name any folder of this machine, whose files a build would send to
the engine, and any variable. So what was agreed to is kept apart, in `nodegraph/agreed.json` of the user's data folder:
written by `models add`, by `models secret --for` and by the editor's licence sheet, and nowhere else.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import platformdirs

from nodegraph.core.errors import NodegraphError
from nodegraph.core.preset import write_atomically
from nodegraph.runtime.alone import alone_with

TRIAL: Final = ".check"
"""Behind the id of a model that `models check` tries: it may have what the model may."""


def agreed_folder(id: str) -> Path | None:
    """The folder that the image of the model `id` may be built from wherever it is, None when none was agreed to."""
    folder = _read().get(id, {}).get("build")
    return Path(folder) if isinstance(folder, str) and folder else None


def agreed_secrets(id: str) -> frozenset[str]:
    """The names of the secrets that the server of the model `id` may be given."""
    return _names(_read().get(id.removesuffix(TRIAL), {}))


def agree_to_folder(id: str, folder: Path) -> None:
    """Remember that the image of `id` may be built from `folder`. Raises NodegraphError when it cannot be written."""
    _change(id, lambda row: {**row, "build": str(folder.resolve())})


def agree_to_secrets(id: str, names: Iterable[str]) -> None:
    """Remember that the server of `id` may be given these, too. Raises NodegraphError when it cannot be written."""
    wanted = set(names)
    if wanted - agreed_secrets(id):
        _change(id, lambda row: {**row, "secrets": sorted(_names(row) | wanted)})


def refuse_secret(id: str, name: str) -> bool:
    """The server of `id` is not given this secret any more; False when it never was. Raises NodegraphError."""
    known = agreed_secrets(id)
    if name in known:
        _change(id, lambda row: {**row, "secrets": sorted(_names(row) - {name})})
    return name in known


def take_back(id: str) -> None:
    """Nothing is agreed to for `id` any more. Raises NodegraphError when it cannot be written."""
    if id in _read():
        _change(id, lambda _: {})


def _path() -> Path:
    return platformdirs.user_data_path("nodegraph", appauthor=False) / "agreed.json"


def _read() -> dict[str, dict[str, Any]]:
    """A file that is damaged or missing agrees to nothing."""
    try:
        table = json.loads(_path().read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return {id: row for id, row in table.items() if isinstance(row, dict)} if isinstance(table, dict) else {}


def _names(row: Mapping[str, Any]) -> frozenset[str]:
    names = row.get("secrets")
    return frozenset(one for one in names if isinstance(one, str)) if isinstance(names, list) else frozenset()


def _change(id: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Write what `change` makes of what is known of `id` now; nothing of it is kept when that is nothing."""
    path = _path()
    try:
        with alone_with(path):
            table = _read()
            row = change(table.pop(id, {}))
            table |= {id: row} if row else {}
            write_atomically(path, (json.dumps(table, indent=2, sort_keys=True) + "\n").encode("utf-8"))
    except OSError as error:
        message = f"What you agreed to cannot be kept in {path}: {error.strerror or error}."
        raise NodegraphError(message, "Check its permissions and the disk.") from error
