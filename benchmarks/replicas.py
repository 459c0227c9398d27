"""Frames per second of a model with 1, 2 and 4 replicas in a live graph, each replica a container.

The model sleeps 60 ms and gives the picture back, so what is measured is how well the calls are spread and not how many
cores the machine has. The source gives more frames than four replicas can take; a frame's number is in its first
pixels, and the sink checks that the numbers only grow.
"""

import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from benchmarks import Result
from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.node import Sink, Source, Stamped, param
from nodegraph.core.registry import Definition, Registry
from nodegraph.core.types import Image
from nodegraph.engine.run import Run
from nodegraph.runtime.entry import Build, ModelEntry
from nodegraph.runtime.model_node import definition_of
from nodegraph.runtime.servers import Lease, Servers

ROOT = Path(__file__).resolve().parents[1]
KIT_IMAGE, TAG = "nodegraph/lineart:1", "nodegraph-bench/slow:1"
COUNTS, ROUNDS, SECONDS, PATIENCE = (1, 2, 4), 3, 5.0, 300.0
SERVER = """
import time
from nodegraph_kit import Image, model, serve

@model()
def slow(image: Image) -> Image:
    time.sleep(0.06)
    return image

serve(slow)
"""


class Numbered(Source, id="bench.numbered", category="Bench"):
    """Pictures of 640×360 with their number in the first two pixels."""

    rate: float = param(120.0, "Frames per second.")

    def stream(self) -> Iterator[Stamped[Image]]:
        """For ever, at the clock's pace."""
        began, number = time.perf_counter(), 0
        while True:
            time.sleep(max(0.0, began + number / self.rate - time.perf_counter()))
            image = np.zeros((360, 640, 3), np.uint8)
            image[0, :2, 0] = divmod(number, 256)
            yield Stamped(image, number / self.rate, self.rate)
            number += 1


class Counted(Sink, id="bench.counted", category="Bench"):
    """The numbers of the frames that arrived."""

    def open(self) -> None:
        """Begin with none."""
        self.numbers: list[int] = []
        self.arrived = threading.Event()

    def process(self, image: Image) -> None:
        """One more."""
        self.numbers.append(int(image[0, 0, 0]) * 256 + int(image[0, 1, 0]))
        self.arrived.set()


def run() -> list[Result]:
    """Measure; about a minute, and once the time to build an image. Nothing is measured without a Docker engine."""
    if subprocess.run(["docker", "version"], capture_output=True, check=False).returncode != 0:
        return []
    rates: dict[int, list[float]] = {count: [] for count in COUNTS}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.callback(subprocess.run, ["docker", "rmi", "--force", TAG], capture_output=True, check=False)
        servers = stack.enter_context(Servers(linger=0, folder=folder / "state"))
        entry = _entry(folder)
        for lease in [servers.acquire(entry, _place(count)) for count in COUNTS]:
            _wait(lease)
            stack.callback(lease.release)
        for _ in range(ROUNDS):
            for count in COUNTS:
                rates[count].append(_measure(entry, servers, count))
    return [_result(count, rates) for count in COUNTS]


def _measure(entry: ModelEntry, servers: Servers, count: int) -> float:
    """Frames per second that arrive. Raises RuntimeError when one overtook another."""
    nodes = {
        "in": GraphNode("in", Numbered.spec.id),
        "ask": GraphNode("ask", f"model.{entry.id}", place=_place(count)),
        "out": GraphNode("out", Counted.spec.id),
    }
    wires = (Wire("in", "image", "ask", "image"), Wire("ask", "image", "out", "image"))
    registry = Registry({}).with_definitions(
        [
            Definition(Numbered.spec, lambda params, place: Numbered(**params)),
            Definition(Counted.spec, lambda params, place: Counted(**params)),
            definition_of(entry, servers),
        ]
    )
    with Run(Graph(nodes, wires), registry, "live") as live:
        sink = live.nodes["out"].instance
        if not sink.arrived.wait(PATIENCE):
            raise RuntimeError("No frame came through the model.")
        time.sleep(1.0)  # every replica has its connection by then
        before, began = len(sink.numbers), time.perf_counter()
        time.sleep(SECONDS)
        rate = (len(sink.numbers) - before) / (time.perf_counter() - began)
        failures = live.stats().nodes["ask"].failures
    if failures:
        raise RuntimeError(f"{failures} frames failed: {live.failures[0].message}")
    if sorted(set(sink.numbers)) != sink.numbers:
        raise RuntimeError("The frames did not arrive in order.")
    return rate


def _result(count: int, rates: dict[int, list[float]]) -> Result:
    gains = [many / one for many, one in zip(rates[count], rates[1], strict=True)]
    value = statistics.median(rates[count])
    if count == 1:
        note = "frames per second of a 60 ms model in one container, in a live graph"
        return Result(name="replicas.one_fps", value=value, target="", unit="1/s", spread=_spread(rates[1]), note=note)
    return Result(
        name=f"replicas.{count}_over_1",
        value=statistics.median(gains),
        target=">= 1.8" if count == 2 else "",
        unit="x",
        spread=_spread(gains),
        note=f"{value:.1f} frames per second, in order; {ROUNDS} rounds of {SECONDS:g} s in turns",
    )


def _entry(folder: Path) -> ModelEntry:
    """The model, on the image of a shipped one, which has the kit."""
    dockerfile = ROOT / "models" / "lineart" / "Dockerfile"
    build = ["docker", "build", "-q", "-t", KIT_IMAGE, "-f", str(dockerfile), str(ROOT / "models")]
    subprocess.run(build, capture_output=True, check=True)
    context = folder / "context"
    context.mkdir()
    (context / "server.py").write_text(SERVER)
    (context / "Dockerfile").write_text(f"FROM {KIT_IMAGE}\nCOPY server.py /app/server.py\n")
    (context / "server.py").chmod(0o644)
    return ModelEntry(
        "bench-slow", "Slow", "benchmark", protocol="native", tag=TAG, build=Build(context, context / "Dockerfile")
    )


def _place(count: int) -> dict[str, object]:
    return {"kind": "container", "replicas": count}


def _wait(lease: Lease) -> None:
    """Until every replica answers."""
    lease.wait_ready(PATIENCE)
    end = time.monotonic() + PATIENCE
    while (
        lease.endpoint and lease.endpoint.roster and len(lease.endpoint.roster.members()) < lease.endpoint.roster.size
    ):
        if time.monotonic() > end:
            raise TimeoutError("Not every replica came up.")
        time.sleep(0.05)


def _spread(values: list[float]) -> str:
    return f"{min(values):.3g} to {max(values):.3g}"
