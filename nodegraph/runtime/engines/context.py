"""The folder of a build: what of it is sent to the engine, and how much that is."""

import contextlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from docker.utils.build import exclude_paths

from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.engines.docker_connection import EngineError
from nodegraph.runtime.engines.tarstream import stream_tar


def sent_files(context: Path, dockerfile: str, exclude: Iterable[str] = ()) -> dict[str, Path]:
    """What is sent of a folder: names in it → paths; without what its .dockerignore or `exclude` name.

    Raises EngineError.
    """
    ignore = context / ".dockerignore"
    try:
        patterns = [line.strip() for line in ignore.read_text("utf-8").splitlines()] if ignore.is_file() else []
        patterns = [line for line in patterns if line and not line.startswith("#")]
        names = exclude_paths(str(context), [*patterns, *exclude], dockerfile=dockerfile)
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(f"The folder {context} cannot be read: {error}.") from error
    return {Path(name).as_posix(): context / name for name in sorted(names)}


def sent_size(context: Path, dockerfile: Path) -> int:
    """How many bytes a build sends. Raises EngineError."""
    size = 0
    for path in sent_files(context, os.path.relpath(dockerfile, context)).values():
        with contextlib.suppress(OSError):  # it went while we looked
            found = path.lstat()
            size += found.st_size if stat.S_ISREG(found.st_mode) else 0
    return size


def archive(context: Path, files: Mapping[str, Path], cancel: Cancel) -> Iterator[bytes]:
    """The files as a tar archive, made while it is sent. Raises EngineError, Cancelled."""
    try:
        for piece in stream_tar(files):
            cancel.check()
            yield piece
    except OSError as error:
        raise EngineError(f"The folder {context} cannot be read: {error}.") from error
