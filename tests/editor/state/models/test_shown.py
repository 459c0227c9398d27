"""A model's state in words, and what can be done about it now."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from nodegraph.editor.state.models.shown import ModelShow, show_of
from nodegraph.runtime.entry import Build, ModelEntry, Process
from nodegraph.runtime.manage import ModelStatus
from nodegraph.runtime.state import ServerState, Stage

PULLED = ModelEntry("birds", "Birds", "", tag="birds:1")
BUILT = replace(PULLED, build=Build(Path(), Path("Dockerfile")), process=Process(("python",), Path()))
ABSENT = ModelStatus("birds", "Birds", "birds:1", False, 0, 0, False)
PRESENT = replace(ABSENT, present=True)


def shown(
    entry: ModelEntry, status: ModelStatus | None, state: ServerState | None = None
) -> tuple[ModelShow, list[str]]:
    show = show_of(entry, status, state, "container")
    return show, [action.id for action in show.actions]


def test_a_download_tells_bytes_and_can_be_called_off() -> None:
    state = ServerState(Stage.PULLING, time.time(), done=946_000_000, total=2_200_000_000)
    show, actions = shown(PULLED, ABSENT, state)
    assert show.text == "downloading 43 % · 0.9 GB of 2.2 GB"
    assert show.fraction == pytest.approx(0.43)
    assert actions == ["cancel"]


def test_a_start_tells_how_long_it_took_last_time() -> None:
    show, actions = shown(PULLED, PRESENT, ServerState(Stage.STARTING, time.time() - 3, expected=5.0))
    assert show.text == "starting · 3 s of about 5 s"
    assert actions == []


@pytest.mark.parametrize(
    ("entry", "status", "text", "actions"),
    [
        (PULLED, ABSENT, "not downloaded", ["download"]),
        (BUILT, ABSENT, "not built · can run as a local process", ["build"]),
        (PULLED, PRESENT, "stopped", ["start", "remove"]),
        (PULLED, replace(PRESENT, running=1, kept=1), "running · container", ["stop"]),
        (PULLED, replace(PRESENT, running=1), "running · container", []),
        (PULLED, None, "needs Docker, which does not answer", []),
        (BUILT, None, "stopped · runs as a local process", []),
        (ModelEntry("u", "U", ""), ABSENT, "runs elsewhere: give its address", []),
    ],
)
def test_a_model_at_rest(entry: ModelEntry, status: ModelStatus | None, text: str, actions: list[str]) -> None:
    show, ids = shown(entry, status)
    assert (show.text, ids) == (text, actions)


def test_a_failure_is_a_sentence_with_a_hint_and_can_be_tried_again() -> None:
    state = ServerState(Stage.FAILED, message="Birds needs 9 GB.", hint="Close something.")
    show, actions = shown(PULLED, PRESENT, state)
    assert (show.text, show.note, show.failed) == ("failed: Birds needs 9 GB.", "Close something.", True)
    assert actions == ["retry", "start", "remove"]


def test_a_ready_server_says_where() -> None:
    show = show_of(BUILT, ABSENT, ServerState(Stage.READY), "process")
    assert (show.text, show.ready) == ("ready · local process", True)
