"""Renders: every frame of a graph to its files, one render after another, beside the live run."""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, Literal

from nodegraph.core.errors import NodegraphError
from nodegraph.core.graph import Graph
from nodegraph.core.registry import Registry
from nodegraph.editor.state.notices import Kind
from nodegraph.editor.state.running.player import Tell
from nodegraph.editor.state.running.render_graph import Order, file_sinks, render_graph
from nodegraph.editor.state.running.runnable import name_of
from nodegraph.editor.state.running.shows import sentence
from nodegraph.engine.run import Run
from nodegraph.session import Session

RenderState = Literal["queued", "starting", "running", "done", "failed", "cancelled"]
OVER: Final = ("done", "failed", "cancelled")
LOOK: Final = 0.1
"""Seconds between two looks at a render."""
RECENT: Final = 5.0
"""Seconds that the speed and the time left are judged by."""
PATIENCE: Final = 6.0
_KINDS: Final[dict[str, Kind]] = {"done": "good", "cancelled": "info"}

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Render:
    """A render now. done, total: frames, total None when nobody knows; eta: seconds left, None when nobody knows.

    output: what is written, for a label. sentence and hint: how it ended.
    """

    state: RenderState = "queued"
    done: int = 0
    total: int | None = None
    fps: float = 0.0
    eta: float | None = None
    output: str = ""
    sentence: str = ""
    hint: str = ""

    @property
    def share(self) -> float | None:
        """How much is done, 0..1; None when nobody knows."""
        return min(1.0, self.done / self.total) if self.total else None


class RenderJob:
    """One render, waiting, at work or over. `now` is for anyone; `cancel` returns at once."""

    def __init__(self, order: Order, heard: Callable[[], None]) -> None:
        self.order = order
        self.now = Render(output=order.output.name if order.output else "")
        self.cancelled = threading.Event()
        self._heard = heard
        self._looks: deque[tuple[float, int]] = deque()

    @property
    def over(self) -> bool:
        """Whether it has ended, one way or another."""
        return self.now.state in OVER

    def cancel(self) -> None:
        """End it soon; what is written so far is closed and can be played."""
        self.cancelled.set()
        if self.now.state == "queued":
            self.finish("cancelled", "Stopped before it began.")
        self._heard()

    def work(self, session: Session) -> None:
        """Render; the body of the render thread. Raises NodegraphError when it cannot begin."""
        self.now = replace(self.now, state="starting")
        graph = render_graph(self.order, session.registry)
        order, names = self.order, written(graph, session.registry)
        self.now = replace(self.now, output=", ".join(path.name for path in names))
        total = session.frames_of(graph, order.frames, order.seconds)
        self.now = replace(self.now, total=total)
        threads = max(1, (os.cpu_count() or 1) - 1)  # one for the window
        run = session.run(graph, "offline", frames=order.frames, seconds=order.seconds, workers=threads)
        try:
            run.start()
            self.now = replace(self.now, state="running")
            while not run.wait(LOOK) and not self.cancelled.is_set():
                self._look(run)
        finally:
            run.stop()
        self._look(run)
        self._end(run, graph, session, names)
        run.release()

    def _look(self, run: Run) -> None:
        sinks = [node for node in run.nodes.values() if node.spec.kind == "sink"]
        done = max((max(node.ages.count, node.meter.runs) for node in sinks), default=0)
        now = time.monotonic()
        self._looks.append((now, done))
        while now - self._looks[0][0] > RECENT and len(self._looks) > 2:
            self._looks.popleft()
        seconds, frames = now - self._looks[0][0], done - self._looks[0][1]
        fps = frames / seconds if seconds > 0 and frames else 0.0
        left = (self.now.total - done) / fps if self.now.total and fps else None
        self.now = replace(self.now, done=done, fps=fps, eta=max(0.0, left) if left is not None else None)

    def _end(self, run: Run, graph: Graph, session: Session, names: list[Path]) -> None:
        done, seconds = self.now.done, run.seconds_run
        failure, which = run.failure, ", ".join(path.name for path in names)
        frames = f"{done:,} frame{'' if done == 1 else 's'}"
        if failure is not None:
            node = graph.nodes.get(failure.node)
            found = session.registry.find(node.type) if node else None
            where = f"{name_of(node, found.spec if found else None)}, frame {failure.frame + 1}: " if node else ""
            self.finish("failed", f"{where}{sentence(failure.message)}", failure.hint)
        elif self.cancelled.is_set():
            kept = f"{which} holds the first {frames}." if done else "nothing was written."
            self.finish("cancelled", f"Stopped: {kept}")
        elif not done:
            self.finish("failed", "Nothing came out.", "No source gave a frame: look at what the nodes say.")
        else:
            speed = f", {done / seconds:.1f} per second" if seconds > 0 and done > 1 else ""
            self.finish("done", f"Wrote {which}: {frames} in {_duration(seconds)}{speed}.")

    def finish(self, state: RenderState, text: str, hint: str = "") -> None:
        """It is over, and this is what a person reads about it."""
        fps = self.now.fps if state == "done" else 0.0
        self.now = replace(self.now, state=state, sentence=text, hint=hint, fps=fps, eta=None)


class Renders:
    """The renders of this session, one at work at a time, on a thread of their own."""

    def __init__(self, session: Session, post: Callable[[Callable[[], None]], None], tell: Tell) -> None:
        self.jobs: tuple[RenderJob, ...] = ()
        """In the order they were asked for; those that are over stay until `clear`."""
        self._session, self._post, self._tell = session, post, tell
        self._changed = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None

    def existing(self, order: Order) -> list[Path]:
        """The files that this render would write over; ask before `add`. Raises NodegraphError when it cannot run."""
        return self._session.outputs_of(render_graph(order, self._session.registry))

    def add(self, order: Order) -> RenderJob:
        """Render this when those before it are over."""
        job = RenderJob(order, self._wake)
        with self._changed:
            self.jobs = (*self.jobs, job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="render", daemon=True)
                self._thread.start()
            self._changed.notify_all()
        return job

    @property
    def current(self) -> RenderJob | None:
        """The render at work, or the next one; None when all are over."""
        return next((job for job in self.jobs if not job.over), None)

    def clear(self) -> None:
        """Forget those that are over."""
        with self._changed:
            self.jobs = tuple(job for job in self.jobs if not job.over)

    def close(self) -> None:
        """Cancel all, and wait some seconds for the file at work to be closed."""
        with self._changed:
            self._closing = True
            for job in self.jobs:
                job.cancelled.set()
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(PATIENCE)

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or self.current is not None)
                job = self.current
                if job is None:
                    return
            self._do(job)
            if not self._closing:
                kind: Kind = _KINDS.get(job.now.state, "error")
                self._post(partial(self._tell, job.now.sentence, kind, job.now.hint))

    def _do(self, job: RenderJob) -> None:
        try:
            job.work(self._session)
        except NodegraphError as error:
            job.finish("failed", sentence(error.message), error.hint)
        except Exception as error:  # a mistake of ours: the next render goes on
            _log.exception("The render failed.")
            job.finish("failed", f"The render failed: {type(error).__name__}: {error}", "The log has the details.")


def written(graph: Graph, registry: Registry) -> list[Path]:
    """The files (or folders) that a graph with resolved paths writes."""
    paths = []
    for node, spec in file_sinks(graph, registry):
        values = [node.params.get(param.name, "") for param in spec.params if param.kind == "file"]
        paths += [Path(str(value)) for value in values if str(value) not in ("", ".")]
    return paths


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"
