"""models.json: one entry, one node. A bad entry costs only itself, and every mistake is told.

catalog = load_catalog(Path("models.json"))
catalog.entries      what can be used            catalog.problems     what is wrong, and where
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from nodegraph.core.errors import Problem
from nodegraph.core.spec import Param
from nodegraph.runtime.catalog.contexts import context_problem
from nodegraph.runtime.catalog.entry import entry_of
from nodegraph.runtime.catalog.problems import likely_typos, path_of, problems_of, unusable_value
from nodegraph.runtime.catalog.schema import EntryField
from nodegraph.runtime.catalog.text import MAX_BYTES, CatalogSyntaxError, read_values
from nodegraph.runtime.catalog.values import shown
from nodegraph.runtime.container_options import container_options
from nodegraph.runtime.entry import ModelEntry

__all__ = ["Catalog", "ModelEntry", "Param", "load_catalog", "parse_catalog"]

MAX_ENTRIES: Final = 5_000
MAX_PROBLEMS: Final = 200


@dataclass(frozen=True)
class Catalog:
    """The entries that can be used, in file order, and what is wrong with the rest."""

    entries: tuple[ModelEntry, ...]
    problems: tuple[Problem, ...]

    def find(self, id: str) -> ModelEntry | None:
        """The entry with this id, or with this name, or None."""
        return next((one for one in self.entries if id in (one.id, one.name)), None)


def load_catalog(path: Path) -> Catalog:
    """Read a catalogue file. Never raises: what cannot be read is a Problem.

    What it would build from a folder that is none of its business (`contexts.py`) is a Problem, too.
    """
    where = path.name
    try:
        if path.stat().st_size > MAX_BYTES:
            return _refused(where, f"is over {MAX_BYTES // 1_000_000} MB.", "A catalogue is a short text; split it.")
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        return _refused(str(path), f"cannot be read: {error.strerror}.", "Check the path and its permissions.")
    except UnicodeDecodeError as error:
        return _refused(str(path), f"is not UTF-8 text (byte {error.start}).", "Save it as UTF-8.")
    return _guarded(parse_catalog(text, where, path.parent), path.parent)


def _guarded(catalog: Catalog, folder: Path) -> Catalog:
    """The catalogue without the entries that may not be built from where they say."""
    found = {entry.id: problem for entry in catalog.entries if (problem := context_problem(entry, folder))}
    kept = tuple(entry for entry in catalog.entries if entry.id not in found)
    return Catalog(kept, (*catalog.problems, *found.values()))


def parse_catalog(text: str, where: str = "models.json", folder: Path = Path()) -> Catalog:
    """Read a catalogue's text. `where` names it in messages; paths in it are relative to `folder`."""
    try:
        value = read_values(text)
    except CatalogSyntaxError as error:
        return Catalog((), (error.problem(where),))
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        return _refused(where, f"holds {shown(value)} instead of a list of models.", "Write [ {...}, {...} ].")
    entries: list[ModelEntry] = []
    problems: list[Problem] = []
    taken: dict[str, str] = {}
    for index, raw in enumerate(value[:MAX_ENTRIES]):
        entry, found = _read_entry(raw, _name_of(where, index, raw), folder, taken)
        entries += [entry] if entry else []
        problems += found
    if len(value) > MAX_ENTRIES:
        problems.insert(0, Problem(where, f"holds {len(value)} models; only the first {MAX_ENTRIES} are read."))
    return Catalog(tuple(entries), _at_most(problems, where))


def _refused(where: str, message: str, hint: str) -> Catalog:
    return Catalog((), (Problem(where, message, hint),))


def _at_most(problems: list[Problem], where: str) -> tuple[Problem, ...]:
    if len(problems) <= MAX_PROBLEMS:
        return tuple(problems)
    more = Problem(where, f"has {len(problems) - MAX_PROBLEMS} more mistakes.", "Mend the first ones and look again.")
    return (*problems[:MAX_PROBLEMS], more)


def _name_of(where: str, index: int, raw: Any) -> str:
    name = raw.get("name") or raw.get("id") if isinstance(raw, dict) else None
    return f"{where}[{index}] ({shown(name).strip(chr(39))})" if isinstance(name, str) else f"{where}[{index}]"


def _read_entry(raw: Any, where: str, folder: Path, taken: dict[str, str]) -> tuple[ModelEntry | None, list[Problem]]:
    if not isinstance(raw, dict):
        return None, [Problem(where, f"{shown(raw)} is not a model.", 'Write an object: { "name": ..., ... }.')]
    if found := unusable_value(raw):
        path, message = found
        return None, [Problem(path_of(where, path), message, "Remove it.")]
    try:
        field = EntryField.model_validate(raw)
    except ValidationError as error:
        return None, [*problems_of(error, where), *likely_typos(raw, where)]
    id = field.id or slug(field.name)
    problems = list(likely_typos(raw, where))
    if not id or id in taken:
        return None, [*problems, _bad_id(field, id, where, taken)]
    entry, more = entry_of(field, raw, id, where, folder)
    if entry:
        taken[id] = where
        more = [*more, *container_options(entry).problems, *_doubts(entry)]
    return entry, [*problems, *more]


def slug(name: str) -> str:
    """A name as an id: lower case, accents dropped, everything else a dash."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64]


def _bad_id(field: EntryField, id: str, where: str, taken: dict[str, str]) -> Problem:
    if not id:
        return Problem(f"{where}.id", f"is missing, and the name {shown(field.name)} gives none.", 'Add "id".')
    what = f"the id '{id}'" if field.id else f"the name {shown(field.name)} (id '{id}')"
    return Problem(where, f"{what} is used twice, first by {taken[id]}.", "Give this model an id of its own.")


def _doubts(entry: ModelEntry) -> Iterator[Problem]:
    if entry.available and not (container_options(entry).image or entry.build or entry.process or entry.server):
        hint = 'Add "tag", "build", "process" or "server", or set "available": false.'
        yield Problem(entry.where, "names nothing that can be run; it works only with a server's URL.", hint, "warning")
