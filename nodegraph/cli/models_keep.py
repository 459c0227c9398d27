"""``nodegraph models``: fetch, disk, and what remove and stop do beyond one image or one container."""

import argparse
import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

from nodegraph.cli.codes import DONE, FAILED
from nodegraph.cli.models import find_entry, teller
from nodegraph.cli.sessions import session_for
from nodegraph.cli.text import say, size, table
from nodegraph.core.errors import UsageError
from nodegraph.core.words import counted
from nodegraph.runtime.entry import ModelEntry


def fetch(arguments: argparse.Namespace) -> int:
    """Have a model's weights here, or check them; 1 when one is missing or damaged."""
    from nodegraph.runtime import weights_by_hand

    entry = _entry(arguments)
    folders = [Path(name).absolute() for name in arguments.source]
    missing = [folder for folder in folders if not folder.is_dir()]
    if missing:
        raise UsageError(f"--from: there is no folder {missing[0]}.", "Name the folder that holds the files.")
    if arguments.check:
        return _checked(entry, weights_by_hand.check(entry, arguments.checkpoint), arguments.json)
    tell = teller(arguments.json)
    folder = weights_by_hand.fetch(entry, tell, checkpoint=arguments.checkpoint, folders=folders)
    needs = bool(entry.weights or entry.checkpoints or entry.needs_training)
    said = f"{entry.name}: its weights are in {folder}" if needs else f"{entry.name} needs no weights."
    document = {"id": entry.id, "action": "fetched", "folder": str(folder) if needs else ""}
    say(json.dumps(document) if arguments.json else said)
    return DONE


def _checked(entry: ModelEntry, problems: list[str], as_json: bool) -> int:
    if as_json:
        say(json.dumps({"id": entry.id, "action": "checked", "problems": problems}))
    elif not problems:
        say(f"{entry.name}: its weights are here and as they should be.")
    for problem in () if as_json else problems:
        say(f"{entry.name}: {problem}", sys.stderr)
    if problems and not as_json:
        say(f"Fetch them again: nodegraph models fetch {entry.id}", sys.stderr)
    return FAILED if problems else DONE


def disk(arguments: argparse.Namespace) -> int:
    """What images and weights take, largest first."""
    from nodegraph.runtime.disk import Room, remove_old_images, room_of

    cleaned = remove_old_images(arguments.engine) if arguments.clean else None
    with session_for(arguments.models) as session:
        room: Room = room_of(session.models, arguments.engine)
    if arguments.json:
        document = dataclasses.asdict(room) | ({} if cleaned is None else {"cleaned": cleaned})
        say(json.dumps(document, indent=2, default=str))
        return DONE
    if cleaned is not None:
        say(f"removed {counted(cleaned, 'older image')}")
    taking = [one for one in room.models if one.image or one.removable]
    taking.sort(key=lambda one: one.image + one.removable, reverse=True)
    rows: list[tuple[str, ...]] = [("model", "image", "weights", "copy on the engine", "cache", "folder")]
    for one in taking:
        folder = str(one.folder) if one.weights else ""
        rows.append((one.id, size(one.image), size(one.weights), size(one.volume), size(one.cache), folder))
    sums = (room.images, room.weights, room.volumes, room.caches)
    rows.append(("all", *map(size, sums), "shared layers counted once"))
    if room.old:
        rows.append(("older builds", size(room.old), "", "", "", "nodegraph models disk --clean removes them"))
    table(rows)
    if not room.engine:
        say("No Docker engine answers: images are not counted.", sys.stderr)
    return DONE


def remove(arguments: argparse.Namespace) -> int:
    """Remove a model's image (with the containers left running), its weights, or both."""
    from nodegraph.runtime import manage
    from nodegraph.runtime.disk import remove_weights

    entry = _entry(arguments)
    result: dict[str, Any] = {"id": entry.id, "action": "removed"}
    said = []
    if arguments.image or not arguments.weights:
        result |= {"stopped": manage.stop(entry, arguments.engine), "removed": manage.remove(entry, arguments.engine)}
        said += [_stopped(result["stopped"])] if result["stopped"] else []
        said.append("image removed" if result["removed"] else "there was no image")
    if arguments.weights:
        gone = remove_weights(entry, arguments.engine)
        result |= {"weights": gone.size, "kept": list(gone.kept)}
        said.append(f"{size(gone.size) or '0 MB'} of weights removed")
        said += [f"kept {', '.join(gone.kept)}: nobody could fetch them again"] if gone.kept else []
    say(json.dumps(result) if arguments.json else f"{entry.name}: {', '.join(said)}")
    return DONE


def stop(arguments: argparse.Namespace) -> int:
    """Stop the containers that start left running: a model's, or every one."""
    from nodegraph.runtime import manage

    if bool(arguments.model) == arguments.all:
        raise UsageError("Name one model to stop, or all of them.", "nodegraph models stop MODEL, or --all")
    if arguments.model:
        return _stop_one(arguments)
    count = manage.stop_all(arguments.engine)
    say(json.dumps({"action": "stopped", "stopped": count}) if arguments.json else _stopped(count))
    return DONE


def _stop_one(arguments: argparse.Namespace) -> int:
    """Containers that running programs use are theirs: they are named."""
    from nodegraph.runtime import manage

    entry = _entry(arguments)
    count, others = manage.stop(entry, arguments.engine), manage.at_work(entry, arguments.engine)
    result = {"id": entry.id, "action": "stopped", "stopped": count}
    if arguments.json:
        say(json.dumps(result | ({"in_use_by_other_programs": others} if others else {})))
    else:
        used = f"; programs that run use {counted(others, 'container')} of it" if others else ""
        say(f"{entry.name}: {_stopped(count)}{used}")
    return DONE


def _stopped(count: int) -> str:
    return f"stopped {counted(count, 'container')}" if count else "nothing was left running"


def _entry(arguments: argparse.Namespace) -> ModelEntry:
    with session_for(arguments.models) as session:
        return find_entry(session.models, arguments.model)
