"""A long film rendered by one process and by several, in turns: time, speed-up, and whether the frames are the same.

Three questions. What a person with one machine gets: `nodegraph render --workers 2` against `--workers 1`, where one
process uses every processor already. What dividing itself costs: the same segments by two worker processes of one
thread each against one such process, which is what a second machine would bring. And what workers bring where a film
waits for a model that is somewhere else (`_far_model`): there the processors are idle.
"""

import hashlib
import itertools
import statistics
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import av

from benchmarks import Result
from benchmarks._far_model import ID, far_model
from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.render.cluster import RayPool
from nodegraph.render.job import Job
from nodegraph.render.order import Order, Pools, Rendered
from nodegraph.render.render import render
from nodegraph.session import Session

FRAMES, WAITING, ROUNDS, PAIRS = 300, 1500, 3, 2
PATTERN = GraphNode(
    "clip", "source.test_pattern", {"kind": "counter", "width": 960, "height": 540, "duration": FRAMES / 30}
)
SMALL = replace(PATTERN, params={**PATTERN.params, "width": 320, "height": 180, "duration": WAITING / 30})


def film_in(folder: Path, pattern: GraphNode) -> Path:
    """A film of a pattern."""
    film = folder / f"film{pattern.params['width']}.mp4"
    timed(graph_of(pattern, film, []), 1, ray_pool)
    return film


def graph_of(source: GraphNode, output: Path, filters: list[GraphNode], **params: Any) -> Graph:
    """source -> filters -> a video file."""
    nodes = [source, *filters, GraphNode("out", "sink.video_file", {"path": str(output), **params})]
    wires = [Wire(a.id, "image", b.id, "image") for a, b in itertools.pairwise(nodes)]
    return Graph({node.id: node for node in nodes}, tuple(wires))


def frames_of(path: Path) -> list[tuple[int | None, str]]:
    """Time and digest of every frame."""
    with av.open(str(path)) as container:
        return [
            (one.pts, hashlib.sha1(one.to_ndarray(format="bgr24").tobytes(), usedforsecurity=False).hexdigest())
            for one in container.decode(video=0)
        ]


def timed(graph: Graph, workers: int | None, pools: Pools, **order: Any) -> tuple[float, Rendered]:
    """Seconds of a render, everything included, and how it went."""
    began = time.perf_counter()
    with Session() if "catalogs" not in order else Session(order["catalogs"]) as session:
        made = render(session, Order(graph, workers, **order), pools, lambda progress: None, lambda: False)
    return time.perf_counter() - began, made


def narrow(job: Job, workers: int, processes: int) -> RayPool:
    """So many workers, whatever was asked for, that use one thread for the graph each."""
    del workers
    return RayPool(replace(job, threads=1), processes)


def ray_pool(job: Job, workers: int) -> RayPool:
    """Workers as `nodegraph render` has them."""
    return RayPool(job, workers)


def run() -> list[Result]:
    """Ratios of pairs measured in turns."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        film = film_in(folder, PATTERN)
        clip = GraphNode("clip", "source.video_file", {"path": str(film)})
        work = [GraphNode("glow", "filter.glow"), GraphNode("wave", "filter.wave"), GraphNode("grain", "filter.grain")]
        film_of = partial(graph_of, clip, filters=work)
        whole: list[float] = []
        parts: list[float] = []
        one: list[float] = []
        two: list[float] = []
        for _ in range(ROUNDS):
            whole.append(timed(film_of(folder / "whole.mp4"), 1, ray_pool)[0])
            parts.append(timed(film_of(folder / "parts.mp4"), 2, ray_pool)[0])
            for processes, seconds in ((1, one), (2, two)):
                graph, pools = film_of(folder / f"{processes}.mp4"), partial(narrow, processes=processes)
                seconds.append(_working(timed(graph, 2, pools, here=False)[1], processes))
        same = _same(film_of, folder)
        waiting = _waiting(folder)
    return [
        _ratio("render.parts_over_whole", whole, parts, f"{FRAMES} frames of 960×540; all is in it", ">= 0.8"),
        waiting,
        _ratio("render.two_processes_over_one", one, two, "one thread each; segments only, without start and joining"),
        Result(name="render.same_frames", value=float(same), target=">= 1", unit="", note="lossless, every pixel"),
    ]


def _working(made: Rendered, processes: int) -> float:
    """Seconds the segments took when shared evenly."""
    return sum(seconds for _, _, seconds in made.segments) / processes


def _waiting(folder: Path) -> Result:
    """Two workers over one, of a film whose every frame waits for a model."""
    film = film_in(folder, SMALL)
    one: list[float] = []
    two: list[float] = []
    with far_model(folder) as (catalogue, place):
        nodes = [GraphNode("far", f"model.{ID}", place=place)]
        clip = GraphNode("clip", "source.video_file", {"path": str(film)})
        for _ in range(PAIRS):
            for workers, seconds in ((1, one), (2, two)):
                graph = graph_of(clip, folder / "waiting.mp4", nodes)
                seconds.append(timed(graph, workers, ray_pool, catalogs=(catalogue,))[0])
    return _ratio("render.waiting_two_over_one", one, two, f"{WAITING} frames, 60 ms each; all is in it", ">= 1.6")


def _ratio(name: str, slow: list[float], fast: list[float], note: str, target: str = "") -> Result:
    ratios = [a / b for a, b in zip(slow, fast, strict=True)]
    spread = f"{min(ratios):.2f}-{max(ratios):.2f}"
    seconds = f"{statistics.median(slow):.1f} s and {statistics.median(fast):.1f} s; {note}"
    return Result(name=name, value=statistics.median(ratios), target=target, unit="×", spread=spread, note=seconds)


def _same(film_of: Any, folder: Path) -> bool:
    paths = {workers: folder / f"lossless{workers}.mkv" for workers in (1, 2)}
    for workers, path in paths.items():
        timed(film_of(path, codec="ffv1"), workers, ray_pool, here=workers == 1)
    return frames_of(paths[1]) == frames_of(paths[2])
