import os
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from nodegraph.core.errors import DocumentError, NodegraphError, UsageError
from nodegraph.core.graph import Graph, GraphNode
from nodegraph.core.preset import Preset, embed, read_preset, to_text
from nodegraph.editor.state.documents import documents as module
from nodegraph.editor.state.documents.bundle import plan_bundle, write_bundle
from nodegraph.editor.state.documents.documents import AlreadyThere, ChangedOnDisk, Documents, NeedsName
from nodegraph.editor.state.documents.journal import Journal
from nodegraph.editor.state.documents.recovery import found
from nodegraph.editor.state.settings import Settings
from nodegraph.editor.state.workspace import Workspace
from nodegraph.session import Session

ONE = Preset(id="one", title="One", graph=Graph({"a": GraphNode("a", "source.video_file", {"path": "a.mp4"})}))
PNG = cv2.imencode(".png", np.full((2, 2, 3), 200, np.uint8))[1].tobytes()


@pytest.fixture(scope="module")
def registry():
    with Session(node_folders=[]) as session:
        yield session.registry


class Desk:
    """Documents on a desk of their own."""

    def __init__(self, folder: Path, registry: object) -> None:
        self.folder = folder
        self.workspace = Workspace(registry)
        self.settings = Settings.load(folder / "settings.json")
        self.told: list[tuple[str, str, str]] = []
        self.journal = Journal(self.told.append, folder / "journal")
        tell = lambda *said: self.told.append(said)  # noqa: E731
        self.documents = Documents(self.workspace, self.settings, tell, journal=self.journal)

    def edit(self, title: str = "Changed") -> None:
        self.workspace.do("Retitle", replace(self.workspace.document, title=title))

    def file(self, name: str, document: Preset = ONE) -> Path:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(to_text(document))
        return path


@pytest.fixture
def desk(tmp_path, registry, monkeypatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "versions_folder", lambda: tmp_path / "versions")
    return Desk(tmp_path, registry)


def test_open_edit_save_open_is_the_same_document_and_the_older_version_is_kept(desk):
    path = desk.file("one.json")
    desk.documents.open(str(path))
    assert (desk.workspace.path, desk.workspace.dirty) == (path, False)
    desk.edit()
    assert desk.workspace.dirty
    desk.documents.save()
    assert not desk.workspace.dirty
    assert read_preset(path).title == "Changed"
    (older,) = desk.documents.older
    assert read_preset(older) == ONE
    desk.documents.restore(older)
    assert (desk.workspace.document.title, desk.workspace.dirty) == ("One", True)
    assert desk.workspace.undo() == "Restore an older version"


def test_a_shipped_preset_is_opened_as_a_copy_whose_paths_still_mean_the_same(desk):
    desk.documents.open("starter")
    assert desk.workspace.path is None
    assert desk.workspace.base.name == "presets"
    assert desk.settings.recent == []
    with pytest.raises(NeedsName):
        desk.documents.save()


@pytest.mark.parametrize(
    ("name", "error"),
    [("no such preset", UsageError), ("no/such.json", UsageError), ("bad.json", DocumentError), ("a\0b", UsageError)],
)
def test_what_cannot_be_opened_is_a_sentence_and_the_current_document_stays(desk, name, error):
    (desk.folder / "bad.json").write_text("{")
    desk.documents.open(str(desk.file("one.json")))
    with pytest.raises(error):
        desk.documents.open(name)
    assert desk.workspace.document == ONE


def test_a_name_without_suffix_means_the_json(desk):
    desk.documents.save_as(desk.folder / "mine v1.2")
    assert (desk.folder / "mine v1.2.json").is_file()
    desk.documents.new()
    desk.documents.open(str(desk.file("plain.json").with_suffix("")))
    assert desk.workspace.document == ONE


def test_save_as_asks_before_it_replaces_a_file(desk):
    other = desk.file("other.json")
    desk.edit()
    with pytest.raises(AlreadyThere):
        desk.documents.save_as(other)
    assert read_preset(other) == ONE
    desk.documents.save_as(other, overwrite=True)
    assert read_preset(other).title == "Changed"
    assert desk.workspace.path == other
    assert desk.settings.recent == [str(other)]


def test_a_file_that_another_program_changed_is_not_overwritten_silently(desk):
    path = desk.file("one.json")
    desk.documents.open(str(path))
    desk.edit()
    os.utime(path, ns=(1, 1))
    assert not desk.documents.changed_on_disk
    path.write_text(to_text(replace(ONE, title="Theirs")))
    with pytest.raises(ChangedOnDisk):
        desk.documents.save()
    assert read_preset(path).title == "Theirs"
    desk.documents.save(overwrite=True)
    assert read_preset(path).title == "Changed"
    path.unlink()
    desk.edit("Again")
    desk.documents.save()
    assert read_preset(path).title == "Again"


