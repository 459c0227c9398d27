"""Figures of a run and its newest values, taken from its nodes and streams at any moment."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nodegraph.core.graph import Graph
from nodegraph.engine.events import NodeStats, RunStats, SinkStats
from nodegraph.engine.frame import NOT_YET
from nodegraph.engine.measure import median_and_p95
from nodegraph.engine.node_run import NodeRun

if TYPE_CHECKING:
    from nodegraph.engine.run import Run


def run_stats(run: "Run") -> RunStats:
    """All figures of `run` now."""
    streams = [stream for stream in list(run.streams.values()) if stream.reader is not None]
    nodes = {id: _node_stats(run, node) for id, node in run.nodes.items()}
    sinks = {id: _sink_stats(node) for id, node in run.nodes.items() if node.spec.kind == "sink"}
    out = max((sink.frames for sink in sinks.values()), default=sum(stream.seq for stream in streams))
    seconds = run.seconds_run
    return RunStats(
        seconds=seconds,
        frames_in=sum(stream.frames_in for stream in streams),
        frames_out=out,
        dropped=sum(stream.newest.dropped for stream in streams),
        fps=out / seconds if seconds > 0 else 0.0,
        nodes=nodes,
        sinks=sinks,
        failures=tuple(run.failures),
    )


def newest_value(graph: Graph, nodes: Mapping[str, NodeRun], id: str, output: str | None) -> Any:
    """The newest output value of a node, or of what goes into a sink; None while there is none."""
    found = nodes.get(id)
    if found is not None and found.spec.kind == "sink":
        into = {wire.input: wire for wire in graph.wires_into(id)}
        wire = next((into[port.name] for port in found.spec.inputs if port.name in into), None)
        return newest_value(graph, nodes, wire.source, wire.output) if wire else None
    if found is None or (newest := found.newest) is None:
        return None
    value, names = newest.value, [port.name for port in found.spec.outputs]
    if output is not None and len(names) > 1 and isinstance(value, tuple):
        value = value[names.index(output)]
    return None if value is NOT_YET else value


def _node_stats(run: "Run", node: NodeRun) -> NodeStats:
    median, p95 = node.meter.milliseconds()
    stream = run.streams.get(node.node.id)
    figures = getattr(node.made, "extra_stats", None)
    extra: Mapping[str, Any] = figures() if figures else {}
    state = "failed" if node.failing else "waiting" if node.waiting else "ready"
    return NodeStats(
        runs=node.meter.runs,
        median_ms=median,
        p95_ms=p95,
        rate=node.meter.rate(),
        failures=node.failures,
        dropped=stream.newest.dropped if stream is not None else 0,
        state=state,
        extra=extra,
    )


def _sink_stats(node: NodeRun) -> SinkStats:
    frame, result = median_and_p95(node.ages.frame), median_and_p95(node.ages.result)
    return SinkStats(
        frames=node.ages.count,
        fps=node.meter.rate(),
        age_median_ms=frame[0],
        age_p95_ms=frame[1],
        result_age_median_ms=result[0],
        result_age_p95_ms=result[1],
    )
