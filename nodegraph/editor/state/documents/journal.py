"""Unsaved work on the disk within a fraction of a second, without ever waiting for the disk.

The file's first line is the document as it was last saved; each line after it is what changed since. The writing
process holds a lock on the file, so that only what a dead editor left is offered for recovery.
"""

import contextlib
import errno
import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from io import FileIO
from pathlib import Path
from typing import Any, Final

from nodegraph.core.preset import Preset
from nodegraph.core.preset_encode import encode
from nodegraph.editor.state.documents.journal_lines import change_line, first_line
from nodegraph.editor.state.documents.locks import lock
from nodegraph.editor.state.folders import journal_folder

INTERVAL: Final = 0.15
"""Seconds from one written change to the next; a kill loses less than that."""
_COMPACT_ABOVE: Final = 16 << 20


class Journal:
    """The journal of the open document. Call it from the UI thread; a thread of its own writes.

    failed: told once (from that thread) why unsaved work cannot be kept.
    """

    def __init__(self, failed: Callable[[str], None], folder: Path | None = None) -> None:
        self._folder = folder or journal_folder()
        self._failed = failed
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closed = threading.Event()
        self._told = False
        self._book: _Book | None = None
        self._thread: threading.Thread | None = None

    def begin(self, document: Preset, about: Mapping[str, Any]) -> None:
        """Another document is open, or this one was just saved: what was kept is not needed any more.

        about: what `Recovered` tells of it: name, path, base, stamp.
        """
        with self._lock:
            old, self._book = self._book, _Book(self._folder, document, about)
        if old:
            old.remove()

    def record(self, document: Preset) -> None:
        """The document is now this. Costs nothing here."""
        if self._book is None or document.read_only:
            return
        self._book.newest = document
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
            self._thread.start()
        self._wake.set()

    def flush(self) -> bool:
        """Write what is not written yet, now; False when that is impossible."""
        with self._lock:
            return self._write()

    def end(self) -> None:
        """The editor closes and everything is saved or given up: nothing is kept."""
        self._closed.set()
        self._wake.set()
        with self._lock:
            book, self._book = self._book, None
        if book:
            book.remove()
        if self._thread:
            self._thread.join(timeout=2)

    def _work(self) -> None:
        while not self._closed.wait(INTERVAL):
            self._wake.wait()
            self._wake.clear()
            with self._lock:
                self._write()

    def _write(self) -> bool:
        if self._book is None:
            return True
        try:
            self._book.write()
        except (OSError, TypeError, ValueError, RecursionError) as error:
            if not self._told:
                self._told = True
                why = getattr(error, "strerror", None) or str(error)
                self._failed(f"Unsaved changes cannot be kept for a crash: {why}.")
            return False
        return True


class _Book:
    """One document's file; it is made with the first change."""

    def __init__(self, folder: Path, document: Preset, about: Mapping[str, Any]) -> None:
        self.newest = self._written = self._saved = document
        self._path = folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(4)}.jsonl"
        self._about = about
        self._file: FileIO | None = None
        self._syncing: threading.Thread | None = None

    def write(self) -> None:
        """Append what changed since the last call. Raises OSError, TypeError or ValueError."""
        newest = self.newest
        if newest is self._written:
            return
        line = change_line(self._written, newest)
        try:
            if line and (self._file is None or self._file.tell() > _COMPACT_ABOVE):
                self._start()
                line = change_line(self._saved, newest)
            if line and self._file:
                _append(self._file, line)
                self._sync()
        except _Torn:  # a torn line would hide those after it: the next attempt begins a new file
            self.remove()
            raise
        self._written = newest

    def remove(self) -> None:
        """Forget it."""
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)
            file.close()

    def _start(self) -> None:
        """A file with the saved document; it has its name only when that is in it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_suffix(".tmp")
        file = temporary.open("wb", buffering=0)
        try:
            lock(file)
            _append(file, first_line({**self._about, "time": time.time(), "document": encode(self._saved)}))
            temporary.replace(self._path)
        except (OSError, TypeError, ValueError):
            file.close()
            temporary.unlink(missing_ok=True)
            raise
        if self._file:
            self._file.close()
        self._file = file

    def _sync(self) -> None:
        """Let the disk take its time in a thread of its own: only a power failure needs it."""
        if self._file and not (self._syncing and self._syncing.is_alive()):
            handle = os.dup(self._file.fileno())
            self._syncing = threading.Thread(target=_sync_and_close, args=(handle,), name="journal sync", daemon=True)
            self._syncing.start()


class _Torn(OSError):
    """A line was written in part, and the part could not be taken back."""


def _append(file: FileIO, data: bytes) -> None:
    """All of it or nothing: what was kept before a disk was full is still worth having."""
    at = file.tell()
    try:
        if file.write(data) == len(data):
            return
        failed = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        failed = error
    try:
        file.truncate(at)
        file.seek(at)
    except OSError as error:
        raise _Torn(*error.args) from None
    raise failed


def _sync_and_close(handle: int) -> None:
    with contextlib.suppress(OSError):
        os.fsync(handle)
    os.close(handle)
