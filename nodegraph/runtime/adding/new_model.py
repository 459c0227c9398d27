"""A new model's folder from models/template: server, Dockerfile, entry, test, and the kit itself.

The kit is copied in, so `docker build .` works in that folder wherever it is, also when nodegraph has moved on.
"""

import keyword
import os
import shutil
from pathlib import Path

from nodegraph.core.errors import NodegraphError, UsageError
from nodegraph.core.resources import data_folder
from nodegraph.runtime.catalog.catalog import slug

_RENAMED = {"dockerignore": ".dockerignore", "test_new_model.py": "test_{word}.py"}


def write_new(name: str, folder: Path) -> str:
    """Write the folder of a model called `name` (``Warm light``); its id (``warm-light``).

    Raises UsageError for a name that gives no id and for a folder that is not empty, NodegraphError when it cannot be
    written.
    """
    id = slug(name)
    word = id.replace("-", "_")
    if not id or not word.isidentifier() or keyword.iskeyword(word):
        raise UsageError(
            f"{name[:60]!r} gives no name for a program.", "Use letters first, then digits and spaces too."
        )
    if not all(one.isprintable() and one not in "\"\\'`{}" for one in name):
        raise UsageError(f"{name[:60]!r} cannot be a title.", "Leave out quotes, braces and what cannot be seen.")
    title = name.replace("-", " ").replace("_", " ").capitalize() if name == name.lower() else " ".join(name.split())
    words = {"new-model": id, "new_model": word, "NewModel": word.title().replace("_", ""), "New model": title}
    try:
        _check_empty(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(_template().iterdir()):
            if path.is_file():
                target = folder / _RENAMED.get(path.name, path.name).format(word=word)
                target.write_text(_filled(path.read_text("utf-8"), words), encoding="utf-8")
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(_template().parent / "kit" / "nodegraph_kit", folder / "nodegraph_kit", ignore=ignored)
    except OSError as error:
        message = f"The folder {folder} cannot be written: {error.strerror or error}."
        raise NodegraphError(message, "Check its permissions and the disk, or choose another with --folder.") from error
    return id


def _template() -> Path:
    return data_folder() / "models" / "template"


def _check_empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or os.listdir(folder)):
        raise UsageError(f"{folder} is there already and is not empty.", "Choose another name, or another --folder.")


def _filled(text: str, words: dict[str, str]) -> str:
    for old, new in words.items():
        text = text.replace(old, new)
    return text
