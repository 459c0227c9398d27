"""Whether a worker's machine has what a render needs: the same versions, the same files."""

import hashlib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from nodegraph.core.graph import Graph
from nodegraph.core.registry import Registry
from nodegraph.render.job import Job, Needed

_ENDS: Final = 1 << 16
"""Bytes at both ends of a file that are compared, beside its size."""
_ALIKE: Final = ("nodegraph", "numpy", "opencv-python-headless", "av")
"""Packages whose version decides over pixels."""


def versions() -> dict[str, str]:
    """The versions of what must be the same on every machine."""
    return {name: _version(name) for name in _ALIKE}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def needed_files(graph: Graph, registry: Registry) -> tuple[Needed, ...]:
    """The files that the nodes of a graph read, sinks left out."""
    paths = set()
    for node in graph.nodes.values():
        found = registry.find(node.type)
        if found is not None and found.spec.kind != "sink":
            names = [param.name for param in found.spec.params if param.kind == "file"]
            paths |= {Path(str(node.params[name])) for name in names if node.params.get(name)}
    return tuple(needed for path in sorted(paths) if (needed := look_at(path)))


def look_at(path: Path) -> Needed | None:
    """What is known of a file; a folder has no size. None when it cannot be read."""
    try:
        if path.is_dir():
            return Needed(path, 0, "folder")
        size = path.stat().st_size
        with path.open("rb") as file:
            ends = file.read(_ENDS)
            file.seek(max(0, size - _ENDS))
            ends += file.read(_ENDS)
    except OSError:
        return None
    return Needed(path, size, hashlib.sha256(ends).hexdigest())


def lacking(job: Job, name: str) -> Iterator[str]:
    """Sentences about what the machine called `name`, this one, lacks for `job`."""
    for package, wanted in job.versions.items():
        if _version(package) != wanted:
            yield f"{name} has {package} {_version(package)}, and here it is {wanted}."
    for file in job.needed:
        if look_at(file.path) != file:
            yield f"{name} has no such {file.path}, or another one."
    for path in _missing((*job.catalogs, *job.node_folders)):
        yield f"{name} has no {path}."


def _missing(paths: Iterable[Path]) -> Iterator[Path]:
    return (path for path in paths if not path.exists())
