"""What a person changes about a preset for one run: parameters, the file in, the file out, places of models."""

import difflib
import json
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from nodegraph.core.errors import ModelError, NodeError, UsageError
from nodegraph.core.graph import Graph, GraphNode
from nodegraph.core.registry import Registry
from nodegraph.core.spec import NodeSpec, Param
from nodegraph.runtime.place import place_of
from nodegraph.session.ends import (
    End,
    file_param,
    is_end,
    refuse_folder_like_a_file,
    replacement,
    takes,
    target_of,
    target_params,
)
from nodegraph.session.paths import ASSET

_PLACE_KEYS = ("device", "frames", "memory", "network", "replicas")
_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def set_param(graph: Graph, registry: Registry, assignment: str) -> Graph:
    """`graph` with ``NODE.PARAM=VALUE`` applied, the value read as the parameter's kind. Raises UsageError."""
    target, equals, text = assignment.partition("=")
    node_id, dot, name = target.rpartition(".")
    if not equals or not dot:
        raise UsageError(f"--set {assignment!r} is not of the form NODE.PARAM=VALUE.", "For example blur.radius=4.")
    node = _node(graph, node_id, f"--set {target}")
    spec = _spec(registry, node, f"--set {target}")
    param = spec.param(name)
    if param is None:
        names = [one.name for one in spec.params]
        raise UsageError(f"--set {target}: {spec.title} has no parameter {name!r}.", _suggest(name, names, "It has"))
    try:
        value = param.check(value_of(param, text))
    except NodeError as error:
        raise UsageError(f"--set {target}: {error.message}", error.hint) from error
    return graph.with_param(node_id, name, str(value) if isinstance(value, Path) else value)


def value_of(param: Param, text: str) -> Any:
    """What `text` typed by a person means for `param`; unchecked. Raises NodeError."""
    if param.kind in ("number", "integer"):
        return _number(text)
    if param.kind == "boolean":
        return text.lower() in _TRUE if text.lower() in (*_TRUE, *_FALSE) else text
    if param.kind == "file":
        return text if text.startswith(ASSET) or not text else str(Path.cwd() / os.path.expanduser(text))
    if param.kind == "vector" or (param.kind == "color" and not text.startswith("#")):
        return [_number(part) for part in text.strip("[]() ").split(",")]
    if param.kind == "json":
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise NodeError(f"{text[:60]!r} is not JSON.", 'For example {"a": 1}, [1, 2] or "text".') from error
    return text


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def set_place(graph: Graph, registry: Registry, assignment: str) -> Graph:
    """`graph` with ``NODE=container|process|URL|ENGINE`` applied, and ``,KEY=VALUE`` of `_PLACE_KEYS` behind it.

    Raises UsageError.
    """
    node_id, equals, text = assignment.partition("=")
    text, more = _with_place_keys(text)
    if not equals:
        raise UsageError(
            f"--place {assignment!r} is not of the form NODE=PLACE.", "PLACE: container, process or a URL."
        )
    node = _node(graph, node_id, f"--place {node_id}")
    spec = _spec(registry, node, f"--place {node_id}")
    if not spec.blocking:
        raise UsageError(f"--place {node_id}: {spec.title} is no model; it runs in this program.", "Leave it out.")
    if text in ("container", "process"):
        place = {**node.place, "kind": text}
    elif text.startswith(("http://", "https://", "unix://", "ws://", "wss://")):
        place = {"kind": "url", "url": text}
    elif text.startswith(("ssh://", "tcp://", "context:")):
        place = {**node.place, "kind": "container", "engine": text}
    else:
        hint = "Use container, process, http://HOST:PORT, or a Docker engine: ssh://USER@HOST, context:NAME."
        raise UsageError(f"--place {node_id}: {text!r} is no place.", hint)
    try:
        place_of({**place, **more}, spec.title)
    except ModelError as error:
        raise UsageError(f"--place {node_id}: {error.message}", error.hint) from None
    return graph.with_node(replace(node, place={**place, **more}))


