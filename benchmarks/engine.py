"""The engine against a hand-written loop, against OpenCV's own streaming executor, and live with slow models.

Every pair is measured in turns within one run, so that a noisy machine disturbs both alike; quoted are medians.
"""

import functools
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import psutil

from benchmarks import Result
from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.node import Filter, Node, Sink, Source, Stamped, param
from nodegraph.core.registry import Definition, Registry
from nodegraph.core.types import Image, Number
from nodegraph.engine.run import Run

WIDTH, HEIGHT = 1280, 720
ROUNDS = 9


class Frames(Source, id="bench.frames", category="Bench"):
    """A few different 720p frames over and over."""

    count: int = param(300, "How many frames.")
    rate: float = param(60.0, "Frames per second.")

    def stream(self) -> Iterator[Stamped[Image]]:
        """Frames made beforehand."""
        frames = pictures()
        for number in range(self.count):
            yield Stamped(frames[number % len(frames)], number / self.rate, self.rate)


class Clip(Source, id="bench.clip", category="Bench"):
    """A video file, decoded by OpenCV."""

    path: str = param("", "The file.")

    def stream(self) -> Iterator[Stamped[Image]]:
        """Decoded frames."""
        capture = cv2.VideoCapture(self.path, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
        number = 0
        while (found := capture.read())[0]:
            yield Stamped(found[1].astype(np.uint8, copy=False), number / 30, 30.0)
            number += 1
        capture.release()


class Nothing(Filter, id="bench.nothing", category="Bench"):
    """Gives what it gets."""

    def process(self, image: Image) -> Image:
        """The image itself."""
        return image


class SlowModel(Filter, id="bench.slow_model", category="Bench", blocking=True):
    """Stands for a model of 30 ms somewhere else: waits, and passes the image on."""

    def process(self, image: Image) -> Image:
        """The image, 30 ms later."""
        time.sleep(0.030)
        return image


class Overlay(Filter, id="bench.overlay", category="Bench"):
    """Marks the picture with what the models last gave."""

    def process(self, image: Image, result: Image | None = None) -> Image:
        """The picture with a small copy of the result."""
        if result is None:
            return image
        marked = image.copy()
        marked[:90, :160] = result[::8, ::8]
        return marked


class Count(Sink, id="bench.count", category="Bench"):
    """Counts and lets go."""

    def open(self) -> None:
        """Start at zero."""
        self.seen = 0

    def process(self, image: Image) -> None:
        """One more."""
        self.seen += 1


class Measure(Sink, id="bench.measure", category="Bench"):
    """Takes the mean, so that a number has to be made of each frame."""

    def open(self) -> None:
        """Start with nothing."""
        self.total = 0.0

    def process(self, value: Number) -> None:
        """Add it up."""
        self.total += value


def operation(name: str, function: Callable[[Any], Any]) -> type[Node]:
    """A stateless node around one OpenCV call."""

    def process(self: Any, image: Image) -> Image:
        result: Image = function(image)
        return result

    members = {"process": process, "__doc__": f"{name}.", "__module__": __name__}
    return type(name, (Filter,), members, id=f"bench.{name}", category="Bench")


TABLE = np.arange(256, dtype=np.uint8)[::-1].copy()
KERNEL = np.ones((3, 3), np.uint8)
SHIFT = np.array([[0.98, 0.05, 4.0], [-0.05, 0.98, 8.0]])
EIGHT: dict[str, Callable[[Any], Any]] = {
    "blur": lambda image: cv2.GaussianBlur(image, (5, 5), 0),
    "hsv": lambda image: cv2.cvtColor(image, cv2.COLOR_BGR2HSV),
    "bgr": lambda image: cv2.cvtColor(image, cv2.COLOR_HSV2BGR),
    "median": lambda image: cv2.medianBlur(image, 5),
    "lut": lambda image: cv2.LUT(image, TABLE),
    "erode": lambda image: cv2.erode(image, KERNEL),
    "warp": lambda image: cv2.warpAffine(image, SHIFT, (WIDTH, HEIGHT)),
    "box": lambda image: cv2.blur(image, (7, 7)),
}
FIVE = ("blur", "median", "lut", "erode", "box")
OPERATIONS = {name: operation(name, function) for name, function in EIGHT.items()}
CLASSES: list[type[Node]] = [Frames, Clip, Nothing, SlowModel, Overlay, Count, *OPERATIONS.values()]


def _definition(cls: type[Node]) -> Definition:
    return Definition(cls.spec, lambda params, place: cls(**params), "benchmarks")


REGISTRY = Registry({cls.spec.id: _definition(cls) for cls in CLASSES})


@functools.cache
def pictures() -> list[Image]:
    """Eight smooth but textured 720p frames, made once: both sides begin with them at hand."""
    noise = np.random.default_rng(1).integers(0, 256, (8, HEIGHT // 8, WIDTH // 8, 3), np.uint8)
    big = [cv2.resize(part, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC) for part in noise]
    return [part.astype(np.uint8, copy=False) for part in big]


def chain(source: GraphNode, names: list[str]) -> Graph:
    """source → names … → count."""
    graph, before = Graph({source.id: source}), source.id
    for number, name in enumerate(names):
        graph = graph.with_node(GraphNode(f"n{number}", f"bench.{name}"))
        graph = graph.with_wire(Wire(before, "image", f"n{number}", "image"))
        before = f"n{number}"
    return graph.with_node(GraphNode("out", "bench.count")).with_wire(Wire(before, "image", "out", "image"))


def run_offline(graph: Graph, workers: int) -> float:
    """Seconds for the whole run, start to end, without planning."""
    run = Run(graph, REGISTRY, "offline", workers=workers)
    with run:
        run.wait()
    if run.failure:
        raise RuntimeError(str(run.failure))
    return run.seconds_run


def row(name: str, values: list[float], target: str, unit: str, note: str = "") -> Result:
    """A line of the table: the median, and the spread as lowest and highest."""
    spread = f"{min(values):.3g}..{max(values):.3g}"
    value = statistics.median(values)
    return {"name": name, "value": value, "target": target, "unit": unit, "spread": spread, "note": note}


def chain8() -> list[Result]:
    """Eight operations at 720p, every frame: throughput over a hand-written loop's."""
    count = 120
    graph = chain(GraphNode("in", "bench.frames", {"count": count}), list(EIGHT))
    one, two = [], []
    for _ in range(ROUNDS):
        frames = pictures()
        began = time.perf_counter()
        for number in range(count):
            image = frames[number % len(frames)]
            for function in EIGHT.values():
                image = function(image)
        loop = time.perf_counter() - began
        one.append(loop / run_offline(graph, 1))
        two.append(loop / run_offline(graph, 2))
    return [
        row("engine.chain8_one_worker", one, ">= 0.97", "x loop"),
        row("engine.chain8_two_workers", two, ">= 1.6", "x loop"),
    ]


def write_clip(path: Path, count: int) -> None:
    """A 720p H.264 clip."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"preset": "veryfast", "crf": "20"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        frames = pictures()
        for number in range(count):
            image = np.roll(frames[number // 30 % len(frames)], number * 3, axis=1)
            for packet in stream.encode(av.VideoFrame.from_ndarray(image, "bgr24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


def gapi(path: Path) -> float:
    """Seconds for decoding and the five operations with OpenCV's G-API streaming executor."""
    module: Any = cv2  # its type stubs leave the streaming executor out
    source = cv2.GMat()
    image = cv2.gapi.gaussianBlur(source, (5, 5), 0)
    image = cv2.gapi.medianBlur(image, 5)
    image = cv2.gapi.LUT(image, TABLE.reshape(1, 256))
    image = cv2.gapi.erode(image, KERNEL)
    image = cv2.gapi.blur(image, (7, 7))
    compiled = module.GComputation(module.GIn(source), module.GOut(image)).compileStreaming()
    compiled.setSource(module.gin(cv2.gapi.wip.make_capture_src(str(path))))
    began = time.perf_counter()
    compiled.start()
    frames = 0
    while compiled.pull()[0]:
        frames += 1
    return time.perf_counter() - began


def against_gapi() -> list[Result]:
    """File decode and five operations at 720p, two cores."""
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        write_clip(path, 150)
        graph = chain(GraphNode("in", "bench.clip", {"path": str(path)}), list(FIVE))
        for _ in range(ROUNDS):
            theirs = gapi(path)
            ratios.append(theirs / run_offline(graph, 2))
    return [row("engine.decode5_over_gapi", ratios, ">= 1.2", "x G-API")]


def per_node() -> list[Result]:
    """What the engine costs for each node and frame, with nodes that do nothing."""
    count = 2000
    graph = chain(GraphNode("in", "bench.frames", {"count": count}), ["nothing"] * 20)
    costs = [run_offline(graph, 2) / count / 20 * 1e6 for _ in range(ROUNDS)]
    return [row("engine.node_overhead", costs, "<= 15", "µs")]


def three_models() -> list[Result]:
    """A live 60 fps source and three 30 ms models in a row."""
    graph = Graph()
    nodes = [("in", "bench.frames"), ("a", "bench.slow_model"), ("b", "bench.slow_model"), ("c", "bench.slow_model")]
    for id, type_id in [*nodes, ("overlay", "bench.overlay"), ("out", "bench.count")]:
        graph = graph.with_node(GraphNode(id, type_id, {"count": 10_000} if id == "in" else {}))
    for source, target, port in [
        ("in", "a", "image"),
        ("a", "b", "image"),
        ("b", "c", "image"),
        ("c", "overlay", "result"),
        ("in", "overlay", "image"),
        ("overlay", "out", "image"),
    ]:
        graph = graph.with_wire(Wire(source, "image", target, port))
    rates, models, ages = [], [], []
    for _ in range(3):
        run = Run(graph, REGISTRY, "live", seconds=6.0)
        with run:
            run.wait()
        stats = run.stats()
        rates.append(stats.sinks["out"].fps)
        models.append(min(stats.nodes[id].rate for id in "abc"))
        ages.append(stats.sinks["out"].result_age_p95_ms)
    return [
        row("engine.live_output_rate", rates, ">= 59", "fps", "the source gives 60"),
        row("engine.live_model_rate", models, ">= 30", "fps", "slowest of three 30 ms models"),
        row("engine.live_result_age_p95", ages, "<= 130", "ms"),
    ]


def memory() -> list[Result]:
    """Growth of the resident memory over 20,000 frames of the eight-operation graph, after a warm-up."""
    count, process = 20_000, psutil.Process()
    small = [name for name in EIGHT if name not in ("median", "warp")]
    graph = chain(GraphNode("in", "bench.frames", {"count": count}), small)
    run = Run(graph, REGISTRY, "offline", workers=2)
    resident: list[int] = []
    with run:
        warm = False
        while not run.wait(0.25):
            if run.stats().frames_out > 1000:
                warm = True
            if warm:
                resident.append(process.memory_info().rss)
    half = len(resident) // 2
    early, late = statistics.median(resident[: max(1, half // 4)]), statistics.median(resident[-max(1, half // 4) :])
    return [row("engine.memory_growth", [(late / early - 1) * 100], "< 2", "%", "20,000 frames, 720p")]


def run() -> list[Result]:
    """Every engine benchmark."""
    cv2.setNumThreads(1)
    return [*chain8(), *against_gapi(), *per_node(), *three_models(), *memory()]


if __name__ == "__main__":
    for line in run():
        print(line)
