"""Converted networks that are kept: a folder for each, whole or not there, shared by every replica of a model.

What cannot be kept (no cache, no room, no right to write) costs time at the next start and nothing else.
"""

import contextlib
import fcntl
import hashlib
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

log = logging.getLogger("torch_kit")
MOST: Final = 6
"""Folders that are kept; the one unused for longest goes."""
NOTE: Final = "note.json"
_MAKING: Final = ".making-"
_SPARE: Final = 200 << 20  # bytes that stay free


class Store:
    """The folder `root` ($NODEGRAPH_CACHE), which may be missing, full, or not ours to write to."""

    def __init__(self, root: Path | None) -> None:
        readable = root is not None and os.access(root, os.R_OK | os.X_OK)
        self._root = root if readable else None

    def find(self, name: str) -> dict[str, Any] | None:
        """The note of what is kept as `name`, None without one. A damaged one is thrown away, and said."""
        folder = self.folder(name)
        if folder is None or not folder.is_dir():
            return None
        try:
            note: dict[str, Any] = json.loads((folder / NOTE).read_text("utf-8"))
            damaged = [one for one, hash in note["files"].items() if _hash(folder / one) != hash]
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            damaged = [NOTE]
        if damaged:
            log.warning("what was kept as %s is damaged (%s) and is made anew", name, ", ".join(damaged))
            self.drop(name)
            return None
        with contextlib.suppress(OSError):
            os.utime(folder)  # in use: others go first
        return note

    def drop(self, name: str) -> None:
        """Throw away what is kept as `name`."""
        if self._root is not None:
            shutil.rmtree(self._root / name, ignore_errors=True)

    def folder(self, name: str) -> Path | None:
        """Where `name` is kept, or would be; None without a cache."""
        return self._root / name if self._root else None

    def names(self) -> list[str]:
        """What is kept, the one used last first."""
        return [folder.name for folder in self._folders()]

    @contextlib.contextmanager
    def turn(self) -> Iterator[bool]:
        """Whether it is ours to make something: of several replicas one makes it, the others find it."""
        with contextlib.ExitStack() as stack:
            try:
                lock = stack.enter_context((self._root / ".turn").open("a")) if self._root else None
                if lock is not None:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self._sweep()
            except BlockingIOError:
                yield False
                return
            except OSError:  # nothing can be kept there: each makes its own
                pass
            yield True

    @contextlib.contextmanager
    def making(self, size: int) -> Iterator[Path]:
        """An empty folder for something of about `size` bytes, removed in the end: in the cache if it has room.

        Raises OSError when there is none anywhere.
        """
        folder = Path(tempfile.mkdtemp(prefix=_MAKING, dir=self._root if self._takes(size) else None))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def keep(self, made: Path, name: str, note: Mapping[str, Any]) -> Path:
        """Keep the files in `made`, with what is to be remembered about them; where they lie from now on.

        They stay in `made` when they cannot be kept. Another replica that was faster wins: both made the same.
        """
        folder = self.folder(name)
        if folder is None or made.parent != self._root:
            return made
        try:
            files = {path.name: _hash(path) for path in sorted(made.iterdir())}
            (made / NOTE).write_text(json.dumps({**note, "files": files}), "utf-8")
            made.rename(folder)
        except OSError as error:
            if not (folder / NOTE).is_file():
                log.warning("%s cannot be kept: %s", name, error.strerror or error)
                return made
        for old in self._folders()[MOST:]:
            shutil.rmtree(old, ignore_errors=True)
        return folder

    def _folders(self) -> list[Path]:
        """Newest first."""
        found = []
        for path in self._root.iterdir() if self._root else ():
            with contextlib.suppress(OSError):  # another replica just removed it
                if (path / NOTE).is_file() and not path.name.startswith(_MAKING):
                    found.append((path.stat().st_mtime, path))
        return [path for _, path in sorted(found, reverse=True)]

    def _takes(self, size: int) -> bool:
        """Whether the cache has room for so many bytes and may be written to; else that is said."""
        if self._root is None:
            return False
        if not os.access(self._root, os.W_OK) or shutil.disk_usage(self._root).free < size + _SPARE:
            log.warning("there is no room in %s, or no right to write: what is made is not kept", self._root)
            return False
        return True

    def _sweep(self) -> None:
        """Remove what servers that were killed were making: whose turn it is, is the only one who makes something."""
        for path in self._root.glob(f"{_MAKING}*") if self._root else ():
            shutil.rmtree(path, ignore_errors=True)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
