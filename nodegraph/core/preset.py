"""A preset: a graph and what people say about it, as one JSON document. Data only: reading one never loads code.

What we do not know is kept and saved back unchanged. See docs/preset-format.md.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from nodegraph.core import preset_png
from nodegraph.core.errors import DocumentError, Problem
from nodegraph.core.graph import Graph, Wire
from nodegraph.core.preset_decode import decode
from nodegraph.core.preset_encode import encode
from nodegraph.core.preset_history import keep_version
from nodegraph.core.preset_migrate import FORMAT, migrate
from nodegraph.core.preset_text import MAX_BYTES, first_unwritable, parse, render

_MAX_PNG_BYTES: Final = 256 << 20


@dataclass(frozen=True)
class Preset:
    """One preset. The fields are the document's keys; see docs/preset-format.md for what each holds.

    read_only: it was written by a newer nodegraph; `problems` says what was not understood. unknown, graph_unknown
    and wire_unknown hold keys we do not know: of the document, of its graph, and of single wires.
    """

    id: str = ""
    title: str = ""
    description: str = ""
    author: str = ""
    licence: str = ""
    tags: tuple[str, ...] = ()
    graph: Graph = field(default_factory=Graph)
    layout: Mapping[str, Any] = field(default_factory=dict)
    controls: tuple[Mapping[str, Any], ...] = ()
    snapshots: tuple[Mapping[str, Any], ...] = ()
    cues: tuple[Mapping[str, Any], ...] = ()
    assets: tuple[Mapping[str, Any], ...] = ()
    requires: Mapping[str, Any] = field(default_factory=dict)
    passport: Mapping[str, Any] = field(default_factory=dict)
    unknown: Mapping[str, Any] = field(default_factory=dict)
    graph_unknown: Mapping[str, Any] = field(default_factory=dict)
    wire_unknown: Mapping[Wire, Mapping[str, Any]] = field(default_factory=dict)
    format: int = FORMAT
    read_only: bool = False
    problems: tuple[Problem, ...] = field(default=(), compare=False)


def read_preset(source: Path | bytes, name: str = "") -> Preset:
    """The preset in a JSON file, in a PNG that carries one, or in bytes of either.

    `name` is how errors call it; a path's own name otherwise. Raises DocumentError with the problems; a newer
    format is no error: what can be read is, with warnings, and the preset is `read_only`.
    """
    shown = name or (str(source) if isinstance(source, Path) else "preset")
    data = _bytes_of(source, shown) if isinstance(source, Path) else source
    if data.startswith(preset_png.SIGNATURE):
        data = preset_png.extract_text(data, shown)
    document, problems = migrate(parse(data, shown))
    fields, found = decode(document)
    problems += found
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        first = errors[0]
        raise DocumentError(f"{shown}: {first.where}: {first.message}{more}", first.hint, problems)
    return Preset(**fields, problems=tuple(problems))


def to_text(preset: Preset) -> str:
    """The document as JSON text. Raises DocumentError when it is read-only or holds what JSON cannot say."""
    if preset.read_only:
        raise DocumentError(
            f"This preset was written by a newer nodegraph (format {preset.format}, this one writes {FORMAT}).",
            "It is not overwritten, because parts of it would be lost. Update nodegraph to change it.",
        )
    document = encode(preset)
    bad = first_unwritable(document)
    if bad:
        raise DocumentError(f"A preset cannot hold {bad}.", "Use text, finite numbers, true, false, lists and objects.")
    return render(document)


def write_preset(preset: Preset, path: Path, history: Path | None = None) -> None:
    """Save `preset` to `path`: wholly or not at all, also when the power fails.

    With `history`, a folder, the version that is replaced is kept there, the last ten of them. Raises DocumentError.
    """
    data = to_text(preset).encode("utf-8")
    path = path.resolve()
    if path.is_file() and _newer_format(path):
        raise DocumentError(
            f"{path} was written by a newer nodegraph and is not overwritten.", "Save under another name."
        )
    try:
        if history is not None and path.is_file():
            keep_version(path, history)
        write_atomically(path, data)
    except OSError as error:
        raise DocumentError(
            f"Cannot save {path}: {error.strerror or error}.", "Check that the folder can be written and has room."
        ) from error


def embed(png: bytes, preset: Preset) -> bytes:
    """`png` with the preset inside (an iTXt chunk), in place of one it had. Raises DocumentError."""
    return preset_png.embed_text(png, to_text(preset).encode("utf-8"))


def extract(png: bytes, name: str = "PNG") -> Preset:
    """The preset inside a PNG. Raises DocumentError when there is none or it is damaged."""
    return read_preset(preset_png.extract_text(png, name), name)


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file wholly or not at all: a temporary file beside it, on disk, then renamed. Raises OSError."""
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            temporary.chmod(path.stat().st_mode & 0o7777)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable, where the system lets one open a folder."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _bytes_of(path: Path, name: str) -> bytes:
    def fail(message: str, hint: str) -> DocumentError:
        return DocumentError(f"{name}: {message}", hint, [Problem(name, message, hint)])

    try:
        if path.is_dir():
            raise fail("This is a folder, not a preset.", "Name a .json file or a PNG with a preset inside.")
        with path.open("rb") as file:
            limit = _MAX_PNG_BYTES if file.read(8) == preset_png.SIGNATURE else MAX_BYTES
            size = os.fstat(file.fileno()).st_size
            if size > limit:
                message = f"{size >> 20} MB is more than the {limit >> 20} MB a preset may have."
                raise fail(message, "Is it a preset?")
            file.seek(0)
            return file.read(limit + 1)
    except FileNotFoundError as error:
        raise fail(
            "There is no such file.", "Check the path; `nodegraph presets list` names the shipped ones."
        ) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise fail(f"Cannot be read: {reason}.", "Check the path and its permissions.") from error


def _newer_format(path: Path) -> bool:
    try:
        return read_preset(path).read_only
    except DocumentError:
        return False
