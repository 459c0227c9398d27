"""What an image is made of: a fingerprint of the files its Dockerfile takes; it is built anew when they change."""

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from nodegraph.runtime.entry import Build
from nodegraph.runtime.images.dockerfile import WHEELS, Recipe, read_dockerfile

ARGUMENT: Final = "NODEGRAPH_BUILD_"
"""An ARG of a Dockerfile is set by the variable of this and its name: NODEGRAPH_BUILD_TORCH_INDEX."""

_LARGE: Final = 4 << 20
_LONGEST: Final = 1000  # letters of a path with stars; more take longer to read than any name is worth


def arguments_of(build: Build) -> dict[str, str]:
    """The ARGs it is given: those of the environment, then its entry's, which say what the image is for."""
    said = {key.removeprefix(ARGUMENT): value for key, value in os.environ.items() if key.startswith(ARGUMENT)}
    return {**said, **build.arguments}


def recipe_of(build: Build) -> Recipe:
    """What its Dockerfile takes; nothing when it cannot be read, which the engine will say better."""
    try:
        return read_dockerfile(build.dockerfile.read_text("utf-8"), arguments_of(build))
    except (OSError, UnicodeError):
        return Recipe((), (), ())


def fingerprint(build: Build) -> str:
    """A hash of the Dockerfile and the files it takes: names and contents, of large ones (weights) the size alone."""
    total = hashlib.sha256("".join(f"{key}={value}\n" for key, value in sorted(build.arguments.items())).encode())
    for path in sorted({build.dockerfile, *_taken(build)}):
        try:
            size = path.lstat().st_size
            content = _content(path, size)
        except OSError:  # it went while we looked
            continue
        total.update(f"{_name(path, build)}:{size}:{hashlib.sha256(content).hexdigest()}\n".encode())
    return total.hexdigest()


def _content(path: Path, size: int) -> bytes:
    """Links are sent as links, so what is behind them does not count."""
    if path.is_symlink():
        return os.fsencode(path.readlink())
    return path.read_bytes() if size <= _LARGE else b""


def _taken(build: Build) -> Iterator[Path]:
    for source in recipe_of(build).sources:
        if source.startswith(WHEELS):  # which wheel there is does not change what the versions in the Dockerfile say
            continue
        if ".." in Path(source).parts:  # what is outside is not sent, and reading it could take for ever
            continue
        for path in _meant(build.context, source):
            inside = path.rglob("*") if path.is_dir() and not path.is_symlink() else [path]
            yield from (one for one in inside if _is_content(one) and not _is_aside(one.relative_to(build.context)))


def _meant(context: Path, source: str) -> list[Path]:
    """What a source means; to an engine ``**`` is no more than ``*``. Nothing for what no file can be called."""
    if source == ".":
        return [context]
    if len(source) > _LONGEST:
        return []
    try:
        return list(context.glob(re.sub(r"\*{2,}", "*", source)))
    except (OSError, ValueError):
        return []


def _is_content(path: Path) -> bool:
    return path.is_symlink() or path.is_file()


def _is_aside(name: Path) -> bool:
    return any(part == "__pycache__" or part.startswith(".") for part in name.parts)


def _name(path: Path, build: Build) -> str:
    inside = path.is_relative_to(build.context)
    return path.relative_to(build.context).as_posix() if inside else path.name
