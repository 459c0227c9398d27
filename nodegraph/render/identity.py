"""Whether two renders are of the same film: a digest of all that decides over its frames."""

import contextlib
import hashlib
import json
import sys
from collections.abc import Iterator
from typing import Any

from nodegraph.core.graph import Graph
from nodegraph.core.registry import Registry
from nodegraph.render.machine import needed_files, versions
from nodegraph.render.order import Order
from nodegraph.render.reasons import instance_of
from nodegraph.render.serving import models_of
from nodegraph.session import Session


def identity_of(order: Order, session: Session) -> str:
    """The digest. Where models run, and how many workers there are, is not in it: neither changes a frame."""
    graph = order.graph
    nodes = {id: [node.type, dict(node.params), node.state, node.sync] for id, node in sorted(graph.nodes.items())}
    told = {
        "nodes": nodes,
        "wires": sorted(map(str, graph.wires)),
        "limits": [order.frames, order.seconds, order.overlap, order.length],
        "versions": versions(),
        "models": {id: repr(entry) for id, entry in sorted(models_of(graph, session).items())},
        "files": sorted(_files(graph, session.registry)),
        "code": sorted(_code(graph, session.registry)),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=repr).encode()).hexdigest()


def _files(graph: Graph, registry: Registry) -> Iterator[str]:
    for needed in needed_files(graph, registry):
        with contextlib.suppress(OSError):
            yield f"{needed} {needed.path.stat().st_mtime_ns}"


def _code(graph: Graph, registry: Registry) -> Iterator[str]:
    """Digests of the modules that the nodes are from: somebody's own may have been changed meanwhile."""
    for id in graph.nodes:
        made: Any = instance_of(graph, registry, id)
        path = getattr(sys.modules.get(type(made).__module__), "__file__", None)
        with contextlib.suppress(OSError):
            if path is not None:
                with open(path, "rb") as file:
                    yield hashlib.file_digest(file, "sha256").hexdigest()
