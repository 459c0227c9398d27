"""What a server printed: the last lines in memory, more in a file that cannot grow without end."""

import contextlib
import os
import re
import threading
import time
from collections import deque
from pathlib import Path

from nodegraph.runtime.secrets import redacted

_LINE = 2000  # characters kept of one line: a model that prints a frame must not fill the disk
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class LogBook:
    """A bounded log, safe to write from any thread. The file is moved to `.old` when it has reached `limit` bytes."""

    def __init__(self, path: Path, lines: int = 400, limit: int = 2_000_000) -> None:
        self.path = path
        self._limit = limit
        self._lock = threading.Lock()
        self._said = 0  # lines since the last remark
        self._ring: deque[str] = deque(maxlen=lines)

    def write(self, line: str) -> None:
        """Add a line of the server's. A full or unwritable disk loses the file's copy, never the one in memory."""
        line = redacted(_COLOURS.sub("", line).rstrip())[:_LINE]
        with self._lock:
            self._said += 1
            self._keep(line)

    def remark(self, text: str) -> None:
        """Add a line of ours about the server; `tail` leaves it out, and what came before it."""
        with self._lock:
            self._said = 0
            self._keep(f"-- {text}")

    def _keep(self, line: str) -> None:
        self._ring.append(line)
        with contextlib.suppress(OSError):
            self._append(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {line}\n")

    def _append(self, text: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8", errors="replace") as file:
            file.write(text)
            full = file.tell() > self._limit
        if full:
            os.replace(self.path, self.path.with_suffix(".old"))

    def lines(self) -> list[str]:
        """The newest lines, oldest first."""
        with self._lock:
            return list(self._ring)

    def tail(self, count: int = 3) -> str:
        """The last lines of this life of the server that say something, joined for a sentence."""
        with self._lock:
            newest = list(self._ring)[-self._said :] if self._said else []
        said = [line.strip() for line in newest if line.strip()]
        return " / ".join(line[:300] for line in said[-count:])
