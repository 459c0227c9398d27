"""A film in segments: its table, who renders them, and the files out of their parts."""

import logging
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nodegraph.core.errors import NodeError, NodegraphError
from nodegraph.engine.sources import Begin
from nodegraph.render.here import Here
from nodegraph.render.identity import identity_of
from nodegraph.render.job import Job, Made, Remembers, Segment, Stopped
from nodegraph.render.kept import TOKEN, Kept, Plan
from nodegraph.render.machine import needed_files, versions
from nodegraph.render.order import Order, Pools, Rendered
from nodegraph.render.outlook import Outlook, processors
from nodegraph.render.pool import Pool
from nodegraph.render.reasons import instance_of, kept_values, reasons, source_of
from nodegraph.render.rising import Rising
from nodegraph.render.schedule import Schedule, Show, UnevenSource
from nodegraph.render.serving import Shared
from nodegraph.render.table import edges_of, origin_of, segments_of, table_of
from nodegraph.session import Session

_log = logging.getLogger("nodegraph.render")
_LEAST = 2
"""Threads of a worker: while one waits for somebody, the other has a frame to work on."""
_PATIENCE = 2.0
"""Seconds a film is read for a table alone when there may be one worker, which can do without."""


@dataclass
class Divided:
    """One render of what `wanted` found; `done` is filled in."""

    session: Session
    order: Order
    sinks: Mapping[str, Path]
    kept: Kept
    pools: Pools
    show: Show
    stopped: Callable[[], bool]
    done: Rendered
    _before: int = 0
    """Frames that an earlier render had done."""
    _other: bool = False
    """Whether what it left is of another film or preset."""

    def why_whole(self) -> list[str]:
        """Why this is rendered in one piece; empty when it is divided."""
        found = reasons(self.order.graph, self.session.registry, self.sinks)
        return [*found.never, *(() if self.order.overlap else found.history)]

    def divided(self) -> None:
        """Render in parts; `done.whole` says when that turned out to be impossible."""
        identity = identity_of(self.order, self.session)
        earlier = None if self.order.fresh else self.kept.plan()
        self._other = earlier is not None and earlier.identity != identity
        earlier = None if self._other else earlier
        try:
            self._twice(identity, earlier)
        except Remembers as error:
            self.done.whole = error.reasons
        except Unread:
            self.done.whole = ["Where its frames are is known only when all of the film was read."]

    def _twice(self, identity: str, earlier: Plan | None) -> None:
        """By the source's own table, and if that is wrong by one that was counted."""
        try:
            self._by(identity, earlier, counted=earlier is not None and earlier.counted)
        except UnevenSource as error:
            _log.warning("The film is read once to count its frames, for its own table is wrong: %s", error.message)
            try:
                self._by(identity, None, counted=True)
            except UnevenSource as again:
                self.done.whole = [f"The source gives other frames each time: {again.message}"]

    def _by(self, identity: str, earlier: Plan | None, counted: bool) -> None:
        order, table = self.order, self._table(counted, going_on=earlier is not None)
        edges = edges_of(len(table), order.workers or Outlook.most(), order.length)
        plan = Plan(identity, edges, counted)
        if earlier is not None and earlier.edges[-1] == len(table):
            plan = earlier
            self.kept.resume(plan)
        else:
            if self._other:
                _log.warning("What an earlier render of %s left is of another film or preset: begun anew.", self._name)
            self.kept.begin(plan)
        self._tell_earlier(plan)
        if len(plan.edges) < 3:
            self.done.whole = [f"The film is too short to divide (frames: {len(table)})."]
            return
        segments = segments_of(table, plan.edges, order.overlap)
        made = self._rendered(table, segments)
        if not self.done.whole:
            self._join(made)
            self.done.segments = [
                (one.kept, one.frames, round(part.seconds, 3)) for one, part in zip(segments, made, strict=True)
            ]

    def _tell_earlier(self, plan: Plan) -> None:
        self.done.resumed = len(self.kept.made)
        self._before = sum(map(_frames, self.kept.made.values()))
        if self.kept.made:
            what = f"{len(self.kept.made)} of {len(plan.edges) - 1} segments"
            _log.warning("An earlier render of %s finished %s: going on from there.", self._name, what)

    @property
    def _name(self) -> str:
        return next(iter(self.sinks.values())).name

    def _table(self, counted: bool, going_on: bool) -> list[Begin]:
        found = source_of(self.order.graph, self.session.registry)
        assert found is not None, "without one source there is a reason for one piece"
        try:
            return table_of(found[1], self.order.frames, self.order.seconds, counted=counted, look=self._look(going_on))
        except NodeError as error:
            raise NodegraphError(f"{found[0]}: {error.message}", error.hint) from error

    def _look(self, going_on: bool) -> Callable[[], None]:
        """Called at each frame of the table: to make it takes long where all of the film must be read for it.

        going_on: there are finished segments, which are worth that.
        """
        until, told = time.monotonic() + _PATIENCE, False

        def look() -> None:
            nonlocal told
            if self.stopped():
                raise Stopped
            if time.monotonic() > until and not told:
                if self.order.workers in (None, 1) and not going_on:
                    raise Unread
                told = True
                _log.warning("The film is read once first: its file does not tell when its frames are.")

        return look

    def _rendered(self, table: Sequence[Begin], segments: Sequence[Segment]) -> list[Made]:
        """Every segment, in order; none when `done.whole` says why."""
        if len(self.kept.made) == len(segments):
            return [self.kept.made[number] for number in range(len(segments))]
        with self._models() as models:
            self.done.whole = [] if self.order.overlap else models.stateful() if models else []
            if self.done.whole:
                return []
            with self._pool(table, len(segments) - len(self.kept.made), bool(models and models.places())) as pool:
                places = models.places if models else dict
                schedule = Schedule(pool, segments, self.order.retries, places, self.kept)
                made = schedule.run(self.show, self.stopped)
                self.done.alone = bool(self.order.workers) and isinstance(pool, Rising) and not pool.risen
        self.done.retried = schedule.retried
        return made

    def _pool(self, table: Sequence[Begin], segments: int, models: bool) -> AbstractContextManager[Pool]:
        """Who renders: this process, others, or this process until the others are there."""
        order = self.order
        count = min(order.workers or Outlook.most(), segments)
        if not order.here:
            return self.pools(self._job(table, count), count)
        here = Here(self._job(table, 1), self.session)
        if count < 2 or (order.workers is None and models):
            return here
        asked = order.workers is not None
        outlook = Outlook(len(table) - self._before, asked)
        return Rising(here, self.pools(self._job(table, count), count), outlook.worth, asked)

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
            self.kept.folder,
            TOKEN,
            origin_of(table),
            needed_files(order.graph, self.session.registry),
            order.catalogs,
            order.node_folders,
            not order.shared and not order.overlap,
            max(_LEAST, processors() // workers),
            versions(),
            f"{secrets.token_hex(4)}-",
        )

    def _join(self, made: Sequence[Made]) -> None:
        """The files out of their parts."""
        for warning in dict.fromkeys(warning for one in made for warning in one.warnings):
            _log.warning("%s", warning.replace(f"{self.kept.folder}/", ""))
        for id in self.sinks:
            parts = [one.parts[id] for one in made]
            stamps = [stamp for part in parts for stamp in part.stamps]
            files = [part.path for part in parts if part.path is not None]
            if not files:
                raise NodegraphError(f"{id}: nothing came out.", "No frame reached it.")
            sink: Any = instance_of(self.order.graph, self.session.registry, id)
            sink.join(files, stamps, kept_values(self.order.graph, self.session.registry, id))
            self.done.frames = max(self.done.frames, len(stamps))
        self.done.fresh = self.done.frames - self._before


class Unread(Exception):
    """To divide the film takes longer than it is worth."""


def _frames(made: Made) -> int:
    """How many came out of a segment."""
    return max((len(part.stamps) for part in made.parts.values()), default=0)
