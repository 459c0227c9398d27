"""Stills that react, and graphs that are edited while they run."""

import threading
from typing import Any

import pytest

from nodegraph.core.errors import DocumentError, ModelNotReady, NodeError
from nodegraph.core.graph import GraphNode, Wire
from nodegraph.engine.run import Run
from tests.engine.support import CALLS, GATES, REGISTRY, finish, graph_of, values
from tests.engine.test_live import ENDLESS, until


def some_more_frames(run: Run) -> None:
    """Wait until the sink has three more."""
    seen = len(values(run))
    until(lambda: len(values(run)) > seen + 3, run)


STILLS = graph_of(
    {"s": "still", "c": "costly", "a": "add", "b": "add", "out": "collect", "also": "collect"},
    "s.image c.image",
    "c.image a.image",
    "c.image b.image",
    "a.image out.image",
    "b.image also.image",
)


def test_stills_run_once_offline_and_the_run_ends() -> None:
    CALLS.clear()
    run = finish(STILLS)
    assert values(run) == [8]
    assert CALLS == ["still", "costly"]


def test_a_changed_parameter_runs_only_what_depends_on_it() -> None:
    CALLS.clear()
    with Run(STILLS, REGISTRY, "live") as run:
        assert values(run) == [8]
        run.set_param("a", "by", 5)
        until(lambda: values(run) == [8, 12], run)
        assert values(run, "also") == [8]
        assert CALLS == ["still", "costly"], "an expensive node was run again for nothing"
        run.set_param("s", "value", 20)
        until(lambda: values(run) == [8, 12, 25] and values(run, "also") == [8, 21], run)
        assert CALLS == ["still", "costly", "still", "costly"]


def test_a_still_feeds_every_frame_of_a_stream() -> None:
    graph = graph_of(
        {"in": "frames", "s": "still", "over": "fallback", "out": "collect"},
        "in.image over.image",
        "s.image over.overlay",
        "over.image out.image",
    )
    assert values(finish(graph)) == [7] * 10


def test_inserting_and_removing_a_node_skips_no_frame_and_keeps_state() -> None:
    graph = graph_of({"in": ENDLESS, "s": "accumulate", "out": "collect"}, "in.image s.image", "s.image out.image")
    with_add = (
        graph.with_node(GraphNode("a", "t.add", {"by": 50}))
        .with_wire(Wire("in", "image", "a", "image"))
        .with_wire(Wire("a", "image", "s", "image"))
    )
    with Run(graph, REGISTRY, "live") as run:
        counter = run.nodes["s"].instance
        for _ in range(10):
            some_more_frames(run)
            run.update(with_add)
            some_more_frames(run)
            run.update(graph)
        came = [index for index, _ in list(run.nodes["out"].instance.got)]
        dropped = run.stats().dropped  # counted after these came, so that it has all that were lost before them
        assert run.nodes["s"].instance is counter
    got = run.nodes["out"].instance.got
    indices = [index for index, _ in got]
    assert indices == sorted(set(indices))
    assert counter.seen == len(got)
    assert came[-1] + 1 - len(came) <= dropped
    assert {(value - index) % 256 for index, value in got} == {0, 50}


def test_a_graph_that_cannot_run_is_refused_and_the_show_goes_on() -> None:
    graph = graph_of({"in": ENDLESS, "a": "add", "out": "collect"}, "in.image a.image", "a.image out.image")
    with Run(graph, REGISTRY, "live") as run:
        with pytest.raises(DocumentError):
            run.update(graph.without_wire(Wire("in", "image", "a", "image")))
        with pytest.raises(NodeError):
            run.set_param("a", "by", 1000)
        seen = len(values(run))
        until(lambda: len(values(run)) > seen + 3, run)


def test_replacing_the_source_goes_on_with_the_new_one() -> None:
    graph = graph_of({"in": ENDLESS, "out": "collect"}, "in.image out.image")
    with Run(graph, REGISTRY, "live") as run:
        until(lambda: len(values(run)) > 3, run)
        sink = run.nodes["out"].instance
        other = GraphNode("other", "t.frames", {"count": 0, "rate": 200.0, "first": 128})
        run.update(graph.without_nodes(["in"]).with_node(other).with_wire(Wire("other", "image", "out", "image")))
        until(lambda: (0, 128) in sink.got, run)
        assert run.nodes["out"].instance is sink


