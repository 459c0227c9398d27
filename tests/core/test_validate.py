"""Every problem of a graph, with its place and what to do."""

from nodegraph.core import topology
from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.validate import validate
from tests.engine.support import REGISTRY, graph_of


def messages(graph: Graph) -> list[str]:
    return [str(problem) for problem in validate(graph, REGISTRY)]


def test_a_good_graph_has_no_problems() -> None:
    assert messages(graph_of({"in": "frames", "out": "collect"}, "in.image out.image")) == []


def test_an_unknown_type_is_named_with_the_nearest_known_one() -> None:
    graph = Graph().with_node(GraphNode("x", "t.framez"))
    assert messages(graph) == ["nodes.x.type: there is no node type 't.framez' here. Did you mean t.frames?"]


def test_bad_and_unknown_parameters_are_told_with_what_is_allowed() -> None:
    graph = graph_of({"in": "frames", "a": GraphNode("a", "t.add", {"by": 500, "bye": 1})}, "in.image a.image")
    problems = validate(graph, REGISTRY)
    assert [str(problem) for problem in problems] == [
        "nodes.a.by: 500 is outside the range. Use 0 to 100.",
        "nodes.a.bye: Add has no parameter of this name. Did you mean by?",
    ]
    assert [problem.severity for problem in problems] == ["error", "warning"]


def test_wires_to_nowhere_of_wrong_type_and_into_a_taken_input_are_told() -> None:
    graph = graph_of(
        {"in": "frames", "a": "add", "r": "remark", "l": "level"},
        "in.image a.image",
        "in.image l.image",
        "in.picture a.by",
    )
    wires = (
        *graph.wires,
        Wire("l", "number", "a", "image"),
        Wire("gone", "x", "a", "by"),
        Wire("in", "image", "r", "number"),
    )
    text = "\n".join(messages(Graph(graph.nodes, wires)))
    assert "Frames has no output 'picture'. Its outputs: image." in text
    assert "in.image -> a.image goes into the same input." in text
    assert "there is no node 'gone'." in text
    assert "the output gives image, the input takes number." in text


def test_a_missing_input_says_what_to_connect() -> None:
    assert messages(graph_of({"a": "add"})) == [
        "nodes.a.image: this input is not connected. Connect something that gives image."
    ]


def test_a_loop_is_drawn_and_a_delay_allows_it() -> None:
    loop = graph_of({"a": "add", "b": "add"}, "a.image b.image", "b.image a.image")
    assert messages(loop) == ["nodes.a: the wires form a loop: a → b → a. Put a Frame Delay into it, or cut one wire."]
    delayed = graph_of({"a": "add", "d": "delay"}, "a.image d.image", "d.image a.image")
    assert messages(delayed) == []


def test_topology_orders_finds_loops_and_ancestors() -> None:
    nodes, edges = ["a", "b", "c", "d"], [("a", "b"), ("b", "c"), ("c", "b"), ("d", "d")]
    assert topology.loops(nodes, edges) == [["b", "c"], ["d"]]
    assert topology.order(["x", "y", "z"], [("z", "y"), ("y", "x")]) == ["z", "y", "x"]
    assert topology.ancestors(nodes, edges, ["c"]) == {"a", "b"}
