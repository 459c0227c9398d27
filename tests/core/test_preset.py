import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nodegraph.core.errors import DocumentError
from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.preset import Preset, read_preset, to_text, write_preset
from nodegraph.core.preset_history import versions

DATA = Path(__file__).parent / "data"

FULL = Preset(
    id="full",
    title="Ünïcode ☂ [bold]not markup[/bold]\x07",
    tags=("a", "b"),
    graph=Graph(
        {
            "camera": GraphNode("camera", "source.webcam"),
            "blur": GraphNode(
                "blur",
                "nobody.knows_this",
                {"radius": 2.5, "colour": [1, 2, 3], "deep": {"x": [None, True]}},
                title="Soft",
                state="bypass",
                failure="black",
                sync="match",
                place={"kind": "url", "url": "http://127.0.0.1:9"},
                unknown={"colour": "#ff0000"},
            ),
        },
        (Wire("camera", "image", "blur", "image"), Wire("camera", "odd.port", "blur", "radius")),
        ({"title": "G", "nodes": ["blur"]},),
    ),
    layout={"blur": [10, 20]},
    controls=({"name": "Softness", "param": "blur.radius"},),
    snapshots=({"name": "one"},),
    cues=({"name": "go"},),
    assets=({"path": "clips/a.mp4"},),
    requires={"models": []},
    passport={"fps": 60.5},
    unknown={"mood": {"x": 1}},
    graph_unknown={"zoom": 2},
    wire_unknown={Wire("camera", "image", "blur", "image"): {"curve": 0.5}},
)


def test_everything_in_a_preset_survives_saving_and_reading(tmp_path):
    write_preset(FULL, tmp_path / "a.json")
    assert read_preset(tmp_path / "a.json") == FULL


def test_saving_what_was_read_gives_the_same_bytes(tmp_path):
    write_preset(FULL, tmp_path / "a.json")
    write_preset(read_preset(tmp_path / "a.json"), tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_keys_are_sorted_and_a_changed_parameter_changes_one_line():
    before = to_text(FULL).splitlines()
    after = to_text(replace(FULL, graph=FULL.graph.with_param("blur", "radius", 9.0))).splitlines()
    assert len(before) == len(after)
    assert sum(one != two for one, two in zip(before, after, strict=True)) == 1
    keys = list(json.loads(to_text(FULL)))
    assert keys == sorted(keys)


def test_only_what_differs_from_the_defaults_is_written():
    document = json.loads(to_text(Preset(id="small", graph=Graph({"a": GraphNode("a", "filter.x")}))))
    assert document == {"format": 1, "id": "small", "graph": {"nodes": {"a": {"type": "filter.x"}}, "wires": []}}


def test_paths_tuples_and_numpy_numbers_are_written_as_plain_json():
    params = {"path": Path("a b.mp4"), "colour": (1, 2, 3), "level": np.float32(0.5)}
    text = to_text(Preset(graph=Graph({"a": GraphNode("a", "t", params)})))
    assert json.loads(text)["graph"]["nodes"]["a"]["params"] == {
        "path": "a b.mp4",
        "colour": [1, 2, 3],
        "level": 0.5,
    }


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object()])
def test_a_value_json_cannot_say_is_refused_with_its_place_and_nothing_is_written(value, tmp_path):
    path = tmp_path / "a.json"
    preset = Preset(graph=Graph({"a": GraphNode("a", "t", {"x": value})}))
    with pytest.raises(DocumentError, match=r"graph\.nodes\.a\.params\.x"):
        write_preset(preset, path)
    assert list(tmp_path.iterdir()) == []


def test_half_a_surrogate_pair_in_a_title_survives(tmp_path):
    preset = read_preset(b'{"format":1,"title":"\\ud800","graph":{}}')
    write_preset(preset, tmp_path / "a.json")
    assert read_preset(tmp_path / "a.json").title == "\ud800"


def test_a_failed_save_leaves_the_old_file_and_no_litter(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    write_preset(FULL, path)
    before = path.read_bytes()

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(DocumentError, match="No space left"):
        write_preset(Preset(id="new"), path)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["a.json"]


def test_saving_keeps_the_files_permissions_and_follows_a_link(tmp_path):
    path, link = tmp_path / "a.json", tmp_path / "link.json"
    write_preset(Preset(id="one"), path)
    path.chmod(0o640)
    link.symlink_to(path)
    write_preset(Preset(id="two"), link)
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert read_preset(path).id == "two"


def test_the_last_ten_versions_are_kept(tmp_path):
    path, history = tmp_path / "a.json", tmp_path / "history"
    for number in range(15):
        write_preset(Preset(id=f"v{number}"), path, history)
    assert [read_preset(one).id for one in versions(path, history)] == [f"v{number}" for number in range(4, 14)]


def test_two_presets_with_one_name_have_separate_histories(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        for number in range(2):
            write_preset(Preset(id=f"{folder}{number}"), tmp_path / folder / "a.json", tmp_path / "history")
    kept = versions(tmp_path / "one" / "a.json", tmp_path / "history")
    assert [read_preset(one).id for one in kept] == ["one0"]


def test_format_0_becomes_format_1_and_keeps_what_it_does_not_know():
    old, new = read_preset(DATA / "preset_format_0.json"), read_preset(DATA / "preset_format_1.json")
    assert old == new
    assert old.unknown == {"mood": "calm"}
    assert json.loads(to_text(old)) == json.loads((DATA / "preset_format_1.json").read_text())


def test_migrating_leaves_its_input_alone_and_wrong_shapes_for_the_reader_to_report():
    data = b'{"format":0,"graph":{"nodes":[{"type":"x"}],"wires":[["a.b"],["a.b","c.d"]]}}'
    with pytest.raises(DocumentError) as caught:
        read_preset(data)
    assert [problem.where for problem in caught.value.problems] == ["graph.nodes", "graph.wires[0]"]


NEWER = b"""{"format": 7, "id": "future", "graph": {"nodes": {
    "a": {"type": "t", "state": "solo", "params": {"x": 1}}, "b": "short form"},
    "wires": [{"from": "a.out", "to": "b.in"}, "a -> b"]}, "tags": "not a list"}"""


def test_a_newer_format_opens_read_only_with_warnings(tmp_path):
    preset = read_preset(NEWER)
    assert preset.read_only
    assert preset.format == 7
    assert preset.graph.nodes["a"].params == {"x": 1}
    assert preset.graph.nodes["a"].unknown == {"state": "solo"}
    assert preset.unknown == {"tags": "not a list"}
    assert {problem.severity for problem in preset.problems} == {"warning"}
    assert {"format", "nodes.a.state", "nodes.b", "tags"} <= {problem.where for problem in preset.problems}


def test_a_newer_file_is_not_overwritten(tmp_path):
    path = tmp_path / "future.json"
    path.write_bytes(NEWER)
    for preset in (read_preset(path), Preset(id="mine")):
        with pytest.raises(DocumentError, match="newer nodegraph"):
            write_preset(preset, path)
    assert path.read_bytes() == NEWER
