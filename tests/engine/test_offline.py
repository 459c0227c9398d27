"""Offline: every frame, in order, repeatable."""

import json
import threading
from pathlib import Path

import pytest

from nodegraph.core.errors import DocumentError
from nodegraph.core.graph import GraphNode
from nodegraph.engine.run import Run
from tests.engine.support import CLOSED, GATES, REGISTRY, finish, graph_of, values


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_every_frame_arrives_once_and_in_order(workers: int) -> None:
    graph = graph_of(
        {
            "in": GraphNode("in", "t.frames", {"count": 200}),
            "a": "add",
            "s": "accumulate",
            "b": "add",
            "out": "collect",
        },
        "in.image a.image",
        "a.image s.image",
        "s.image b.image",
        "b.image out.image",
    )
    run = finish(graph, workers=workers)
    assert run.nodes["out"].instance.got == [(number, (number + 2) % 256) for number in range(200)]
    assert run.nodes["s"].instance.seen == 200
    assert run.stats().frames_in == run.stats().frames_out == 200
    assert run.nodes["out"].instance.closed
    assert not run.nodes["out"].instance.abandoned


def test_inputs_of_one_clock_meet_by_frame_number_past_a_slow_branch() -> None:
    GATES["slow"] = lambda image: threading.Event().wait(0.002) if image[0, 0, 0] % 3 == 0 else None
    graph = graph_of(
        {
            "in": "frames",
            "m": GraphNode("m", "t.model", {"name": "slow"}),
            "a": GraphNode("a", "t.add", {"by": 100}),
            "sum": "sum",
            "out": "collect",
        },
        "in.image m.image",
        "in.image a.image",
        "m.image sum.a",
        "a.image sum.b",
        "sum.image out.image",
    )
    assert values(finish(graph)) == [number + 100 for number in range(10)]


def test_a_node_that_gives_nothing_skips_its_users_and_stalls_nobody() -> None:
    graph = graph_of(
        {"in": "frames", "odd": "odd", "over": "fallback", "out": "collect", "only": "collect"},
        "in.image odd.image",
        "in.image over.image",
        "odd.image over.overlay",
        "over.image out.image",
        "odd.image only.image",
    )
    run = finish(graph)
    assert values(run) == list(range(10))
    assert values(run, "only") == [1, 3, 5, 7, 9]


def test_a_failing_node_ends_the_run_and_is_named_with_its_frame() -> None:
    graph = graph_of({"in": "frames", "bad": "fails", "out": "collect"}, "in.image bad.image", "bad.image out.image")
    run = finish(graph, workers=1)
    assert run.failure is not None
    assert (run.failure.node, run.failure.frame) == ("bad", 5)
    assert "ValueError: no good" in run.failure.message
    assert "no good" in run.failure.traceback
    assert run.nodes["out"].instance.abandoned
    assert values(run) == [100, 101, 102, 103, 104]


def test_frames_and_seconds_limit_a_run() -> None:
    graph = graph_of({"in": GraphNode("in", "t.frames", {"count": 0}), "out": "collect"}, "in.image out.image")
    assert values(finish(graph, frames=7)) == list(range(7))
    assert values(finish(graph, seconds=0.05)) == list(range(50))


def test_looping_goes_on_in_time_and_speed_shortens_it() -> None:
    node = GraphNode("in", "t.frames", {"count": 3, "rate": 10.0, "loop": True, "speed": 2.0})
    run = finish(graph_of({"in": node, "out": "collect"}, "in.image out.image"), frames=7)
    assert values(run) == [0, 1, 2, 0, 1, 2, 0]
    assert run.nodes["out"].instance.times == pytest.approx([0.05 * number for number in range(7)])


def test_models_in_a_row_work_on_different_frames_at_once() -> None:
    together = threading.Barrier(3, timeout=10)  # passed only when all three are inside at the same time
    for name, value in (("a", 2), ("b", 101), ("c", 200)):
        GATES[name] = lambda image, value=value: together.wait() if image[0, 0, 0] == value else None
    graph = graph_of(
        {
            "in": "frames",
            "a": GraphNode("a", "t.model", {"name": "a"}),
            "b": GraphNode("b", "t.model", {"name": "b"}),
            "c": GraphNode("c", "t.model", {"name": "c"}),
            "out": "collect",
        },
        "in.image a.image",
        "a.image b.image",
        "b.image c.image",
        "c.image out.image",
    )
    assert values(finish(graph)) == [(number + 300) % 256 for number in range(10)]


def test_several_calls_in_flight_leave_in_order() -> None:
    second, third = threading.Event(), threading.Event()

    def gate(image: object) -> None:
        number = int(image[0, 0, 0])  # type: ignore[index]
        if number == 0:
            assert second.wait(60)
        if number == 1:
            assert third.wait(60)
            second.set()
        if number == 2:
            third.set()

    GATES[""] = gate
    graph = graph_of({"in": "frames", "w": "wide", "out": "collect"}, "in.image w.image", "w.image out.image")
    assert values(finish(graph)) == list(range(10))


