"""What verbs are made of: how one is added, the options that several have, and how numbers are read."""

import argparse
import importlib
import math
from collections.abc import Callable
from typing import Any


def add_verb(verbs: Any, name: str, help: str, module: str, function: str) -> argparse.ArgumentParser:
    """A verb that calls `function` of nodegraph.cli.`module`, which is imported only then."""
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=help, description=help, allow_abbrev=False)
    parser.set_defaults(command=_later(module, function))
    return parser


def _later(module: str, function: str) -> Callable[[argparse.Namespace], int]:
    def command(arguments: argparse.Namespace) -> int:
        return int(getattr(importlib.import_module(f"nodegraph.cli.{module}"), function)(arguments))

    return command


def add_group(verbs: Any, name: str, help: str) -> Any:
    """A verb of verbs: what they are added to."""
    parser = verbs.add_parser(name, help=help, description=help, allow_abbrev=False)
    return parser.add_subparsers(metavar="COMMAND", required=True)


def add_sources(verb: argparse.ArgumentParser) -> None:
    """Where models and nodes come from besides the shipped ones."""
    add_catalogs(verb)
    verb.add_argument(
        "--nodes",
        action="append",
        default=[],
        metavar="FOLDER",
        help="load the nodes in this folder's .py files too: they run as you, so trust them",
    )


def add_catalogs(verb: argparse.ArgumentParser) -> None:
    """Catalogues besides the shipped one."""
    verb.add_argument(
        "--models", action="append", default=[], metavar="FILE", help="a catalogue read before the shipped one"
    )


def add_engine(verb: argparse.ArgumentParser) -> None:
    """Another Docker engine than the default one."""
    verb.add_argument(
        "--engine",
        default="",
        metavar="ADDRESS",
        help="another Docker engine: context:NAME, ssh://user@host, tcp://host:2376 or unix:///path",
    )


def count(text: str, least: int = 1) -> int:
    """A whole number of `least` or more. Raises ArgumentTypeError."""
    if not text.isascii() or not text.isdigit() or not int(text[:12]) >= least or len(text) > 12:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a whole number above {least - 1}")
    return int(text)


def seconds(text: str) -> float:
    """A number above 0. Raises ArgumentTypeError."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value <= 0:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a number of seconds above 0")
    return value