def _with_place_keys(text: str) -> tuple[str, dict[str, Any]]:
    """A place without what stands behind it, and that: ``container,replicas=2``. An address may hold commas too."""
    more: dict[str, Any] = {}
    while True:
        before, comma, last = text.rpartition(",")
        key, equals, value = last.partition("=")
        if not comma or not equals or key not in _PLACE_KEYS:
            return text, more
        more.setdefault(key, int(value) if value.isdecimal() and len(value) <= 12 else value)
        text = before


def set_file(graph: Graph, registry: Registry, end: End, file: str) -> Graph:
    """`graph` reading from (or writing to) `file`: its one file source (or sink) gets the path.

    A source or sink that cannot take this kind of file is exchanged for one that can, and so is a camera; a folder, or
    a name with a number in it (``frame_%04d.png``), is a numbered sequence of pictures. Raises UsageError when it is
    not clear which node is meant.
    """
    if not file:
        raise UsageError(f"--{end}: the name is empty.", f"Give a file, or leave --{end} out.")
    ends = [(node, spec) for node in graph.nodes.values() if (spec := _end_spec(registry, node, end))]
    with_file = [(node, spec) for node, spec in ends if file_param(spec)]
    live = [one for one in ends if one[1].live]
    node, spec = _only(with_file or live or ends, end)
    target = target_of(file, end)
    refuse_folder_like_a_file(registry, target, file)
    if not takes(spec, target):
        spec = replacement(registry, target, node.id, spec)
    kept = {name: value for name, value in node.params.items() if spec.param(name)} if spec.id == node.type else {}
    changed = replace(node, type=spec.id, params={**kept, **target_params(spec, target)})
    return _without_lost_wires(graph.with_node(changed), node.id, spec)


def _end_spec(registry: Registry, node: GraphNode, end: End) -> NodeSpec | None:
    found = registry.find(node.type)
    return found.spec if found and node.state != "mute" and is_end(found.spec, end) else None


def _only(ends: list[tuple[GraphNode, NodeSpec]], end: End) -> tuple[GraphNode, NodeSpec]:
    if len(ends) == 1:
        return ends[0]
    kind = "source" if end == "input" else "sink"
    if not ends:
        raise UsageError(f"--{end}: this preset has no {kind} that a file could replace.", f"Leave --{end} out.")
    choices = [f"--set {node.id}.{param.name if (param := file_param(spec)) else 'path'}=FILE" for node, spec in ends]
    raise UsageError(f"--{end}: this preset has {len(ends)} {kind}s.", f"Say which: {' or '.join(choices)}.")


def _without_lost_wires(graph: Graph, node_id: str, spec: NodeSpec) -> Graph:
    """Wires of ports that the exchanged node lacks are dropped; `validate` tells what misses them."""
    wires = tuple(
        wire
        for wire in graph.wires
        if (wire.source != node_id or spec.output(wire.output))
        and (wire.target != node_id or spec.input(wire.input) or spec.param(wire.input))
    )
    return replace(graph, wires=wires)


def _node(graph: Graph, node_id: str, where: str) -> GraphNode:
    node = graph.nodes.get(node_id)
    if node is None:
        raise UsageError(f"{where}: this preset has no node {node_id!r}.", _suggest(node_id, graph.nodes, "Its nodes"))
    return node


def _spec(registry: Registry, node: GraphNode, where: str) -> NodeSpec:
    found = registry.find(node.type)
    if found is None:
        raise UsageError(f"{where}: the type {node.type!r} of this node is not known.", "Install the pack it is from.")
    return found.spec


def _suggest(name: str, known: Iterable[str], lead: str) -> str:
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    listed = f"{lead}: {', '.join(names[:20])}{' ...' if len(names) > 20 else ''}." if names else ""
    return f"Did you mean {close[0]}? {listed}" if close else listed
