"""A long film rendered in one piece and in parts, in turns: time, speed-up, and whether the frames are the same.

Two questions. What a person with one machine gets: `nodegraph render --workers 2` against `--workers 1`, where one
piece uses every processor already. And what dividing itself costs: the same segments by two worker processes of one
thread each against one such process, which is what a second machine would bring.
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
from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.render.cluster import RayPool
from nodegraph.render.job import Job
from nodegraph.render.render import Order, Pools, Rendered, render
from nodegraph.session import Session

FRAMES, ROUNDS = 300, 3
PATTERN = GraphNode(
    "clip", "source.test_pattern", {"kind": "counter", "width": 960, "height": 540, "duration": FRAMES / 30}
)


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


def timed(graph: Graph, workers: int, pools: Pools) -> tuple[float, Rendered]:
    """Seconds of a render, everything included, and how it went."""
    began = time.perf_counter()
    with Session() as session:
        made = render(session, Order(graph, workers), pools, lambda progress: None, lambda: False)
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
        film = folder / "film.mp4"
        timed(graph_of(PATTERN, film, []), 1, ray_pool)
        clip = GraphNode("clip", "source.video_file", {"path": str(film)})
        work = [GraphNode("glow", "filter.glow"), GraphNode("wave", "filter.wave"), GraphNode("grain", "filter.grain")]
        film_of = partial(graph_of, clip, filters=work)
        whole, parts, one, two = [], [], [], []
        for _ in range(ROUNDS):
            whole.append(timed(film_of(folder / "whole.mp4"), 1, ray_pool)[0])
            parts.append(timed(film_of(folder / "parts.mp4"), 2, ray_pool)[0])
            one.append(_working(timed(film_of(folder / "one.mp4"), 2, partial(narrow, processes=1))[1], 1))
            two.append(_working(timed(film_of(folder / "two.mp4"), 2, partial(narrow, processes=2))[1], 2))
        same = _same(film_of, folder)
    return [
        _ratio("render.parts_over_whole", whole, parts, f"{FRAMES} frames of 960×540; Ray's start is in it"),
        _ratio("render.two_processes_over_one", one, two, "one thread each; segments only, without start and joining"),
        Result(name="render.same_frames", value=float(same), target=">= 1", unit="", note="lossless, every pixel"),
    ]


def _working(made: Rendered, processes: int) -> float:
    """Seconds the segments took when shared evenly."""
    return sum(seconds for _, _, seconds in made.segments) / processes


def _ratio(name: str, slow: list[float], fast: list[float], note: str) -> Result:
    ratios = [a / b for a, b in zip(slow, fast, strict=True)]
    spread = f"{min(ratios):.2f}-{max(ratios):.2f}"
    seconds = f"{statistics.median(slow):.1f} s and {statistics.median(fast):.1f} s; {note}"
    return Result(name=name, value=statistics.median(ratios), target="", unit="×", spread=spread, note=seconds)


def _same(film_of: Any, folder: Path) -> bool:
    paths = {workers: folder / f"lossless{workers}.mkv" for workers in (1, 2)}
    for workers, path in paths.items():
        timed(film_of(path, codec="ffv1"), workers, ray_pool)
    return frames_of(paths[1]) == frames_of(paths[2])
