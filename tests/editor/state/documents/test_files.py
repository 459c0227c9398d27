from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from nodegraph.core.graph import Graph, GraphNode
from nodegraph.core.preset import Preset, read_preset, to_text
from nodegraph.editor.state import background
from nodegraph.editor.state.documents import browser, documents, mending
from nodegraph.editor.state.documents.dropping import with_sources
from nodegraph.editor.state.documents.missing import Missing
from nodegraph.editor.state.documents.portrait import png_of, portrait
from nodegraph.editor.state.documents.questions import (
    FileDialog,
    GalleryDialog,
    MissingDialog,
    Progress,
    Question,
    RecoveryDialog,
    ShareDialog,
)
from nodegraph.editor.state.documents.recovery import found
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.folders import journal_folder
from nodegraph.editor.state.models.shown import ModelShow
from nodegraph.editor.state.settings import Settings
from nodegraph.session import Session

ONE = Preset(id="one", title="One", graph=Graph({"note": GraphNode("note", "source.text", {"text": "a"})}))


class Inline:
    """A thread that works at once."""

    def __init__(self, target: Callable[..., None], args: tuple[object, ...] = (), **_: object) -> None:
        self.start = lambda: target(*args)


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with Session(node_folders=[]) as session:
        yield session


@pytest.fixture
def editor(session, tmp_path, monkeypatch) -> Iterator[Editor]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(documents, "versions_folder", lambda: tmp_path / "versions")
    for module in (background, browser):
        monkeypatch.setattr(module, "threading", SimpleNamespace(Thread=Inline))
    editor = Editor(session, Settings.load(tmp_path / "settings.json"))
    yield editor
    editor.quitting = True
    editor.close()


def file(name: str, document: Preset = ONE) -> Path:
    path = Path.cwd() / name
    path.write_text(to_text(document))
    return path


def edit(editor: Editor, title: str = "Changed") -> None:
    editor.workspace.do("Retitle", replace(editor.workspace.document, title=title))


def answer(editor: Editor, label: str) -> None:
    """Press a button of the question that is open."""
    question = editor.dialogs.current
    assert isinstance(question, Question), question
    (chosen,) = [one for one in question.answers if one.label == label]
    editor.dialogs.close(question)
    chosen.act()
    editor.tick()


def type_name(editor: Editor, name: str) -> None:
    dialog = editor.dialogs.current
    assert isinstance(dialog, FileDialog), dialog
    dialog.browser.name = name
    path = dialog.browser.typed()
    assert path is not None
    editor.dialogs.close(dialog)
    dialog.choose(path)
    editor.tick()


def opened(editor: Editor, name: str) -> None:
    editor.files.open_name(name)
    editor.tick()


def told(editor: Editor) -> list[str]:
    return [one.text for one in editor.notices.log]


def test_a_file_is_opened_by_its_name_and_saved_without_a_question(editor):
    path = file("one.json")
    editor.files.open()
    type_name(editor, "one.json")
    assert editor.workspace.path == path
    edit(editor)
    editor.files.save()
    assert editor.dialogs.current is None
    assert read_preset(path).title == "Changed"


def test_unsaved_changes_are_asked_about_before_anything_replaces_them(editor):
    opened(editor, str(file("one.json")))
    edit(editor)
    editor.files.new()
    answer(editor, "Cancel")
    assert editor.workspace.document.title == "Changed"
    editor.files.new()
    answer(editor, "Save")
    assert editor.workspace.document.graph.nodes == {}
    assert read_preset(Path("one.json")).title == "Changed"
    opened(editor, "one.json")
    edit(editor, "Again")
    editor.files.quit()
    answer(editor, "Don't save")
    assert editor.quitting
    assert read_preset(Path("one.json")).title == "Changed"


def test_an_empty_new_document_is_left_without_a_question(editor):
    edit(editor)
    editor.files.quit()
    assert editor.quitting


def test_a_render_is_not_cut_short_by_quitting_unasked(editor, monkeypatch):
    job = SimpleNamespace(now=SimpleNamespace(output="film.mp4"), over=False)
    monkeypatch.setattr(type(editor.renders), "current", job)
    editor.files.quit()
    assert "film.mp4 is not finished" in editor.dialogs.current.text
    answer(editor, "Go on rendering")
    assert not editor.quitting
    editor.files.quit()
    answer(editor, "Stop it and quit")
    assert editor.quitting


