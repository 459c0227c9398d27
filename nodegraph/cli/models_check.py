"""``nodegraph models check``: a folder's or a running server against the contract, or catalogues alone."""

import argparse
import dataclasses
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from nodegraph.cli.codes import DONE, FAILED, INVALID
from nodegraph.cli.text import plain, say, say_problems, table
from nodegraph.core.errors import Problem, UsageError
from nodegraph.core.resources import data_folder
from nodegraph.core.validate import errors_of
from nodegraph.core.words import counted
from nodegraph.runtime.contract.finding import Finding, Report
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.state import ServerEvent


def check(arguments: argparse.Namespace) -> int:
    """1 when a server fails, 3 when a catalogue has an error."""
    if not arguments.what:
        from nodegraph.session import user_catalogue

        own = user_catalogue()
        return _catalogues([data_folder() / "models.json", *([own] if own.exists() else [])], arguments.json)
    files = [Path(what) for what in arguments.what if not _is_url(what) and os.path.isfile(what)]
    servers = [what for what in arguments.what if Path(what) not in files]
    if servers and files:
        raise UsageError("Catalogues and servers are not checked together.", "Check one kind at a time.")
    return _servers(servers, arguments) if servers else _catalogues(files, arguments.json)


def _is_url(what: str) -> bool:
    return "://" in what


# ---- catalogues -----------------------------------------------------------------------------------------------------


def _catalogues(paths: Sequence[Path], as_json: bool) -> int:
    """Every problem of every catalogue; 3 when one has an error."""
    from nodegraph.runtime.catalog.catalog import load_catalog

    catalogs = {path: load_catalog(path) for path in paths}
    if as_json:
        rows = {
            str(path): {"models": [entry.id for entry in one.entries], "problems": [_row(it) for it in one.problems]}
            for path, one in catalogs.items()
        }
        say(json.dumps(rows, indent=2))
    for path, one in () if as_json else catalogs.items():
        errors = errors_of(one.problems)
        warnings = len(one.problems) - len(errors)
        counts = (counted(len(one.entries), "model"), counted(len(errors), "error"), counted(warnings, "warning"))
        say(f"{path}: {', '.join(counts)}")
        say_problems(one.problems)
    return INVALID if any(errors_of(one.problems) for one in catalogs.values()) else DONE


def _row(problem: Problem) -> dict[str, str]:
    return {key: str(value) for key, value in dataclasses.asdict(problem).items()}


# ---- servers --------------------------------------------------------------------------------------------------------


def _servers(names: Sequence[str], arguments: argparse.Namespace) -> int:
    from nodegraph.runtime.contract.contract import check_server

    reports = []
    image = _picture(arguments.picture)
    for name in names:
        if arguments.update:
            _update(name, arguments)
        for entry, place in _subjects(name, arguments.container):
            tell = None if arguments.json else _teller()
            report = check_server(entry, place, arguments.calls, tell, image=image)
            reports.append(report)
            if not arguments.json:
                _show(entry, report)
    if arguments.json:
        say(json.dumps([dataclasses.asdict(report) | {"good": report.good} for report in reports], indent=2))
    return DONE if all(report.good for report in reports) else FAILED


def _subjects(name: str, container: bool) -> Iterable[tuple[ModelEntry, Mapping[str, Any]]]:
    """The models behind an address, folder or id of the catalogue, with where each is tried. Raises UsageError."""
    from nodegraph.cli.sessions import session_for
    from nodegraph.runtime.contract.subjects import subjects_of

    if _is_url(name) or os.path.isdir(name):
        return subjects_of(name, container)
    with session_for([]) as session:
        known = {entry.id: entry for entry in session.models}
    entry = known.get(name.removeprefix("model."))
    if entry is None:
        raise UsageError(
            f"There is no file, folder or model {name[:200]!r}.", "Check the path, or `nodegraph models list`."
        )
    return [(entry, {"kind": "container"} if container else {})]


def _picture(name: str | None) -> Any:
    """The picture in a file, None without one. Raises UsageError."""
    from nodegraph.runtime.codecs import decode_image

    try:
        return decode_image(Path(name).read_bytes())[:, :, :3].copy() if name else None
    except OSError as error:
        raise UsageError(f"--picture: {name!r} cannot be read: {error.strerror}.", "Check the path.") from error
    except ValueError as error:
        raise UsageError(f"--picture: {name!r} is no picture: {error}.", "Use a JPEG or PNG.") from error


def _update(name: str, arguments: argparse.Namespace) -> None:
    """Make entry.json say what the server says, before it is checked."""
    from nodegraph.runtime.contract.update import update_entry

    if _is_url(name) or not os.path.isdir(name):
        raise UsageError(f"{name} is no folder: there is no entry.json to update.", "Leave out --update.")
    for entry, place in _subjects(name, arguments.container):
        changed = update_entry(Path(name), entry, place)
        if not arguments.json:
            say(f"{name}/entry.json: {'wrote ' + ', '.join(changed) if changed else 'is what the server says'}")


def _show(entry: ModelEntry, report: Report) -> None:
    say(f"{entry.name} ({entry.protocol}, {report.place})")
    table((f"  {one.status}", one.check, one.detail) for one in report.findings)
    hints = [one for one in report.findings if one.hint and one.status == "failed"]
    if hints:
        say("\nto mend it")
        table((f"  {check}", hint) for check, hint in _once(hints).items())
    failed = sum(one.status == "failed" for one in report.findings)
    say(f"\n{entry.name} keeps the contract." if not failed else f"\n{entry.name}: {counted(failed, 'failure')}.")


def _once(findings: Sequence[Finding]) -> Mapping[str, str]:
    return {one.check: one.hint for one in findings}


def _teller() -> Any:
    last: dict[str, str] = {}

    def tell(event: ServerEvent) -> None:
        stage = str(event.state.stage)
        if last.get("stage") != stage and stage in ("pulling", "building", "fetching", "restarting"):
            say(plain(event), sys.stderr)
        last["stage"] = stage

    return tell
