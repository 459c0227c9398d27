"""File names in a graph become absolute paths, once, before it runs.

``asset:sample.mp4`` is a file that ships with nodegraph. A relative input is looked for beside the preset, then in the
current folder; a relative output goes to the current folder.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from nodegraph.core.errors import DocumentError, Problem
from nodegraph.core.graph import Graph, GraphNode
from nodegraph.core.preset_decode import asset_path_problem
from nodegraph.core.registry import Registry
from nodegraph.core.resources import data_folder
from nodegraph.core.spec import NodeSpec

ASSET: Final = "asset:"


def resolve_paths(graph: Graph, registry: Registry, base: Path) -> Graph:
    """`graph` with absolute paths; `base` is the preset's folder.

    Raises DocumentError for a bad asset name, and for a file that would be written while a node reads or writes it.
    """
    nodes = {id: _resolved(node, registry, base) for id, node in graph.nodes.items()}
    resolved = replace(graph, nodes=nodes)
    clashes = list(_clashes(resolved, registry))
    if clashes:
        raise DocumentError(f"{clashes[0].where}: {clashes[0].message}", clashes[0].hint, clashes)
    return resolved


def _clashes(graph: Graph, registry: Registry) -> Iterator[Problem]:
    """Files that two nodes want, one of them to write: a clip would be lost, or two films mixed."""
    users: dict[Path, str] = {}
    named = [(node, found.spec) for node in graph.nodes.values() if (found := registry.find(node.type))]
    for node, spec in sorted(named, key=lambda one: one[1].kind == "sink"):
        for name, text in _files(node, spec) if node.state == "on" else ():
            path = _real(Path(text))
            if spec.kind == "sink" and path in users:
                what = f"this file is used by the node {users[path]} already: {text}"
                yield Problem(f"nodes.{node.id}.{name}", what, "Write to another file.")
            users.setdefault(path, node.id)


def _real(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a loop of links: the node will say so
        return path


def _resolved(node: GraphNode, registry: Registry, base: Path) -> GraphNode:
    found = registry.find(node.type)
    if found is None:
        return node
    changed = {name: _absolute(value, node, name, found.spec, base) for name, value in _files(node, found.spec)}
    return replace(node, params={**node.params, **changed}) if changed else node


def _files(node: GraphNode, spec: NodeSpec) -> Iterator[tuple[str, str]]:
    for param in spec.params:
        value = node.params.get(param.name, param.default)
        text = str(value) if isinstance(value, str | Path) else ""
        if param.kind == "file" and text not in ("", ".") and "\0" not in text:
            yield param.name, text


def _absolute(text: str, node: GraphNode, name: str, spec: NodeSpec, base: Path) -> Any:
    if text.startswith(ASSET):
        return str(asset(text, f"nodes.{node.id}.{name}"))
    path = Path(os.path.expanduser(text))
    if spec.kind != "sink" and not path.is_absolute() and os.path.exists(base / path):
        return str((base / path).resolve())
    return str(Path.cwd() / path)


def asset(text: str, where: str) -> Path:
    """The shipped file that ``asset:NAME`` means. Raises DocumentError for a name that leaves the assets' folder."""
    name = text.removeprefix(ASSET)
    why = asset_path_problem(name)
    if why:
        problem = Problem(where, f"The asset {name[:80]!r} {why}.", "Use the name of a shipped file: asset:sample.mp4.")
        raise DocumentError(f"{where}: {problem.message}", problem.hint, [problem])
    return data_folder() / "assets" / name
