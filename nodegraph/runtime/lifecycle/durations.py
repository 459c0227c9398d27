"""How long each stage took last time on this machine: a measure for waiting. Kept in the user's state folder."""

import contextlib
import json
import os
import tempfile
import threading
from pathlib import Path

_lock = threading.Lock()  # one process has one file; two processes may overwrite each other's newest figure


class Durations:
    """Last known seconds by server and stage. A damaged or unwritable file costs the figures, nothing else."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def last(self, server: str, stage: str) -> float | None:
        """Seconds `stage` of `server` took last time, or None."""
        with _lock:
            value = self._read().get(server, {}).get(stage)
        return float(value) if isinstance(value, int | float) else None

    def remember(self, server: str, stage: str, seconds: float) -> None:
        """Note it; written atomically."""
        with _lock, contextlib.suppress(OSError):
            table = self._read()
            table.setdefault(server, {})[stage] = round(seconds, 3)
            self._write(json.dumps(table, indent=1, sort_keys=True))

    def _read(self) -> dict[str, dict[str, float]]:
        try:
            table = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return {key: row for key, row in table.items() if isinstance(row, dict)} if isinstance(table, dict) else {}

    def _write(self, text: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=self._path.name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(name, self._path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
