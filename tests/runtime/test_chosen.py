"""What is chosen once for a server: a parameter on the node, a setting of the server, never a value of a call."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.core.errors import NodeError
from nodegraph.core.graph import Graph, GraphNode
from nodegraph.core.registry import Registry
from nodegraph.core.spec import NodeSpec, Param
from nodegraph.core.validate import validate
from nodegraph.runtime.chosen import settled, start_params
from nodegraph.runtime.entry import ModelEntry, Weights
from nodegraph.runtime.launch import launch_of
from nodegraph.runtime.model_node import ModelNode, definition_of
from nodegraph.runtime.model_spec import spec_of
from nodegraph.runtime.weights.places import weights_folder

MOSAIC, CANDY = (Weights(f"{name}.onnx", f"https://host/{name}.onnx") for name in ("mosaic", "candy"))
SIZE = Param("size", "integer", 256, "Side it was trained at.", ge=64, le=1024)
STRENGTH = Param("strength", "number", 1.0)


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODEGRAPH_WEIGHTS_HOME", str(tmp_path))


def style(**more: Any) -> ModelEntry:
    known: dict[str, Any] = {"checkpoints": (MOSAIC, CANDY), "setup": (SIZE,), "parameters": (STRENGTH,)}
    return ModelEntry("style", "Style", "test", protocol="native", **{**known, **more})


class Noted:
    """Servers that note what they are asked for; their client answers with the parameters of the call."""

    transport = "noted"
    state, note, restarts = "ready", "", 0

    def __init__(self) -> None:
        self.entries: list[ModelEntry] = []
        self.places: list[Mapping[str, Any]] = []
        self.calls: list[Mapping[str, Any]] = []

    def acquire(self, entry: ModelEntry, place: Mapping[str, Any]) -> "Noted":
        self.entries.append(entry)
        self.places.append(place)
        return self

    def client(self) -> "Noted":
        return self

    def infer(self, inputs: Mapping[str, Any], params: Mapping[str, Any], timeout: float) -> Mapping[str, Any]:
        self.calls.append(params)
        return {"result": 1}

    def wait_ready(self, timeout: float) -> None: ...
    def report_failure(self, error: Exception) -> None: ...
    def release(self) -> None: ...


def test_a_node_offers_the_checkpoints_and_the_set_up_and_starts_anew_for_them() -> None:
    spec = spec_of(style())
    assert [(param.name, param.restart) for param in spec.params] == [
        ("checkpoint", True),
        ("size", True),
        ("strength", False),
    ]
    checkpoint = spec.param("checkpoint")
    assert checkpoint is not None
    assert (checkpoint.default, checkpoint.choices) == ("mosaic.onnx", ("mosaic.onnx", "candy.onnx"))
    assert NodeSpec.from_json(spec.to_json()) == spec


def test_a_model_without_checkpoints_or_with_its_own_parameter_of_that_name_gets_none() -> None:
    assert start_params(style(checkpoints=(), setup=())) == ()
    own = Param("checkpoint", "text", "x")
    assert [param.name for param in spec_of(style(parameters=(own,), setup=())).params] == ["checkpoint"]


def test_the_choice_goes_into_the_start_and_not_into_the_calls() -> None:
    servers = Noted()
    node = definition_of(style(), servers).make({"checkpoint": "candy.onnx", "size": 512}, {})
    assert isinstance(node, ModelNode)
    node.open()
    node.process(np.zeros((2, 2, 3), np.uint8))
    (entry,) = servers.entries
    assert entry.checkpoints == (CANDY,)
    assert [param.default for param in entry.setup] == [512]
    assert servers.calls == [{"strength": 1.0}]


@pytest.mark.parametrize(
    ("wait", "place", "frames"),
    [(0.0, {}, None), (9.0, {}, "raw"), (9.0, {"frames": "auto"}, "raw"), (9.0, {"frames": "jpeg"}, "jpeg")],
)
def test_a_render_sends_every_pixel_unless_somebody_chose_otherwise(wait: float, place: Any, frames: Any) -> None:
    servers = Noted()
    node = definition_of(style(), servers).make({}, place)
    assert isinstance(node, ModelNode)
    node.wait = wait
    node.open()
    assert servers.places[0].get("frames") == frames
    assert launch_of(style(), servers.places[0]).key == launch_of(style(), {}).key, "it is the same server"


def test_no_wire_drives_what_starts_the_server_anew() -> None:
    node = definition_of(style(), Noted()).make({}, {})
    assert isinstance(node, ModelNode)
    assert node.with_params({"strength": 0.5, "size": 256}) is not node
    with pytest.raises(NodeError, match="size of Style starts its server anew"):
        node.with_params({"size": 512})


def test_only_the_chosen_checkpoint_is_fetched_and_makes_a_server_of_its_own() -> None:
    entry = style(weights=(Weights("vgg.onnx"),))
    usual, candy = (launch_of(settled(entry, {"checkpoint": name}), {}) for name in ("", "candy.onnx"))
    assert usual.files == (Weights("vgg.onnx"), MOSAIC)
    assert usual.checkpoint == "mosaic.onnx"
    assert candy.files == (Weights("vgg.onnx"), CANDY)
    assert candy.key != usual.key
    assert usual.key == launch_of(entry, {}).key
    assert launch_of(settled(entry, {"size": 512}), {}).key != usual.key


def test_a_server_of_somebody_elses_is_one_whatever_the_checkpoint() -> None:
    place = {"kind": "url", "url": "http://host:1"}
    keys = {launch_of(settled(style(), {"checkpoint": name}), place).key for name in ("mosaic.onnx", "candy.onnx")}
    assert len(keys) == 1


@pytest.mark.parametrize("setting", [{"memory": 512}, {"network": "on"}, {"replicas": 2}])
def test_other_limits_are_another_container(setting: dict[str, Any]) -> None:
    assert launch_of(style(), {**setting, "kind": "container"}).key != launch_of(style(), {"kind": "container"}).key


def test_however_many_replicas_are_wanted_they_are_the_same_servers() -> None:
    keys = {launch_of(style(), {"kind": "container", "replicas": count}).key for count in (2, 3, 8)}
    assert len(keys) == 1


def problems_of(entry: ModelEntry, params: Mapping[str, Any]) -> list[str]:
    definition = definition_of(entry, Noted())
    registry = Registry({}).with_definitions([definition], [])
    graph = Graph({"style": GraphNode("style", definition.spec.id, params=dict(params))}, ())
    return [f"{one.severity}: {one}" for one in validate(graph, registry) if "image" not in one.where]


def test_a_checkpoint_of_another_machine_is_kept_with_a_warning() -> None:
    (problem,) = problems_of(style(), {"checkpoint": "checkpoints/theirs.onnx"})
    assert problem.startswith("warning: nodes.style.checkpoint: 'checkpoints/theirs.onnx' is not on this machine.")
    assert problems_of(style(), {"checkpoint": "candy.onnx"}) == []


def test_a_model_that_must_be_trained_says_so_until_there_is_a_checkpoint() -> None:
    untrained = style(checkpoints=(), needs_training=True)
    (problem,) = problems_of(untrained, {})
    assert "there is nothing to choose from. It has to be trained first. Train one, or put a file into" in problem
    assert launch_of(untrained, {}).untrained
    own = weights_folder("style") / "checkpoints" / "mine.onnx"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"net")
    assert problems_of(untrained, {}) == []
    launch = launch_of(settled(untrained, spec_of(untrained).defaults()), {})
    assert (launch.untrained, launch.checkpoint) == (False, "checkpoints/mine.onnx")


def test_another_checkpoint_takes_effect_when_the_node_is_opened_anew() -> None:
    servers = Noted()
    node = definition_of(style(), servers).make({}, {})
    assert isinstance(node, ModelNode)
    node.open()
    node.close()
    node.configure({"checkpoint": "candy.onnx"})
    node.open()
    assert [entry.checkpoints for entry in servers.entries] == [(MOSAIC,), (CANDY,)]
