"""A model's buttons: the licence is asked for first, removing is asked about, and everything can be stopped at once."""

from collections.abc import Iterator
from typing import Any

import pytest

from nodegraph.editor.state.documents.questions import Question
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.models.acting import press, stop_all
from nodegraph.editor.state.models.consent import LicenceDialog
from nodegraph.editor.state.models.pages import ModelPage, open_page
from tests.editor.state.support import editor_of

Acts = list[tuple[str, str, Any]]


@pytest.fixture
def editor() -> Iterator[Editor]:
    with editor_of() as editor:
        yield editor


@pytest.fixture
def acts(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> Acts:
    """What the keeper was told to do."""
    done: Acts = []
    monkeypatch.setattr(editor.models, "act", lambda id, action, place=None, what="": done.append((id, action, place)))
    return done


def test_the_first_use_asks_and_the_second_does_not(editor: Editor, acts: Acts) -> None:
    press(editor, "people", "build")
    dialog = editor.dialogs.current
    assert isinstance(dialog, LicenceDialog)
    assert dialog.verb == "build"
    assert "In a container" in dialog.terms[0].where
    assert acts == []
    editor.dialogs.close(dialog)
    dialog.accept()
    press(editor, "people", "start", {"device": "cpu"})
    assert acts == [("people", "build", None), ("people", "start", {"device": "cpu"})]
    assert editor.dialogs.current is None


def test_a_local_process_is_asked_about_as_one(editor: Editor, acts: Acts) -> None:
    press(editor, "people", "start")
    dialog = editor.dialogs.current
    assert isinstance(dialog, LicenceDialog)
    assert "program of yours" in dialog.terms[0].where


def test_fetching_weights_is_asked_about_as_what_would_use_them(editor: Editor, acts: Acts) -> None:
    press(editor, "people", "fetch")
    dialog = editor.dialogs.current
    assert isinstance(dialog, LicenceDialog)
    assert "program of yours" in dialog.terms[0].where, "no image is built for it"


def test_removing_an_image_is_asked_about(editor: Editor, acts: Acts) -> None:
    press(editor, "people", "remove")
    question = editor.dialogs.current
    assert isinstance(question, Question)
    assert "built again" in question.text
    assert acts == []
    question.answers[0].act()
    assert acts == [("people", "remove", None)]


def test_stopping_and_cancelling_ask_nothing(editor: Editor, acts: Acts) -> None:
    press(editor, "people", "stop")
    press(editor, "people", "cancel")
    press(editor, "nobody", "stop")
    assert [action for _, action, _ in acts] == ["stop", "cancel"]
    assert editor.dialogs.current is None


def test_stop_all_ends_a_run_only_when_it_uses_models(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped: list[bool] = []
    monkeypatch.setattr(editor.player, "stop", lambda: stopped.append(True))
    editor.add_node("filter.gaussian_blur", (0, 0))
    stop_all(editor)
    assert stopped == []
    assert editor.notices.log[-1].text == "No model runs."
    editor.add_node("model.people", (0, 0))
    stop_all(editor)
    assert stopped == [True]


def test_only_models_of_the_catalogue_have_a_page(editor: Editor) -> None:
    open_page(editor, "nobody")
    assert editor.dialogs.current is None
    open_page(editor, "people")
    assert editor.dialogs.current == ModelPage("people")
