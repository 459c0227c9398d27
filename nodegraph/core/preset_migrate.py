"""Older documents become today's, one step at a time. Each step is a pure function with a fixture in tests/core/data.

A step moves only what has the shape it expects; the rest it leaves where it is, for `decode` to report by place.
"""

from collections.abc import Callable
from typing import Any, Final

from nodegraph.core.errors import Problem

FORMAT: Final = 1
"""The format this version reads and writes."""


def migrate(document: Any) -> tuple[Any, list[Problem]]:
    """`document` in today's format, and what is wrong with the format it says it has.

    A newer document is returned as it is, with a warning.
    """
    if not isinstance(document, dict):
        return document, []
    version = document.get("format")
    if "format" not in document:
        return document, [Problem("format", "The key is missing: is this a preset?", f'Add "format": {FORMAT}.')]
    if isinstance(version, bool) or not isinstance(version, int) or version < 0:
        return document, [Problem("format", f"{str(version)[:40]!r} is not a format number.", f"Use {FORMAT}.")]
    if version > FORMAT:
        message = f"Written in format {version}; this nodegraph knows {FORMAT}. It opens read-only."
        return document, [Problem("format", message, "Update nodegraph to change it.", "warning")]
    for step in STEPS[version:]:
        document = step(document)
    return document, []


def from_0_to_1(document: dict[str, Any]) -> dict[str, Any]:
    """Format 0 had nodes as a list with ids inside, wires as pairs, `bypass: true`, and American spelling."""
    renamed = {"licence" if key == "license" else key: value for key, value in document.items()}
    graph = renamed.get("graph")
    if isinstance(graph, dict):
        renamed["graph"] = {**graph, **_nodes_by_id(graph.get("nodes")), **_wires_as_objects(graph.get("wires"))}
    return {**renamed, "format": 1}


def _nodes_by_id(nodes: Any) -> dict[str, Any]:
    if not isinstance(nodes, list) or not all(
        isinstance(one, dict) and isinstance(one.get("id"), str) for one in nodes
    ):
        return {}
    by_id = {one["id"]: _with_state({key: value for key, value in one.items() if key != "id"}) for one in nodes}
    return {"nodes": by_id} if len(by_id) == len(nodes) else {}


def _with_state(node: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(node.get("bypass"), bool):
        return node
    rest = {key: value for key, value in node.items() if key != "bypass"}
    return {**rest, "state": "bypass"} if node["bypass"] else rest


def _wires_as_objects(wires: Any) -> dict[str, Any]:
    if not isinstance(wires, list):
        return {}
    pair = [isinstance(one, list) and len(one) == 2 for one in wires]
    return {
        "wires": [{"from": one[0], "to": one[1]} if is_pair else one for one, is_pair in zip(wires, pair, strict=True)]
    }


STEPS: Final[tuple[Callable[[dict[str, Any]], dict[str, Any]], ...]] = (from_0_to_1,)
"""`STEPS[n]` turns format n into format n + 1."""
