"""Where what we remember about servers is kept: the user's state folder."""

import re
from pathlib import Path
from typing import Final

import platformdirs

_KINDS: Final = ("container", "process", "url")


def state_folder() -> Path:
    """Durations, and notes about servers that were left running."""
    return platformdirs.user_state_path("nodegraph", appauthor=False)


def log_path(folder: Path, id: str, kind: str, engine: str = "") -> Path:
    """The log file of a model's servers in one place; id and engine may hold anything."""
    return folder / "logs" / f"{_plain(id)}-{kind}{f'@{_plain(engine)}' if engine else ''}.log"


def log_paths(folder: Path, id: str) -> list[Path]:
    """The log files there are of a model's servers, of every place."""
    logs = folder / "logs"
    return [path for kind in _KINDS for shape in ("", "@*") for path in logs.glob(f"{_plain(id)}-{kind}{shape}.log")]


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", text)[:80]
