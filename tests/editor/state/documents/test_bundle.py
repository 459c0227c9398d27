import stat
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from nodegraph.core.errors import DocumentError, NodegraphError
from nodegraph.core.graph import Graph, GraphNode
from nodegraph.core.preset import Preset, read_preset, to_text
from nodegraph.editor.state.documents import bundle
from nodegraph.editor.state.documents.bundle import open_bundle, plan_bundle, write_bundle
from nodegraph.session import Session

EMPTY = to_text(Preset(id="x"))


@pytest.fixture(scope="module")
def registry():
    with Session(node_folders=[]) as session:
        yield session.registry


@pytest.fixture
def document(tmp_path) -> Preset:
    """Two clips of one name, a folder of pictures, a missing file, a shipped file and an output."""
    for name in ("here/a.mp4", "elsewhere/a.mp4", "here/pictures/1.png", "here/pictures/deep/2.png", "here/out.mp4"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode() * 50)
    nodes = [
        GraphNode("one", "source.video_file", {"path": "a.mp4"}),
        GraphNode("two", "source.video_file", {"path": str(tmp_path / "elsewhere" / "a.mp4")}),
        GraphNode("again", "source.video_file", {"path": "a.mp4"}),
        GraphNode("many", "source.image_folder", {"path": "pictures"}),
        GraphNode("gone", "source.video_file", {"path": str(tmp_path / "gone.mp4")}),
        GraphNode("ours", "source.video_file", {"path": "asset:sample.mp4"}),
        GraphNode("out", "sink.video_file", {"path": str(tmp_path / "here" / "out.mp4")}),
    ]
    return Preset(id="x", title="X", graph=Graph({node.id: node for node in nodes}))


@pytest.fixture
def packed(document, registry, tmp_path) -> Path:
    path = tmp_path / "x.zip"
    write_bundle(plan_bundle(document, registry, tmp_path / "here"), path)
    return path


def paths(preset: Preset) -> dict[str, object]:
    return {id: node.params.get("path") for id, node in preset.graph.nodes.items()}


def test_the_plan_says_what_is_packed_and_how_much_it_is(document, registry, tmp_path):
    plan = plan_bundle(document, registry, tmp_path / "here")
    assert [name for _, name in plan.files] == [
        "assets/a.mp4",
        "assets/a-2.mp4",
        "assets/pictures/1.png",
        "assets/pictures/deep/2.png",
    ]
    assert plan.size == sum(path.stat().st_size for path, _ in plan.files)
    assert plan.missing == ("gone: gone.mp4 is not there",)
    assert len(plan.stripped) == 2


def test_a_bundle_opens_elsewhere_with_every_file_in_its_place(packed, tmp_path, registry, monkeypatch):
    monkeypatch.chdir(tmp_path)
    opened = open_bundle(packed, tmp_path / "bundles")
    preset = read_preset(opened)
    assert paths(preset) == {
        "one": "assets/a.mp4",
        "two": "assets/a-2.mp4",
        "again": "assets/a.mp4",
        "many": "assets/pictures",
        "gone": "gone.mp4",
        "ours": "asset:sample.mp4",
        "out": "out.mp4",
    }
    assert (opened.parent / "assets/a-2.mp4").read_bytes() == (tmp_path / "elsewhere/a.mp4").read_bytes()
    assert {one["path"] for one in preset.assets} == set(zipfile.ZipFile(packed).namelist()[:-1])
    assert str(tmp_path) not in opened.read_text()
    assert open_bundle(packed, tmp_path / "bundles") == opened


def test_an_export_that_is_stopped_leaves_nothing(document, registry, tmp_path):
    plan = plan_bundle(document, registry, tmp_path / "here")
    with pytest.raises(NodegraphError, match="was stopped"):
        write_bundle(plan, tmp_path / "x.zip", stop=lambda: True)
    assert not list(tmp_path.glob("*x.zip*"))


def test_progress_ends_at_the_size_of_the_plan(document, registry, tmp_path):
    told: list[int] = []
    plan = plan_bundle(document, registry, tmp_path / "here")
    write_bundle(plan, tmp_path / "x.zip", told.append)
    assert told == sorted(told)
    assert told[-1] == plan.size


def test_a_folder_that_cannot_be_written_is_a_sentence(document, registry, tmp_path):
    plan = plan_bundle(document, registry, tmp_path / "here")
    with pytest.raises(NodegraphError, match="cannot be written"):
        write_bundle(plan, tmp_path / "no such folder" / "x.zip")


@pytest.mark.parametrize("name", ["../evil.txt", "/tmp/evil.txt", "assets/../../evil", "C:\\evil", "assets\\..\\..\\x"])
def test_a_name_that_leaves_the_folder_is_refused(tmp_path, name):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as made:
        made.writestr("preset.json", EMPTY)
        made.writestr(name, "boo")
    with pytest.raises(DocumentError, match="is not opened"):
        open_bundle(tmp_path / "x.zip", tmp_path / "bundles")
    assert not list((tmp_path / "bundles").rglob("*"))


def test_a_link_is_refused(tmp_path):
    link = zipfile.ZipInfo("assets/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as made:
        made.writestr("preset.json", EMPTY)
        made.writestr(link, "/etc/passwd")
    with pytest.raises(DocumentError, match="is a link"):
        open_bundle(tmp_path / "x.zip", tmp_path / "bundles")


def test_a_bomb_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("preset.json", EMPTY)
        made.writestr("assets/zeros", bytes(40 << 20))
    with pytest.raises(DocumentError, match="far more than it is"):
        open_bundle(tmp_path / "x.zip", tmp_path / "bundles")


def test_too_many_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "MAX_FILES", 3)
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as made:
        made.writestr("preset.json", EMPTY)
        for number in range(4):
            made.writestr(f"assets/{number}", "x")
    with pytest.raises(DocumentError, match="holds 5 files"):
        open_bundle(tmp_path / "x.zip", tmp_path / "bundles")


def test_a_file_that_is_not_what_was_packed_is_refused(tmp_path):
    document = replace(Preset(id="x"), assets=({"path": "assets/a", "sha256": "0" * 64},))
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as made:
        made.writestr("preset.json", to_text(document))
        made.writestr("assets/a", "boo")
    with pytest.raises(DocumentError, match="not what was packed"):
        open_bundle(tmp_path / "x.zip", tmp_path / "bundles")
    assert not list((tmp_path / "bundles").iterdir())


def test_a_zip_without_a_preset_and_a_file_that_is_no_zip_are_sentences(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as made:
        made.writestr("other.txt", "x")
    (tmp_path / "y.zip").write_bytes(b"PK\x03\x04 and then nothing")
    for name, why in (("x.zip", "is no bundle"), ("y.zip", "cannot be opened"), ("z.zip", "cannot be opened")):
        with pytest.raises(DocumentError, match=why):
            open_bundle(tmp_path / name, tmp_path / "bundles")


def test_a_bundle_cut_anywhere_is_a_sentence(packed, tmp_path):
    whole = packed.read_bytes()
    for part in range(1, 10):
        packed.write_bytes(whole[: len(whole) * part // 10])
        with pytest.raises(DocumentError, match="cannot be opened"):
            open_bundle(packed, tmp_path / "bundles")
