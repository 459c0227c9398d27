"""``nodegraph nodes``: list, info."""

import argparse
import difflib
import json
import sys

from nodegraph.cli.codes import DONE, FAILED
from nodegraph.cli.sessions import session_for
from nodegraph.cli.text import first_line, say, say_problems, table
from nodegraph.core.errors import UsageError
from nodegraph.core.spec import NodeSpec, Param, Port
from nodegraph.session import user_nodes


def listing(arguments: argparse.Namespace) -> int:
    """Every type of node with all the words in its id, title, category or keywords; 1 when there is none."""
    with session_for(arguments.models, arguments.nodes) as session:
        specs = [one.spec for one in session.registry.definitions.values()]
        words = [word.lower() for word in arguments.words]
        specs = sorted((one for one in specs if _matches(one, words)), key=lambda one: (one.category, one.id))
        if arguments.json:
            say(json.dumps([one.to_json() for one in specs], indent=2, default=str))
        else:
            table((one.id, one.title, first_line(one.description)) for one in specs)
            say_problems(session.registry.problems)
            _say_end(len(specs), words)
    return DONE if specs else FAILED


def _say_end(count: int, words: list[str]) -> None:
    if not count:
        say("No node matches.", sys.stderr)
    elif not words:
        say(f"\n{count} types. Your own: .py files in {user_nodes()}, or in any folder with --nodes FOLDER.")


def _matches(spec: NodeSpec, words: list[str]) -> bool:
    text = " ".join((spec.id, spec.title, spec.category, *spec.keywords)).lower()
    return all(word in text for word in words)


def info(arguments: argparse.Namespace) -> int:
    """One type of node: what it does, ports, parameters."""
    with session_for(arguments.models, arguments.nodes) as session:
        found = session.registry.find(arguments.node)
        if found is None:
            close = difflib.get_close_matches(arguments.node, list(session.registry.definitions), n=1, cutoff=0.5)
            hint = f"Did you mean {close[0]}?" if close else "`nodegraph nodes list` names them."
            raise UsageError(f"There is no node type {arguments.node!r}.", hint)
    if arguments.json:
        say(json.dumps(found.spec.to_json() | {"origin": found.origin}, indent=2, default=str))
    else:
        describe(found.spec, found.origin)
    return DONE


def describe(spec: NodeSpec, origin: str) -> None:
    """Print a type of node for people."""
    say(f"{spec.title}  ({spec.id}, {spec.category}, from {origin})")
    say()
    say(spec.description)
    for title, ports in (("inputs", spec.inputs), ("outputs", spec.outputs)):
        if ports:
            say(f"\n{title}")
            table(_port_row(port) for port in ports)
    if spec.params:
        say("\nparameters")
        table(_param_row(param) for param in spec.params)


def _port_row(port: Port) -> tuple[str, ...]:
    optional = "optional. " if port.optional else ""
    return (f"  {port.name}", " or ".join(port.types), f"{optional}{port.description}")


def _param_row(param: Param) -> tuple[str, ...]:
    return (f"  {param.name}", param.kind, f"default {_shown(param.default)}", f"{_allowed(param)}{param.description}")


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return '""' if text == '"."' else text


def _allowed(param: Param) -> str:
    if param.choices:
        return f"[{' | '.join(param.choices)}] "
    if param.ge is None and param.le is None:
        return ""
    low = "" if param.ge is None else f"{param.ge:.12g}"
    high = "" if param.le is None else f"{param.le:.12g}"
    return f"[{low}..{high}{' ' + param.unit if param.unit else ''}] "
