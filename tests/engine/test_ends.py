"""Starting, stopping, ending and editing at the wrong moment, and what comes too late."""

import gc
import threading
import weakref
from dataclasses import replace
from typing import Any

import pytest

from nodegraph.core.errors import NodeError, UsageError
from nodegraph.core.graph import GraphNode, Wire
from nodegraph.core.node import Filter, Sink
from nodegraph.core.types import Image
from nodegraph.engine.events import Ended, Event, NodeFailed
from nodegraph.engine.run import Run
from tests.engine.support import CLOSED, GATES, REGISTRY, finish, graph_of, registry_of, values
from tests.engine.test_live import ENDLESS, until

TEN = GraphNode("in", "t.frames", {"count": 10})
SIMPLE = graph_of({"in": ENDLESS, "out": "collect"}, "in.image out.image")


class Server(Filter, id="t.server", category="Test", blocking=True):
    """A model that counts how often it was opened, and whose call ends when it is closed."""

    opened = 0
    entered = threading.Event()
    free = threading.Event()

    def open(self) -> None:
        Server.opened += 1
        Server.free.clear()

    def process(self, image: Image) -> Image:
        Server.entered.set()
        assert Server.free.wait(60)
        raise OSError("the connection was closed")

    def close(self) -> None:
        Server.free.set()


Server.spec = replace(Server.spec, max_inflight=2, stateful=False)


class Slow(Filter, id="t.slow", category="Test"):
    """Waits for its gate."""

    def process(self, image: Image) -> Image:
        GATES["slow"](image)
        return image


class Late(Sink, id="t.late", category="Test"):
    """A file: opening it again would lose what is in it."""

    opened = 0

    def open(self) -> None:
        Late.opened += 1

    def process(self, image: Image) -> None:
        pass


