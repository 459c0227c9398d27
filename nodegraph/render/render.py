"""A whole render: what can be divided is divided, the rest is rendered in one piece and a sentence says why."""

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nodegraph.core.errors import NodeError, NodegraphError, UsageError
from nodegraph.core.graph import Graph
from nodegraph.engine.sources import Begin
from nodegraph.render.job import Job, Made, Part, Remembers
from nodegraph.render.machine import needed_files, versions
from nodegraph.render.pool import Pool
from nodegraph.render.reasons import instance_of, kept_values, reasons, source_of
from nodegraph.render.schedule import Schedule, Show, UnevenSource
from nodegraph.render.scratch import TOKEN, scratch
from nodegraph.render.serving import Shared
from nodegraph.render.single import render_single
from nodegraph.render.table import origin_of, segments_of, table_of
from nodegraph.render.wanted import wanted
from nodegraph.session import Session

_log = logging.getLogger("nodegraph.render")
Pools = Callable[[Job, int], AbstractContextManager[Pool]]
"""Makes the workers: (job, how many)."""


@dataclass(frozen=True)
class Order:
    """What to render. graph: paths resolved. frames, seconds: only so much of it. workers: processes that render.

    overlap: frames rendered before each segment and not written, which also allows to divide a graph that remembers
    frames. length: frames of a segment. retries: how often a segment may be lost. shared: the workers are on this
    machine, so model servers are started here and used by all. catalogs, node_folders: extra ones, as for a Session.
    """

    graph: Graph
    workers: int = 1
    frames: int | None = None
    seconds: float | None = None
    overlap: int = 0
    length: int | None = None
    retries: int = 2
    shared: bool = True
    catalogs: tuple[Path, ...] = ()
    node_folders: tuple[Path, ...] = ()


@dataclass
class Rendered:
    """How it went. whole: why it was one piece, empty when it was divided. segments: (first frame, frames, seconds)."""

    frames: int = 0
    outputs: list[Path] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    segments: list[tuple[int, int, float]] = field(default_factory=list)
    retried: int = 0


def render(session: Session, order: Order, pools: Pools, show: Show, stopped: Callable[[], bool]) -> Rendered:
    """Render all files of a graph.

    Raises UsageError and NodegraphError with a sentence, Stopped when `stopped` said so; the older files are then
    as they were, and nothing else is left.
    """
    graph, sinks = wanted(order.graph, session.registry)
    order, done = replace(order, graph=graph), Rendered(outputs=list(sinks.values()))
    _refuse_devices(graph, session, order)
    with scratch(next(iter(sinks.values()))) as folder:
        work = _Work(session, order, sinks, folder, pools, show, stopped, done)
        done.whole = work.why_whole()
        if not done.whole:
            work.divided()
        if done.whole:
            done.frames = render_single(session, graph, sinks, folder, (order.frames, order.seconds), show, stopped)
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


@dataclass
class _Work:
    """One render of what `wanted` found."""

    session: Session
    order: Order
    sinks: Mapping[str, Path]
    folder: Path
    pools: Pools
    show: Show
    stopped: Callable[[], bool]
    done: Rendered

    def why_whole(self) -> list[str]:
        """Why this is rendered in one piece; empty when it is divided."""
        if self.order.workers == 1:
            return ["There is one worker."]
        found = reasons(self.order.graph, self.session.registry, self.sinks)
        return [*found.never, *(() if self.order.overlap else found.history)]

    def divided(self) -> None:
        """Render in parts; `done.whole` says when that turned out to be impossible."""
        try:
            self._by(counted=False)
        except Remembers as error:
            self.done.whole = error.reasons
        except UnevenSource as error:
            _log.warning("The film is read once to count its frames, for its own table is wrong: %s", error.message)
            try:
                self._by(counted=True)
            except UnevenSource as again:
                self.done.whole = [f"The source gives other frames each time: {again.message}"]

    def _by(self, counted: bool) -> None:
        order = self.order
        found = source_of(order.graph, self.session.registry)
        assert found is not None, "without one source there is a reason for one piece"
        try:
            table = table_of(found[1], order.frames, order.seconds, counted=counted)
        except NodeError as error:
            raise NodegraphError(f"{found[0]}: {error.message}", error.hint) from error
        segments = segments_of(table, order.workers, order.length, order.overlap) if table else []
        if len(segments) < 2:
            self.done.whole = [f"The film is too short to divide (frames: {len(table)})."]
            return
        with self._models() as models:
            self.done.whole = [] if order.overlap else models.stateful() if models else []
            if self.done.whole:
                return
            workers = min(order.workers, len(segments))
            with self.pools(self._job(table, workers), workers) as pool:
                schedule = Schedule(pool, segments, order.retries, models.places if models else dict)
                made = schedule.run(self.show, self.stopped)
        self._join(made)
        self.done.retried = schedule.retried
        self.done.segments = [
            (one.kept, one.frames, round(part.seconds, 3)) for one, part in zip(segments, made, strict=True)
        ]

    @contextmanager
    def _models(self) -> Iterator[Shared | None]:
        if not self.order.shared:
            yield None
            return
        with Shared(self.order.graph, self.session, self.stopped) as shared:
            yield shared

    def _job(self, table: Sequence[Begin], workers: int) -> Job:
        order = self.order
        return Job(
            order.graph,
            self.sinks,
            self.folder,
            TOKEN,
            origin_of(table),
            needed_files(order.graph, self.session.registry),
            order.catalogs,
            order.node_folders,
            not order.shared and not order.overlap,
            max(1, (os.cpu_count() or 1) // workers),
            versions(),
        )

    def _join(self, made: Sequence[Made]) -> None:
        """The files out of their parts."""
        for warning in dict.fromkeys(warning for one in made for warning in one.warnings):
            _log.warning("%s", warning.replace(f"{self.folder}/", ""))
        for id in self.sinks:
            parts = [one.parts[id] for one in made]
            stamps = [stamp for part in parts for stamp in part.stamps]
            files = [path for part in parts if (path := self._here(part)) is not None]
            if not files:
                raise NodegraphError(f"{id}: nothing came out.", "No frame reached it.")
            sink: Any = instance_of(self.order.graph, self.session.registry, id)
            sink.join(files, stamps, kept_values(self.order.graph, self.session.registry, id))
            self.done.frames = max(self.done.frames, len(stamps))

    def _here(self, part: Part) -> Path | None:
        """A part's file on this machine."""
        if part.path is None or part.data is None:
            return part.path
        path = self.folder / part.path.name
        path.write_bytes(part.data)
        return path
