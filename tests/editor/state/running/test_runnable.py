"""What of a graph can run, whatever is wrong with the rest."""

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as some

from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.validate import errors_of, validate
from nodegraph.editor.state.running.runnable import LOOP, NOT_SELECTED, WRITES_LATER, ancestors, runnable
from nodegraph.session import Session
from tests.engine.support import REGISTRY, graph_of

CHAIN = graph_of({"in": "frames", "add": "add", "out": "collect"}, "in.image add.image", "add.image out.image")


def test_a_valid_graph_is_left_as_it_is() -> None:
    found = runnable(CHAIN, REGISTRY)
    assert found.graph == CHAIN
    assert found.skipped == {}


def test_an_unknown_type_takes_what_needs_it_along_and_leaves_the_rest() -> None:
    graph = CHAIN.with_node(GraphNode("odd", "t.nothing")).with_node(GraphNode("after", "t.collect"))
    graph = graph.with_wire(Wire("in", "image", "odd", "image")).with_wire(Wire("odd", "image", "after", "image"))
    found = runnable(graph, REGISTRY)
    assert found.graph == CHAIN
    assert found.skipped["odd"] == "There is no node type 't.nothing' here."
    assert found.skipped["after"] == "It waits for t.nothing, which does not run."


def test_a_wire_into_an_optional_input_is_only_dropped() -> None:
    graph = graph_of({"in": "frames", "both": "fallback"}, "in.image both.image", "gone.image both.overlay")
    found = runnable(graph, REGISTRY)
    assert set(found.graph.nodes) == {"in", "both"}
    assert found.graph.wires == (Wire("in", "image", "both", "image"),)
    assert found.skipped == {}


def test_a_bad_parameter_is_said_with_what_is_allowed() -> None:
    found = runnable(CHAIN.with_param("add", "by", 500), REGISTRY)
    assert found.skipped["add"] == "Its by cannot be used: 500 is outside the range. Use 0 to 100."
    assert found.skipped["out"] == "It waits for Add, which does not run."


def test_a_missing_wire_says_what_to_connect() -> None:
    found = runnable(CHAIN.without_wire(CHAIN.wires[0]), REGISTRY)
    assert found.skipped["add"] == "Its input image is not connected. Connect something that gives image."
    assert set(found.graph.nodes) == {"in"}


def test_a_wire_that_does_not_fit_is_said() -> None:
    graph = graph_of({"in": "frames", "say": "remark"}, "in.image say.number")
    assert "does not fit" in runnable(graph, REGISTRY).skipped["say"]


def test_a_loop_is_left_out_and_a_delayed_one_runs() -> None:
    nodes = {"in": "frames", "blend": "blend", "add": "add", "out": "collect"}
    wires = ["in.image blend.image", "blend.image add.image", "blend.image out.image"]
    found = runnable(graph_of(nodes, *wires, "add.image blend.before"), REGISTRY)
    assert (found.skipped["blend"], found.skipped["add"]) == (LOOP, LOOP)
    assert set(found.graph.nodes) == {"in"}
    delayed = graph_of({**nodes, "old": "delay"}, *wires, "add.image old.image", "old.image blend.before")
    assert runnable(delayed, REGISTRY).graph == delayed


def test_run_to_selection_keeps_what_the_selection_depends_on() -> None:
    graph = CHAIN.with_node(GraphNode("level", "t.level")).with_wire(Wire("in", "image", "level", "image"))
    graph = graph.with_wire(Wire("level", "number", "add", "by"))
    assert ancestors(graph, ["add"]) == {"in", "level", "add"}
    found = runnable(graph, REGISTRY, only=frozenset({"level"}))
    assert set(found.graph.nodes) == {"in", "level"}
    assert found.skipped == {"add": NOT_SELECTED, "out": NOT_SELECTED}


def test_what_the_caller_leaves_out_keeps_the_callers_reason() -> None:
    found = runnable(CHAIN, REGISTRY, without={"in": "There is no file clip.mp4.", "unheard": "of"})
    assert found.skipped["in"] == "There is no file clip.mp4."
    assert set(found.skipped) == {"in", "add", "out"}


def test_sinks_that_write_files_wait_for_a_render() -> None:
    with Session() as session:
        graph = Graph().with_node(GraphNode("in", "source.test_pattern")).with_node(GraphNode("see", "sink.preview"))
        graph = graph.with_node(GraphNode("file", "sink.video_file", {"path": "out.mp4"}))
        for sink in ("see", "file"):
            graph = graph.with_wire(Wire("in", "image", sink, "image"))
        assert runnable(graph, session.registry).skipped == {"file": WRITES_LATER}
        assert runnable(graph, session.registry, with_files=True).skipped == {}


@given(some.integers(0, 10**9))
def test_whatever_is_wrong_the_rest_has_no_errors(seed: int) -> None:
    chance = random.Random(seed)
    found = runnable(
        graph := _broken_graph(chance),
        REGISTRY,
        only=frozenset(chance.sample(sorted(graph.nodes), 1)) if chance.random() < 0.2 else None,
        with_files=chance.random() < 0.5,
    )
    assert errors_of(validate(found.graph, REGISTRY)) == []
    assert set(found.skipped).isdisjoint(found.graph.nodes)
    assert set(found.skipped) | set(found.graph.nodes) == set(graph.nodes)
    assert all(why.endswith(".") for why in found.skipped.values())
    assert runnable(found.graph, REGISTRY, with_files=True) == replace(found, skipped={})


def _broken_graph(chance: random.Random) -> Graph:
    """Nodes of any type, some unknown, with good and bad parameters, and wires from anywhere to anywhere."""
    types = [*REGISTRY.definitions, "t.unknown"]
    graph = Graph()
    for number in range(chance.randint(1, 9)):
        params = {chance.choice(["by", "count", "other"]): chance.choice([1, -1, 1000, "x", None])}
        state = chance.choice(["on", "on", "bypass", "mute"])
        made = params if chance.random() < 0.3 else {}
        graph = graph.with_node(GraphNode(f"n{number}", chance.choice(types), made, state=state))  # type: ignore[arg-type]
    names = ["image", "number", "a", "b", "before", "overlay", "by", "text", "nothing"]
    ids = [*graph.nodes, "gone"]
    wires = [
        Wire(chance.choice(ids), chance.choice(["image", "number", "text"]), chance.choice(ids), chance.choice(names))
        for _ in range(chance.randint(0, 16))
    ]
    return replace(graph, wires=tuple(wires))
