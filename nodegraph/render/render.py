"""A whole render: what can be divided is divided, the rest is rendered in one piece and a sentence says why."""

from collections.abc import Callable
from dataclasses import replace

from nodegraph.core.errors import UsageError
from nodegraph.core.graph import Graph
from nodegraph.render.divided import Divided
from nodegraph.render.kept import kept_beside
from nodegraph.render.order import Order, Pools, Rendered
from nodegraph.render.reasons import instance_of
from nodegraph.render.schedule import Show
from nodegraph.render.single import render_single
from nodegraph.render.wanted import wanted
from nodegraph.session import Session


def render(session: Session, order: Order, pools: Pools, show: Show, stopped: Callable[[], bool]) -> Rendered:
    """Render all files of a graph, going on where an earlier render of the same was stopped.

    Raises UsageError and NodegraphError with a sentence, Stopped when `stopped` said so; the older files are then
    as they were, and nothing else is left but the segments that were finished.
    """
    graph, sinks = wanted(order.graph, session.registry)
    order, done = replace(order, graph=graph), Rendered(outputs=list(sinks.values()))
    _refuse_devices(graph, session, order)
    with kept_beside(next(iter(sinks.values()))) as kept:
        work = Divided(session, order, sinks, kept, pools, show, stopped, done)
        done.whole = work.why_whole()
        if not done.whole:
            work.divided()
        if done.whole:
            done.frames = done.fresh = render_single(
                session, graph, sinks, kept.folder, (order.frames, order.seconds), show, stopped
            )
    return done


def _refuse_devices(graph: Graph, session: Session, order: Order) -> None:
    """A camera has no frames to go back to, and what never ends cannot be rendered to its end."""
    for id in graph.nodes:
        made = instance_of(graph, session.registry, id)
        if made.spec.live:
            hint = "Record it first (nodegraph run), or replace it with --input."
            raise UsageError(f"{id}: {made.spec.title} is a device; a render needs a film.", hint)
        if getattr(made, "loop", False) and made.spec.kind == "source" and not (order.frames or order.seconds):
            raise UsageError(f"{id}: it loops for ever.", f"Say how much: --frames, --seconds, or --set {id}.loop=no.")
