"""What a person should know about an entry before they agree to it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nodegraph.core.errors import DocumentError, Problem
from nodegraph.core.spec import Port
from nodegraph.runtime.adding.plan import Fact
from nodegraph.runtime.catalog.catalog import parse_catalog
from nodegraph.runtime.entry import ModelEntry, Weights


def read_entry(raw: Mapping[str, Any], where: str, folder: Path = Path()) -> tuple[ModelEntry, tuple[Problem, ...]]:
    """The entry `raw` means, and warnings about it. Raises DocumentError when it is none."""
    found = parse_catalog(json.dumps([raw]), where, folder)
    if not found.entries:
        first = found.problems[0]
        raise DocumentError(f"{first.where}: {first.message}", first.hint, found.problems)
    return found.entries[0], found.problems


def facts_about(entry: ModelEntry) -> Iterator[Fact]:
    """What its node takes and gives, what it needs, and what its author says."""
    yield Fact("node", f"model.{entry.id}: {_ports(entry.inputs)} -> {_ports(entry.outputs) or 'what it answers'}")
    yield Fact("protocol", entry.protocol)
    yield Fact("gpu", "used if there is one" if entry.gpu and entry.cpu else "needed" if entry.gpu else "not used")
    yield Fact("licence", entry.description.licence or "not said")
    for one in entry.weights:
        yield Fact("weights", _weights(one))
    for one in entry.checkpoints:
        yield Fact("checkpoint", _weights(one))
    if entry.secrets:
        yield Fact("secrets", f"{', '.join(entry.secrets)}: given to it from the environment or your keyring")


def container_facts(entry: ModelEntry, known: bool = True) -> Iterator[Fact]:
    """How little its container may do. known: its protocol is, on which that depends."""
    yield Fact("network", "none, unless a node's place turns it on")
    folders = "its weights, read-only" if entry.weights or entry.checkpoints else "none"
    yield Fact("folders of yours", folders)
    legacy = entry.protocol != "native" and entry.build is None
    root, usual = "as root of its container, which others' servers expect", "read-only, without root's rights"
    unknown = f"{usual}; but if it turns out to be no native server, {root}"
    yield Fact("confined", unknown if not known else root if legacy else usual)


def process_facts(entry: ModelEntry) -> Iterator[Fact]:
    """What runs here without a container."""
    if entry.process is not None:
        command = " ".join(entry.process.command).replace("{python}", "python")
        yield Fact("process", f"{command} in {entry.process.folder}: a program that runs as you, not confined")


def size_text(size: float) -> str:
    """Bytes for a person."""
    for unit in ("B", "KB", "MB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} GB"


def _weights(one: Weights) -> str:
    size = size_text(one.size) if one.size else "size not known"
    return f"{one.name}, {size}, {one.licence or 'licence not said'}, from {one.url or 'nowhere: put there by hand'}"


def _ports(ports: tuple[Port, ...]) -> str:
    return ", ".join(f"{port.name} ({'/'.join(port.types)})" for port in ports)
