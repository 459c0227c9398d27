"""Figures twice a second, and those of the last ten minutes: for the status bar and the performance panel."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from nodegraph.editor.state.running.bottleneck import bottleneck
from nodegraph.editor.state.running.figures import NodeFigures, RunFigures, run_figures
from nodegraph.editor.state.running.history import History
from nodegraph.editor.state.running.machine import Machine
from nodegraph.engine.run import Run

EVERY: Final = 0.5
"""Seconds between two samples."""
MEASURES: Final = ("fps", "age_ms", "result_age_ms", "late", "cpu", "memory")
"""What the history keeps of a sample."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sample:
    """One look at the run and the machine.

    at: `time.monotonic` seconds. fps, ages (milliseconds, capture to sink) and node figures are of the last two
    seconds; dropped: frames of sources since the run began; late: those since the sample before; bottleneck: a node's
    id, see `bottleneck`; seconds: how long the run goes on; cpu: per cent of all cores; memory: megabytes.
    """

    at: float = 0.0
    fps: float = 0.0
    age_ms: float = 0.0
    result_age_ms: float = 0.0
    dropped: int = 0
    late: int = 0
    bottleneck: str | None = None
    seconds: float = 0.0
    cpu: float = 0.0
    memory: float = 0.0
    gpu: str = ""
    nodes: Mapping[str, NodeFigures] = field(default_factory=lambda: MappingProxyType({}))


class Sampler:
    """Takes samples on a thread of its own, told by `run` which run there is. `sample` and `history` are for anyone."""

    def __init__(self, run: Callable[[], Run | None], heard: Callable[[], None] = lambda: None) -> None:
        self.sample = Sample()
        self.history = History()
        self._run, self._heard = run, heard
        self._machine = Machine()
        self._seen: tuple[Run | None, RunFigures] = (None, RunFigures())
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, if it has not begun."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="figures", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        self._machine.close()

    def look(self) -> Sample:
        """Take one sample now; called by the thread, or by a test in its place."""
        run = self._run()
        now = run_figures(run) if run is not None else RunFigures()
        before = self._seen[1] if self._seen[0] is run else RunFigures()
        self._seen = (run, now)
        machine = self._machine.read()
        self.sample = Sample(
            at=time.monotonic(),
            fps=now.fps,
            age_ms=now.age_ms,
            result_age_ms=now.result_age_ms,
            dropped=now.dropped,
            late=max(0, now.dropped - before.dropped),
            bottleneck=bottleneck(run, now, before) if run is not None else None,
            seconds=now.seconds,
            cpu=machine.cpu,
            memory=machine.memory,
            gpu=machine.gpu,
            nodes=now.nodes,
        )
        figures = {name: float(getattr(self.sample, name)) for name in MEASURES}
        self.history.add(self.sample.at, figures, {id: one.ms for id, one in now.nodes.items()})
        self._heard()
        return self.sample

    def _work(self) -> None:
        while not self._ended.wait(EVERY):
            try:
                self.look()
            except Exception:  # figures are an extra: the next look may work
                _log.exception("The figures of the run could not be taken.")
