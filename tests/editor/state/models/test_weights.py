"""Weights before the first use: what they are, whether they are here, fetched by a button with a hub that is slow."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.editor.state.models.licences import Use, accept, unaccepted
from nodegraph.editor.state.models.terms import terms_of
from nodegraph.editor.state.models.weights import source_of, stock_of, weights_of
from nodegraph.runtime.entry import ModelEntry, Weights
from nodegraph.session import Session
from tests.editor.state.models.test_keeper import Desk
from tests.editor.state.models.test_licences import Accepted
from tests.editor.state.running.support import playing, until
from tests.runtime.weights.fake_hub import FakeHub, Mood

CONTENT = bytes(range(256)) * 400
SIZE = len(CONTENT)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    monkeypatch.setenv("NODEGRAPH_WEIGHTS_HOME", str(tmp_path / "weights"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.delenv("NODEGRAPH_WEIGHTS_FOLDERS", raising=False)
    hub = FakeHub()
    yield hub
    hub.close()


def catalogue(hub: FakeHub, folder: Path) -> Path:
    """A model with one weight at the hub."""
    weight = {
        "name": "birds.onnx",
        "url": hub.put("birds.onnx", CONTENT),
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
    }
    process = {"command": ["{python}", "server.py"], "folder": str(folder)}
    entry: dict[str, Any] = {"id": "birds", "name": "Birds", "protocol": "native", "process": process}
    entry |= {"weights": [{**weight, "size": SIZE, "licence": "MIT"}], "description": {"licence": "MIT"}}
    path = folder / "models.json"
    path.write_text(json.dumps([entry]))
    return path


@pytest.fixture
def desk(hub: FakeHub, tmp_path: Path) -> Iterator[Desk]:
    with Session([catalogue(hub, tmp_path)]) as session:
        desk = Desk(session)
        yield desk
        desk.keeper.close()


def entry(**more: Any) -> ModelEntry:
    return ModelEntry("owls", "Owls", "", tag="owls:1", **more)


ONE = Weights("owl.onnx", "https://media.githubusercontent.com/media/owl.onnx", size=4_000_000, licence="MIT")
SMALL = Weights("small", "hf:owner/owls-small@0123", size=1_000_000, licence="Apache-2.0")
LARGE = replace(SMALL, name="large", url="hf:owner/owls-large@0123", licence="")


def test_a_weight_says_its_size_licence_and_where_it_is_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODEGRAPH_WEIGHTS_HOME", str(tmp_path))
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    own = tmp_path / "owls" / "checkpoints" / "mine.safetensors"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"x")
    files = weights_of(entry(weights=(ONE,), checkpoints=(SMALL, LARGE)))
    assert [(one.name, one.wanted, one.here, one.checkpoint) for one in files] == [
        ("owl.onnx", True, False, False),
        ("small", True, False, True),
        ("large", False, False, True),
        ("checkpoints/mine.safetensors", False, True, True),
    ]
    assert [one.about for one in files] == [
        "4.0 MB, MIT, from media.githubusercontent.com",
        "1.0 MB, Apache-2.0, from huggingface.co/owner/owls-small",
        "1.0 MB, no licence named, from huggingface.co/owner/owls-large",
        "from your own files",
    ]
    chosen = weights_of(entry(weights=(ONE,), checkpoints=(SMALL, LARGE)), "large")
    assert [one.name for one in chosen if one.wanted] == ["owl.onnx", "large"]


@pytest.mark.parametrize(("url", "source"), [("", ""), ("http://[broken", "http://[broken"), ("https://a.b/c", "a.b")])
def test_a_source_is_a_host(url: str, source: str) -> None:
    assert source_of(url) == source


def test_a_model_that_was_never_trained_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODEGRAPH_WEIGHTS_HOME", str(tmp_path))
    assert str(tmp_path / "owls" / "checkpoints") in stock_of(entry(needs_training=True)).untrained


def test_the_licence_sheet_names_what_is_fetched_and_what_could_be_chosen() -> None:
    terms = terms_of(entry(weights=(ONE,), checkpoints=(SMALL, LARGE)), {}, "large")
    assert terms.weights[0] == "owl.onnx: 4.0 MB, MIT, from media.githubusercontent.com; fetched first."
    assert terms.weights[1].startswith("large: 1.0 MB, no licence named, from ")
    assert terms.others == "small (Apache-2.0)"
    elsewhere = terms_of(entry(weights=(ONE,)), {"kind": "url", "url": "http://127.0.0.1:1"})
    assert elsewhere.weights == ()


def test_another_licence_of_a_weight_is_asked_for_again() -> None:
    accepted = Accepted()
    accept([Use(entry(weights=(ONE,), checkpoints=(SMALL,)))], accepted)
    assert unaccepted([Use(entry(weights=(ONE,), checkpoints=(SMALL,)), {}, "small")], accepted) == []
    assert unaccepted([Use(entry(weights=(replace(ONE, licence="GPL"),), checkpoints=(SMALL,)))], accepted)
    assert unaccepted([Use(entry(weights=(ONE,), checkpoints=(replace(SMALL, licence="GPL"),)))], accepted)


def ids(desk: Desk) -> list[str]:
    return [action.id for action in desk.keeper.show("birds").actions]


def test_weights_are_fetched_by_a_button_called_off_and_taken_up_again(desk: Desk, hub: FakeHub) -> None:
    hub.moods = [Mood(stall=SIZE // 4), Mood(stall=SIZE // 4)]
    desk.until(lambda: "fetch" in ids(desk))
    assert desk.keeper.show("birds").note == "Its weights (102 kB) are fetched before it starts."
    desk.keeper.act("birds", "fetch")
    desk.until(lambda: hub.stalled.is_set() and desk.keeper.show("birds").text.startswith("getting its weights 0 % · "))
    assert ids(desk) == ["cancel"]
    desk.keeper.act("birds", "cancel")
    desk.until(lambda: "fetch" in ids(desk))
    assert desk.told == [("Birds: called off.", "info", "")]
    desk.keeper.act("birds", "fetch")
    desk.until(lambda: desk.keeper.show("birds").text.startswith("getting its weights 25 % · "))
    assert desk.keeper.show("birds").fraction == 0.25
    hub.go.set()
    desk.until(lambda: "start" in ids(desk))
    assert "fetch" not in ids(desk)
    assert desk.told[-1][:2] == ("The weights of Birds are here.", "good")
    assert hub.asked[-1].range == f"bytes={SIZE // 4}-"


def test_a_fetch_that_fails_is_a_sentence_and_can_be_tried_again(desk: Desk, hub: FakeHub) -> None:
    hub.moods = [Mood(status=404)]
    desk.keeper.act("birds", "fetch")
    desk.until(lambda: desk.keeper.show("birds").failed)
    assert ids(desk)[0] == "retry"
    assert "birds.onnx" in desk.told[-1][0]
    desk.keeper.act("birds", "retry")
    desk.until(lambda: "start" in ids(desk))


def test_a_node_says_that_its_model_gets_its_weights(hub: FakeHub, tmp_path: Path) -> None:
    hub.moods = [Mood(stall=SIZE // 2)]
    nodes = {
        "in": GraphNode("in", "source.test_pattern", {"width": 64, "height": 36}),
        "birds": GraphNode("birds", "model.birds"),
        "out": GraphNode("out", "sink.preview"),
    }
    graph = Graph(nodes, (Wire("in", "image", "birds", "image"), Wire("birds", "image", "out", "image")))
    with playing(Session([catalogue(hub, tmp_path)])) as player:
        player.show(graph, tmp_path)
        player.play()
        until(lambda: "Birds is getting its weights (50 % of 0.1 MB" in player.node("birds").message)
        assert player.node("birds").state == "waiting"
        player.stop()