def test_saving_a_new_document_before_quitting_asks_for_a_name_and_then_quits(editor):
    editor.load(ONE, None)
    edit(editor)
    editor.files.quit()
    answer(editor, "Save")
    assert editor.dialogs.current.browser.name == "Changed.json"
    assert not editor.quitting
    type_name(editor, "mine")
    assert editor.quitting
    assert read_preset(Path("mine.json")).title == "Changed"


def test_a_file_is_replaced_only_after_a_yes(editor):
    file("other.json")
    editor.load(ONE, None)
    edit(editor)
    editor.files.save_as()
    type_name(editor, "other.json")
    answer(editor, "Cancel")
    assert read_preset(Path("other.json")).title == "One"
    editor.files.save_as()
    type_name(editor, "other.json")
    answer(editor, "Replace it")
    assert read_preset(Path("other.json")).title == "Changed"


def test_a_file_changed_by_another_program_can_be_overwritten_or_opened(editor):
    path = file("one.json")
    opened(editor, str(path))
    edit(editor)
    path.write_text(to_text(replace(ONE, title="Theirs")))
    editor.files.save()
    answer(editor, "Open the other version")
    assert editor.workspace.document.title == "Theirs"
    editor.workspace.undo()
    path.write_text(to_text(replace(ONE, title="Theirs again")))
    editor.files.save()
    answer(editor, "Overwrite it")
    assert read_preset(path).title == "Changed"


def test_what_cannot_be_opened_is_told_and_the_document_stays(editor):
    editor.load(ONE, None)
    Path("bad.json").write_text("{")
    opened(editor, "bad.json")
    assert "bad.json" in told(editor)[-1]
    assert editor.workspace.document.title == "One"


def test_a_recent_file_that_is_gone_is_told_and_forgotten(editor):
    path = file("one.json")
    opened(editor, str(path))
    path.unlink()
    editor.files.open_recent(0)
    assert "not there any more" in told(editor)[-1]
    assert editor.documents.recent == []


def test_the_gallery_filters_and_opens_a_copy(editor):
    editor.files.gallery()
    editor.tick()
    dialog = editor.dialogs.current
    assert isinstance(dialog, GalleryDialog)
    assert len(dialog.shown) == len(dialog.cards) > 6
    dialog.only_here = True
    assert all(one.runs_here for one in dialog.shown)
    dialog.words = "mirror"
    dialog.step(1)
    card = next(one for one in dialog.shown if one.id == dialog.selected)
    dialog.choose(card)
    editor.tick()
    assert editor.workspace.document.id == "kaleidoscope"
    assert editor.workspace.path is None


def test_a_document_that_lacks_something_is_open_and_a_dialog_offers_the_fix(editor):
    graph = Graph({"a": GraphNode("a", "filter.gausian_blur"), "b": GraphNode("b", "their.magic")})
    opened(editor, str(file("one.json", replace(ONE, graph=graph))))
    editor.tick()
    dialog = editor.dialogs.current
    assert isinstance(dialog, MissingDialog)
    assert set(editor.workspace.document.graph.nodes) == {"a", "b"}
    dialog.fix_all()
    assert editor.workspace.document.graph.nodes["a"].type == "filter.gaussian_blur"
    assert dialog.done == {"filter.gausian_blur"}
    dialog.fix(dialog.rows[1])
    assert editor.dialogs.current is None
    assert editor.workspace.selected_nodes == ["b"]
    assert editor.workspace.undo() == "Replace nodes"


def test_a_model_is_fetched_with_its_progress_in_the_row(editor, monkeypatch):
    pressed: list[tuple[str, str]] = []
    monkeypatch.setattr(mending, "press", lambda _, id, action, place: pressed.append((id, action)))
    shows = {"people": ModelShow("absent", "not built")}
    monkeypatch.setattr(editor.models, "show", lambda id, spot="": shows[id])
    row = Missing("model.people", "People", "not built", "", ("a",), "build", "Build", "people")
    dialog = MissingDialog("x", [row], editor.files.mending.fix)
    editor.dialogs.show(dialog)
    dialog.fix(row)
    editor.files.mending.follow(dialog)
    assert (pressed, dialog.doing) == ([("people", "build")], {})
    shows["people"] = ModelShow("building", "building 43 %", working=True)
    editor.files.mending.follow(dialog)
    assert dialog.doing == {"model.people": "building 43 %"}
    shows["people"] = ModelShow("failed", "failed: no room", failed=True)
    editor.files.mending.follow(dialog)
    assert (dialog.doing, dialog.done) == ({}, set())
    for show in (ModelShow("building", "building", working=True), ModelShow("stopped", "stopped")):
        shows["people"] = show
        editor.files.mending.follow(dialog)
    assert editor.dialogs.current is None