def test_reverting_can_be_undone(desk):
    path = desk.file("one.json")
    desk.documents.open(str(path))
    desk.edit()
    desk.documents.revert()
    assert (desk.workspace.document, desk.workspace.dirty) == (ONE, False)
    desk.workspace.undo()
    assert (desk.workspace.document.title, desk.workspace.dirty) == ("Changed", True)


def test_a_png_is_opened_and_saved_into_with_its_picture(desk):
    path = desk.folder / "shared.png"
    path.write_bytes(embed(PNG, ONE))
    desk.documents.open(str(path))
    desk.edit()
    desk.documents.save()
    assert path.read_bytes().startswith(PNG[:16])
    assert read_preset(path).title == "Changed"
    with pytest.raises(DocumentError, match="no picture"):
        desk.documents.save_as(desk.folder / "new.png")


def test_a_document_of_a_newer_version_says_so_and_is_not_saved(desk):
    path = desk.folder / "newer.json"
    path.write_text('{"format": 99, "graph": {"nodes": {}}, "hologram": 1}')
    desk.documents.open(str(path))
    assert "newer nodegraph" in desk.told[0][0]
    desk.edit()
    with pytest.raises(DocumentError, match="newer nodegraph"):
        desk.documents.save()
    assert "hologram" in path.read_text()


def test_a_bundle_is_opened_as_a_copy_and_its_files_are_found_after_saving_elsewhere(desk, registry):
    (desk.folder / "a.mp4").write_bytes(b"film")
    write_bundle(plan_bundle(ONE, registry, desk.folder), desk.folder / "x.zip")
    (desk.folder / "a.mp4").unlink()
    desk.documents.open(str(desk.folder / "x.zip"))
    assert desk.workspace.path is None
    assert (desk.workspace.base / "assets/a.mp4").read_bytes() == b"film"
    desk.documents.save_as(desk.folder / "mine.json")
    path = read_preset(desk.folder / "mine.json").graph.nodes["a"].params["path"]
    assert Path(path).read_bytes() == b"film"
    assert not desk.workspace.dirty


def test_recent_files_that_are_gone_are_marked(desk):
    for name in ("a.json", "b.json"):
        desk.documents.open(str(desk.file(name)))
    (desk.folder / "a.json").unlink()
    assert [(one.path.name, one.there) for one in desk.documents.recent] == [("b.json", True), ("a.json", False)]


def test_a_folder_that_cannot_be_written_is_a_sentence_and_the_document_stays_unsaved(desk):
    desk.edit()
    with pytest.raises(NodegraphError, match="Cannot save"):
        desk.documents.save_as(desk.folder / "no such folder" / "x.json")
    assert desk.workspace.dirty
    assert desk.workspace.path is None


def test_unsaved_work_is_recovered_as_one_step_after_what_was_saved(desk, registry):
    path = desk.file("one.json")
    desk.documents.open(str(path))
    desk.edit("First")
    desk.journal.flush()
    desk.edit("Second")
    desk.journal.flush()
    desk.journal._book._syncing.join()
    desk.journal._book._file.close()
    later = Desk(desk.folder, registry)
    (one,) = found(desk.folder / "journal")
    assert (one.name, one.path) == ("One", path)
    later.documents.recover(one)
    assert (later.workspace.document.title, later.workspace.dirty) == ("Second", True)
    assert not later.documents.changed_on_disk
    assert found(desk.folder / "journal") == []
    assert later.workspace.undo() == "Recover unsaved changes"
    assert (later.workspace.document, later.workspace.dirty) == (ONE, False)
    later.documents.close()
    assert [path.name for path in (desk.folder / "journal").iterdir()] == []


def test_what_was_recovered_is_not_saved_over_a_file_that_changed_meanwhile(desk, registry):
    path = desk.file("one.json")
    desk.documents.open(str(path))
    desk.edit()
    desk.journal.flush()
    desk.journal._book._syncing.join()
    desk.journal._book._file.close()
    path.write_text(to_text(replace(ONE, title="Theirs")))
    later = Desk(desk.folder, registry)
    (one,) = found(desk.folder / "journal")
    later.documents.recover(one)
    with pytest.raises(ChangedOnDisk):
        later.documents.save()
