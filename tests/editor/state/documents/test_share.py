import json
import os
from pathlib import Path

import pytest

from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.preset import Preset, to_text
from nodegraph.editor.state.documents.paths_in import moved
from nodegraph.editor.state.documents.share import shareable
from nodegraph.session import Session, shipped_presets

HOME = "/" + "home/somebody"


@pytest.fixture(scope="module")
def registry():
    with Session(node_folders=[]) as session:
        yield session.registry


def of(*nodes: GraphNode, **parts: object) -> Preset:
    return Preset(id="x", graph=Graph({node.id: node for node in nodes}), **parts)


def params(preset: Preset, node: str) -> dict[str, object]:
    return dict(preset.graph.nodes[node].params)


@pytest.mark.parametrize(
    ("path", "becomes"),
    [
        (f"{HOME}/films/holiday.mp4", "holiday.mp4"),
        ("~/holiday.mp4", "holiday.mp4"),
        ("/srv/clips/a.mp4", "a.mp4"),
        ("C:\\films\\a.mp4", "a.mp4"),
        ("../../private/a.mp4", "a.mp4"),
        ("films/a.mp4", "films/a.mp4"),
        ("a.mp4", "a.mp4"),
        ("asset:sample.mp4", "asset:sample.mp4"),
    ],
)
def test_a_path_keeps_only_what_means_something_elsewhere(registry, path, becomes):
    clean, told = shareable(of(GraphNode("clip", "source.video_file", {"path": path, "loop": True})), registry)
    assert params(clean, "clip") == {"path": becomes, "loop": True}
    assert bool(told) == (becomes != path)


def test_the_path_of_a_sink_is_cleaned_too(registry):
    clean, _ = shareable(of(GraphNode("video", "sink.video_file", {"path": f"{HOME}/out.mp4"})), registry)
    assert params(clean, "video") == {"path": "out.mp4"}


def test_a_device_becomes_the_first_one_found(registry):
    document = of(GraphNode("cam", "source.webcam", {"device": "Ada's camera", "width": 640}))
    clean, told = shareable(document, registry)
    assert params(clean, "cam") == {"width": 640}
    assert told == ['cam: the device "Ada\'s camera" became the first one found']


@pytest.mark.parametrize(
    ("url", "becomes"),
    [
        ("rtsp://ada:s3cret@10.0.0.7:554/live", "rtsp://10.0.0.7:554/live"),
        ("https://a.example/x?token=abc123&size=2", "https://a.example/x?token=…&size=2"),
        ("https://a.example/x?size=2", "https://a.example/x?size=2"),
    ],
)
def test_an_address_loses_its_password_and_keys(registry, url, becomes):
    clean, told = shareable(of(GraphNode("net", "source.network_stream", {"url": url})), registry)
    assert params(clean, "net") == {"url": becomes}
    assert bool(told) == (url != becomes)


@pytest.mark.parametrize(
    ("place", "becomes"),
    [
        ({"kind": "url", "url": "http://u:p@10.0.0.7:9000"}, {}),
        ({"kind": "container", "engine": "ssh://ada@box", "device": "gpu"}, {"kind": "container", "device": "gpu"}),
        ({"kind": "process"}, {"kind": "process"}),
    ],
)
def test_a_model_runs_at_no_place_of_this_machine(registry, place, becomes):
    clean, told = shareable(of(GraphNode("people", "model.people", place=place)), registry)
    assert clean.graph.nodes["people"].place == becomes
    assert bool(told) == (place != becomes)
    assert not any("u:p" in line for line in told)


def test_home_folders_and_passwords_are_found_in_every_text(registry):
    secret = f"see {HOME}/secret plan.txt, or http://ada:pw@host/x"
    document = Preset(
        title=secret,
        description=secret,
        author="Ada",
        tags=(secret,),
        graph=Graph(
            {"a": GraphNode("a", "unknown.type", {"deep": [{"b": secret}]}, title=secret, unknown={"c": secret})},
            (Wire("a", "x", "a", "y"),),
            ({"id": "g", "title": secret},),
        ),
        layout={"notes": {"n": {"text": secret}}},
        snapshots=({"values": [secret]},),
        cues=({"name": secret},),
        controls=({"name": secret},),
        passport={"file": f"C:\\Users\\ada\\x {secret}"},
        requires={"from": secret},
        unknown={"later": secret},
        graph_unknown={"later": secret},
        wire_unknown={Wire("a", "x", "a", "y"): {"later": secret}},
    )
    clean, told = shareable(document, registry)
    text = to_text(clean)
    assert "somebody" not in text
    assert "ada" not in text
    assert "pw@" not in text
    assert clean.author == "Ada"
    assert "see secret" in clean.title
    assert {line.partition(":")[0] for line in told} == {"a", "texts"}


def test_what_is_no_path_is_left_alone(registry):
    words = "/osc/radius and 3/4 or a~b, mail me@example.org, http://example.org/home/page"
    clean, told = shareable(of(GraphNode("a", "control.text", {"value": words})), registry)
    assert (params(clean, "a")["value"], told) == (words, [])


def test_the_shipped_presets_have_nothing_to_take_out(registry):
    for found in shipped_presets()[0]:
        clean, told = shareable(found.preset, registry)
        assert told == []
        assert json.loads(to_text(clean)) == json.loads(to_text(found.preset))


def test_a_document_that_moves_still_finds_the_files_beside_it(registry, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    old, new = tmp_path / "old", tmp_path / "new"
    (old / "films").mkdir(parents=True)
    new.mkdir()
    (old / "films" / "a.mp4").touch()
    document = of(
        GraphNode("a", "source.video_file", {"path": "films/a.mp4"}),
        GraphNode("b", "source.video_file", {"path": "films/gone.mp4"}),
        GraphNode("c", "sink.video_file", {"path": "films/a.mp4"}),
        GraphNode("d", "source.video_file", {"path": "asset:sample.mp4"}),
    )
    changed = moved(document, registry, old, new)
    assert params(changed, "a") == {"path": str(old / "films" / "a.mp4")}
    assert params(moved(document, registry, old, tmp_path), "a") == {"path": os.path.join("old", "films", "a.mp4")}
    for same in "bcd":
        assert params(changed, same) == params(document, same)
    assert moved(document, registry, old, old) is document
    assert Path(str(params(changed, "a")["path"])).is_file()
