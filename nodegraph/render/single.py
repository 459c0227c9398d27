"""A film in one piece: an ordinary offline run whose files take their names when all is well."""

import contextlib
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from nodegraph.core.errors import NodegraphError
from nodegraph.core.graph import Graph
from nodegraph.engine.run import Run
from nodegraph.render.job import Failed, Stopped
from nodegraph.render.schedule import Progress, RenderFailed, Show
from nodegraph.session import Session
from nodegraph.session.ends import file_param

_LOOK = 0.2


def render_single(
    session: Session,
    graph: Graph,
    sinks: Mapping[str, Path],
    folder: Path,
    limits: tuple[int | None, float | None],
    show: Show,
    stopped: Callable[[], bool],
) -> int:
    """Render it; how many frames came out. limits: frames and seconds. Raises RenderFailed, NodegraphError, Stopped.

    Sinks that write one file write it into `folder` first; a folder of pictures fills where it is.
    """
    temporary: dict[str, Path] = {}
    for id, path in sinks.items():
        param = file_param(session.registry.definitions[graph.nodes[id].type].spec)
        if param is not None and param.accept:
            temporary[id] = folder / f"{len(temporary)}-{path.name}"
            graph = graph.with_param(id, param.name, str(temporary[id]))
    total = session.frames_of(graph, *limits)
    run = session.run(graph, "offline", frames=limits[0], seconds=limits[1])
    _go(run, total, show, stopped)
    for id, path in temporary.items():
        _put(path, sinks[id])
    return _frames(run)


def _go(run: Run, total: int | None, show: Show, stopped: Callable[[], bool]) -> None:
    began = time.monotonic()
    with run:
        while not run.wait(_LOOK):
            if stopped():
                raise Stopped
            show(_progress(run, total, began, 0))
    if stopped():
        raise Stopped
    if run.failure is not None:
        failed = run.failure
        raise RenderFailed(Failed(0, failed.node, failed.frame, failed.message, failed.hint))
    show(_progress(run, _frames(run), began, 1))


def _progress(run: Run, total: int | None, began: float, made: int) -> Progress:
    return Progress(_frames(run), total or 0, time.monotonic() - began, run.stats().fps, (made, 1), {0: _frames(run)})


def _frames(run: Run) -> int:
    return max((node.meter.runs for node in run.nodes.values() if node.spec.kind == "sink"), default=0)


def _put(made: Path, path: Path) -> None:
    if not made.exists():
        return
    near = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if made.stat().st_dev != path.parent.stat().st_dev:  # of several sinks, one on another disk
            shutil.copyfile(made, near)
            made = near
        made.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            near.unlink(missing_ok=True)
        raise NodegraphError(f"Cannot write {path}: {error.strerror}.", "Check the folder and the disk.") from error
