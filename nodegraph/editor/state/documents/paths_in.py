"""The files a document names: which parameters hold them, and the same document with other names for them."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from nodegraph.core.preset import Preset
from nodegraph.core.registry import Registry

ASSET: Final = "asset:"


@dataclass(frozen=True)
class FileParam:
    """A parameter that names a file or folder; `writes` for those of sinks."""

    node: str
    param: str
    text: str
    writes: bool

    @property
    def name(self) -> str:
        """The last part of the path, whichever system it is from."""
        return self.text.replace("\\", "/").rstrip("/").rpartition("/")[2]

    @property
    def is_local(self) -> bool:
        """Whether the path means something on one machine only."""
        path = self.text.replace("\\", "/")
        absolute = path.startswith(("/", "~")) or path[1:3] == ":/" or "://" in path
        return absolute or ".." in path.split("/")

    def found(self, base: Path) -> Path | None:
        """The file or folder it means now, None when it is not there."""
        if self.text.startswith(ASSET):
            return None
        path = Path(os.path.expanduser(self.text))
        for one in (base / path, Path.cwd() / path):
            if _exists(one):
                return one.resolve()
        return None


def file_params(document: Preset, registry: Registry) -> Iterator[FileParam]:
    """Every file named, except those that ship with nodegraph."""
    for node in document.graph.nodes.values():
        found = registry.find(node.type)
        for param in found.spec.params if found else ():
            value = node.params.get(param.name)
            text = str(value) if isinstance(value, str | Path) else ""
            if param.kind == "file" and text not in ("", ".") and not text.startswith(ASSET) and "\0" not in text:
                yield FileParam(node.id, param.name, text, found is not None and found.spec.kind == "sink")


def with_files(document: Preset, registry: Registry, name: Callable[[FileParam], str]) -> Preset:
    """With other names for the files: `name` gives each one's, the same text to leave it."""
    graph = document.graph
    for one in file_params(document, registry):
        new = name(one)
        if new != one.text:
            graph = graph.with_param(one.node, one.param, new)
    return document if graph is document.graph else replace(document, graph=graph)


def moved(document: Preset, registry: Registry, old: Path, new: Path) -> Preset:
    """The document as it must be in the folder `new`, so that inputs found beside it in `old` are found again."""

    def name(one: FileParam) -> str:
        path = Path(one.text)
        if one.writes or path.is_absolute() or one.text.startswith("~") or not _exists(old / path):
            return one.text
        if _exists(new / path) and (new / path).resolve() == (old / path).resolve():
            return one.text
        target = (old / path).resolve()
        return os.path.relpath(target, new.resolve()) if target.is_relative_to(new.resolve()) else str(target)

    return with_files(document, registry, name)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
