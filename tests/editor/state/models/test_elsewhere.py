"""Models on other Docker engines: asked while somebody looks, and a wrong address is a sentence."""

import threading
from typing import Any

import pytest

from nodegraph.editor.state.models.elsewhere import Elsewhere
from nodegraph.runtime import manage
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.manage import ModelStatus
from tests.editor.state.running.support import until

BIRDS = ModelEntry("birds", "Birds", "", tag="birds:1")


def asking() -> Elsewhere:
    return Elsewhere(lambda: {"birds": BIRDS}, lambda call: call())


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("banana", "cannot run on the Docker engine 'banana'"),
        ("context:nobody made this", "There is no Docker context called 'nobody made this'."),
        ("tcp://127.0.0.1:1", "127.0.0.1:1"),
        ("unix:///nowhere/docker.sock", "/nowhere/docker.sock"),
        ("http://[", "http://["),
    ],
)
def test_a_wrong_address_is_a_sentence(address: str, said: str) -> None:
    elsewhere = asking()
    until(lambda: elsewhere.look("birds", address)[1], 60)
    status, trouble = elsewhere.look("birds", address)
    assert status is None
    assert said in trouble
    assert "Please report this" not in trouble


def test_an_engine_that_hangs_is_asked_once_and_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, go_on = [], threading.Event()

    def statuses(entries: Any, engine: str) -> list[ModelStatus]:
        asked.append(engine)
        if engine == "ssh://slow":
            assert go_on.wait(60)
        return [ModelStatus("birds", "Birds", "birds:1", True, 0, 0, False)]

    monkeypatch.setattr(manage, "statuses", statuses)
    elsewhere = asking()
    for _ in range(3):
        assert elsewhere.look("birds", "ssh://slow") == (None, "")
    until(lambda: elsewhere.look("birds", "ssh://quick")[0])
    assert asked.count("ssh://slow") == 1
    go_on.set()
    until(lambda: elsewhere.look("birds", "ssh://slow")[0])
    assert elsewhere.revision == 2
    elsewhere.hurry("ssh://slow")
    elsewhere.look("birds", "ssh://slow")
    until(lambda: asked.count("ssh://slow") == 2)
