"""Adding models from the window, and what models take on disk: real files, a real server."""

import json
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nodegraph.editor.state.commands.table import run
from nodegraph.editor.state.documents.dropping import dropped
from nodegraph.editor.state.documents.questions import Question
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.models.newcomer import AddModelDialog, add_model, is_model
from nodegraph.editor.state.models.room import RoomDialog
from tests.editor.state.running.support import until
from tests.editor.state.support import editor_of
from tests.models.serving import Server, start_servers  # noqa: F401


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Editor]:
    monkeypatch.setenv("NODEGRAPH_CATALOGUE", str(tmp_path / "mine" / "models.json"))
    monkeypatch.setenv("NODEGRAPH_WEIGHTS_HOME", str(tmp_path / "weights"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    with editor_of() as editor:
        yield editor


def upscaler(path: Path) -> Path:
    """A file as safetensors are: the length of a JSON header, the header, the numbers."""
    tensors = {"first.weight": [8, 3, 3, 3], "last.weight": [12, 8, 3, 3]}
    header, at = {}, 0
    for name, shape in tensors.items():
        size = 4 * shape[0] * shape[1] * shape[2] * shape[3]
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(at))
    return path


def settled(editor: Editor, dialog: AddModelDialog) -> AddModelDialog:
    def still() -> bool:
        editor.tick()
        return dialog.phase not in ("looking", "adding") or editor.dialogs.current is not dialog

    until(still)
    return dialog


def test_an_upscaler_file_dropped_on_the_window_becomes_a_checkpoint_once_agreed(
    editor: Editor, tmp_path: Path
) -> None:
    dropped(editor, editor.files, [upscaler(tmp_path / "2xSharp.safetensors")])
    dialog = editor.dialogs.current
    assert isinstance(dialog, AddModelDialog)
    settled(editor, dialog)
    assert dialog.phase == "planned"
    assert dialog.plan is not None
    assert not (tmp_path / "weights").exists()
    dialog.add()
    settled(editor, dialog)
    assert editor.dialogs.current is None
    assert (tmp_path / "weights" / "upscale" / "checkpoints" / "2xSharp.safetensors").is_file()
    found = editor.workspace.registry.find("model.upscale")
    assert found is not None
    checkpoint = found.spec.param("checkpoint")
    assert checkpoint is not None
    assert "checkpoints/2xSharp.safetensors" in checkpoint.choices


def test_a_server_that_runs_becomes_a_node_that_asks_it(editor: Editor, start: Callable[..., Server]) -> None:
    url = start("lineart").wait().url
    dialog = settled(editor, add_model(editor, url))
    assert dialog.plan is not None, dialog.message
    assert any(url in fact.value for fact in dialog.plan.facts)
    dialog.add()
    settled(editor, dialog)
    (added,) = editor.session.catalogs[dialog.plan.catalogue].entries
    assert editor.models.card(added.id) is not None
    assert editor.add_node(f"model.{added.id}", (0, 0))


@pytest.mark.parametrize("what", ["/no/such/folder/", "http://127.0.0.1:9", "ftp://x", "a b c", "hf:"])
def test_what_cannot_be_added_is_said_in_a_sentence_and_may_be_corrected(editor: Editor, what: str) -> None:
    dialog = settled(editor, add_model(editor, what))
    assert (dialog.phase, dialog.plan) == ("asking", None)
    assert dialog.message.endswith((".", "?"))
    assert dialog.what == what


def test_what_was_added_before_is_replaced_only_by_who_sees_that(editor: Editor, tmp_path: Path) -> None:
    file = upscaler(tmp_path / "x.safetensors")
    for replaces in (False, True):
        dialog = settled(editor, add_model(editor, str(file)))
        assert dialog.plan is not None
        assert (dialog.replaces, dialog.plan.can_be_done) == (replaces, True)
        dialog.add()
        settled(editor, dialog)
        assert editor.dialogs.current is None


def test_the_options_that_messages_speak_of_may_be_typed_behind_what_is_meant(editor: Editor, tmp_path: Path) -> None:
    dialog = settled(editor, add_model(editor, f"{upscaler(tmp_path / 'x.safetensors')}  --name Sharp"))
    assert dialog.plan is not None
    assert dialog.plan.title == "Sharp"


@pytest.mark.parametrize("sign", ["Dockerfile", "entry.json", "cog.yaml"])
def test_a_folder_that_says_that_it_is_a_model_is_one(tmp_path: Path, sign: str) -> None:
    assert not is_model(tmp_path)
    (tmp_path / sign).touch()
    assert is_model(tmp_path)


def test_what_comes_after_the_dialog_was_closed_is_dropped(editor: Editor, tmp_path: Path) -> None:
    dialog = add_model(editor, str(upscaler(tmp_path / "x.safetensors")))
    dialog.close()
    assert editor.dialogs.current is None
    until(lambda: all(one.name != "later" for one in threading.enumerate()))
    editor.tick()
    assert (dialog.phase, dialog.plan) == ("looking", None)


def test_a_model_that_was_written_when_the_dialog_was_closed_is_there(editor: Editor, tmp_path: Path) -> None:
    dialog = settled(editor, add_model(editor, str(upscaler(tmp_path / "x.safetensors"))))
    dialog.add()
    until(lambda: all(one.name != "later" for one in threading.enumerate()))
    dialog.close()
    editor.tick()
    found = editor.workspace.registry.find("model.upscale")
    assert found is not None
    checkpoint = found.spec.param("checkpoint")
    assert checkpoint is not None
    assert "checkpoints/x.safetensors" in checkpoint.choices


def test_weights_on_disk_are_counted_and_removed_after_a_question(editor: Editor, tmp_path: Path) -> None:
    own = tmp_path / "weights" / "upscale" / "checkpoints" / "mine.safetensors"
    own.parent.mkdir(parents=True)
    own.write_bytes(bytes(5000))
    assert run(editor, "run.models_disk")
    dialog = editor.dialogs.current
    assert isinstance(dialog, RoomDialog)
    until(lambda: [editor.tick(), dialog.room is not None][1])
    (row,) = [one for one in dialog.rows if one.weights]
    assert (row.id, row.weights) == ("upscale", 5000)
    dialog.remove_weights(row)
    question = editor.dialogs.current
    assert isinstance(question, Question)
    question.answers[0].act()
    until(lambda: [editor.tick(), any("stay" in one.text for one in editor.notices.log)][1])
    assert own.is_file()
