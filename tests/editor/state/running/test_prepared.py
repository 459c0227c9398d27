"""The graph that a live run gets, and the short way for moved parameters."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.editor.state.running.prepared import Wish, moved, prepare
from nodegraph.session import Session
from tests.engine.support import REGISTRY, graph_of

CHAIN = graph_of({"in": "frames", "add": "add", "out": "collect"}, "in.image add.image", "add.image out.image")
HERE = Path()


def wish(graph: Graph) -> Wish:
    return Wish(graph, HERE)


def test_sources_loop_and_the_document_is_left_alone() -> None:
    made = prepare(wish(CHAIN), REGISTRY)
    assert made.graph.nodes["in"].params == {"loop": True}
    assert made.wish.graph is CHAIN
    assert prepare(replace(wish(CHAIN), loop_clips=False), REGISTRY).graph.nodes["in"].params == {}
    told = CHAIN.with_param("in", "loop", False)
    assert prepare(wish(told), REGISTRY).graph.nodes["in"].params == {"loop": False}


def test_a_moved_parameter_gives_what_a_full_look_gives() -> None:
    before = prepare(wish(CHAIN), REGISTRY)
    edited = wish(CHAIN.with_param("add", "by", 9).with_param("in", "rate", 50.0))
    found = moved(before, edited, REGISTRY)
    assert found == prepare(edited, REGISTRY)


@pytest.mark.parametrize(
    "edited",
    [
        wish(CHAIN.with_param("add", "by", 500)),
        wish(CHAIN.with_param("in", "loop", False)),
        wish(CHAIN.without_wire(CHAIN.wires[0])),
        wish(CHAIN.with_node(GraphNode("new", "t.still"))),
        replace(wish(CHAIN), only=frozenset({"add"})),
        replace(wish(CHAIN), without={"add": "It is broken."}),
    ],
)
def test_anything_more_is_looked_at_in_full(edited: Wish) -> None:
    before = prepare(wish(CHAIN), REGISTRY)
    assert moved(before, edited, REGISTRY) is None


def test_a_parameter_of_a_node_that_does_not_run_is_looked_at_in_full() -> None:
    bad = CHAIN.with_param("add", "by", 500)
    assert moved(prepare(wish(bad), REGISTRY), wish(CHAIN), REGISTRY) is None


@pytest.mark.parametrize("seed", range(30))
def test_random_moves_by_the_short_way_equal_the_long_way(seed: int) -> None:
    chance, graph = random.Random(seed), CHAIN
    made = prepare(wish(graph), REGISTRY)
    for _ in range(12):
        node, name = chance.choice([("add", "by"), ("in", "loop"), ("in", "rate"), ("in", "speed")])
        value = {"by": chance.randint(-5, 120), "loop": chance.random() < 0.5}.get(name, chance.uniform(1, 60))
        graph = graph.with_param(node, name, value)
        made = moved(made, wish(graph), REGISTRY) or prepare(wish(graph), REGISTRY)
        assert made == prepare(wish(graph), REGISTRY)


def test_paths_are_resolved_and_kept_through_moved_parameters(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"")
    graph = Graph().with_node(GraphNode("in", "source.video_file", {"path": "clip.mp4"}))
    graph = graph.with_node(GraphNode("out", "sink.preview")).with_wire(Wire("in", "image", "out", "image"))
    with Session() as session:
        before = prepare(Wish(graph, tmp_path), session.registry)
        assert before.graph.nodes["in"].params["path"] == str(tmp_path / "clip.mp4")
        faster = Wish(graph.with_param("in", "speed", 2.0), tmp_path)
        assert moved(before, faster, session.registry) == prepare(faster, session.registry)
        assert moved(before, Wish(graph.with_param("in", "path", "b.mp4"), tmp_path), session.registry) is None


def test_nodes_with_bad_paths_are_left_out_and_blamed() -> None:
    graph = Graph().with_node(GraphNode("in", "source.video_file", {"path": "asset:../secret.mp4"}))
    graph = graph.with_node(GraphNode("other", "source.test_pattern"))
    with Session() as session:
        found = prepare(wish(graph), session.registry)
    assert set(found.graph.nodes) == {"other"}
    assert "secret.mp4" in found.skipped["in"]
    assert found.skipped["in"].endswith(".mp4.")
