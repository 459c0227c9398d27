"""Does the entry say what the server says? What is wrong on the node is wrong in every preset that uses it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nodegraph.core.errors import ModelError
from nodegraph.core.spec import Param, Port
from nodegraph.runtime.catalog.catalog import parse_catalog
from nodegraph.runtime.contract.finding import Finding
from nodegraph.runtime.contract.peer import Peer
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.protocols.native import NativeClient

_CHECK = "description"


def check_description(peer: Peer) -> Iterator[Finding]:
    """Compare names, types, defaults and limits. A native server describes itself; others are not asked again."""
    client = peer.client
    if not isinstance(client, NativeClient):
        reason = f"a server that speaks {peer.entry.protocol} was described when it was added"
        yield Finding(_CHECK, "skipped", reason)
        return
    try:
        said = client.describe()
    except ModelError as error:
        yield Finding(_CHECK, "failed", error.message, error.hint)
        return
    parts = {key: said.get(key) for key in ("inputs", "outputs", "parameters", "maxInflight")}
    found = parse_catalog(json.dumps([{"name": "server", "tag": "x", "protocol": "native", **parts}]), "the server")
    if not found.entries:
        yield Finding(_CHECK, "failed", str(found.problems[0]), "Correct what the server says at GET /.")
        return
    differences = list(_differences(peer.entry, found.entries[0]))
    for text in differences[:8]:
        yield Finding(_CHECK, "failed", text, _mend(peer.entry))
    for text in _other_defaults(peer.entry, found.entries[0]):
        yield Finding(_CHECK, "warning", text, "Nodes begin with the entry's: change it if that is not meant.")
    if not differences:
        ports = len(peer.entry.inputs) + len(peer.entry.outputs)
        yield Finding(_CHECK, "ok", f"{ports} ports and {len(peer.entry.parameters)} parameters are the entry's")


def _mend(entry: ModelEntry) -> str:
    if entry.server:
        return f"If the server is right: nodegraph models add {entry.server} --id {entry.id} --replace"
    return "Make the entry what the server says (of a folder, `--update` does), or the other way round."


def _differences(entry: ModelEntry, said: ModelEntry) -> Iterator[str]:
    yield from _ports("input", entry.inputs, said.inputs)
    yield from _ports("output", entry.outputs, said.outputs)
    mine, theirs = _by_name(entry.parameters), _by_name(said.parameters)
    yield from _names("parameter", mine, theirs)
    for name in mine.keys() & theirs.keys():
        yield from _parameter(mine[name], theirs[name])
    if entry.max_inflight > said.max_inflight:
        yield f"maxInflight is {entry.max_inflight} in the entry, the server takes {said.max_inflight} at once"


def _ports(what: str, written: Sequence[Port], said: Sequence[Port]) -> Iterator[str]:
    mine, theirs = _by_name(written), _by_name(said)
    yield from _names(what, mine, theirs)
    for name in mine.keys() & theirs.keys():
        if not set(theirs[name].types) & set(mine[name].types):
            kinds = " or ".join(mine[name].types)
            yield f"the {what} {name} is {kinds} in the entry, {theirs[name].types[0]} at the server"
        if what == "input" and mine[name].optional and not theirs[name].optional:
            yield f"the input {name} is optional in the entry, the server needs it"


def _names(what: str, mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[str]:
    for name in mine.keys() - theirs.keys():
        yield f"the server has no {what} {name}"
    for name in theirs.keys() - mine.keys():
        yield f"the entry has no {what} {name}"


def _parameter(mine: Param, theirs: Param) -> Iterator[str]:
    pairs = {
        "type": (mine.kind, theirs.kind),
        "minimum": (mine.ge, theirs.ge),
        "maximum": (mine.le, theirs.le),
        "choices": (", ".join(mine.choices), ", ".join(theirs.choices)),
    }
    for what, (written, said) in pairs.items():
        if written != said:
            yield f"the parameter {mine.name} has the {what} {written} in the entry, {said} at the server"


def _other_defaults(entry: ModelEntry, said: ModelEntry) -> Iterator[str]:
    """One server may be many entries', each with values of its own to begin with."""
    theirs = _by_name(said.parameters)
    for one in entry.parameters:
        other = theirs.get(one.name, one)
        if one.default != other.default:
            yield f"the parameter {one.name} has the default {one.default} in the entry, {other.default} at the server"


def _by_name(items: Sequence[Any]) -> dict[str, Any]:
    return {one.name: one for one in items}