def test_feedback_through_a_delay_gives_what_was_one_frame_earlier() -> None:
    graph = graph_of(
        {
            "in": GraphNode("in", "t.frames", {"count": 6, "first": 10}),
            "mix": "blend",
            "back": "delay",
            "out": "collect",
        },
        "in.image mix.image",
        "back.image mix.before",
        "mix.image back.image",
        "mix.image out.image",
    )
    expected = [10]
    for value in range(11, 16):
        expected.append(expected[-1] // 2 + value)
    for workers in (1, 3):
        assert values(finish(graph, workers=workers)) == expected


def test_a_delay_outside_a_loop_shifts_by_one_frame() -> None:
    graph = graph_of({"in": "frames", "d": "delay", "out": "collect"}, "in.image d.image", "d.image out.image")
    assert values(finish(graph)) == list(range(9))


def test_two_sources_step_together_and_the_result_repeats() -> None:
    nodes = {
        "in": GraphNode("in", "t.frames", {"count": 40, "rate": 100.0}),
        "slow": GraphNode("slow", "t.frames", {"count": 10, "rate": 25.0, "first": 200}),
        "over": "fallback",
        "out": "collect",
    }
    wires = ("in.image over.image", "slow.image over.overlay", "over.image out.image")
    expected = [200 + number // 4 for number in range(40)]
    for _ in range(5):
        assert values(finish(graph_of(nodes, *wires), workers=3)) == expected


def test_a_wire_drives_a_parameter_within_its_range() -> None:
    graph = graph_of(
        {"in": "frames", "t": "seconds", "a": "add", "out": "collect"},
        "in.image a.image",
        "t.number a.by",
        "a.image out.image",
    )
    assert values(finish(graph)) == [number * 2 for number in range(10)]
    steep = graph_of(
        {"in": GraphNode("in", "t.frames", {"rate": 10.0}), "t": "seconds", "a": "add", "out": "collect"},
        "in.image a.image",
        "t.number a.by",
        "a.image out.image",
    )
    assert values(finish(steep)) == [number + min(100, number * 100) for number in range(10)]


def test_a_bypassed_node_passes_its_input_and_a_muted_one_gives_nothing() -> None:
    def graph(state: str) -> object:
        node = GraphNode("a", "t.add", {"by": 50}, state=state)  # type: ignore[arg-type]
        return graph_of(
            {"in": "frames", "a": node, "over": "fallback", "out": "collect"},
            "in.image a.image",
            "in.image over.image",
            "a.image over.overlay",
            "over.image out.image",
        )

    assert values(finish(graph("on"))) == [number + 50 for number in range(10)]  # type: ignore[arg-type]
    assert values(finish(graph("bypass"))) == list(range(10))  # type: ignore[arg-type]
    assert values(finish(graph("mute"))) == list(range(10))  # type: ignore[arg-type]


def test_an_invalid_graph_is_refused_with_every_problem() -> None:
    graph = graph_of({"a": "add", "x": "nonsense", "out": "collect"}, "a.image out.image", "a.image a.by")
    with pytest.raises(DocumentError) as refused:
        Run(graph, REGISTRY, "offline")
    places = [problem.where for problem in refused.value.problems]
    assert "nodes.x.type" in places
    assert "nodes.a.image" in places
    assert any(place.startswith("wires (a.image -> a.by)") for place in places)


def test_stopping_closes_a_model_that_hangs() -> None:
    CLOSED.clear()
    entered = threading.Event()

    def gate(_: object) -> None:
        entered.set()
        assert CLOSED.wait(60)
        raise OSError("the connection was closed")

    GATES["hang"] = gate
    graph = graph_of(
        {"in": "frames", "m": GraphNode("m", "t.model", {"name": "hang"}), "out": "collect"},
        "in.image m.image",
        "m.image out.image",
    )
    run = Run(graph, REGISTRY, "offline")
    run.start()
    assert entered.wait(60)
    run.stop()
    assert CLOSED.is_set()
    assert run.nodes["out"].instance.closed
    run.threads.join("m", 5)
    assert run.failure is None
    assert run.failures == []


def test_a_source_that_yields_nonsense_ends_the_run_with_a_sentence() -> None:
    graph = graph_of({"in": GraphNode("in", "t.frames", {"rate": -1.0}), "out": "collect"}, "in.image out.image")
    run = finish(graph)
    assert run.failure is not None
    assert run.failure.node == "in"
    assert "times do not increase" in run.failure.message


def test_no_thread_is_left_after_a_run() -> None:
    before = set(threading.enumerate())
    run = finish(graph_of({"in": "frames", "out": "collect"}, "in.image out.image"))
    run.threads.join("", 5)
    left = [thread.name for thread in set(threading.enumerate()) - before if thread.is_alive()]
    assert left == []


def test_a_trace_can_be_opened_in_the_chrome_format(tmp_path: Path) -> None:
    graph = graph_of({"in": "frames", "a": "add", "out": "collect"}, "in.image a.image", "a.image out.image")
    run = finish(graph, trace=True)
    run.write_trace(tmp_path / "trace.json")
    events = json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
    work = [event for event in events if event["ph"] == "X"]
    assert sorted(event["args"]["frame"] for event in work if event["name"] == "a") == list(range(10))
    assert all(event["dur"] >= 0 and event["ts"] >= 0 for event in work)
    assert {event["tid"] for event in work} <= {event["tid"] for event in events if event["ph"] == "M"}


def test_a_timed_node_with_nothing_connected_ticks_with_its_user_or_by_itself() -> None:
    alone = graph_of(
        {"t": "seconds", "a": "add", "s": "still", "out": "collect"},
        "s.image a.image",
        "t.number a.by",
        "a.image out.image",
    )
    run = finish(alone, frames=4)
    assert values(run) == [7 + min(100, round(number / 30 * 1000)) for number in range(4)]
