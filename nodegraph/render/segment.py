"""A worker's own work: one segment after the other, each an ordinary offline run that begins inside the film."""

import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from nodegraph.core.errors import NodegraphError
from nodegraph.core.graph import Graph
from nodegraph.core.node import Stamp
from nodegraph.core.resources import data_folder
from nodegraph.engine.run import Run
from nodegraph.engine.sources import OFF
from nodegraph.render.job import Failed, Job, Lost, Made, Outcome, Part, Segment, Uneven
from nodegraph.render.machine import lacking
from nodegraph.render.reasons import kept_wires
from nodegraph.render.recording import recording, warnings_of
from nodegraph.render.serving import stateful_models
from nodegraph.session import Session, user_catalogue, user_nodes
from nodegraph.session.ends import file_param

_LOOK = 0.05
"""Seconds between two looks at a run, and so at being asked to stop."""


class Workplace:
    """Renders segments of one job, one at a time; `done` and `stop` are for other threads. Close it.

    session: of somebody else, who closes it; without one it makes its own.
    """

    def __init__(self, job: Job, session: Session | None = None) -> None:
        self._job = job
        catalogs = [*job.catalogs, data_folder() / "models.json", user_catalogue()]
        self._session = session or Session(catalogs, [*job.node_folders, user_nodes()])
        self._lent = session is not None
        self._own: tempfile.TemporaryDirectory[str] | None = None
        self._stop = threading.Event()
        self._run: Run | None = None
        self._before = 0

    def lacks(self, name: str) -> list[str]:
        """What this machine, called `name`, lacks, as sentences."""
        return list(lacking(self._job, name))

    def remembering(self) -> list[str]:
        """Which models remember earlier frames; empty when the job knows already that none does."""
        return stateful_models(self._job.graph, self._session) if self._job.ask_models else []

    @property
    def done(self) -> int:
        """Frames of the segment at work that are through; those that are not written do not count."""
        run = self._run
        sinks = [node.meter.runs for node in run.nodes.values() if node.spec.kind == "sink"] if run else []
        return max(0, max(sinks, default=0) - self._before)

    def render(self, segment: Segment) -> Outcome:
        """Render it. What a node raises comes back as Failed; raises nothing else but our own mistakes."""
        with warnings_of() as warnings:
            began = time.perf_counter()
            stamps: dict[str, list[Stamp]] = {id: [] for id in self._job.sinks}
            files = self._files(segment)
            self._before = segment.kept - segment.begin.index
            _remove(files)  # of a worker that was killed at it
            try:
                registry = recording(self._session.registry, self._job, segment, files, stamps)
                run = Run(
                    self._graph(segment, files),
                    registry,
                    "offline",
                    workers=self._job.threads,
                    frames=segment.stop - segment.begin.index,
                    begin=segment.begin,
                )
            except NodegraphError as error:
                return Failed(segment.number, "", segment.kept, error.message, error.hint)
            if problem := self._carry(run, segment):
                _remove(files)
                return problem
            parts = {id: self._part(files[id], stamps[id]) for id in files}
            return Made(segment.number, parts, time.perf_counter() - began, tuple(dict.fromkeys(warnings)))

    def stop(self) -> None:
        """End the segment at work; its parts are removed."""
        self._stop.set()

    def close(self) -> None:
        """Give back the models and remove what lies around."""
        if not self._lent:
            self._session.close()
        if self._own is not None:
            self._own.cleanup()

    def _carry(self, run: Run, segment: Segment) -> Failed | Lost | Uneven | None:
        """Run to the end; what went wrong, or None."""
        self._run = run
        try:
            run.start()
            while not run.wait(_LOOK):
                if self._stop.is_set():
                    return Lost(segment.number, "it was stopped")
        finally:
            run.stop()
        if run.failure is None:
            return _uneven(run, segment)
        failed = run.failure
        node = run.nodes.get(failed.node)
        if node is not None and node.spec.kind == "source":
            return Uneven(segment.number, f"{failed.node}: {failed.message}")
        again = node is not None and node.spec.blocking
        frame = segment.begin.index + failed.frame
        return Failed(segment.number, failed.node, frame, failed.message, failed.hint, again)

    def _graph(self, segment: Segment, files: Mapping[str, Path]) -> Graph:
        """The job's graph with the sinks writing parts, without what is kept from them, and with the models' places."""
        graph, registry = self._job.graph, self._session.registry
        for id, path in files.items():
            param = file_param(registry.definitions[graph.nodes[id].type].spec)
            assert param is not None, "the sinks of a job write files"
            for wire in kept_wires(graph, registry, id):
                graph = graph.without_wire(wire)
            graph = graph.with_param(id, param.name, str(path))
        for id, place in segment.places.items():
            graph = graph.with_node(replace(graph.nodes[id], place=place))
        return graph

    def _files(self, segment: Segment) -> dict[str, Path]:
        folder = self._job.folder
        if not self._shared:
            self._own = self._own or tempfile.TemporaryDirectory(prefix="nodegraph-render-")
            folder = Path(self._own.name)
        name = f"{segment.number:05d}-{self._job.run}"
        sinks = enumerate(self._job.sinks.items())
        return {id: folder / f"{name}{place}{path.suffix}" for place, (id, path) in sinks}

    @property
    def _shared(self) -> bool:
        """Whether the parent sees what is written here."""
        return (self._job.folder / self._job.token).exists()

    def _part(self, path: Path, stamps: list[Stamp]) -> Part:
        if not path.exists():
            return Part((), None)
        if self._shared:
            return Part(tuple(stamps), path)
        data = path.read_bytes()
        path.unlink()
        return Part(tuple(stamps), Path(path.name), data)


def _uneven(run: Run, segment: Segment) -> Uneven | None:
    """Whether the frames that came were those that the table promised, as far as count and last one tell."""
    stream = next(iter(run.streams.values()))
    wanted = segment.stop - segment.begin.index
    if stream.frames_in != wanted or stream.last is None:
        return Uneven(segment.number, f"{stream.frames_in} frames came where {wanted} should be.")
    if abs(stream.last[1].media - segment.last) > OFF:
        return Uneven(segment.number, f"The last frame is at {stream.last[1].media:g} s, not at {segment.last:g} s.")
    return None


def _remove(files: Mapping[str, Path]) -> None:
    for path in files.values():
        for left in path.parent.glob(f"{path.stem}.*"):
            left.unlink(missing_ok=True)
