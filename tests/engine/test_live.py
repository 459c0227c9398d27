"""Live: the newest frame, whatever happens."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from nodegraph.core.errors import NodeError
from nodegraph.core.graph import Graph, GraphNode
from nodegraph.core.node import Source, Stamped, param
from nodegraph.core.types import Image
from nodegraph.engine.events import Ended, Event, NodeFailed, NodeRecovered, NodeWaiting
from nodegraph.engine.run import Run
from tests.engine.support import GATES, REGISTRY, finish, graph_of, not_ready, picture, registry_of, values

ENDLESS = GraphNode("in", "t.frames", {"count": 0, "rate": 200.0})


def until(condition: Callable[[], bool], run: Run) -> None:
    """Wait for a condition while the run goes on; each look waits on the run itself."""
    for _ in range(12_000):
        if condition():
            return
        assert not run.wait(0.005), f"the run ended: {run.failure}"
    raise AssertionError("it did not come true in time")


def overlay_graph(model: GraphNode, source: GraphNode = ENDLESS) -> Graph:
    """source → model → overlay input of a fallback that shows the source otherwise."""
    return graph_of(
        {"in": source, "m": model, "over": "fallback", "out": "collect"},
        "in.image m.image",
        "in.image over.image",
        "m.image over.overlay",
        "over.image out.image",
    )


def test_a_slow_graph_drops_at_the_source_and_counts() -> None:
    release = threading.Event()
    GATES["slow"] = lambda image: release.wait(60)
    model = GraphNode("m", "t.model", {"name": "slow"})
    graph = graph_of(
        {"in": ENDLESS, "m": model, "match": GraphNode("match", "t.fallback", sync="match"), "out": "collect"},
        "in.image m.image",
        "in.image match.image",
        "m.image match.overlay",
        "match.image out.image",
    )
    with Run(graph, REGISTRY, "live") as run:
        until(lambda: run.stats().dropped > 20, run)
        inside = run.streams["in"].credits.in_flight
        release.set()
        until(lambda: len(values(run)) > 5, run)
    assert inside <= run.streams["in"].credits.limit
    stats = run.stats()
    assert stats.frames_in >= stats.frames_out + stats.dropped
    got = [index for index, _ in run.nodes["out"].instance.got]
    assert got == sorted(set(got))


def test_the_picture_keeps_its_rate_while_a_model_is_slow() -> None:
    release = threading.Event()
    GATES["slow"] = lambda image: release.wait(60)
    with Run(overlay_graph(GraphNode("m", "t.model", {"name": "slow"})), REGISTRY, "live") as run:
        until(lambda: len(values(run)) > 30, run)  # the model has not answered once
        bare = run.nodes["out"].instance.got[:30]
        assert all(value == index % 256 for index, value in bare)
        release.set()
        until(lambda: run.nodes["m"].meter.runs > 3, run)
        before = len(values(run))
        until(lambda: len(values(run)) > before + 5, run)
    assert all(value != index % 256 for index, value in run.nodes["out"].instance.got[-3:])


def test_match_shows_the_overlay_on_the_very_frame_it_belongs_to() -> None:
    GATES["some"] = lambda image: None
    graph = graph_of(
        {
            "in": GraphNode("in", "t.frames", {"count": 60, "rate": 200.0}),
            "m": GraphNode("m", "t.model", {"name": "some"}),
            "a": GraphNode("a", "t.add", {"by": 100}),
            "sum": GraphNode("sum", "t.sum", sync="match"),
            "out": "collect",
        },
        "in.image m.image",
        "in.image a.image",
        "m.image sum.a",
        "a.image sum.b",
        "sum.image out.image",
    )
    run = finish(graph, "live")
    assert run.failure is None
    assert run.stats().nodes["sum"].failures == 0
    assert values(run)


def test_a_model_that_loads_shows_the_picture_and_tells_why() -> None:
    events: list[Event] = []
    GATES["loading"] = not_ready
    graph = graph_of(
        {"in": ENDLESS, "m": GraphNode("m", "t.model", {"name": "loading"}), "out": "collect"},
        "in.image m.image",
        "m.image out.image",
    )
    with Run(graph, REGISTRY, "live", listener=events.append) as run:
        until(lambda: len(values(run)) > 5, run)
        assert all(value == index % 256 for index, value in run.nodes["out"].instance.got)
        GATES["loading"] = lambda image: None
        until(lambda: run.nodes["m"].meter.runs > 0, run)
        seen = len(values(run))
        until(lambda: len(values(run)) > seen + 2, run)
    assert run.nodes["out"].instance.got[-1][1] == (run.nodes["out"].instance.got[-1][0] + 100) % 256
    assert [event for event in events if isinstance(event, NodeWaiting)] == [NodeWaiting("m", "It is loading.")]
    assert run.stats().nodes["m"].failures == 0


def test_a_node_that_fails_for_another_reason_says_so_and_one_that_waits_again_no_longer_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("nodegraph.engine.execute.TELL_ANEW", 0.0)
    events: list[Event] = []

    def refuse(words: str) -> None:
        raise NodeError(words)

    GATES["words"] = lambda image: refuse("One.")
    graph = graph_of(
        {"in": ENDLESS, "m": GraphNode("m", "t.model", {"name": "words"}), "out": "collect"},
        "in.image m.image",
        "m.image out.image",
    )
    with Run(graph, REGISTRY, "live", listener=events.append) as run:
        until(lambda: run.nodes["m"].failing > 1, run)
        GATES["words"] = lambda image: refuse("Two.")
        until(lambda: any(isinstance(one, NodeFailed) and one.message == "Two." for one in events), run)
        GATES["words"] = not_ready
        until(lambda: run.nodes["m"].waiting == "It is loading.", run)
        GATES["words"] = lambda image: refuse("Three.")
        until(lambda: not run.nodes["m"].waiting, run)


@pytest.mark.parametrize(
    ("policy", "shown"), [("hold", [100, 101, 101, 103]), ("bypass", [100, 101, 2, 103]), ("black", [100, 101, 0, 103])]
)
def test_a_failing_node_shows_what_its_policy_says_and_the_rest_goes_on(policy: Any, shown: list[int]) -> None:
    events: list[Event] = []
    bad = GraphNode("bad", "t.fails", {"on": 2}, failure=policy)
    graph = graph_of(
        {"in": GraphNode("in", "t.polite", {"count": 4}), "bad": bad, "out": "collect"},
        "in.image bad.image",
        "bad.image out.image",
    )
    run = finish(graph, "live", workers=1, listener=events.append)
    assert values(run) == shown
    assert [type(event) for event in events] == [NodeFailed, NodeRecovered, Ended]
    assert run.failure is None
    assert run.stats().nodes["bad"].failures == 1


def test_the_stop_policy_ends_a_live_run() -> None:
    bad = GraphNode("bad", "t.fails", {"on": 2}, failure="stop")
    graph = graph_of({"in": ENDLESS, "bad": bad, "out": "collect"}, "in.image bad.image", "bad.image out.image")
    run = finish(graph, "live")
    assert run.failure is not None
    assert run.failure.node == "bad"


def test_live_and_offline_give_the_same_pixels_on_the_same_frames() -> None:
    source = GraphNode("in", "t.frames", {"count": 80, "rate": 400.0})
    graph = graph_of(
        {
            "in": source,
            "t": "seconds",
            "a": "add",
            "mix": "blend",
            "back": "delay",
            "n": "add",
            "out": "collect",
            "plain": "collect",
        },
        "in.image a.image",
        "t.number a.by",
        "a.image n.image",
        "n.image plain.image",
        "in.image mix.image",
        "back.image mix.before",
        "mix.image back.image",
        "mix.image out.image",
    )
    offline, live = finish(graph), finish(graph, "live")
    expected = dict(offline.nodes["plain"].instance.got)
    got = live.nodes["plain"].instance.got
    assert got
    assert all(expected[index] == value for index, value in got)


class Flaky(Source, id="t.flaky", category="Test", live=True):
    """A device that is unplugged once."""

    rate: float = param(100.0, "Frames per second.")

    def stream(self) -> Iterator[Stamped[Image] | None]:
        PLUGGED.append(1)
        for number in range(5):
            yield Stamped(picture(number), number / 100, self.rate)
        yield None
        if len(PLUGGED) == 1:
            raise NodeError("The camera was unplugged.", "Plug it in again.")


PLUGGED: list[int] = []


def test_a_device_that_fails_is_opened_again_and_time_goes_on() -> None:
    PLUGGED.clear()
    events: list[Event] = []
    registry = registry_of(Flaky).with_definitions(REGISTRY.definitions.values())
    graph = graph_of({"in": GraphNode("in", "t.flaky"), "out": "collect"}, "in.image out.image")
    run = Run(graph, registry, "live", listener=events.append)
    with run:
        assert run.wait(60)
    failed = [event for event in events if isinstance(event, NodeFailed)]
    assert [event.message for event in failed] == ["The camera was unplugged."]
    assert len(PLUGGED) == 2
    times = run.nodes["out"].instance.times
    assert times == sorted(times)
    assert run.nodes["out"].instance.got[-1][0] == 9


class Broken(Source, id="t.broken", category="Test"):
    """A file that cannot be read."""

    def stream(self) -> Iterator[Stamped[Image]]:
        yield from ()
        raise NodeError("Cannot open clip.mp4.", "Check that it exists.")


def test_a_run_whose_only_source_cannot_be_opened_fails_with_its_sentence() -> None:
    registry = registry_of(Broken).with_definitions(REGISTRY.definitions.values())
    graph = graph_of({"in": GraphNode("in", "t.broken"), "out": "collect"}, "in.image out.image")
    with Run(graph, registry, "live") as run:
        assert run.wait(60)
    assert run.failure is not None
    assert run.failure.message == "Cannot open clip.mp4."


def test_the_newest_picture_of_a_node_or_a_sink_can_be_looked_at() -> None:
    graph = graph_of({"in": ENDLESS, "a": "add", "out": "collect"}, "in.image a.image", "a.image out.image")
    with Run(graph, REGISTRY, "live") as run:
        assert run.latest("nobody") is None
        until(lambda: run.latest("out") is not None, run)
        assert run.latest("a").shape == run.latest("out", "image").shape == (3, 4, 3)


def test_pausing_holds_the_picture_and_resuming_goes_on() -> None:
    graph = graph_of({"in": ENDLESS, "out": "collect"}, "in.image out.image")
    with Run(graph, REGISTRY, "live") as run:
        until(lambda: len(values(run)) > 3, run)
        run.pause()
        until(lambda: run.streams["in"].credits.in_flight == 0, run)
        held = len(values(run))
        assert not run.wait(0.05)
        assert len(values(run)) <= held + 1
        run.resume()
        until(lambda: len(values(run)) > held + 3, run)


def test_a_listener_that_raises_does_not_hurt_the_run() -> None:
    def listener(event: Event) -> None:
        raise RuntimeError("broken listener")

    bad = GraphNode("bad", "t.fails", {"on": 0})
    graph = graph_of(
        {"in": GraphNode("in", "t.frames", {"count": 5, "rate": 100.0}), "bad": bad, "out": "collect"},
        "in.image bad.image",
        "bad.image out.image",
    )
    run = finish(graph, "live", listener=listener)
    assert run.failure is None
    assert any("broken listener" in failure.message for failure in run.failures)


def test_frame_age_says_how_old_the_drawn_result_is() -> None:
    GATES["some"] = lambda image: threading.Event().wait(0.02)
    source = GraphNode("in", "t.frames", {"count": 80, "rate": 100.0})
    run = finish(overlay_graph(GraphNode("m", "t.model", {"name": "some"}), source), "live")
    sink = run.stats().sinks["out"]
    assert sink.result_age_median_ms >= 20
    assert sink.age_median_ms < sink.result_age_median_ms
    assert np.isfinite(sink.result_age_p95_ms)
