"""``nodegraph models``: list, search, info, pull, build, start, logs."""

import argparse
import dataclasses
import difflib
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from nodegraph.cli.codes import DONE, FAILED
from nodegraph.cli.sessions import session_for
from nodegraph.cli.text import first_line, say, size, table
from nodegraph.core.errors import UsageError
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.state import ServerEvent, Stage

_UNTOLD = ("failed", "stopping", "stopped")
"""Stages the command itself tells, as its error or its result."""
_AGAIN_AFTER = 2.0
"""Seconds after which progress within one stage is told again."""


def listing(arguments: argparse.Namespace) -> int:
    """Every model of the catalogues with where it can run and whether it is here."""
    with session_for(arguments.models) as session:
        _show(session.models, arguments)
    return DONE


def search(arguments: argparse.Namespace) -> int:
    """The models with every word in what their entry says; 1 when there is none."""
    words = [word.lower() for word in arguments.words]
    with session_for(arguments.models) as session:
        found = [entry for entry in session.models if all(word in _text(entry) for word in words)]
    _show(found, arguments)
    if not found and not arguments.json:
        say("No model matches.", sys.stderr)
    return DONE if found else FAILED


def _show(entries: list[ModelEntry], arguments: argparse.Namespace) -> None:
    from nodegraph.runtime.manage import statuses

    known = {status.id: status for status in statuses(entries, arguments.engine)}
    if arguments.json:
        say(json.dumps([_document(entry) | _plain(known[entry.id]) for entry in entries], indent=2))
    else:
        table((one.id, one.name, _where(one, known[one.id]), first_line(one.description.first)) for one in entries)


def _where(entry: ModelEntry, status: Any) -> str:
    if not entry.available:
        return "announced"
    missing = "image to build" if entry.build else "image to fetch"
    image = ({True: "image here", False: missing}.get(status.present, "image")) if status.image else ""
    running = f"{status.running} running" if status.running else ""
    return ", ".join(part for part in ("process" if status.process else "", image, running) if part) or "URL only"


def _hardware(entry: ModelEntry) -> str:
    return " or ".join(name for name, able in (("CPU", entry.cpu), ("GPU", entry.gpu)) if able) or "unknown"


def _text(entry: ModelEntry) -> str:
    about = entry.description
    parts = (entry.id, entry.name, about.first, about.second, about.third, entry.category or "", *entry.keywords)
    return " ".join(parts).lower()


def info(arguments: argparse.Namespace) -> int:
    """One model: what it says about itself, how it stands on this machine, ports and parameters."""
    from nodegraph.cli.nodes import describe
    from nodegraph.runtime.manage import statuses

    with session_for(arguments.models) as session:
        entry = find_entry(session.models, arguments.model)
        found = session.registry.find(f"model.{entry.id}")
    status = statuses([entry], arguments.engine)[0]
    spec = found.spec if found else None
    if arguments.json:
        document = _document(entry) | _plain(status) | {"node": spec.to_json() if spec else None}
        say(json.dumps(document, indent=2, default=str))
        return DONE
    if spec:
        describe(spec, entry.where)
    say()
    rows = [("state", _where(entry, status)), ("image", status.image or "none"), ("protocol", entry.protocol)]
    pinned = {"server": entry.server, "digest": entry.digest or entry.image_id, "secrets": ", ".join(entry.secrets)}
    rows += [(key, value) for key, value in (pinned | _document(entry)).items() if key in (*pinned, *_SHOWN) and value]
    if status.gpu_image:
        here = "" if status.gpu_present is None else ", here" if status.gpu_present else ", to build"
        rows.insert(2, ("image for a GPU", f"{status.gpu_image}{here}"))
    rows += [("runs on", _hardware(entry)), *_weights_rows(entry)]
    table([(_CALLED.get(key, key), str(value)) for key, value in rows])
    return DONE


def _weights_rows(entry: ModelEntry) -> list[tuple[str, str]]:
    """Its files and checkpoints: size, licence, and whether they are on this machine."""
    from nodegraph.runtime.weights.checkpoints import checkpoint_names
    from nodegraph.runtime.weights.complete import is_here
    from nodegraph.runtime.weights.places import weights_folder

    folder, rows = weights_folder(entry.id), []
    for kind, listed in (("weights", entry.weights), ("checkpoint", entry.checkpoints)):
        for one in listed:
            here = "here" if is_here(folder, one) else "to fetch" if one.url else f"to put into {folder}"
            rows.append((kind, ", ".join(part for part in (one.name, size(one.size), one.licence, here) if part)))
    known = {one.name for one in entry.checkpoints}
    rows += [("checkpoint", f"{name}, yours, here") for name in checkpoint_names(entry) if name not in known]
    return rows


