"""A model's state in words, and what can be done about it now."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nodegraph.editor.state.models.shown import Facts, Failure, ModelShow, show_of
from nodegraph.editor.state.models.spots import at_place, spot_of
from nodegraph.editor.state.models.weights import Stock
from nodegraph.runtime.entry import Build, ModelEntry, Process
from nodegraph.runtime.manage import ModelStatus
from nodegraph.runtime.state import ServerEvent, ServerState, Stage

PULLED = ModelEntry("birds", "Birds", "", tag="birds:1")
BUILT = replace(PULLED, build=Build(Path(), Path("Dockerfile")))
LOCAL = replace(BUILT, process=Process(("python",), Path()))
ABSENT = ModelStatus("birds", "Birds", "birds:1", False, 0, 0, False)
PRESENT = replace(ABSENT, present=True)
READY = ServerState(Stage.READY)


def serving(state: ServerState, place: str = "container", engine: str = "", replicas: int = 1) -> ServerEvent:
    return ServerEvent("birds", "Birds", place, state, engine=engine, replicas=replicas)


def shown(entry: ModelEntry, status: ModelStatus | None, **facts: Any) -> tuple[ModelShow, list[str]]:
    show = show_of(entry, Facts(status, status is not None, **facts))
    return show, [action.id for action in show.actions]


@pytest.mark.parametrize(
    ("done", "total", "text"),
    [
        (946_000_000, 2_200_000_000, "downloading 43 % · 0.9 of 2.2 GB"),
        (3_400_000, 34_000_000, "downloading 10 % · 3.4 of 34.0 MB"),
        (90_000_000, 450_000_000, "downloading 20 % · 90 of 450 MB"),
    ],
)
def test_a_download_tells_bytes_and_can_be_called_off(done: int, total: int, text: str) -> None:
    state = ServerState(Stage.PULLING, time.time(), done, total)
    show, actions = shown(PULLED, ABSENT, doing="download", progress=state)
    assert show.text == text
    assert show.fraction == pytest.approx(done / total)
    assert actions == ["cancel"]


def test_a_download_of_a_run_is_not_called_off_by_a_button() -> None:
    state = ServerState(Stage.PULLING, time.time(), 1, 2)
    assert shown(PULLED, ABSENT, servers=[serving(state)])[1] == []


def test_a_build_tells_its_step() -> None:
    state = ServerState(Stage.BUILDING, time.time() - 12, message="Step 3/9: RUN pip install")
    show, actions = shown(BUILT, ABSENT, doing="build", progress=state)
    assert show.text == "building 12 s · Step 3/9: RUN pip install"
    assert (show.fraction, actions) == (None, ["cancel"])


@pytest.mark.parametrize(("passed", "fraction"), [(0, 0.0), (3, 0.6), (50, 0.96)])
def test_a_start_tells_how_long_it_took_last_time(passed: int, fraction: float) -> None:
    state = ServerState(Stage.STARTING, time.time() - passed, expected=5.0)
    show, _ = shown(PULLED, PRESENT, servers=[serving(state)])
    assert show.text == f"starting {passed} s of about 5 s"
    assert show.fraction == pytest.approx(fraction, abs=0.01)


@pytest.mark.parametrize(
    ("entry", "status", "text", "actions"),
    [
        (PULLED, ABSENT, "not downloaded", ["download"]),
        (BUILT, ABSENT, "not built", ["build"]),
        (LOCAL, ABSENT, "stopped · local process", ["start", "build"]),
        (LOCAL, PRESENT, "stopped · local process", ["start", "contain", "remove"]),
        (PULLED, PRESENT, "stopped", ["contain", "remove"]),
        (PULLED, replace(PRESENT, running=1, kept=1), "ready · container", ["stop"]),
        (PULLED, replace(PRESENT, running=1), "ready · container", []),
        (LOCAL, None, "stopped · local process", ["start"]),
        (ModelEntry("u", "U", ""), ABSENT, "runs elsewhere", []),
    ],
)
def test_a_model_at_rest(entry: ModelEntry, status: ModelStatus | None, text: str, actions: list[str]) -> None:
    show, ids = shown(entry, status)
    assert (show.text, ids) == (text, actions)


@pytest.mark.parametrize(
    ("answers", "text"), [(None, "asking Docker …"), (False, "needs Docker, which does not answer")]
)
def test_without_docker_a_model_that_needs_it_says_so(answers: bool | None, text: str) -> None:
    assert show_of(PULLED, Facts(answers=answers)).text == text


def test_a_failed_server_is_a_sentence_with_a_hint_and_can_be_tried_again() -> None:
    state = ServerState(Stage.FAILED, message="Birds needs 9 GB.", hint="Close something.")
    show, actions = shown(PULLED, PRESENT, servers=[serving(state)])
    assert (show.text, show.note, show.failed) == ("failed: Birds needs 9 GB.", "Close something.", True)
    assert actions == ["restart"]


def test_what_was_tried_by_hand_and_failed_can_be_tried_again_or_otherwise() -> None:
    failure = Failure("build", "Step 3 failed.", "See the log.")
    show, actions = shown(LOCAL, ABSENT, failure=failure)
    assert (show.text, show.failed, actions) == ("failed: Step 3 failed.", True, ["retry", "start"])


def test_a_ready_server_says_where() -> None:
    show, actions = shown(LOCAL, ABSENT, servers=[serving(READY, "process")])
    assert (show.text, show.ready, actions) == ("ready · local process", True, ["stop", "restart"])
    show, actions = shown(LOCAL, ABSENT, servers=[serving(READY, "url")])
    assert (show.text, actions) == ("ready · server elsewhere", [])


def test_of_several_servers_the_one_that_is_on_its_way_is_shown() -> None:
    loading = ServerState(Stage.LOADING, time.time(), message="reading weights")
    show, actions = shown(LOCAL, ABSENT, servers=[serving(READY, "process"), serving(loading)])
    assert show.text == "loading · reading weights"
    assert actions == []


def test_a_local_process_kept_by_hand_can_be_stopped_while_it_starts() -> None:
    starting = ServerState(Stage.STARTING, time.time())
    assert shown(LOCAL, None, servers=[serving(starting, "process")], held=True)[1] == ["stop"]


@pytest.mark.parametrize(
    ("doing", "text"), [("stop", "stopping …"), ("remove", "removing the image …"), ("restart", "restarting …")]
)
def test_what_is_done_by_hand_says_so(doing: str, text: str) -> None:
    show, actions = shown(PULLED, PRESENT, doing=doing)
    assert (show.text, show.working, actions) == (text, True, [])


def test_a_server_that_stops_offers_nothing() -> None:
    show, actions = shown(PULLED, PRESENT, servers=[serving(ServerState(Stage.STOPPING))])
    assert (show.text, actions) == ("stopping …", [])


@pytest.mark.parametrize(
    ("place", "text", "actions"),
    [
        ("", "stopped · local process", ["start", "contain", "remove"]),
        ("process", "stopped · local process", ["start"]),
        ("container", "stopped", ["contain", "remove"]),
        ("url", "runs elsewhere", []),
    ],
)
def test_at_one_place_only_that_place_counts(place: str, text: str, actions: list[str]) -> None:
    status = PRESENT if place in ("", "container") else None
    show, ids = shown(at_place(LOCAL, place), status)
    assert (show.text, ids) == (text, actions)


@pytest.mark.parametrize(
    ("place", "spot"),
    [
        ({}, ""),
        ({"kind": "process"}, "process"),
        ({"kind": "container", "device": "gpu"}, "container"),
        ({"kind": "container", "engine": "ssh://gpu.example"}, "remote ssh://gpu.example"),
        ({"kind": "url", "url": "http://gpu.example"}, "url"),
    ],
)
def test_a_place_in_a_word(place: dict[str, str], spot: str) -> None:
    assert spot_of(place) == spot


SSH = "ssh://gpu.example"


def elsewhere(status: ModelStatus | None, **facts: Any) -> tuple[ModelShow, list[str]]:
    return shown(at_place(LOCAL, f"remote {SSH}"), status, engine=SSH, **facts)


def test_another_engine_offers_what_this_computers_does() -> None:
    assert elsewhere(None)[0].text == "asking ssh://gpu.example …"
    assert elsewhere(ABSENT)[1] == ["build"]
    assert elsewhere(PRESENT)[1] == ["contain", "remove"]
    show, actions = elsewhere(replace(PRESENT, running=1, kept=1))
    assert (show.text, actions) == ("ready · container on ssh://gpu.example", ["stop"])
    served = serving(READY, engine=SSH, replicas=3)
    assert elsewhere(None, servers=[served])[0].text == "ready · 3 containers on ssh://gpu.example"


def test_an_engine_that_does_not_answer_says_why() -> None:
    show, actions = elsewhere(None, trouble="ssh: no such host.")
    assert (show.text, show.note, actions) == ("no answer from ssh://gpu.example", "ssh: no such host.", [])


def test_weights_that_are_not_here_can_be_fetched_before_the_first_use() -> None:
    some = Stock(2, 99_000_000)
    show, actions = shown(PULLED, PRESENT, stock=some)
    assert (show.note, actions) == (
        "Its weights (99.0 MB) are fetched before it starts.",
        ["contain", "fetch", "remove"],
    )
    assert shown(BUILT, ABSENT, stock=some)[1] == ["build", "fetch"]
    assert shown(LOCAL, None, stock=some)[1] == ["start", "fetch"]
    assert [one.id for one in show_of(PULLED, Facts(answers=False, stock=some)).actions] == ["fetch"]
    assert shown(PULLED, PRESENT, stock=Stock(1))[0].note == "Its weights are fetched before it starts."
    assert shown(PULLED, PRESENT, stock=Stock(1))[0].text == "stopped · no weights yet"
    assert shown(BUILT, ABSENT, stock=Stock(1))[0].text == "not built · no weights yet"


def test_a_fetch_tells_bytes_and_can_be_called_off() -> None:
    state = ServerState(Stage.FETCHING, time.time(), 25_000_000, 100_000_000, message="model.safetensors")
    show, actions = shown(PULLED, PRESENT, doing="fetch", progress=state)
    assert show.text == "getting its weights 25 % · 25 of 100 MB · model.safetensors"
    assert (show.fraction, actions) == (0.25, ["cancel"])


def test_a_model_that_has_to_be_trained_is_not_started() -> None:
    show, actions = shown(PULLED, PRESENT, stock=Stock(untrained="Train one."))
    assert (show.text, show.note, actions) == ("has to be trained first", "Train one.", ["remove"])
