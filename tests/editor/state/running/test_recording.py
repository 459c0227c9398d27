"""Recording asks before it replaces a file, and says when nothing would be written."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from nodegraph.editor.state.commands.table import run
from nodegraph.editor.state.documents.questions import Question
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.edits.nodes import add_node
from tests.editor.state.support import editor_of


@pytest.fixture
def editor() -> Iterator[Editor]:
    with editor_of() as editor:
        yield editor


def with_sink(editor: Editor, path: Path) -> None:
    spec = editor.session.registry.definitions["sink.video_file"].spec
    document, _ = add_node(editor.workspace.document, spec, (0, 0), {"path": str(path)})
    editor.workspace.do("Add", document)


def test_without_a_node_that_writes_nothing_is_recorded(editor: Editor) -> None:
    run(editor, "run.record")
    assert not editor.player.recording
    assert editor.notices.log[-1].text == "No node writes a file yet."


def test_a_new_file_is_recorded_at_once_and_a_second_press_ends_it(editor: Editor, tmp_path: Path) -> None:
    with_sink(editor, tmp_path / "new.mp4")
    run(editor, "run.record")
    assert editor.player.recording
    run(editor, "run.record")
    assert not editor.player.recording


def test_a_file_that_is_there_is_asked_for_first(editor: Editor, tmp_path: Path) -> None:
    there = tmp_path / "old.mp4"
    there.write_bytes(b"an older film")
    with_sink(editor, there)
    run(editor, "run.record")
    assert not editor.player.recording
    question = editor.dialogs.current
    assert isinstance(question, Question)
    assert question.details == (str(there),)
    assert question.answers[-1].label == "Cancel"
    question.answers[0].act()
    assert editor.player.recording
