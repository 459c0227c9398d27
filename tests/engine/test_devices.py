"""Sources that fail while a graph runs: devices that are away or cannot be let go, files that are not there."""

import threading
from collections.abc import Iterator

import pytest

from nodegraph.core.errors import NodeError
from nodegraph.core.graph import GraphNode, Wire
from nodegraph.core.node import Source, Stamped, param
from nodegraph.core.types import Image
from nodegraph.engine import feeding
from nodegraph.engine.events import Event, NodeFailed, NodeRecovered
from nodegraph.engine.run import Run
from tests.engine.support import REGISTRY, graph_of, picture, registry_of, values
from tests.engine.test_live import until

OTHER = GraphNode("other", "t.frames", {"count": 0, "rate": 200.0})


class Stuck(Source, id="t.stuck", category="Test", live=True):
    """A device that fails until it is mended, or whose release fails."""

    mended = threading.Event()
    release = False
    device: int = param(0, "Which.", restart=True)

    def stream(self) -> Iterator[Stamped[Image] | None]:
        number = 0
        try:
            while True:
                if not Stuck.mended.is_set():
                    raise NodeError("There is no device.")
                yield Stamped(picture(number), number / 100, 100.0)
                number += 1
        finally:
            if Stuck.release:
                raise OSError("cannot let go")


class Clip(Source, id="t.clip", category="Test"):
    """A file that exists when its number is even."""

    file: int = param(0, "Which.", restart=True)

    def stream(self) -> Iterator[Stamped[Image]]:
        if self.file % 2:
            raise NodeError(f"There is no file {self.file}.")
        for number in range(3):
            yield Stamped(picture(self.file), number / 100, 100.0)


NODES = REGISTRY.with_definitions(registry_of(Stuck, Clip).definitions.values())


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Devices are tried again at once, and a stop is not patient."""
    monkeypatch.setattr(feeding, "FIRST_RETRY", 0.001)
    monkeypatch.setattr(feeding, "LAST_RETRY", 0.001)
    monkeypatch.setattr("nodegraph.engine.run.PATIENCE", 0.05)
    Stuck.mended.clear()
    Stuck.release = False


def test_a_device_that_stays_away_is_told_seldom_and_its_return_once() -> None:
    told: list[Event] = []
    graph = graph_of({"in": "stuck", "out": "collect", "other": OTHER, "side": "collect"}, "in.image out.image")
    graph = graph.with_wire(Wire("other", "image", "side", "image"))
    with Run(graph, NODES, "live", listener=told.append) as run:
        until(lambda: run.nodes["in"].failures > 11, run)
        Stuck.mended.set()
        until(lambda: len(values(run)) > 2, run)
    assert [event.count for event in told if isinstance(event, NodeFailed)][:3] in ([1, 10], [1, 10, 100])
    assert [event.node for event in told if isinstance(event, NodeRecovered)] == ["in"]


def test_a_device_that_cannot_be_let_go_hurts_nobody_else() -> None:
    Stuck.mended.set()
    Stuck.release = True
    graph = graph_of({"in": "stuck", "out": "collect", "other": OTHER, "side": "collect"}, "in.image out.image")
    graph = graph.with_wire(Wire("other", "image", "side", "image"))
    with Run(graph, NODES, "live") as run:
        until(lambda: len(values(run)) > 1, run)
        run.set_param("in", "device", 3)
        until(lambda: run.nodes["in"].instance.device == 3, run)
        seen = len(values(run))
        until(lambda: len(values(run)) > seen + 2, run)
        run.update(graph.without_nodes(["in", "out"]))
        seen = len(values(run, "side"))
        until(lambda: len(values(run, "side")) > seen + 2, run)
        assert run.failure is None


def test_a_wrong_path_typed_into_a_live_run_does_not_end_it() -> None:
    graph = graph_of(
        {"in": GraphNode("in", "t.clip", {"file": 2}), "out": "collect", "other": OTHER, "side": "collect"},
        "in.image out.image",
        "other.image side.image",
    )
    with Run(graph, NODES, "live") as run:
        until(lambda: run.streams["in"].exhausted, run)
        run.set_param("in", "file", 3)
        until(lambda: run.nodes["in"].failures == 1, run)
        run.update(run._graph.without_nodes(["other", "side"]))
        assert not run.wait(0.05)
        run.set_param("in", "file", 4)
        assert run.wait(60)
        assert values(run) == [2, 2, 2, 4, 4, 4]
