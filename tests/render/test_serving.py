"""Models in a render: one server for all workers, and models that remember frames are not divided."""

from types import SimpleNamespace

import pytest

from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.render.job import Stopped
from nodegraph.render.segment import Workplace
from nodegraph.render.serving import Shared, stateful_models
from nodegraph.runtime.entry import ModelEntry, Weights
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.protocols.roster import Roster
from nodegraph.session import Session
from tests.render.support import clip, frames_of, graph_of, rendered

PROCESS = {"kind": "process"}


def with_model(graph, model, output):
    """The graph's filter exchanged for a model as a local process."""
    graph = graph.with_node(GraphNode("f0", f"model.{model}", place=PROCESS))
    return graph.without_wire(graph.wires_into("out")[0]).with_wire(Wire("f0", output, "out", "image"))


def test_all_workers_ask_one_server_and_the_film_is_the_same(tmp_path, monkeypatch):
    film, seen = clip(tmp_path / "film.mp4", frames=30), []
    render = Workplace.render

    def noted(place, segment):
        seen.append(segment.places["f0"])
        return render(place, segment)

    monkeypatch.setattr(Workplace, "render", noted)
    graph = with_model(
        graph_of(film, tmp_path / "parts.mkv", filters=("filter.invert",), codec="ffv1"), "lineart", "image"
    )
    assert len(rendered(graph, length=10).segments) == 3
    assert len(seen) == 3
    assert {one["kind"] for one in seen} == {"url"}
    assert len({one["url"] for one in seen}) == 1
    rendered(graph.with_param("out", "path", str(tmp_path / "whole.mkv")), workers=1)
    assert frames_of(tmp_path / "parts.mkv") == frames_of(tmp_path / "whole.mkv")


def test_a_model_with_a_memory_is_rendered_in_one_piece(tmp_path):
    graph = graph_of(
        clip(tmp_path / "film.mp4"), tmp_path / "out.mkv", filters=("filter.invert", "filter.flow_to_image")
    )
    graph = graph.with_node(GraphNode("f0", "model.flow", place=PROCESS))
    graph = graph.without_wire(graph.wires_into("f1")[0]).with_wire(Wire("f0", "flow", "f1", "flow"))
    made = rendered(graph)
    assert made.whole == ["f0: this model remembers earlier frames."]
    assert made.frames == 60
    with Session() as session:
        assert stateful_models(graph, session) == made.whole


def test_a_model_that_cannot_start_ends_the_render_before_it_begins(tmp_path):
    from nodegraph.core.errors import ModelError

    graph = with_model(
        graph_of(clip(tmp_path / "film.mp4"), tmp_path / "out.mkv", filters=("filter.invert",)), "lineart", "image"
    )
    graph = graph.with_node(GraphNode("f0", "model.lineart", place={"kind": "nowhere"}))
    with Session() as session, pytest.raises(ModelError, match="nowhere"), Shared(graph, session):
        pass
    with pytest.raises(ModelError, match="nowhere"):
        rendered(graph)
    assert [one.name for one in tmp_path.iterdir()] == ["film.mp4"]


def test_waiting_for_a_model_can_be_stopped(tmp_path, monkeypatch):
    graph = with_model(
        graph_of(clip(tmp_path / "film.mp4"), tmp_path / "out.mkv", filters=("filter.invert",)), "lineart", "image"
    )
    monkeypatch.setattr("nodegraph.render.serving._LOOK", 0.0)
    with pytest.raises(Stopped):
        rendered(graph, stopped=lambda: True)
    assert [one.name for one in tmp_path.iterdir()] == ["film.mp4"]


def shared(entry, node, endpoint=None):
    """The servers of a graph of one node, with what was asked of them: entries, and the places told."""
    asked = []

    def acquire(entry, place):
        asked.append(entry)
        return SimpleNamespace(endpoint=endpoint, wait_ready=lambda seconds: None, release=lambda: None)

    session = SimpleNamespace(models=[entry], servers=SimpleNamespace(acquire=acquire))
    return asked, Shared(Graph({node.id: node}, ()), session)


def test_the_shared_server_runs_the_checkpoint_that_the_node_chose():
    entry = ModelEntry("style", "Style", "test", checkpoints=(Weights("mosaic"), Weights("candy")))
    asked, servers = shared(entry, GraphNode("f0", "model.style", {"checkpoint": "candy"}))
    with servers:
        assert [one.checkpoints for one in asked] == [(Weights("candy"),)]


def test_each_segment_is_given_the_next_replica():
    roster = Roster(2)
    for port in (1, 2):
        roster.put(str(port), Endpoint(f"http://127.0.0.1:{port}"))
    _, servers = shared(
        ModelEntry("style", "Style", "test"), GraphNode("f0", "model.style"), Endpoint("", roster=roster)
    )
    with servers:
        assert [servers.places()["f0"]["url"][-1] for _ in range(3)] == ["1", "2", "1"]


def test_replicas_that_are_all_gone_for_a_moment_are_no_place():
    _, servers = shared(
        ModelEntry("style", "Style", "test"), GraphNode("f0", "model.style"), Endpoint("", roster=Roster(2))
    )
    with servers:
        assert servers.places() == {}
