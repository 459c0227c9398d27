"""Asking what to render."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.preset import Preset
from nodegraph.editor.state.documents.questions import FileDialog, Question
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.running.render_dialog import RenderDialog, open_render, suffixes
from nodegraph.editor.state.settings import Settings
from nodegraph.session import Session
from tests.editor.state.running.support import until
from tests.editor.state.running.test_render import frames_in, pattern


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with Session() as session:
        yield session


@pytest.fixture
def editor(session: Session, tmp_path: Path) -> Iterator[Editor]:
    editor = Editor(session, Settings(tmp_path / "settings.json"))
    yield editor
    editor.close()


def asked(editor: Editor, graph: Graph) -> RenderDialog:
    editor.load(Preset(graph=graph))
    open_render(editor)
    dialog = editor.dialogs.current
    assert isinstance(dialog, RenderDialog)
    settled(editor, dialog)
    return dialog


def settled(editor: Editor, dialog: RenderDialog) -> None:
    def step() -> bool:
        editor.tick()
        return not dialog.counting

    until(step)


def finished(editor: Editor) -> None:
    def step() -> bool:
        editor.tick()
        return editor.renders.current is None

    until(step, 60)


def test_a_render_to_a_new_file(editor: Editor, tmp_path: Path) -> None:
    dialog = asked(editor, pattern())
    assert dialog.output.endswith("Untitled.mp4")
    assert (dialog.own, dialog.use_own, dialog.total) == ((), False, 25)
    dialog.output, dialog.limit, dialog.frames = str(tmp_path / "film.mp4"), "frames", 6
    dialog.changed()
    settled(editor, dialog)
    assert dialog.total == 6
    dialog.start()
    assert editor.dialogs.current is None
    finished(editor)
    assert frames_in(tmp_path / "film.mp4") == 6


def test_a_graph_that_writes_files_offers_to_write_those(editor: Editor, tmp_path: Path) -> None:
    graph = pattern(1, "sink.video_file", path=str(tmp_path / "own.mp4"))
    dialog = asked(editor, graph)
    assert (dialog.own, dialog.use_own) == (("own.mp4",), True)
    dialog.limit, dialog.seconds = "seconds", 0.2
    dialog.start()
    finished(editor)
    assert frames_in(tmp_path / "own.mp4") == 5


def test_a_file_that_is_there_is_replaced_only_when_told(editor: Editor, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"old")
    dialog = asked(editor, pattern(0.2))
    dialog.output = str(path)
    dialog.start()
    question = editor.dialogs.current
    assert isinstance(question, Question)
    assert question.text == "film.mp4 is there already."
    editor.dialogs.close(question)
    question.answers[-1].act()
    assert editor.dialogs.current is dialog
    assert editor.renders.jobs == ()
    question.answers[0].act()
    assert editor.dialogs.current is None
    finished(editor)
    assert frames_in(path) == 5


def test_what_is_wrong_is_said_in_the_dialog(editor: Editor, tmp_path: Path) -> None:
    dialog = asked(editor, Graph().with_node(GraphNode("only", "control.number")))
    assert dialog.problem == "There is no picture to render yet."
    dialog.output = ""
    dialog.changed()
    assert dialog.problem == "Choose a file to render to."
    dialog.output = str(tmp_path / "film.xyz")
    dialog.start()
    assert dialog.problem
    assert editor.dialogs.current is dialog


def test_an_endless_graph_has_no_length(editor: Editor) -> None:
    assert asked(editor, pattern(0)).total is None


def test_browsing_puts_the_chosen_file_into_the_dialog(editor: Editor, tmp_path: Path) -> None:
    dialog = asked(editor, pattern())
    dialog.browse()
    chooser = editor.dialogs.current
    assert isinstance(chooser, FileDialog)
    editor.dialogs.close(chooser)
    chooser.choose(tmp_path / "other.webm")
    assert dialog.output == str(tmp_path / "other.webm")
    assert editor.dialogs.current is dialog
    settled(editor, dialog)


def test_the_document_names_the_film(editor: Editor, tmp_path: Path) -> None:
    graph = pattern().with_wire(Wire("in", "image", "blur", "image"))
    editor.load(Preset(graph=graph), tmp_path / "party.json")
    open_render(editor)
    dialog = editor.dialogs.current
    assert dialog is not None
    assert dialog.output == str(tmp_path / "party.mp4")
    settled(editor, dialog)


def test_every_kind_of_file_a_picture_can_become_is_offered(session: Session) -> None:
    assert {".mp4", ".webm", ".gif", ".png", ".jpg"} <= set(suffixes(session.registry))
    assert ".csv" not in suffixes(session.registry)
