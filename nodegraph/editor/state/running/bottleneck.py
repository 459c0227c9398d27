"""Which node holds a run back.

The rule. When a source's frames were dropped since the last look, it is the node that keeps the source's time and
needs the most milliseconds per frame: its median divided by how many calls of it run at once (one for a node with
state, one per core for others). Otherwise, when models with a clock of their own could not take every frame, it is
the one with the fewest answers per second. Otherwise nothing holds the run back. Sources and sinks are never named:
what they need is not the graph's doing.
"""

import os
from collections.abc import Mapping

from nodegraph.editor.state.running.figures import NodeFigures, RunFigures
from nodegraph.engine.node_run import NodeRun
from nodegraph.engine.run import Run


def bottleneck(run: Run, now: RunFigures, before: RunFigures) -> str | None:
    """The id of the node that limits `run`, by two looks at it; None when none does."""
    nodes = {id: node for id, node in run.nodes.items() if node.spec.kind == "filter" and id in now.nodes}
    free = run.plan.free
    if now.dropped > before.dropped:
        costs = {id: now.nodes[id].ms / at_once(node) for id, node in nodes.items() if id not in free}
        if costs and max(costs.values()) > 0:
            return max(costs, key=lambda id: costs[id])
    late = [id for id in nodes if id in free and _dropped(now.nodes, id) > _dropped(before.nodes, id)]
    return min(late, key=lambda id: now.nodes[id].rate or 1e3 / max(now.nodes[id].ms, 1e-3), default=None)


def at_once(node: NodeRun) -> int:
    """How many calls of this node may run at the same time."""
    if node.serial:
        return 1
    return node.spec.max_inflight if node.spec.blocking else os.cpu_count() or 1


def _dropped(nodes: Mapping[str, NodeFigures], id: str) -> int:
    return nodes[id].dropped if id in nodes else 0
