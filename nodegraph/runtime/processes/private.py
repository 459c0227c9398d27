"""Private folders for sockets and files: short paths, entered by nobody else, cleared away after a killed program."""

import contextlib
import os
import re
import shutil
import stat
import tempfile
from pathlib import Path

from nodegraph.core.errors import ModelError

_NAME = re.compile(r"ng-(\d+)-")


def private_folder(keep: bool = False) -> Path:
    """A new folder only we may enter. With `keep` it outlives this program. Raises ModelError when none can be made.

    The path of a Unix socket may have 107 bytes at most, so a long TMPDIR is passed over.
    """
    folder = _place()
    _sweep(folder)
    prefix = "ng-kept-" if keep else f"ng-{os.getpid()}-"
    try:
        return Path(tempfile.mkdtemp(prefix=prefix, dir=folder))
    except OSError as error:
        message = f"No private folder can be made in {folder}: {error.strerror or error}."
        raise ModelError(message, "Free some space there, or name another folder in TMPDIR.") from error


def is_private(path: Path) -> bool:
    """Whether a socket lies in a folder of ours, made by `private_folder` of this or another program of this person."""
    for folder in [] if ".." in path.parts else list(path.parents)[:2]:
        with contextlib.suppress(OSError):
            found = folder.lstat()
            ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
            if ours and folder.name.startswith("ng-"):
                return True
    return False


def _place() -> Path:
    usual = Path(tempfile.gettempdir())
    return usual if len(os.fsencode(usual)) < 80 else Path("/tmp")


def _sweep(folder: Path) -> None:
    """Remove the folders of programs of ours that are gone."""
    for path in folder.glob("ng-*-*"):
        found = _NAME.match(path.name)
        with contextlib.suppress(OSError):  # another program may sweep at the same moment
            if found and not _lives(int(found[1])) and path.lstat().st_uid == os.getuid():
                shutil.rmtree(path, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
