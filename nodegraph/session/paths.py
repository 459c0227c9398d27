"""File names in a graph become absolute paths, once, before it runs.

``asset:sample.mp4`` is a file that ships with nodegraph. A relative input is looked for beside the preset, then in the
current folder; a relative output goes to the current folder.
"""

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
    """`graph` with absolute paths; `base` is the preset's folder. Raises DocumentError for a bad asset name."""
    nodes = {id: _resolved(node, registry, base) for id, node in graph.nodes.items()}
    return replace(graph, nodes=nodes)


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
    path = Path(text).expanduser()
    if spec.kind != "sink" and not path.is_absolute() and (base / path).exists():
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