def test_sharing_shows_what_is_taken_out_and_writes_all_three_kinds(editor, tmp_path):
    clip = tmp_path / "films" / "a.mp4"
    clip.parent.mkdir()
    clip.write_bytes(b"film" * 1000)
    document = Preset(title="Film", graph=Graph({"a": GraphNode("a", "source.video_file", {"path": str(clip)})}))
    editor.load(document, None)
    for kind in ("json", "png", "zip"):
        editor.files.sharing.open()
        editor.tick()
        dialog = editor.dialogs.current
        assert isinstance(dialog, ShareDialog)
        assert dialog.stripped == ("a: path is 'a.mp4' now, without its folder",)
        assert dialog.sizes["zip"] > 4000
        dialog.export(kind)
        type_name(editor, "shared")
        assert not isinstance(editor.dialogs.current, Progress)
    assert read_preset(Path("shared.json")).graph.nodes["a"].params == {"path": "a.mp4"}
    assert read_preset(Path("shared.png")).title == "Film"
    opened(editor, "shared.zip")
    assert (editor.workspace.base / "assets" / "a.mp4").read_bytes() == clip.read_bytes()
    assert told(editor)[-3:] == [f"Exported shared.{kind}." for kind in ("json", "png", "zip")]


def test_unsaved_work_of_an_editor_that_died_is_offered_and_recovered(editor, session, tmp_path):
    dead = Editor(session, Settings.load(tmp_path / "other.json"))
    dead.load(ONE, None)
    dead.documents._begin()
    edit(dead, "Lost")
    dead.documents._journal.flush()
    dead.documents._journal._book._syncing.join()
    dead.documents._journal._book._file.close()
    editor.files.look_for_unsaved()
    editor.tick()
    dialog = editor.dialogs.current
    assert isinstance(dialog, RecoveryDialog)
    dialog.recover(next(one for one in dialog.rows if one.name == "One"))
    assert editor.dialogs.current is None
    assert editor.workspace.document.title == "Lost"
    assert editor.workspace.dirty
    assert found(journal_folder()) == []


def test_dropped_files_are_opened_or_become_nodes(editor, session, tmp_path):
    preset = file("one.json")
    editor.files.drop([tmp_path / "x.mp4", preset])
    editor.tick()
    assert editor.workspace.path == preset
    cv2.imwrite("a.png", np.zeros((4, 4, 3), np.uint8))
    for name in ("b.mp4", "c.nonsense"):
        Path(name).touch()
    editor.files.drop([tmp_path / name for name in ("a.png", "b.mp4", "c.nonsense")] + [tmp_path / "films"])
    types = [editor.workspace.document.graph.nodes[id].type for id in editor.workspace.selected_nodes]
    assert types == ["source.image_file", "source.video_file"]
    assert "No node reads c.nonsense and 1 more." in told(editor)
    assert editor.workspace.undo() == "Add dropped files"
    folder, came, refused = with_sources(ONE, session.registry, [tmp_path], (0.0, 0.0))
    assert folder.graph.nodes[came[0].id].type == "source.image_folder"
    assert refused == []


def test_a_picture_carries_a_document_and_a_graph_draws_itself(session):
    assert png_of(None) is None
    assert png_of(np.zeros((0, 3, 3), np.uint8)) is None
    blue = cv2.imdecode(np.frombuffer(png_of(np.full((9, 16, 3), (255, 0, 0), np.uint8)), np.uint8), 1)
    assert blue[0, 0].tolist() == [255, 0, 0]
    for document in (ONE, Preset(), Preset(graph=Graph({"a": GraphNode("a", "un.known"), "b": GraphNode("b", "x.y")}))):
        drawn = cv2.imdecode(np.frombuffer(portrait(document, session.registry), np.uint8), 1)
        assert drawn.shape == (720, 1280, 3)
