"""Reading and writing documents: preset files, PNGs that carry one, bundles, shipped presets. No editor here, so that
it can be done on any thread."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nodegraph.core.errors import DocumentError
from nodegraph.core.preset import Preset, embed, read_preset, write_atomically, write_preset
from nodegraph.core.preset_history import keep_version
from nodegraph.editor.state.documents.bundle import open_bundle
from nodegraph.session.found import find_preset, shipped_files

SUFFIXES: Final = (".json", ".png", ".zip")
"""What can be opened."""


@dataclass(frozen=True)
class Stamp:
    """What a file was when it was read or written; "" and zeros for none."""

    digest: str = ""
    size: int = 0
    modified: int = 0

    @staticmethod
    def of(path: Path) -> "Stamp":
        """The file's stamp now; the empty one when it cannot be read."""
        try:
            there = path.stat()
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return Stamp()
        return Stamp(digest, there.st_size, there.st_mtime_ns)

    def still_holds(self, path: Path) -> bool:
        """Whether the file is what it was; a file that is gone changed nothing that could be lost."""
        try:
            there = path.stat()
        except OSError:
            return True
        if (there.st_size, there.st_mtime_ns) == (self.size, self.modified):
            return True
        return Stamp.of(path).digest == self.digest


@dataclass(frozen=True)
class Opened:
    """A document that was read. path: where `Save` writes, None for a copy that needs a name. source: what was opened.

    base: the folder its relative paths start from.
    """

    document: Preset
    path: Path | None
    base: Path
    source: Path
    stamp: Stamp = Stamp()


def read_document(name: str) -> Opened:
    """The document that `name` means: a file or a shipped preset's id. Raises UsageError or DocumentError.

    A shipped preset and a bundle are opened as a copy.
    """
    path = Path(os.path.expanduser(name))
    if path.suffix.lower() == ".zip" and path.is_file():
        preset = open_bundle(path)
        return Opened(read_preset(preset, path.name), None, preset.parent, path)
    if not path.suffix and not path.exists() and name not in {one.stem for one in shipped_files()}:
        path = next((one for one in (path.with_suffix(".json"), path.with_suffix(".png")) if one.is_file()), path)
    found = find_preset(str(path) if "\0" not in name else name)
    shipped = found.path.resolve() in {one.resolve() for one in shipped_files()}
    stamp = Stamp() if shipped else Stamp.of(found.path)
    return Opened(found.preset, None if shipped else found.path.resolve(), found.base, found.path.resolve(), stamp)


def with_suffix(path: Path) -> Path:
    """The file that is meant when a person typed this name: ``.json`` unless it says what it is."""
    return path if path.suffix.lower() in (".json", ".png") else path.with_name(f"{path.name}.json")


def write_document(document: Preset, path: Path, versions: Path) -> Stamp:
    """Save a document: as JSON, or into the picture that is there. Raises DocumentError."""
    if path.suffix.lower() != ".png":
        write_preset(document, path, versions)
        return Stamp.of(path)
    if not path.is_file():
        raise DocumentError(f"There is no picture {path.name} to save into.", "Save as .json, or export as a picture.")
    try:
        carrying = embed(path.read_bytes(), document)
        keep_version(path, versions)
        write_atomically(path, carrying)
    except OSError as error:
        message = f"Cannot save {path}: {error.strerror or error}."
        raise DocumentError(message, "Check that the folder can be written and has room.") from error
    return Stamp.of(path)
