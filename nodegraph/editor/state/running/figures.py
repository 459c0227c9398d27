"""What the last moments of a run were like: per node and as a whole. Read from the engine's meters at any moment."""

import math
import statistics
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from nodegraph.engine.measure import snapshot
from nodegraph.engine.node_run import NodeRun
from nodegraph.engine.run import Run

RECENT: Final = 2.0
"""Seconds that figures look back: long enough to be calm, short enough to show what an edit changed."""

FEW: Final = 30
"""How many runs to look at when there were none lately, and how many ages of a sink."""


@dataclass(frozen=True)
class NodeFigures:
    """One node lately. ms, p95: milliseconds of a run; rate: runs per second; dropped: frames since the run began.

    extra: what the node says of itself: a model's transport and restarts.
    """

    ms: float = 0.0
    p95: float = 0.0
    rate: float = 0.0
    runs: int = 0
    dropped: int = 0
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class RunFigures:
    """A run lately. dropped: frames of sources, since it began.

    Ages in milliseconds, from capture to the sink, or to the last node where no sink runs; 0 when nobody knows.
    """

    fps: float = 0.0
    age_ms: float = 0.0
    result_age_ms: float = 0.0
    dropped: int = 0
    seconds: float = 0.0
    nodes: Mapping[str, NodeFigures] = field(default_factory=lambda: MappingProxyType({}))


def run_figures(run: Run) -> RunFigures:
    """The figures of `run` now."""
    nodes = dict(run.nodes)
    streams = dict(run.streams)
    made = {}
    for id, node in nodes.items():
        stream = streams.get(id)
        made[id] = node_figures(node, stream.newest.dropped if stream else 0)
    sinks = [node for node in nodes.values() if node.spec.kind == "sink"]
    shown = [node.node.id for node in sinks] or [id for id in nodes if _is_last(run, id)]
    age = max((_recent_ms(node.ages.frame) for node in sinks), default=0.0)
    result = max((_recent_ms(node.ages.result) for node in sinks), default=0.0)
    if not sinks:
        result = max((_age_at_end(nodes[id]) for id in shown), default=0.0)
        age = 0.0 if run.plan.free else result  # which part of it is the picture's is not known
    return RunFigures(
        fps=max((made[id].rate for id in shown), default=0.0),
        age_ms=age,
        result_age_ms=result,
        dropped=sum(stream.newest.dropped for stream in streams.values() if stream.reader is not None),
        seconds=run.seconds_run,
        nodes=made,
    )


def node_figures(node: NodeRun, dropped: int = 0) -> NodeFigures:
    """The figures of one node now."""
    moments = snapshot(node.meter.moments)
    begin = time.perf_counter() - RECENT
    recent = 0
    while recent < len(moments) and moments[-1 - recent] >= begin:
        recent += 1
    durations = sorted(snapshot(node.meter.durations)[-(recent or FEW) :])
    return NodeFigures(
        ms=statistics.median(durations) * 1e3 if durations else 0.0,
        p95=durations[min(len(durations) - 1, int(0.95 * len(durations)))] * 1e3 if durations else 0.0,
        rate=_rate(moments, recent),
        runs=node.meter.runs,
        dropped=dropped,
        extra=_said(node),
    )


def _said(node: NodeRun) -> Mapping[str, Any]:
    """What a node that waits for somebody else says of it; nothing of others."""
    says = getattr(node.made, "extra_stats", None) if node.spec.blocking else None
    return dict(says()) if says else MappingProxyType({})


def _rate(moments: tuple[float, ...], recent: int) -> float:
    """Runs per second; of a slow node also when its last two runs are further apart than figures look back."""
    if len(moments) < 2:
        return 0.0
    first = -max(recent, 2)
    span = moments[-1] - moments[first]
    silent = time.perf_counter() - moments[-1]
    return (-first - 1) / span if span > 0 and silent < max(RECENT, 3 * span) else 0.0


def _recent_ms(ages: "deque[float]") -> float:
    values = snapshot(ages)[-FEW:]
    return statistics.median(values) * 1e3 if values else 0.0


def _age_at_end(node: NodeRun) -> float:
    """How old the oldest part of a node's newest value was when it was made, in milliseconds; 0 when nobody knows."""
    moments, newest = snapshot(node.meter.moments), node.newest
    if newest is None or not moments or math.isinf(newest.oldest):
        return 0.0
    return max(0.0, moments[-1] - newest.oldest) * 1e3


def _is_last(run: Run, id: str) -> bool:
    """Whether nothing uses what this node gives."""
    return all(wire.source != id for wire in run.plan.graph.wires)
