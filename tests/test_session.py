from pathlib import Path

import pytest

from nodegraph.core.errors import DocumentError, UsageError
from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.resources import data_folder
from nodegraph.session import Session, find_preset, shipped_presets
from nodegraph.session.overrides import set_place


@pytest.fixture
def session():
    with Session(catalog_paths=[], node_folders=[]) as session:
        yield session


def reading(path):
    return Graph({"clip": GraphNode("clip", "source.video_file", {"path": path})})


def test_the_shipped_clip_is_found_wherever_we_are(session, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    graph = session.resolve_paths(reading("asset:sample.mp4"), tmp_path)
    assert Path(graph.nodes["clip"].params["path"]) == data_folder() / "assets" / "sample.mp4"


@pytest.mark.parametrize("name", ["asset:../x", "asset:/etc/passwd", "asset:", "asset:C:\\x"])
def test_an_asset_name_that_leaves_the_folder_is_refused(session, name, tmp_path):
    with pytest.raises(DocumentError, match=r"nodes\.clip\.path"):
        session.resolve_paths(reading(name), tmp_path)


def test_an_input_is_looked_for_beside_the_preset_and_then_here(session, tmp_path, monkeypatch):
    here, beside = tmp_path / "here", tmp_path / "beside"
    for folder in (here, beside):
        folder.mkdir()
    (beside / "a.mp4").touch()
    monkeypatch.chdir(here)
    assert session.resolve_paths(reading("a.mp4"), beside).nodes["clip"].params["path"] == str(beside / "a.mp4")
    assert session.resolve_paths(reading("b.mp4"), beside).nodes["clip"].params["path"] == str(here / "b.mp4")


def test_an_output_goes_to_the_current_folder(session, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    graph = Graph({"out": GraphNode("out", "sink.video_file", {"path": "out/x.mp4"})})
    assert session.resolve_paths(graph, Path("/elsewhere")).nodes["out"].params["path"] == str(tmp_path / "out/x.mp4")


def test_unset_paths_and_unknown_nodes_are_left_alone(session, tmp_path):
    graph = Graph({"clip": GraphNode("clip", "source.video_file"), "odd": GraphNode("odd", "no.such", {"path": "x"})})
    assert session.resolve_paths(graph, tmp_path) == graph


def test_every_model_of_the_catalogue_is_a_node_and_no_server_is_started():
    with Session(node_folders=[]) as session:
        assert session.registry.find("model.people") is not None
        assert session._own is None


def test_nodes_of_a_persons_own_folder_are_known(tmp_path):
    code = "from nodegraph.sdk import Filter, Image\n\n\nclass Mine(Filter, id='my.own', category='Mine'):\n"
    (tmp_path / "mine.py").write_text(
        code + "    '''Do nothing.'''\n\n    def process(self, image: Image) -> Image:\n        return image\n"
    )
    with Session(catalog_paths=[], node_folders=[tmp_path]) as session:
        assert session.registry.find("my.own") is not None


def test_a_missing_catalogue_is_a_problem_of_the_registry(tmp_path):
    with Session(catalog_paths=[tmp_path / "none.json"], node_folders=[]) as session:
        assert "none.json" in str(session.registry.problems[0])


def test_a_graph_that_cannot_run_is_refused_with_its_problems(session):
    with pytest.raises(DocumentError) as caught:
        session.run(Graph({"a": GraphNode("a", "filter.invert")}), "offline")
    assert caught.value.problems[0].where == "nodes.a.image"


def test_outputs_are_the_files_that_are_there(session, tmp_path):
    nodes = {
        "pattern": GraphNode("pattern", "source.test_pattern", {"width": 32, "height": 32}),
        "out": GraphNode("out", "sink.video_file", {"path": str(tmp_path / "x.mp4")}),
    }
    graph = Graph(nodes, (Wire("pattern", "image", "out", "image"),))
    assert session.outputs_of(graph) == []
    with session.run(graph, "offline", frames=2) as run:
        assert run.wait(60)
    assert session.outputs_of(graph) == [tmp_path / "x.mp4"]


def test_presets_are_found_by_id_and_by_path():
    found, problems = shipped_presets()
    assert not problems
    for one in found:
        assert find_preset(one.preset.id) == one
        assert find_preset(str(one.path)).preset == one.preset
    with pytest.raises(UsageError):
        find_preset("a\0b")


@pytest.mark.parametrize(
    ("params", "seconds", "expected"),
    [
        ({}, None, 360),
        ({"start": 2.0, "end": 5.0}, None, 90),
        ({}, 3.0, 90),
        ({"speed": 2.0}, 3.0, 180),
        ({"loop": True}, None, None),
        ({"loop": True}, 20.0, 600),
        ({"path": "none.mp4"}, None, None),
    ],
)
def test_a_video_says_how_many_frames_will_come(session, params, seconds, expected):
    clip = str(data_folder() / "assets" / "sample.mp4")
    graph = Graph({"clip": GraphNode("clip", "source.video_file", {"path": clip, **params})})
    assert session.frames_of(graph, None, seconds) == expected


def test_the_shortest_source_and_the_asked_for_number_bound_the_frames(session, tmp_path):
    (tmp_path / "a.png").touch()
    nodes = {
        "pattern": GraphNode("pattern", "source.test_pattern", {"duration": 2.0, "fps": 10.0}),
        "folder": GraphNode("folder", "source.image_folder", {"path": str(tmp_path)}),
    }
    assert session.frames_of(Graph({"pattern": nodes["pattern"]}), None, None) == 20
    assert session.frames_of(Graph({"pattern": nodes["pattern"]}), 7, None) == 7
    assert session.frames_of(Graph(nodes), None, None) == 1


def test_every_session_reads_the_persons_own_catalogue_after_the_shipped_one(tmp_path, monkeypatch):
    path = tmp_path / "mine.json"
    monkeypatch.setenv("NODEGRAPH_CATALOGUE", str(path))
    with Session() as session:
        assert session.registry.find("model.cats") is None
        assert not session.registry.problems
    path.write_text('[{"id": "cats", "name": "Cats", "tag": "a/b"}, {"id": "people", "name": "False people"}]')
    with Session() as session:
        assert session.registry.find("model.cats")
        assert session.registry.find("model.people").spec.title == "People"


def test_a_broken_catalogue_of_ones_own_costs_only_itself(tmp_path, monkeypatch):
    path = tmp_path / "mine.json"
    monkeypatch.setenv("NODEGRAPH_CATALOGUE", str(path))
    path.write_text("[{")
    with Session() as session:
        assert session.registry.find("model.people")
        assert [problem.where for problem in session.registry.problems if problem.severity == "error"] == ["mine.json"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("process", {"kind": "process", "memory": 512}),
        ("http://box:33000", {"kind": "url", "url": "http://box:33000"}),
        ("ssh://you@gpu-box", {"kind": "container", "memory": 512, "engine": "ssh://you@gpu-box"}),
        ("context:lab", {"kind": "container", "memory": 512, "engine": "context:lab"}),
        ("container,replicas=2,memory=900", {"kind": "container", "memory": 900, "replicas": 2}),
        ("http://box/a,b=1,frames=raw", {"kind": "url", "url": "http://box/a,b=1", "frames": "raw"}),
    ],
)
def test_a_place_for_one_run_may_be_another_engine(text, place):
    with Session() as session:
        graph = Graph({"m": GraphNode("m", "model.people", {}, place={"memory": 512})})
        assert set_place(graph, session.registry, f"m={text}").nodes["m"].place == place
        with pytest.raises(UsageError, match="is no place"):
            set_place(graph, session.registry, "m=banana")
        with pytest.raises(UsageError, match="cannot be sent frames as 'gif'"):
            set_place(graph, session.registry, "m=container,frames=gif")
