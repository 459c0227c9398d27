"""What cannot be divided is rendered in one piece, with a sentence, and is what an ordinary run gives."""

import pytest

from nodegraph.core.errors import NodegraphError, UsageError
from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.session import Session
from tests.render.support import clip, frames_of, graph_of, rendered


def why(graph, **order):
    made = rendered(graph, **order)
    assert not made.segments
    return " ".join(made.whole)


@pytest.mark.parametrize("node", ["filter.trails", "filter.frame_delay", "filter.background_subtraction"])
def test_a_node_that_remembers_frames_is_not_divided(tmp_path, node):
    graph = graph_of(clip(tmp_path / "film.mp4"), tmp_path / "out.mkv", filters=(node,), codec="ffv1")
    assert "f0" in why(graph)
    with (
        Session() as session,
        session.run(graph.with_param("out", "path", str(tmp_path / "run.mkv")), "offline") as run,
    ):
        run.wait()
    assert frames_of(tmp_path / "out.mkv") == frames_of(tmp_path / "run.mkv")


def test_a_parameter_that_keeps_its_value_over_gaps_is_a_memory(tmp_path):
    graph = graph_of(clip(tmp_path / "film.mp4"), tmp_path / "out.mkv", filters=("filter.gaussian_blur",))
    for node in (GraphNode("lfo", "control.lfo"), GraphNode("gate", "control.gate")):
        graph = graph.with_node(node)
    graph = graph.with_wire(Wire("lfo", "number", "gate", "value")).with_wire(Wire("gate", "any", "f0", "radius"))
    assert "radius keeps its value while gate gives nothing" in why(graph)


def test_a_parameter_that_is_driven_on_every_frame_is_divided(tmp_path):
    film, names = clip(tmp_path / "film.mp4"), ("parts", "whole")
    for name in names:
        path = tmp_path / f"{name}.mkv"
        graph = graph_of(film, path, filters=("filter.gaussian_blur",), codec="ffv1")
        graph = graph.with_node(GraphNode("lfo", "control.lfo", {"high": 9.0}))
        graph = graph.with_wire(Wire("lfo", "number", "f0", "radius"))
        made = rendered(graph, workers=2 if name == "parts" else 1)
        assert bool(made.segments) == (name == "parts")
    parts, whole = (frames_of(tmp_path / f"{name}.mkv") for name in names)
    assert parts == whole
    assert len({digest for _, digest in parts}) > 50


def test_two_sources_hold_each_other_s_frames(tmp_path):
    film = clip(tmp_path / "film.mp4")
    graph = graph_of(film, tmp_path / "out.mkv", filters=("filter.side_by_side",))
    graph = graph.without_wire(graph.wires_into("f0")[0])
    graph = graph.with_node(GraphNode("other", "source.video_file", {"path": str(film)}))
    graph = graph.with_wire(Wire("clip", "image", "f0", "first")).with_wire(Wire("other", "image", "f0", "second"))
    assert "clocks" in why(graph)


@pytest.mark.parametrize(("params", "word"), [({"fps": 12.0}, "fixed frame rate"), ({"clip_loop": True}, "loops")])
def test_parameters_that_need_one_piece(tmp_path, params, word):
    graph = graph_of(clip(tmp_path / "film.mp4"), tmp_path / "out.mp4", **params)
    assert word in why(graph, frames=70)


def test_pictures_and_animations_are_written_in_one_piece(tmp_path):
    film = clip(tmp_path / "film.mp4")
    nodes = {"clip": GraphNode("clip", "source.video_file", {"path": str(film)})}
    for type, path in (("sink.image_sequence", tmp_path / "frames"), ("sink.animation", tmp_path / "a.gif")):
        out = GraphNode("out", type, {"path": str(path)})
        graph = Graph({**nodes, "out": out}, (Wire("clip", "image", "out", "image"),))
        assert "cannot put together" in why(graph, frames=30)
        assert path.exists()
    assert len(list((tmp_path / "frames").iterdir())) == 30
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.gif", "film.mp4", "frames"]


def test_one_frame_is_one_piece(tmp_path):
    graph = graph_of(clip(tmp_path / "film.mp4", frames=1), tmp_path / "out.mp4")
    assert "too short" in why(graph)
    assert len(frames_of(tmp_path / "out.mp4")) == 1


def test_a_camera_is_no_film(tmp_path):
    graph = graph_of("", tmp_path / "out.mp4").with_node(GraphNode("clip", "source.webcam"))
    with pytest.raises(UsageError, match="is a device"):
        rendered(graph)


def test_a_loop_without_a_limit_is_refused(tmp_path):
    graph = graph_of(clip(tmp_path / "film.mp4"), tmp_path / "out.mp4", clip_loop=True)
    with pytest.raises(UsageError, match="for ever"):
        rendered(graph)


def test_a_graph_that_writes_nothing_is_refused(tmp_path):
    graph = graph_of(clip(tmp_path / "film.mp4"), tmp_path / "out.mp4").without_nodes(["out"])
    with pytest.raises(UsageError, match="writes a file"):
        rendered(graph)


@pytest.mark.parametrize(
    ("data", "said"), [(b"", "is empty"), (b"nonsense" * 500, "not a video"), (None, "does not exist")]
)
def test_a_film_that_cannot_be_read_is_named_and_nothing_is_left(tmp_path, data, said):
    film = tmp_path / "film.mp4"
    if data is not None:
        film.write_bytes(data)
    with pytest.raises(NodegraphError, match=said):
        rendered(graph_of(film, tmp_path / "new" / "out.mp4"))
    assert [one.name for one in tmp_path.iterdir()] == ([film.name] if data is not None else [])
