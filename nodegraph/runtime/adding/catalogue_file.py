"""Putting an entry into a person's catalogue file, and taking it out: whole or not at all, the rest as it was."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nodegraph.core.errors import DocumentError, UsageError
from nodegraph.core.preset import write_atomically
from nodegraph.runtime.alone import alone_with
from nodegraph.runtime.catalog.catalog import parse_catalog, slug
from nodegraph.runtime.catalog.text import CatalogSyntaxError, read_values

_MEND = "Mend or move the file, then try again; `nodegraph models check FILE` says what is wrong with it."


def read_entries(path: Path) -> list[Any]:
    """The entries of a catalogue as they are written, none when there is no file. Raises DocumentError."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(f"The catalogue {path} cannot be read: {_why(error)}.", _MEND) from error
    try:
        value = read_values(text)
    except CatalogSyntaxError as error:
        raise DocumentError(f"The catalogue {path} {error.message}", f"{error.hint} {_MEND}") from None
    if isinstance(value, dict):
        return [value]
    if not isinstance(value, list):
        raise DocumentError(f"The catalogue {path} is not a list of models.", _MEND)
    return value


def id_of(entry: Any) -> str:
    """The id an entry as written has, or is given for its name; "" for what is no entry."""
    if not isinstance(entry, Mapping):
        return ""
    return str(entry.get("id") or slug(str(entry.get("name") or "")))


def put_entry(path: Path, entry: Mapping[str, Any], replace: bool = False) -> None:
    """Add `entry` at the end of the catalogue at `path`, or in the place of the one with its id.

    Every other entry, with its unknown keys and their order, stays. The folder is made when it is missing. Raises
    UsageError when the id is there and `replace` is false, DocumentError when the file is broken, cannot be read or
    written, or the entry is no model.
    """
    id = id_of(entry)
    wrong = [one for one in parse_catalog(json.dumps([entry]), id, path.parent).problems if one.severity == "error"]
    if wrong:
        raise DocumentError(str(wrong[0]), "", wrong)
    with _alone(path):
        entries = read_entries(path)
        at = next((place for place, one in enumerate(entries) if id_of(one) == id), None)
        if at is not None and not replace:
            raise UsageError(f"{path} has a model {id!r} already.", "Choose another --id, or --replace it.")
        if at is None:
            entries.append(dict(entry))
        else:
            entries[at] = dict(entry)
        _write(path, entries)


def forget_entry(path: Path, id: str) -> bool:
    """Take the entry called `id` out of the catalogue; False when it has none. Raises DocumentError as `put_entry`."""
    with _alone(path):
        entries = read_entries(path)
        kept = [one for one in entries if id_of(one) != id]
        if len(kept) < len(entries):
            _write(path, kept)
    return len(kept) < len(entries)


def check_writable(path: Path) -> None:
    """Raises DocumentError when the catalogue cannot be written: told before anything is pulled, not after."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(21, "it is a folder")
        probe = path.with_name(f".{path.name[:100]}.probe")
        probe.touch()
        probe.unlink()
        if path.exists():
            path.open("ab").close()
    except OSError as error:
        raise _unwritable(path, error) from error


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    try:
        with alone_with(path):
            yield
    except OSError as error:
        raise _unwritable(path, error) from error


def _write(path: Path, entries: list[Any]) -> None:
    try:
        path = path.resolve()  # a link stays one
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, (json.dumps(entries, indent=2, ensure_ascii=False) + "\n").encode("utf-8"))
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> DocumentError:
    hint = "Check its permissions and the disk, or name another file with --catalogue FILE."
    return DocumentError(f"The catalogue {path} cannot be written: {_why(error)}.", hint)


def _why(error: OSError | UnicodeDecodeError) -> str:
    return "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error.strerror or error)
