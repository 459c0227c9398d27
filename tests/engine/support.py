"""Small nodes and a graph notation for the engine's tests."""

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np

from nodegraph.core.errors import ModelNotReady
from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.node import Filter, Node, Sink, Source, Stamp, Stamped, param
from nodegraph.core.registry import Definition, Registry
from nodegraph.core.types import Image, Number, Text
from nodegraph.engine.run import Run


def picture(value: int, width: int = 4, height: int = 3) -> Any:
    """An image filled with one value."""
    return np.full((height, width, 3), value % 256, np.uint8)


class Frames(Source, id="t.frames", category="Test"):
    """Images whose value is their number."""

    count: int = param(10, "How many; 0 never ends.")
    rate: float = param(1000.0, "Frames per second.", restart=True)
    first: int = param(0, "Value of the first frame.", restart=True)
    loop: bool = param(False, "Begin again.")
    speed: float = param(1.0, "Faster.")

    def stream(self) -> Iterator[Stamped[Image]]:
        number = 0
        while number < self.count or self.count == 0:
            yield Stamped(picture(self.first + number), number / self.rate, self.rate)
            number += 1


class Polite(Source, id="t.polite", category="Test"):
    """Gives a frame when the one before has arrived at the one sink: a live run drops none of them, however slow."""

    count: int = param(10, "How many.")

    def stream(self) -> Iterator[Stamped[Image]]:
        while SEEN.acquire(blocking=False):
            pass  # of a run before
        for number in range(self.count):
            assert not number or SEEN.acquire(timeout=60)
            yield Stamped(picture(number), number / 1000, 1000.0)


class Add(Filter, id="t.add", category="Test"):
    """Adds to every pixel."""

    by: int = param(1, "How much.", ge=0, le=100)

    def process(self, image: Image) -> Image:
        return image + np.uint8(self.by)


class Sum(Filter, id="t.sum", category="Test"):
    """The first image's value times one plus the second's: 10 * a + b shows which frames met."""

    def process(self, a: Image, b: Image) -> Image:
        assert (a == b).all(), f"frame {a[0, 0, 0]} met frame {b[0, 0, 0]}"
        return a


class Odd(Filter, id="t.odd", category="Test"):
    """Gives nothing for even frames."""

    def process(self, image: Image) -> Image | None:
        return image if image[0, 0, 0] % 2 else None


class Fallback(Filter, id="t.fallback", category="Test"):
    """The overlay if there is one, else the image."""

    def process(self, image: Image, overlay: Image | None = None) -> Image:
        return image if overlay is None else overlay


class Accumulate(Filter, id="t.accumulate", category="Test"):
    """Counts its frames: state that a restart would lose."""

    def open(self) -> None:
        self.seen = 0
        self.last = -1

    def process(self, image: Image) -> Image:
        self.seen += 1
        return image


class Blend(Filter, id="t.blend", category="Test"):
    """Half of what was, and the new."""

    def process(self, image: Image, before: Image) -> Image:
        return (before // 2 + image).astype(np.uint8)


class Delay(Filter, id="t.delay", category="Test", delay=True):
    """One frame earlier."""

    def open(self) -> None:
        self.kept: Any = None

    def recall(self) -> Any:
        return self.kept

    def process(self, image: Image) -> Image | None:
        self.kept = image
        return None


class Fails(Filter, id="t.fails", category="Test"):
    """Fails on one value."""

    on: int = param(5, "Which value.")

    def process(self, image: Image) -> Image:
        if image[0, 0, 0] == self.on:
            raise ValueError("no good")
        return image + np.uint8(100)


class Level(Filter, id="t.level", category="Test"):
    """The image's value as a number."""

    def process(self, image: Image) -> Number:
        return float(image[0, 0, 0])


class Seconds(Filter, id="t.seconds", category="Test"):
    """The frame's time, in thousandths: a timed node without inputs."""

    def process(self, stamp: Stamp) -> Number:
        return round(stamp.time * 1000)


class Still(Filter, id="t.still", category="Test"):
    """An image out of a parameter."""

    value: int = param(7, "Its value.")

    def process(self) -> Image:
        CALLS.append("still")
        return picture(self.value)


class Costly(Filter, id="t.costly", category="Test"):
    """Says when it ran."""

    def process(self, image: Image) -> Image:
        CALLS.append("costly")
        return image


class Remark(Filter, id="t.remark", category="Test"):
    """Text out of a number."""

    def process(self, number: Number) -> Text:
        return f"{number:g}"


class Model(Filter, id="t.model", category="Test", blocking=True):
    """Stands for a model: waits for its gate, then adds 100."""

    name: str = param("", "Which gate it waits at.")

    def process(self, image: Image) -> Image:
        GATES[self.name](image)
        return image + np.uint8(100)

    def close(self) -> None:
        CLOSED.set()


class Wide(Filter, id="t.wide", category="Test", blocking=True):
    """A model that takes several at once."""

    def process(self, image: Image) -> Image:
        GATES[""](image)
        return image


Wide.spec = Wide.spec.__class__(**{**vars(Wide.spec), "max_inflight": 3, "stateful": False})


class Collect(Sink, id="t.collect", category="Test"):
    """Keeps what it got, as (index, value)."""

    def open(self) -> None:
        self.got: list[tuple[int, int]] = []
        self.times: list[float] = []
        self.closed = False
        self.abandoned = False

    def process(self, image: Image, stamp: Stamp) -> None:
        self.got.append((stamp.index, int(image[0, 0, 0])))
        self.times.append(stamp.time)
        SEEN.release()

    def close(self) -> None:
        self.closed = True

    def abandon(self) -> None:
        self.close()
        self.abandoned = True


CALLS: list[str] = []
GATES: dict[str, Any] = {}
CLOSED = threading.Event()
SEEN = threading.Semaphore(0)


def not_ready(_: Any) -> None:
    """A gate of a model that is loading."""
    raise ModelNotReady("It is loading.")


def registry_of(*classes: type[Node]) -> Registry:
    """A registry of these classes."""
    return Registry({cls.spec.id: Definition(cls.spec, _maker(cls), "tests") for cls in classes})


def _maker(cls: type[Node]) -> Any:
    return lambda params, place: cls(**params)


REGISTRY = registry_of(
    Frames,
    Polite,
    Add,
    Sum,
    Odd,
    Fallback,
    Accumulate,
    Blend,
    Delay,
    Fails,
    Level,
    Seconds,
    Still,
    Costly,
    Remark,
    Model,
    Wide,
    Collect,
)


def graph_of(nodes: dict[str, str | GraphNode], *wires: str) -> Graph:
    """``graph_of({"in": "frames", "out": "collect"}, "in.image out.image")``."""
    graph = Graph()
    for id, node in nodes.items():
        graph = graph.with_node(node if isinstance(node, GraphNode) else GraphNode(id, f"t.{node}"))
    for wire in wires:
        source, target = (end.split(".") for end in wire.split())
        graph = graph.with_wire(Wire(source[0], source[1], target[0], target[1]))
    return graph


def finish(graph: Graph, mode: Any = "offline", **options: Any) -> Run:
    """Run to the end, which must come."""
    run = Run(graph, REGISTRY, mode, **options)
    with run:
        assert run.wait(60), "the run did not end"
    return run


def values(run: Run, sink: str = "out") -> list[int]:
    """What a Collect sink got, without the indices."""
    return [value for _, value in run.nodes[sink].instance.got]