def test_a_restart_parameter_reopens_the_source_only() -> None:
    graph = graph_of({"in": ENDLESS, "s": "accumulate", "out": "collect"}, "in.image s.image", "s.image out.image")
    with Run(graph, REGISTRY, "live") as run:
        until(lambda: len(values(run)) > 3, run)
        before = run.nodes["s"].instance.seen
        run.set_param("in", "first", 100)
        until(lambda: 100 in values(run), run)
        assert run.nodes["s"].instance.seen > before
    times = run.nodes["out"].instance.times
    assert times == sorted(set(times))


def test_parameters_change_between_frames_on_stateless_and_stateful_nodes() -> None:
    graph = graph_of(
        {"in": ENDLESS, "a": "add", "bad": "fails", "out": "collect"},
        "in.image a.image",
        "a.image out.image",
        "in.image bad.image",
    )
    with Run(graph, REGISTRY, "live") as run:
        run.set_param("a", "by", 90)
        until(
            lambda: (
                (run.nodes["out"].instance.got or [(0, 0)])[-1][1]
                == (run.nodes["out"].instance.got or [(0, 0)])[-1][0] % 256 + 90
            ),
            run,
        )


def test_a_hot_edit_does_not_wait_for_a_model_that_hangs() -> None:
    release = threading.Event()
    GATES["hang"] = lambda image: release.wait(60)
    graph = graph_of(
        {
            "in": ENDLESS,
            "m": GraphNode("m", "t.model", {"name": "hang"}),
            "match": GraphNode("match", "t.fallback", sync="match"),
            "out": "collect",
            "side": "collect",
        },
        "in.image m.image",
        "in.image match.image",
        "m.image match.overlay",
        "match.image out.image",
        "in.image side.image",
    )
    with Run(graph, REGISTRY, "live") as run:
        until(lambda: run.streams["in"].credits.in_flight == run.streams["in"].credits.limit, run)
        run.update(graph.without_nodes(["m"]))
        seen = len(values(run))
        until(lambda: len(values(run)) > seen + 5, run)
        release.set()


def test_a_node_that_moves_holds_its_value_until_the_new_one_has_its_first() -> None:
    away = threading.Event()

    def there(image: Any) -> None:
        if not away.is_set():
            raise ModelNotReady("It is loading.")

    GATES.update({"": lambda image: None, "there": there})
    graph = graph_of(
        {"in": ENDLESS, "m": "model", "over": "fallback", "out": "collect"},
        "in.image m.image",
        "in.image over.image",
        "m.image over.overlay",
        "over.image out.image",
    )
    elsewhere = GraphNode("m", "t.model", {"name": "there"}, place={"engine": "ssh://gpu.example"})
    with Run(graph, REGISTRY, "live") as run:
        until(lambda: run.latest("m") is not None, run)
        run.update(graph.with_node(elsewhere))
        assert run.latest("m") is not None
        until(lambda: bool(run.nodes["m"].waiting), run)
        some_more_frames(run)
        held, before = run.latest("m"), len(values(run))
        some_more_frames(run)
        assert set(values(run)[before:]) == {held[0, 0, 0]}, "the picture without the model was seen"
        assert run.latest("m") is held
        away.set()
        until(lambda: run.latest("m") is not held, run)


def test_an_edit_while_paused_is_seen_on_the_newest_frame() -> None:
    graph = graph_of({"in": ENDLESS, "add": "add", "out": "collect"}, "in.image add.image", "add.image out.image")
    with Run(graph, REGISTRY, "live") as run:
        until(lambda: len(values(run)) > 3, run)
        run.pause()
        got = run.nodes["out"].instance.got
        until(lambda: run.again() is None and got[-1] == got[-2], run)  # the source may have been giving one
        run.set_param("add", "by", 51)
        until(lambda: run.again() is None and got[-1][1] == (got[-1][0] + 51) % 256, run)
