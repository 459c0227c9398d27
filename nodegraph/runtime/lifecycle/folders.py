"""Where what we remember about servers is kept: the user's state folder."""

import re
from pathlib import Path

import platformdirs


def state_folder() -> Path:
    """Durations, and notes about servers that were left running."""
    return platformdirs.user_state_path("nodegraph", appauthor=False)


def log_path(folder: Path, id: str, kind: str) -> Path:
    """The log file of one server; the id may hold anything."""
    return folder / "logs" / f"{re.sub(r'[^A-Za-z0-9._-]', '_', id)[:80]}-{kind}.log"
