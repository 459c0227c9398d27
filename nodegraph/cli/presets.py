"""``nodegraph presets``: list, check, info, embed, extract."""

import argparse
import json
import sys
from pathlib import Path

from nodegraph.cli.codes import DONE, INVALID
from nodegraph.cli.sessions import session_for
from nodegraph.cli.text import first_line, say, say_error, say_problems, table
from nodegraph.core import preset_png
from nodegraph.core.errors import DocumentError, NodegraphError, UsageError
from nodegraph.core.preset import embed as embedded
from nodegraph.core.preset import extract as extracted
from nodegraph.core.preset import to_text, write_atomically
from nodegraph.core.validate import errors_of
from nodegraph.core.words import counted
from nodegraph.session import Found, Session, find_preset, shipped_presets


def listing(arguments: argparse.Namespace) -> int:
    """The shipped presets; 3 when one of them cannot be read."""
    found, problems = shipped_presets()
    if arguments.json:
        say(json.dumps([_summary(one) for one in found], indent=2))
    else:
        table((one.preset.id, one.preset.title, first_line(one.preset.description)) for one in found)
    say_problems(problems)
    return INVALID if problems else DONE


def check(arguments: argparse.Namespace) -> int:
    """Every problem of every preset named; 3 when one has an error."""
    with session_for(arguments.models, arguments.nodes) as session:
        good = [_check(name, session) for name in arguments.presets]
        if not all(good):
            say_problems(session.registry.problems)
    return DONE if all(good) else INVALID


def _check(name: str, session: Session) -> bool:
    try:
        found = find_preset(name)
        session.resolve_paths(found.preset.graph, found.base)
    except DocumentError as error:
        say_error(error)
        return False
    problems = [*found.preset.problems, *session.problems_of(found.preset.graph)]
    errors = errors_of(problems)
    graph = found.preset.graph
    verdict = counted(len(errors), "error") if errors else "ok"
    warnings = f", {len(problems) - len(errors)} to look at" if len(problems) > len(errors) else ""
    say(f"{name}: {verdict}{warnings} ({counted(len(graph.nodes), 'node')}, {counted(len(graph.wires), 'wire')})")
    say_problems(problems)
    return not errors


def info(arguments: argparse.Namespace) -> int:
    """What a preset says about itself, its nodes and wires."""
    found = find_preset(arguments.preset)
    preset = found.preset
    if arguments.json:
        say(
            json.dumps(
                _summary(found) | {"nodes": _nodes(found), "wires": [str(one) for one in preset.graph.wires]}, indent=2
            )
        )
        return DONE
    say(preset.title or preset.id or arguments.preset)
    for text in (preset.description, _credits(found)):
        if text:
            say(text)
    say()
    table((id, node.type, _params(node.params)) for id, node in preset.graph.nodes.items())
    say()
    for wire in preset.graph.wires:
        say(str(wire))
    say_problems(preset.problems)
    return DONE


def _summary(found: Found) -> dict[str, object]:
    preset = found.preset
    keys = ("id", "title", "description", "author", "licence", "format", "read_only")
    return {key: getattr(preset, key) for key in keys} | {"tags": list(preset.tags), "path": str(found.path)}


def _nodes(found: Found) -> dict[str, object]:
    return {id: {"type": node.type, "params": dict(node.params)} for id, node in found.preset.graph.nodes.items()}


def _credits(found: Found) -> str:
    preset = found.preset
    parts = [
        f"author: {preset.author}" if preset.author else "",
        f"licence: {preset.licence}" if preset.licence else "",
        f"tags: {', '.join(preset.tags)}" if preset.tags else "",
        f"file: {found.path}",
    ]
    return "\n".join(part for part in parts if part)


def _params(params: object) -> str:
    pairs = params.items() if hasattr(params, "items") else ()
    return ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in pairs)


def embed(arguments: argparse.Namespace) -> int:
    """Write the picture as a PNG that carries the preset."""
    found = find_preset(arguments.preset)
    output = Path(arguments.output)
    if output.suffix.lower() != ".png":
        raise UsageError(f"{arguments.output} is not a .png.", "A preset travels in a PNG: name the output so.")
    _write(output, embedded(_as_png(Path(arguments.picture)), found.preset))
    say(f"wrote {output}")
    return DONE


def _as_png(picture: Path) -> bytes:
    """The picture's bytes: as they are for a PNG (its other chunks stay), converted otherwise."""
    data = _read(picture)
    if data.startswith(preset_png.SIGNATURE):
        return data
    from nodegraph.runtime.codecs import decode_image, encode_png

    try:
        return encode_png(decode_image(data))
    except ValueError as error:
        raise NodegraphError(f"{picture} is not a picture we can read: {error}", "Use a PNG, JPEG or WebP.") from error


def extract(arguments: argparse.Namespace) -> int:
    """Write or print the preset inside a PNG."""
    picture = Path(arguments.picture)
    text = to_text(extracted(_read(picture), str(picture)))
    if arguments.output is None:
        sys.stdout.write(text)
        return DONE
    output = Path(arguments.output)
    if output.exists() and not arguments.force:
        raise UsageError(f"{output} exists.", "Choose another name, or overwrite it with --force.")
    _write(output, text.encode("utf-8"))
    say(f"wrote {output}")
    return DONE


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise NodegraphError(f"{path} cannot be read: {reason}.", "Check the path.") from error


def _write(path: Path, data: bytes) -> None:
    try:
        path.resolve().parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path.resolve(), data)
    except OSError as error:
        raise NodegraphError(f"Cannot write {path}: {error.strerror}.", "Check the folder and the disk.") from error