_SHOWN = ("size_text", "category", "licence", "authors", "organization", "framework", "paper", "github")
_CALLED = {"size_text": "size", "organization": "organisation", "github": "code"}
"""What a fact is called for people, where that is not its name in an entry."""


def _document(entry: ModelEntry) -> dict[str, Any]:
    about = entry.description
    return {
        "id": entry.id,
        "name": entry.name,
        "description": about.first,
        "category": entry.category,
        "keywords": list(entry.keywords),
        "available": entry.available,
        "protocol": entry.protocol,
        "cpu": entry.cpu,
        "gpu": entry.gpu,
        "size_text": entry.size_text,
        **{key: getattr(about, key) for key in ("licence", "authors", "organization", "framework", "github", "paper")},
    }


def _plain(status: Any) -> dict[str, Any]:
    return dataclasses.asdict(status)


def pull(arguments: argparse.Namespace) -> int:
    """Download the image."""
    from nodegraph.runtime import manage

    tell, engine = teller(arguments.json), arguments.engine
    return _work(arguments, lambda entry: manage.pull(entry, tell, engine=engine), "pulled")


def build(arguments: argparse.Namespace) -> int:
    """Build the image."""
    from nodegraph.runtime import manage

    tell, engine = teller(arguments.json), arguments.engine
    return _work(arguments, lambda entry: manage.build(entry, tell, engine=engine, gpu=arguments.gpu), "built")


def start(arguments: argparse.Namespace) -> int:
    """Start a container that stays, or several that share the frames of runs."""
    from nodegraph.runtime import manage

    def work(entry: ModelEntry) -> dict[str, Any]:
        place = {"device": arguments.device, "engine": arguments.engine, "replicas": arguments.replicas}
        endpoint = manage.start(entry, place, teller(arguments.json))
        if endpoint.roster is not None:
            return {"running": arguments.replicas, "engine": arguments.engine}
        if not endpoint.local:  # the address ended with our connection
            return {"engine": arguments.engine}
        return {"url": endpoint.url, "socket": str(endpoint.socket or "")}

    return _work(arguments, work, "started")


def logs(arguments: argparse.Namespace) -> int:
    """The last lines the model's server printed."""
    from nodegraph.runtime import manage

    with session_for(arguments.models) as session:
        entry = find_entry(session.models, arguments.model)
    lines = manage.logs(entry, engine=arguments.engine)
    if arguments.json:
        say(json.dumps(lines, indent=2))
    else:
        say("\n".join(lines) if lines else f"{entry.name} has no log yet.")
    return DONE


def _work(arguments: argparse.Namespace, work: Callable[[ModelEntry], dict[str, Any] | None], done: str) -> int:
    """Do something with a model and say what came of it."""
    with session_for(arguments.models) as session:
        entry = find_entry(session.models, arguments.model)
    result = {key: value for key, value in (work(entry) or {}).items() if value != ""}
    if arguments.json:
        say(json.dumps({"id": entry.id, "action": done, **result}))
    else:
        facts = (f"{key} {value}" for key, value in result.items())
        say(f"{entry.name}: {', '.join((done, *facts))}")
    return DONE


def find_entry(entries: list[ModelEntry], name: str) -> ModelEntry:
    """The entry with this id or name. Raises UsageError."""
    wanted = name.removeprefix("model.")
    for entry in entries:
        if wanted in (entry.id, entry.name):
            return entry
    close = difflib.get_close_matches(wanted, [entry.id for entry in entries], n=1, cutoff=0.5)
    hint = f"Did you mean {close[0]}?" if close else "`nodegraph models list` names them."
    raise UsageError(f"There is no model {name!r} in the catalogue.", hint)


def teller(quiet: bool) -> Callable[[ServerEvent], None]:
    """Says stages and the steps of a build as they begin, and progress every other second, on stderr."""
    last: dict[str, Any] = {"step": None, "at": 0.0}

    def tell(event: ServerEvent) -> None:
        now, stage = time.monotonic(), event.state.stage
        step = (stage, event.state.message if stage is Stage.BUILDING else "")
        if quiet or stage in _UNTOLD or (last["step"] == step and now - last["at"] < _AGAIN_AFTER):
            return
        last.update(step=step, at=now)
        say(str(event), sys.stderr)

    return tell
