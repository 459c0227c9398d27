"""A local process is told where its weights are, after they were fetched with progress."""

import sys
from pathlib import Path
from typing import Any

import pytest

from nodegraph.core.errors import ModelError
from nodegraph.runtime.consent import agree_to_secrets
from nodegraph.runtime.entry import ModelEntry, Weights
from nodegraph.runtime.protocols.connect import connect
from nodegraph.runtime.state import Stage
from nodegraph.runtime.weights_by_hand import check, fetch, weights_here
from tests.runtime.conftest import KINDS
from tests.runtime.weights.conftest import sha256
from tests.runtime.weights.fake_hub import FakeHub, Mood

NET = bytes(range(256)) * 2000
TELLING = f"""
import os, runpy, sys
for name in ("WEIGHTS", "MODEL", "CHECKPOINT"):
    print(name, os.environ.get("NODEGRAPH_" + name), flush=True)
print("token", len(os.environ.get("NET_TOKEN", "")), flush=True)
sys.argv[1:] = ["good"]
runpy.run_path({str(KINDS)!r}, run_name="__main__")
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NODEGRAPH_WEIGHTS_HOME", str(tmp_path / "weights"))
    return tmp_path / "weights" / "test-good"


@pytest.fixture
def hub() -> Any:
    hub = FakeHub()
    yield hub
    hub.close()


def entry_of(bench: Any, **more: Any) -> Any:
    script = bench.folder / "telling.py"
    script.write_text(TELLING)
    return bench.entry(command=("python", str(script)), **more)


def test_weights_are_fetched_before_the_start_and_told(
    bench: Any, home: Path, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree_to_secrets("test-good", ["NET_TOKEN"])
    monkeypatch.setenv("NET_TOKEN", "swordfish")
    weights = (Weights("net.onnx", hub.put("net.onnx", NET), sha256(NET), len(NET)),)
    checkpoints = tuple(Weights(name, hub.put(name, NET)) for name in ("a.onnx", "b.onnx"))
    entry = entry_of(bench, weights=weights, checkpoints=checkpoints, secrets=("NET_TOKEN",))
    lease = bench.servers().acquire(entry, {})
    bench.ready(lease)
    assert bench.story.stages == ["fetching", "starting", "loading", "ready"]
    fetching = [event.state for event in bench.story.events if event.state.stage is Stage.FETCHING]
    assert fetching[-1].message in ("net.onnx", "a.onnx")
    assert sorted(path.name for path in home.glob("*.onnx")) == ["a.onnx", "net.onnx"]
    logs = "\n".join(lease.logs)
    assert f"WEIGHTS {home}" in logs
    assert "MODEL test-good" in logs
    assert "CHECKPOINT a.onnx" in logs
    assert "token 9" in logs
    assert "swordfish" not in logs + repr(lease.details)


def test_a_server_that_is_given_up_while_it_fetches_stops_at_once_and_keeps_the_part(
    bench: Any, home: Path, hub: FakeHub
) -> None:
    hub.moods = [Mood(stall=300_000)]
    entry = entry_of(bench, weights=(Weights("net.onnx", hub.put("net.onnx", NET), sha256(NET)),))
    servers = bench.servers()
    servers.acquire(entry, {})
    assert hub.stalled.wait(60)
    servers.close()
    assert bench.story.stages[-1] == "stopped"
    assert (home / "net.onnx.part").exists()


def test_a_failed_fetch_is_the_reason_and_another_try_goes_on(bench: Any, home: Path, hub: FakeHub) -> None:
    wrong = Weights("net.onnx", hub.put("net.onnx", NET), sha256(b"another"))
    lease = bench.servers().acquire(entry_of(bench, weights=(wrong,)), {})
    with pytest.raises(ModelError, match=r"net\.onnx is not the file its entry names"):
        lease.wait_ready(60)
    hub.put("net.onnx", b"another")
    lease.restart()
    bench.story.until_stage(Stage.READY)


def test_a_model_that_was_never_trained_does_not_start(bench: Any, home: Path) -> None:
    lease = bench.servers().acquire(entry_of(bench, needs_training=True), {})
    with pytest.raises(ModelError, match="has to be trained before it is of use") as caught:
        lease.wait_ready(60)
    assert str(home / "checkpoints") in caught.value.hint


def test_a_missing_secret_keeps_it_from_starting(bench: Any, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NET_TOKEN", raising=False)
    lease = bench.servers().acquire(entry_of(bench, secrets=("NET_TOKEN",)), {})
    with pytest.raises(ModelError, match="needs the secret NET_TOKEN"):
        lease.wait_ready(60)


def test_the_kit_finds_what_was_fetched(bench: Any, home: Path, hub: FakeHub) -> None:
    script = bench.folder / "server.py"
    script.write_text(
        "from nodegraph_kit import Text, model, serve, weights\n"
        "@model(title='Size')\n"
        "class Size:\n"
        "    def setup(self) -> None:\n"
        "        self.size = weights.find('net.onnx').stat().st_size\n"
        "    def run(self, prompt: Text) -> Text:\n"
        "        return str(self.size)\n"
        "serve(Size)\n"
    )
    weights = (Weights("net.onnx", hub.put("net.onnx", NET), sha256(NET)),)
    entry = bench.entry(command=(sys.executable, str(script)), weights=weights)
    client = connect(entry, bench.ready(bench.servers().acquire(entry, {})).endpoint)
    try:
        assert client.infer({"prompt": "how large?"}, {}, 10) == {"text": str(len(NET))}
    finally:
        client.close()


def test_whether_a_start_will_fetch_is_known_before(home: Path, hub: FakeHub) -> None:
    entry = ModelEntry("test-good", "Good", "test", weights=(Weights("net.onnx", hub.put("net.onnx", NET)),))
    assert not weights_here(entry)
    heard: list[str] = []
    assert fetch(entry, lambda event: heard.append(str(event))) == home
    assert weights_here(entry)
    assert heard[0].startswith("Good is getting its weights")
    assert check(entry) == []
