"""Servers of three other protocols in one graph, and one that comes back with new code while the graph runs."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.runtime.limits import Limits
from nodegraph.runtime.protocols.connect import connect
from nodegraph.runtime.protocols.recognise import describe
from nodegraph.runtime.servers import Servers
from nodegraph.session import Session
from tests.runtime.alpha_server import Alpha2018
from tests.runtime.cog_server import PICTURES, CogServer, openapi
from tests.runtime.sdk_server import Sdk

FRAMES = 6
NAMES = ("small", "large")


def dog(payload: dict[str, Any]) -> Any:
    return [{"cat": "dog", "score": 0.75, "bounds": [0.25, 0.25, 0.5, 0.5]}]


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    limits = Limits(watch=0.05, poll=0.02, revive=0.1)
    with Servers(connect, limits=limits, linger=0, folder=tmp_path / "state") as servers:
        yield servers


def session_with(folder: Path, servers: Servers, **urls: tuple[str, dict[str, Any]]) -> Session:
    """A session with a node for each server, as it describes itself; the fields given replace some of that."""
    entries = []
    for id, (url, fields) in urls.items():
        described = describe(url).entries
        command = fields.get("command")
        entry = next(one for one in described if command is None or one["command"] == command)
        entries.append({**entry, "id": id, "server": url, **fields})
    path = folder / "models.json"
    path.write_text(json.dumps(entries))
    return Session([path], [], servers)


def graph_of(nodes: dict[str, str | tuple[str, dict[str, Any]]], *wires: str) -> Graph:
    made = {}
    for id, one in nodes.items():
        type, params = one if isinstance(one, tuple) else (one, {})
        made[id] = GraphNode(id, type, params)
    ends = [tuple(end.split(".") for end in wire.split(" > ")) for wire in wires]
    return Graph(made, tuple(Wire(*source, *target) for source, target in ends))


def written(path: Path) -> list[Any]:
    return [json.loads(line)["value"] for line in path.read_text().splitlines()]


def test_one_run_uses_cog_the_sdk_and_a_server_of_2018(tmp_path: Path, servers: Servers) -> None:
    pattern = ("source.test_pattern", {"width": 48, "height": 36, "fps": 10.0, "duration": FRAMES / 10})
    with (
        CogServer(tmp_path / "cog", "pictures", openapi(PICTURES)) as cog,
        Sdk() as sdk,
        Alpha2018(dog) as alpha,
    ):
        cog.until("READY")
        session = session_with(
            tmp_path, servers, cog=(cog.url, {}), sdk=(sdk.url, {"command": "echo"}), alpha=(alpha.url, {})
        )
        graph = graph_of(
            {
                "pattern": pattern,
                "cog": ("model.cog", {"mode": "mirror", "scale": 2.0}),
                "sdk": ("model.sdk", {"flip": True}),
                "alpha": "model.alpha",
                "drawn": "filter.draw_detections",
                "boxes": ("sink.json_lines", {"path": str(tmp_path / "boxes.jsonl")}),
                "small": ("sink.json_lines", {"path": str(tmp_path / "small.jsonl")}),
                "large": ("sink.json_lines", {"path": str(tmp_path / "large.jsonl")}),
            },
            "pattern.image > cog.image",
            "cog.image > sdk.image",
            "cog.image > alpha.image",
            "cog.image > drawn.image",
            "alpha.detections > drawn.detections",
            "alpha.detections > boxes.value",
            "sdk.image > small.value",
            "drawn.image > large.value",
        )
        assert [str(one) for one in session.problems_of(graph) if one.severity == "error"] == []
        with session, session.run(graph, "offline") as run:
            assert run.wait(60)
            assert run.failures == []
    boxes = [{"label": "dog", "score": 0.75, "box": [0.25, 0.25, 0.75, 0.75]}]
    assert written(tmp_path / "boxes.jsonl") == [boxes] * FRAMES
    sizes = {name: [(one["width"], one["height"]) for one in written(tmp_path / f"{name}.jsonl")] for name in NAMES}
    assert sizes == {"small": [(8, 6)] * FRAMES, "large": [(96, 72)] * FRAMES}
    assert len(sdk.asked) == len(alpha.payloads) == FRAMES


def test_a_chosen_option_of_the_sdk_sets_the_server_up(tmp_path: Path, servers: Servers) -> None:
    with Sdk() as sdk:
        session = session_with(tmp_path, servers, say=(sdk.url, {"command": "upper"}))
        graph = graph_of(
            {
                "words": ("source.text", {"value": "hello"}),
                "say": ("model.say", {"suffix": "?", "seed": 7}),
                "out": ("sink.json_lines", {"path": str(tmp_path / "out.jsonl")}),
            },
            "words.text > say.input",
            "say.output > out.value",
        )
        with session, session.run(graph, "offline", frames=1) as run:
            assert run.wait(60)
            assert run.failures == []
    assert written(tmp_path / "out.jsonl") == ["HELLO?"]
    assert sdk.setups == [{"suffix": "?", "size": "l", "seed": 7, "checkpoint": "none"}]


def test_a_server_that_comes_back_with_new_code_goes_on_in_the_running_graph(tmp_path: Path, servers: Servers) -> None:
    def telling(words: str) -> Callable[[dict[str, Any]], Any]:
        return lambda payload: [{"caption": words, "prob": 1.0}]

    first = Alpha2018(telling("old code"))
    session = session_with(tmp_path, servers, alpha=(first.url, {}))
    graph = graph_of(
        {
            "pattern": ("source.test_pattern", {"width": 32, "height": 24}),
            "alpha": "model.alpha",
            "out": ("sink.json_lines", {"path": str(tmp_path / "words.jsonl")}),
        },
        "pattern.image > alpha.image",
        "alpha.text > out.value",
    )
    with session, session.run(graph, "live") as run:
        with first:
            until(lambda: run.latest("alpha", "text") == "old code")
        until(lambda: run.failures)
        with Alpha2018(telling("new code"), address=("127.0.0.1", first.web.server_port)):
            until(lambda: run.latest("alpha", "text") == "new code")


def until(done: Callable[[], Any]) -> None:
    tick = threading.Event()
    for _ in range(6000):
        if done():
            return
        tick.wait(0.005)
    raise AssertionError("it never happened")


def test_pictures_keep_their_colours_on_the_way(tmp_path: Path, servers: Servers) -> None:
    with CogServer(tmp_path / "cog", "pictures", openapi(PICTURES)) as cog:
        cog.until("READY")
        session = session_with(tmp_path, servers, cog=(cog.url, {}))
        graph = graph_of(
            {
                "color": ("source.solid_color", {"width": 16, "height": 16, "color": "#102030"}),
                "cog": "model.cog",
                "out": ("sink.json_lines", {"path": str(tmp_path / "out.jsonl")}),
            },
            "color.image > cog.image",
            "cog.image > out.value",
        )
        with session, session.run(graph, "offline", frames=1) as run:
            assert run.wait(60)
            assert run.failures == []
    np.testing.assert_allclose(written(tmp_path / "out.jsonl")[0]["mean"], [255 - 0x30, 255 - 0x20, 255 - 0x10], atol=3)
