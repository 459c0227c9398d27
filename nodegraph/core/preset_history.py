"""Older versions of a saved preset, beside each other in a folder the caller chooses."""

import hashlib
import re
import shutil
from pathlib import Path
from typing import Final

KEPT: Final = 10


def versions(path: Path, history: Path) -> list[Path]:
    """The kept versions of the preset at `path`, oldest first."""
    folder = _folder_of(path, history)
    found = [one for one in folder.glob("*.json") if re.fullmatch(r"\d{6,}", one.stem)]
    return sorted(found, key=lambda one: int(one.stem))


def keep_version(path: Path, history: Path) -> Path:
    """Copy the file at `path` into its history and forget versions beyond the last ten. Raises OSError."""
    folder = _folder_of(path, history)
    folder.mkdir(parents=True, exist_ok=True)
    kept = versions(path, history)
    number = int(kept[-1].stem) + 1 if kept else 1
    copy = folder / f"{number:06d}.json"
    shutil.copy2(path, copy)
    for old in kept[: max(0, len(kept) + 1 - KEPT)]:
        old.unlink(missing_ok=True)
    return copy


def _folder_of(path: Path, history: Path) -> Path:
    """One folder per preset file: its name for people, a hash of its whole path to tell namesakes apart."""
    path = path.resolve()
    digest = hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return history / f"{path.stem[:60]}-{digest}"
