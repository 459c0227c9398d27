"""The keeper: states arrive on the UI thread, actions are carried out beside it, a failure is a sentence."""

import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nodegraph.core.errors import ModelError, ModelUnreachable
from nodegraph.editor.state.models.keeper import ModelKeeper
from nodegraph.runtime import manage
from nodegraph.runtime.manage import EngineStatus, ModelStatus
from nodegraph.runtime.runners.cancel import Cancel, Cancelled
from nodegraph.runtime.state import ServerEvent, ServerState, Stage
from nodegraph.session import Session

CATALOGUE = '[{"id": "birds", "name": "Birds", "tag": "birds:1", "description": {"licence": "MIT"}}]'


class Desk:
    """A keeper with a stand-in for the UI thread: `until` carries out what was posted."""

    def __init__(self, session: Session) -> None:
        self._posted: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.told: list[tuple[str, str, str]] = []
        self.keeper = ModelKeeper(session, self._posted.put, lambda *said: self.told.append(said))

    def until(self, holds: Callable[[], Any]) -> None:
        end = time.monotonic() + 30
        while not holds():
            try:
                self._posted.get(timeout=max(0.01, end - time.monotonic()))()
            except queue.Empty:
                pytest.fail("nothing came")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    path = tmp_path / "models.json"
    path.write_text(CATALOGUE)
    with Session([path]) as session:
        desk = Desk(session)
        yield desk
        desk.keeper.close()


@pytest.fixture
def present(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """Stands in for the engine; change it, and the keeper sees it at the next look."""
    facts = {"present": False, "answers": True}

    def statuses(entries: Any, engine: str = "") -> list[ModelStatus]:
        return [ModelStatus(one.id, one.name, one.tag, facts["present"], 0, 0, False) for one in entries]

    def engine(*_: Any, **__: Any) -> EngineStatus:
        return EngineStatus("unix:///x", facts["answers"], "28.2.2", gpu=False, message="Docker is off.")

    monkeypatch.setattr(manage, "statuses", statuses)
    monkeypatch.setattr(manage, "engine_status", engine)
    return facts


def text(desk: Desk) -> str:
    return desk.keeper.show("birds").text


def test_a_model_is_not_downloaded_until_somebody_says_so(
    desk: Desk, present: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    def pull(entry: Any, tell: Any, cancel: Any) -> None:
        tell(ServerEvent("birds", "Birds", "container", ServerState(Stage.PULLING, time.time(), 1, 4)))
        present["present"] = True

    monkeypatch.setattr(manage, "pull", pull)
    desk.until(lambda: text(desk) == "not downloaded")
    assert desk.keeper.engine.text == "Docker 28.2.2 · no GPU"
    desk.keeper.act("birds", "download")
    desk.until(lambda: text(desk) == "stopped")
    assert desk.told == [("Birds is downloaded.", "good", "")]


def test_a_download_can_be_called_off(desk: Desk, present: dict[str, bool], monkeypatch: pytest.MonkeyPatch) -> None:
    def pull(entry: Any, tell: Any, cancel: Cancel) -> None:
        tell(ServerEvent("birds", "Birds", "container", ServerState(Stage.PULLING, time.time(), 1, 4)))
        if not cancel._event.wait(20):
            raise AssertionError("nobody called it off")
        raise Cancelled

    monkeypatch.setattr(manage, "pull", pull)
    desk.until(lambda: text(desk) == "not downloaded")
    desk.keeper.act("birds", "download")
    desk.until(lambda: text(desk).startswith("downloading 25 %"))
    desk.keeper.act("birds", "download")
    assert desk.told[-1][1] == "warning"
    desk.keeper.act("birds", "cancel")
    desk.until(lambda: text(desk) == "not downloaded")
    assert desk.told[-1][0] == "Birds: called off."


@pytest.mark.parametrize("error", [ModelError("There is no room.", "Free some."), RuntimeError("odd")])
def test_a_failure_is_told_and_nothing_hangs(
    desk: Desk, present: dict[str, bool], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def start(*_: Any) -> None:
        raise error

    present["present"] = True
    monkeypatch.setattr(manage, "start", start)
    desk.until(lambda: text(desk) == "stopped")
    desk.keeper.act("birds", "start")
    desk.until(lambda: desk.told and text(desk) == "stopped")
    assert desk.told[0][1] == "error"
    assert str(error.args[0]) in desk.told[0][0]


def test_an_engine_that_does_not_answer_is_said(
    desk: Desk, present: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    present["answers"] = False
    desk.until(lambda: text(desk) and desk.keeper.engine.answers is False)
    assert desk.keeper.engine.hint == "Docker is off."
    assert text(desk) == "needs Docker, which does not answer"

    def broken(*_: Any, **__: Any) -> EngineStatus:
        raise ModelUnreachable("No route.")

    monkeypatch.setattr(manage, "engine_status", broken)
    desk.keeper.on_server(ServerEvent("birds", "Birds", "container", ServerState(Stage.FAILED, message="It fell.")))
    desk.until(lambda: desk.keeper.engine.hint == "No route.")
    assert text(desk) == "failed: It fell."


def test_a_runs_server_is_seen_and_forgotten_when_it_stops(desk: Desk, present: dict[str, bool]) -> None:
    desk.until(lambda: text(desk) == "not downloaded")
    desk.keeper.on_server(ServerEvent("birds", "Birds", "url", ServerState(Stage.READY)))
    desk.until(lambda: text(desk) == "ready · server elsewhere")
    desk.keeper.on_server(ServerEvent("birds", "Birds", "url", ServerState(Stage.STOPPED)))
    desk.until(lambda: text(desk) == "not downloaded")


def test_logs_come_while_somebody_reads(desk: Desk, present: dict[str, bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manage, "logs", lambda entry, lines: ["loading", "ready"])
    desk.until(lambda: desk.keeper.logs("birds") == ["loading", "ready"])


def test_an_unknown_model_is_no_mistake(desk: Desk) -> None:
    assert desk.keeper.show("nobody").text == "not in the catalogue"
    desk.keeper.act("nobody", "start")
    assert desk.keeper.entry_of("filter.blur") is None
    assert desk.keeper.entry_of("model.birds") is not None


@pytest.mark.docker
def test_a_shipped_model_is_built_started_and_stopped_by_buttons(docker_engine: str) -> None:
    with Session() as session:
        desk = Desk(session)
        keeper = desk.keeper

        def actions() -> list[str]:
            return [action.id for action in keeper.show("lineart").actions]

        desk.until(actions)
        if "build" in actions():
            keeper.act("lineart", "build")
        desk.until(lambda: "start" in actions())
        keeper.act("lineart", "start")
        desk.until(lambda: "stop" in actions())
        desk.until(lambda: keeper.logs("lineart"))
        keeper.act("lineart", "stop")
        desk.until(lambda: "start" in actions())
        assert [kind for _, kind, _ in desk.told if kind == "error"] == []
        keeper.close()
