"""The keeper: states arrive on the UI thread, actions are carried out beside it, a failure is a sentence."""

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nodegraph.core.errors import ModelError, ModelUnreachable
from nodegraph.editor.state.models import looking, watching
from nodegraph.editor.state.models.keeper import ModelKeeper
from nodegraph.editor.state.models.spots import spot_of
from nodegraph.editor.state.models.weights import Stock
from nodegraph.runtime import manage
from nodegraph.runtime.cancel import Cancel, Cancelled
from nodegraph.runtime.manage import EngineStatus, ModelStatus
from nodegraph.runtime.state import ServerEvent, ServerState, Stage
from nodegraph.session import Session

CATALOGUE = '[{"id": "birds", "name": "Birds", "tag": "birds:1", "description": {"licence": "MIT"}}]'


class Desk:
    """A keeper with a stand-in for the UI thread: `until` carries out what was posted."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._posted: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.told: list[tuple[str, str, str]] = []
        self.keeper = ModelKeeper(session, self._posted.put, lambda *said: self.told.append(said))

    def until(self, holds: Callable[[], Any]) -> None:
        """Frame after frame, as a window would, until it holds."""
        end = time.monotonic() + 60
        while not holds():
            assert time.monotonic() < end, (self.told, self.keeper.engine)
            with contextlib.suppress(queue.Empty):
                self._posted.get(timeout=0.1)()


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
        return [
            ModelStatus(one.id, one.name, one.tag, facts["present"], int(facts.get("running", False)), 0, False)
            for one in entries
        ]

    def engine(*_: Any, **__: Any) -> EngineStatus:
        return EngineStatus("unix:///x", facts["answers"], "28.2.2", gpu=False, message="Docker is off.")

    monkeypatch.setattr(manage, "statuses", statuses)
    monkeypatch.setattr(manage, "engine_status", engine)
    return facts


def text(desk: Desk) -> str:
    return desk.keeper.show("birds").text


def ids(desk: Desk, model: str = "birds") -> list[str]:
    return [action.id for action in desk.keeper.show(model).actions]


def test_a_model_is_not_downloaded_until_somebody_says_so(
    desk: Desk, present: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    def pull(entry: Any, tell: Any, cancel: Any, engine: str) -> None:
        tell(ServerEvent("birds", "Birds", "container", ServerState(Stage.PULLING, time.time(), 1, 4)))
        present["present"] = True

    monkeypatch.setattr(manage, "pull", pull)
    desk.until(lambda: text(desk) == "not downloaded")
    assert desk.keeper.engine.text == "Docker 28.2 · no GPU"
    desk.keeper.act("birds", "download")
    desk.until(lambda: text(desk) == "stopped")
    assert desk.told == [("Birds is downloaded.", "good", "")]


def test_a_download_can_be_called_off(desk: Desk, present: dict[str, bool], monkeypatch: pytest.MonkeyPatch) -> None:
    def pull(entry: Any, tell: Any, cancel: Cancel, engine: str) -> None:
        tell(ServerEvent("birds", "Birds", "container", ServerState(Stage.PULLING, time.time(), 1, 4)))
        if not cancel._event.wait(60):
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
    def start(*_: Any, **__: Any) -> None:
        raise error

    present["present"] = True
    monkeypatch.setattr(manage, "start", start)
    desk.until(lambda: text(desk) == "stopped")
    desk.keeper.act("birds", "contain")
    desk.until(lambda: desk.told and text(desk).startswith("failed: "))
    assert desk.told[0][1] == "error"
    assert str(error.args[0]) in desk.told[0][0]
    assert ids(desk) == ["retry", "remove"]
    monkeypatch.setattr(manage, "start", lambda *_, **__: None)
    desk.keeper.act("birds", "retry")
    desk.until(lambda: text(desk) == "stopped")
    assert desk.told[-1][1] == "good"


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


def test_a_server_on_another_engine_is_not_taken_for_the_one_here(desk: Desk, present: dict[str, bool]) -> None:
    here, there = spot_of({"kind": "container"}), spot_of({"kind": "container", "engine": "ssh://gpu.example"})
    far = ServerEvent("birds", "Birds", "container", ServerState(Stage.READY), engine="ssh://gpu.example")
    desk.until(lambda: text(desk) == "not downloaded")
    desk.keeper.on_server(far)
    desk.until(lambda: text(desk) == "ready · container on ssh://gpu.example")
    assert desk.keeper.show("birds", here).text == "not downloaded"
    assert desk.keeper.show("birds", "").text == "not downloaded"
    assert desk.keeper.show("birds", there).ready


def test_of_two_servers_at_one_place_the_end_of_one_is_not_the_others(desk: Desk, present: dict[str, bool]) -> None:
    large, small = (("birds", "container", "", "", "auto", settings) for settings in ("large", "small"))
    for key in (large, small):
        desk.keeper.on_server(ServerEvent("birds", "Birds", "container", ServerState(Stage.READY), key=key))
    desk.keeper.on_server(ServerEvent("birds", "Birds", "container", ServerState(Stage.STOPPED), key=large))
    desk.until(lambda: text(desk) == "ready · container")
    desk.keeper.on_server(ServerEvent("birds", "Birds", "container", ServerState(Stage.STOPPED), key=small))
    desk.until(lambda: text(desk) == "not downloaded")


@pytest.mark.parametrize(
    ("place", "at"),
    [
        (None, None),
        ({}, ("container", "")),
        ({"kind": "container", "engine": "ssh://gpu.example"}, ("container", "ssh://gpu.example")),
        ({"kind": "url", "url": "http://gpu.example"}, ("url", "")),
    ],
)
def test_a_nodes_buttons_are_about_the_servers_of_its_place(
    desk: Desk, present: dict[str, bool], monkeypatch: pytest.MonkeyPatch, place: Any, at: Any
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(type(desk.session.servers), "stop", lambda _, id, at: asked.append(("stop", id, at)) or 0)
    monkeypatch.setattr(type(desk.session.servers), "restart", lambda _, id, at: asked.append(("again", id, at)) or 1)
    desk.keeper.act("birds", "stop", place)
    desk.until(lambda: len(desk.told) == 1)
    desk.keeper.act("birds", "restart", place)
    desk.until(lambda: len(desk.told) == 2)
    assert asked == [("stop", "birds", at), ("again", "birds", at)]


def test_a_log_of_another_engine_is_read_there(
    desk: Desk, present: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manage, "kept_lines", lambda entry, lines, at: [str(at)])
    monkeypatch.setattr(manage, "memory", lambda entry, engine: len(engine) * 1_000_000)
    present["running"] = True
    there = spot_of({"kind": "container", "engine": "ssh://gpu.example"})
    desk.until(lambda: desk.keeper.logs("birds", there) == ["('container', 'ssh://gpu.example')"])
    desk.until(lambda: desk.keeper.logs("birds", "container") == ["('container', '')"])
    monkeypatch.setattr(watching, "_FAR_PERIOD", 0.0)
    desk.until(lambda: desk.keeper.memory("birds", there) == len("ssh://gpu.example"))


def test_logs_and_memory_come_while_somebody_reads(
    desk: Desk, present: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manage, "kept_lines", lambda entry, lines, at: ["loading", "ready"])
    present["running"] = True
    monkeypatch.setattr(manage, "memory", lambda entry, engine: 250_000_000)
    desk.until(lambda: desk.keeper.logs("birds") == ["loading", "ready"] and desk.keeper.memory("birds") == 250.0)


def test_an_engine_that_hangs_is_said_not_to_answer(
    desk: Desk, present: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def hang(*_: Any, **__: Any) -> EngineStatus:
        asked.set()
        assert go_on.wait(60)
        return EngineStatus("unix:///x", True, "28.2.2", gpu=False)

    monkeypatch.setattr(manage, "engine_status", hang)
    monkeypatch.setattr(looking, "LATE", -1.0)
    desk.keeper.show("birds")
    assert asked.wait(60)
    desk.until(lambda: desk.keeper.engine.text == "Docker does not answer")
    assert text(desk) == "needs Docker, which does not answer"
    go_on.set()
    desk.until(lambda: desk.keeper.engine.text == "Docker 28.2 · no GPU")


def test_what_runs_is_counted_and_stopped_together(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = []
    kept = {"count": 1}

    def statuses(entries: Any, engine: str = "") -> list[ModelStatus]:
        return [ModelStatus(one.id, one.name, one.tag, True, kept["count"], kept["count"], False) for one in entries]

    def stop(entry: Any, engine: str) -> int:
        stopped.append(entry.id)
        kept["count"] = 0
        return 1

    monkeypatch.setattr(manage, "statuses", statuses)
    monkeypatch.setattr(manage, "engine_status", lambda **_: EngineStatus("unix:///x", True, "28.2.2", gpu=False))
    monkeypatch.setattr(manage, "stop", stop)
    desk.until(lambda: text(desk) == "ready · container")
    assert desk.keeper.running == ["Birds"]
    assert desk.keeper.stop_all() == 1
    desk.until(lambda: stopped == ["birds"] and not desk.keeper.running)
    assert desk.keeper.stop_all() == 0
    assert desk.told == []


def test_after_a_failure_to_stop_everything_is_told_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(entry: Any, engine: str) -> int:
        raise ModelError("It does not stop.")

    monkeypatch.setattr(manage, "statuses", lambda entries, engine="": [kept(one) for one in entries])
    monkeypatch.setattr(manage, "engine_status", lambda **_: EngineStatus("unix:///x", True, "28.2.2", gpu=False))
    monkeypatch.setattr(manage, "stop", stop)
    desk.until(lambda: text(desk) == "ready · container")
    assert desk.keeper.stop_all() == 1
    desk.until(lambda: desk.told)
    assert "It does not stop." in desk.told[0][0]
    monkeypatch.setattr(manage, "stop", lambda entry, engine: 1)
    desk.keeper.act("birds", "stop")
    desk.until(lambda: len(desk.told) == 2)
    assert desk.told[1][0] == "Birds is stopped."


def kept(entry: Any) -> ModelStatus:
    return ModelStatus(entry.id, entry.name, entry.tag, True, 1, 1, False)


def test_a_disk_that_cannot_be_looked_at_once_is_looked_at_again(
    desk: Desk, present: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []

    def stock_of(entry: Any) -> Stock:
        looks.append(entry.id)
        if len(looks) == 1:
            raise PermissionError(entry.id)
        return Stock(missing=1, size=5_000_000)

    monkeypatch.setattr(looking, "stock_of", stock_of)
    monkeypatch.setattr(looking, "CLOSELY", 0.01)
    desk.until(lambda: "no weights yet" in text(desk))


def test_an_unknown_model_is_no_mistake(desk: Desk) -> None:
    assert desk.keeper.show("nobody").text == "not in the catalogue"
    desk.keeper.act("nobody", "start")
    assert desk.keeper.entry_of("filter.blur") is None
    assert desk.keeper.entry_of("model.birds") is not None


def test_a_local_process_is_kept_running_until_it_is_stopped() -> None:
    with Session() as session:
        desk = Desk(session)
        keeper = desk.keeper
        session.listen(keeper.on_server)
        assert "start" in ids(desk, "lineart")
        keeper.act("lineart", "start")
        desk.until(lambda: keeper.show("lineart").ready)
        assert keeper.show("lineart").text == "ready · local process"
        assert keeper.show("lineart", "container").text != "ready · local process"
        assert keeper.running == ["Line art"]
        desk.until(lambda: keeper.memory("lineart") > 10 and keeper.logs("lineart"))
        keeper.act("lineart", "restart")
        desk.until(lambda: not keeper.show("lineart").ready)
        desk.until(lambda: keeper.show("lineart").ready)
        keeper.act("lineart", "stop")
        desk.until(lambda: "start" in ids(desk, "lineart"))
        assert keeper.running == []
        assert [said for said in desk.told if said[1] == "error"] == []
        keeper.close()


@pytest.mark.docker
def test_a_shipped_model_is_built_started_and_stopped_by_buttons(docker_engine: str) -> None:
    with Session() as session:
        desk = Desk(session)
        keeper = desk.keeper
        desk.until(lambda: keeper.engine.answers)
        desk.until(lambda: {"build", "contain"} & set(ids(desk, "lineart")))
        if "build" in ids(desk, "lineart"):
            keeper.act("lineart", "build")
        desk.until(lambda: "contain" in ids(desk, "lineart"))
        keeper.act("lineart", "contain")
        desk.until(lambda: ids(desk, "lineart") == ["stop"])
        assert keeper.show("lineart").text == "ready · container"
        desk.until(lambda: keeper.logs("lineart") and keeper.memory("lineart") > 5)
        keeper.act("lineart", "stop")
        desk.until(lambda: "contain" in ids(desk, "lineart"))
        assert [said for said in desk.told if said[1] == "error"] == []
        keeper.close()


@pytest.mark.docker
def test_on_another_engine_the_same_buttons_work(docker_engine: str) -> None:
    place = {"kind": "container", "engine": docker_engine}
    spot = spot_of(place)
    with Session() as session:
        desk = Desk(session)
        keeper = desk.keeper

        def offered() -> list[str]:
            return [action.id for action in keeper.show("lineart", spot).actions]

        desk.until(lambda: {"build", "contain"} & set(offered()))
        if "build" in offered():
            keeper.act("lineart", "build", place)
        desk.until(lambda: "contain" in offered())
        keeper.act("lineart", "contain", place)
        desk.until(lambda: offered() == ["stop"])
        assert keeper.show("lineart", spot).text == f"ready · container on {docker_engine}"
        keeper.act("lineart", "stop", place)
        desk.until(lambda: "contain" in offered())
        assert [said for said in desk.told if said[1] == "error"] == []
        keeper.close()