NODES = REGISTRY.with_definitions(registry_of(Server, Slow, Late).definitions.values())


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop is not patient."""
    monkeypatch.setattr("nodegraph.engine.run.PATIENCE", 0.05)
    monkeypatch.setattr("nodegraph.engine.run.LAST_FRAMES", 0.2)


def in_time(body: Any) -> None:
    """Run `body` on a thread of its own: it must come back."""
    thread = threading.Thread(target=body, daemon=True)
    thread.start()
    thread.join(60)
    assert not thread.is_alive(), "it hangs"


@pytest.mark.parametrize("kind", [Ended, NodeFailed])
def test_a_listener_may_stop_the_run(kind: type) -> None:
    graph = graph_of({"in": ENDLESS, "f": "fails", "out": "collect"}, "in.image f.image", "f.image out.image")

    def listener(event: Event) -> None:
        if isinstance(event, kind):
            run.stop()
            run.wait()

    run = Run(graph, REGISTRY, "live", frames=20, listener=listener)
    in_time(lambda: (run.start(), run.wait()))


def test_a_listener_may_stop_the_run_while_it_starts() -> None:
    class Unopened(Filter, id="t.unopened", category="Test"):
        """Cannot be opened."""

        def open(self) -> None:
            raise NodeError("No.")

        def process(self, image: Image) -> Image:
            return image

    nodes = REGISTRY.with_definitions(registry_of(Unopened).definitions.values())
    graph = graph_of({"in": ENDLESS, "u": "unopened", "out": "collect"}, "in.image u.image", "u.image out.image")
    run = Run(graph, nodes, "live", listener=lambda event: run.stop())
    in_time(lambda: (run.start(), run.wait()))


def test_an_edit_after_the_end_changes_nothing() -> None:
    with Run(SIMPLE, REGISTRY, "live") as run:
        until(lambda: len(values(run)) > 2, run)
    more = SIMPLE.with_node(GraphNode("other", "t.frames", {"count": 0})).with_node(GraphNode("side", "t.collect"))
    run.update(more.with_wire(Wire("other", "image", "side", "image")))
    run.threads.join("", 5)
    assert run.threads.alive() == []


def test_an_edit_before_the_start_is_what_starts() -> None:
    run = Run(SIMPLE, REGISTRY, "live", frames=3)
    add = GraphNode("a", "t.add", {"by": 9})
    run.update(
        SIMPLE.with_node(add).with_wire(Wire("in", "image", "a", "image")).with_wire(Wire("a", "image", "out", "image"))
    )
    run.set_param("a", "by", 10)
    with run:
        assert run.wait(60)
    assert values(run) == [10, 11, 12]


def test_a_run_begins_once() -> None:
    with Run(SIMPLE, REGISTRY, "live", frames=3) as run:
        with pytest.raises(UsageError, match="begun already"):
            run.start()
        assert run.wait(60)
    assert run.failure is None


def test_an_interrupted_start_closes_what_was_opened() -> None:
    class Interrupted(Filter, id="t.interrupted", category="Test", blocking=True):
        """Somebody presses Ctrl-C while it comes up."""

        def open(self) -> None:
            raise KeyboardInterrupt

        def process(self, image: Image) -> Image:
            return image

    nodes = REGISTRY.with_definitions(registry_of(Interrupted).definitions.values())
    graph = graph_of(
        {"in": TEN, "m": "model", "i": "interrupted", "out": "collect"},
        "in.image m.image",
        "m.image i.image",
        "i.image out.image",
    )
    CLOSED.clear()
    run = Run(graph, nodes, "offline")
    with pytest.raises(KeyboardInterrupt):
        run.start()
    assert CLOSED.is_set()
    run.threads.join("", 5)
    assert run.threads.alive() == []


def test_a_model_closed_by_a_stop_is_not_opened_again_by_the_next_frame() -> None:
    Server.opened, graph = 0, graph_of({"in": ENDLESS, "m": "server", "out": "collect"})
    graph = graph.with_wire(Wire("in", "image", "m", "image")).with_wire(Wire("m", "image", "out", "image"))
    graph = graph.with_node(GraphNode("out", "t.collect", sync="match"))
    Server.entered.clear()
    with Run(graph, NODES, "live", workers=2) as run:
        assert Server.entered.wait(60)
        until(lambda: run.streams["in"].credits.in_flight == 5, run)  # two in the model, the others behind them
    run.threads.join("", 5)
    assert Server.opened == 1


def test_removing_a_model_that_hangs_is_no_failure_of_the_run() -> None:
    graph = graph_of(
        {"in": ENDLESS, "m": GraphNode("m", "t.server", failure="stop"), "side": "collect", "out": "collect"},
        "in.image m.image",
        "m.image side.image",
        "in.image out.image",
    )
    Server.entered.clear()
    with Run(graph, NODES, "live") as run:
        assert Server.entered.wait(60)
        run.update(graph.without_nodes(["m", "side"]))
        assert Server.free.wait(60)
        run.threads.join("m", 5)
        assert run.failures == []
        assert not run.wait(0)


def test_a_frame_that_comes_after_the_end_does_not_open_a_sink_again() -> None:
    Late.opened, release, entered = 0, threading.Event(), threading.Event()
    GATES["slow"] = lambda image: (entered.set(), release.wait(60))
    graph = graph_of({"in": ENDLESS, "slow": "slow", "out": "late"}, "in.image slow.image", "slow.image out.image")
    with Run(graph, NODES, "live", workers=1) as run:
        assert entered.wait(60)
    release.set()
    run.threads.join("", 5)
    assert run.threads.alive() == []
    assert Late.opened == 1


def test_a_failure_ends_a_render_whose_sources_wait_for_each_other() -> None:
    graph = graph_of(
        {"in": TEN, "b": GraphNode("b", "t.frames", {"count": 10, "rate": 900.0}), "f": "fails", "x": "fallback"},
        "b.image f.image",
        "in.image x.image",
        "f.image x.overlay",
    )
    graph = graph.with_node(GraphNode("out", "t.collect")).with_wire(Wire("x", "image", "out", "image"))
    run = Run(graph, REGISTRY, "offline")
    with run:
        assert run.wait(60)
    run.threads.join("", 5)
    assert run.failure is not None
    assert run.threads.alive() == []


def test_frames_before_the_failed_one_arrive_though_a_model_has_them_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nodegraph.engine.run.LAST_FRAMES", 60.0)
    failed = threading.Event()
    GATES["slow"] = lambda image: failed.wait(60)
    graph = graph_of(
        {"in": TEN, "m": GraphNode("m", "t.model", {"name": "slow"}), "f": "fails", "x": "fallback", "out": "collect"},
        "in.image m.image",
        "in.image f.image",
        "m.image x.image",
        "f.image x.overlay",
        "x.image out.image",
    )
    graph = graph.with_param("f", "on", 2)
    listener = lambda event: failed.set() if isinstance(event, NodeFailed) else None  # noqa: E731
    with Run(graph, REGISTRY, "offline", workers=2, listener=listener) as run:
        assert run.wait(60)
    assert values(run) == [100, 101]


def test_a_removed_still_is_not_run_by_the_pass_that_began_before() -> None:
    entered, release = threading.Event(), threading.Event()
    GATES[""] = lambda image: (entered.set(), release.wait(60))
    graph = graph_of(
        {
            "in": ENDLESS,
            "out": "collect",
            "s": "still",
            "m": "model",
            "c": "costly",
        },
        "in.image out.image",
        "s.image m.image",
        "m.image c.image",
    )
    with Run(graph, REGISTRY, "live") as run:
        assert entered.wait(60)
        run.update(graph.without_nodes(["c"]))
        release.set()
        run.set_param("s", "value", 9)
        until(lambda: run.nodes["m"].newest is not None and run.latest("m")[0, 0, 0] == 109, run)
        assert run.failure is None


def test_a_model_goes_on_when_its_source_is_replaced() -> None:
    GATES[""] = lambda image: None
    graph = graph_of({"in": ENDLESS, "m": "model", "out": "collect"}, "in.image m.image", "m.image out.image")
    with Run(graph, REGISTRY, "live") as run:
        until(lambda: run.streams["m"].frames_in > 40, run)
        run.pause()
        other = GraphNode("other", "t.frames", {"count": 3, "rate": 200.0, "first": 50})
        graph = graph.without_nodes(["in"]).with_node(other).with_wire(Wire("other", "image", "m", "image"))
        run.update(graph)
        run.resume()
        assert run.wait(60)
    assert 152 in values(run)


def test_a_node_moved_to_a_younger_source_shows_that_ones_frames() -> None:
    graph = graph_of(
        {"in": ENDLESS, "a": GraphNode("a", "t.add", {"by": 0}), "out": "collect"},
        "in.image a.image",
        "a.image out.image",
    )
    with Run(graph, REGISTRY, "live") as run:
        until(lambda: len(values(run)) > 60, run)
        still = GraphNode("young", "t.frames", {"count": 2, "rate": 100.0, "first": 200})
        keep = graph.with_node(GraphNode("side", "t.collect")).with_wire(Wire("in", "image", "side", "image"))
        run.update(keep.with_node(still).with_wire(Wire("young", "image", "a", "image")))
        until(lambda: 201 in values(run), run)
        assert run.latest("a")[0, 0, 0] == 201


def test_many_runs_and_edits_from_several_threads_leave_nothing_behind() -> None:
    before = threading.active_count()
    for _ in range(50):
        with Run(SIMPLE, REGISTRY, "live", frames=2, workers=2) as run:
            assert run.wait(60)
        run.threads.join("", 5)
    assert threading.active_count() <= before
    GATES[""] = lambda image: None
    graph = graph_of({"in": ENDLESS, "m": "model", "out": "collect"}, "in.image m.image", "m.image out.image")
    matched = graph.with_node(GraphNode("out", "t.collect", sync="match"))
    with Run(graph, REGISTRY, "live", workers=2) as run:

        def edit(mine: Any) -> None:
            for number in range(25):
                run.update(mine if number % 2 else SIMPLE)

        editors = [threading.Thread(target=edit, args=(one,)) for one in (graph, matched, graph)]
        for editor in editors:
            editor.start()
        for editor in editors:
            editor.join(60)
            assert not editor.is_alive()
        for one in (graph, matched, graph):  # free-running, in step, and free-running again
            run.update(one)
            seen = len(values(run))
            until(lambda seen=seen: len(values(run)) > seen + 3, run)
            newest = run.latest("m")
            until(lambda newest=newest: run.latest("m") is not newest, run)
        assert run.failure is None
    run.threads.join("", 5)
    assert run.threads.alive() == []


class Late(Filter, id="t.late", category="Test"):
    """Fails once the run is about to end."""

    def process(self, image: Image) -> Image:
        GATES["late"](image)
        raise NodeError("It went wrong at the last moment.")


def test_a_failure_after_the_last_frame_arrived_ends_the_render_as_failed() -> None:
    registry = registry_of(Late).with_definitions(REGISTRY.definitions.values())
    other = GraphNode("other", "t.frames", {"count": 1})
    graph = graph_of({"in": "frames", "out": "collect", "other": other, "late": "late"}, "in.image out.image")
    run = Run(graph.with_wire(Wire("other", "image", "late", "image")), registry, "offline", workers=2)
    GATES["late"] = lambda image: run._flow.stopping.wait(60)  # set when the sink has all its frames
    with run:
        assert run.wait(60), "the run waits for a frame that will never arrive"
    assert values(run) == list(range(10))
    assert run.failure is not None
    assert run.failure.message == "It went wrong at the last moment."


def test_a_released_run_keeps_no_pictures() -> None:
    graph = graph_of({"in": TEN, "add": "add", "out": "collect"}, "in.image add.image", "add.image out.image")
    run = finish(graph)
    kept = [weakref.ref(node) for node in run.nodes.values()]
    gc.disable()
    try:
        run.release()
        assert [ref() for ref in kept] == [None] * 3
    finally:
        gc.enable()
    assert run.latest("out") is None
