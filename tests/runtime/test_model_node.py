import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from nodegraph.core.errors import (
    ModelAnswerError,
    ModelError,
    ModelNotReady,
    ModelRefused,
    ModelTimeout,
    ModelUnreachable,
    NodeError,
)
from nodegraph.core.registry import Definition
from nodegraph.core.spec import NodeSpec
from nodegraph.core.types import Detections
from nodegraph.runtime.catalog.catalog import parse_catalog
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.model_node import FIRST_TIMEOUT, LATER_TIMEOUT, ModelNode, definition_of
from nodegraph.runtime.model_spec import spec_of
from nodegraph.runtime.protocols import SEE_LOG
from tests.runtime.alpha_server import Alpha2018
from tests.runtime.fake_servers import FakeServers
from tests.runtime.modern_server import Modern

IMAGE = np.zeros((4, 6, 3), np.uint8)
BOXES = {"type": "detections", "description": "People."}


class Fake:
    """A client that answers what `answer` says, or raises it."""

    transport = "fake"

    def __init__(self, answer: Callable[[Mapping[str, Any]], Any]) -> None:
        self.answer = answer
        self.asked: list[tuple[dict[str, Any], dict[str, Any], float]] = []

    def infer(self, inputs: Mapping[str, Any], params: Mapping[str, Any], timeout: float) -> Mapping[str, Any]:
        self.asked.append((dict(inputs), dict(params), timeout))
        answer: Mapping[str, Any] | Exception = self.answer(inputs)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self.transport = "closed"


def entry_of(**fields: Any) -> ModelEntry:
    catalog = parse_catalog(json.dumps([{"name": "People", "tag": "a/b", "protocol": "native", **fields}]))
    assert not catalog.problems, catalog.problems
    return catalog.entries[0]


def made(definition: Definition, params: Mapping[str, Any] | None = None) -> ModelNode:
    node = definition.make(params or {}, {"kind": "container"})
    assert isinstance(node, ModelNode)
    return node


def opened(answer: Any, ready: bool = True, **fields: Any) -> tuple[ModelNode, Fake, FakeServers]:
    client = Fake(answer if callable(answer) else lambda _: answer)
    servers = FakeServers(lambda _: client, ready=ready)
    node = made(definition_of(entry_of(**fields), servers))
    node.open()
    return node, client, servers


def test_a_spec_says_everything_and_survives_json() -> None:
    entry = entry_of(
        category="extract",
        keywords=["person"],
        size=["1.5", "GB"],
        outputs={"boxes": BOXES},
        parameters={"threshold": {"default": 0.5, "minimum": 0, "maximum": 1}},
        description={"first": "Finds people.", "second": "Quickly.", "licence": "MIT", "paper": "none"},
        maxInflight=3,
    )
    spec = spec_of(entry)
    assert (spec.id, spec.title, spec.category, spec.kind) == ("model.people", "People", "Model/Extract", "filter")
    assert spec.description == "Finds people.\n\nQuickly."
    assert (spec.blocking, spec.stateful, spec.max_inflight) == (True, False, 3)
    assert (spec.extra["licence"], spec.extra["size"], spec.extra["gpu"]) == ("MIT", 1_500_000_000, False)
    assert NodeSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec


def test_a_2018_model_has_one_picture_in_and_a_port_for_every_shape() -> None:
    spec = spec_of(entry_of(protocol="runway-alpha", inputs=["Image", "Video"], maxInflight=4))
    assert [(port.name, port.types) for port in spec.inputs] == [("image", ("image",))]
    assert [port.name for port in spec.outputs] == [
        *("result", "image", "text", "detections", "keypoints", "segmentation")
    ]
    assert spec.max_inflight == 1


@pytest.mark.parametrize(
    ("inputs", "outputs", "category"),
    [
        (["Image"], {}, "Model/Extract"),
        (["Image"], {"boxes": BOXES}, "Model/Extract"),
        (["Image"], {"image": "image"}, "Model/Transform"),
        ({"prompt": "text"}, {"image": "image"}, "Model/Generate"),
    ],
)
def test_a_model_that_names_no_category_is_put_where_its_ports_belong(inputs: Any, outputs: Any, category: str) -> None:
    assert spec_of(entry_of(inputs=inputs, outputs=outputs)).category == category


def test_one_declared_output_is_the_value_itself() -> None:
    boxes = Detections.of([[0, 0, 1, 1]], ["person"])
    node, client, _ = opened({"boxes": boxes}, outputs={"boxes": BOXES})
    assert node.process(IMAGE) is boxes
    assert client.asked[0][0].keys() == {"image"}


def test_several_outputs_come_in_the_order_of_the_ports() -> None:
    node, _, _ = opened({"n": 2, "mask": IMAGE[:, :, 0], "more": 1}, outputs={"mask": "mask", "n": "integer"})
    mask, count = node.process(IMAGE)
    assert (mask.shape, count) == ((4, 6), 2)
    assert not mask.flags.writeable


def test_an_alpha_channel_is_not_sent_and_frames_are_not_touched() -> None:
    frame = np.full((4, 6, 4), 7, np.uint8)
    frame.flags.writeable = False
    node, client, _ = opened(
        {"n": 1}, outputs={"n": "integer"}, inputs={"image": "image", "mask": {"type": "mask", "optional": True}}
    )
    node.process(frame, None)
    assert client.asked[0][0]["image"].shape == (4, 6, 3)
    assert list(client.asked[0][0]) == ["image"]
    assert frame.shape == (4, 6, 4)


def test_parameters_have_defaults_are_checked_and_change_between_frames() -> None:
    parameters = {"threshold": {"default": 0.5, "minimum": 0, "maximum": 1}, "on": {"default": True}}
    node, client, _ = opened({"n": 1}, outputs={"n": "integer"}, parameters=parameters)
    node.process(IMAGE)
    node.configure({"threshold": 0.75})
    other = node.with_params({"on": False})
    node.process(IMAGE)
    other.process(IMAGE)
    assert [params for _, params, _ in client.asked] == [
        {"threshold": 0.5, "on": True},
        {"threshold": 0.75, "on": True},
        {"threshold": 0.75, "on": False},
    ]
    for wrong in ({"threshold": 2, "on": False}, {"strength": 1}):
        with pytest.raises(NodeError):
            node.configure(wrong)
    node.process(IMAGE)
    assert client.asked[-1][1] == {"threshold": 0.75, "on": True}


def test_configuring_from_many_threads_loses_nothing() -> None:
    parameters = {f"p{number}": {"default": 0} for number in range(8)}
    node, client, _ = opened({"n": 1}, outputs={"n": "integer"}, parameters=parameters)

    def turn(name: str) -> None:
        for value in range(100):
            node.configure({name: value})

    threads = [threading.Thread(target=turn, args=(name,)) for name in parameters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    node.process(IMAGE)
    assert client.asked[0][1] == dict.fromkeys(parameters, 99)


def test_opening_asks_for_a_server_and_closing_gives_it_back() -> None:
    node, client, servers = opened({"n": 1}, outputs={"n": "integer"})
    assert servers.places == [{"kind": "container"}]
    node.process(IMAGE)
    said = {"state": "ready", "restarts": 0, "transport": "fake", "place": {"kind": "container"}}
    assert node.extra_stats() == said
    node.close()
    node.close()
    assert servers.leases[0].released == 1
    assert client.transport == "closed"
    assert node.extra_stats() == said  # the report is written after the run
    with pytest.raises(ModelUnreachable, match="before it was opened or after it was closed"):
        node.process(IMAGE)


def test_a_server_that_is_coming_up_is_not_a_failure() -> None:
    node, client, servers = opened({"n": 1}, ready=False, outputs={"n": "integer"})
    with pytest.raises(ModelNotReady):
        node.process(IMAGE)
    assert node.extra_stats()["transport"] == ""
    servers.leases[0].ready.set()
    assert node.process(IMAGE) == 1
    assert servers.leases[0].failures == []
    assert len(client.asked) == 1


def test_a_render_waits_for_its_server() -> None:
    node, _, servers = opened({"n": 1}, ready=False, outputs={"n": "integer"})
    node.wait = 20
    threading.Timer(0.05, servers.leases[0].ready.set).start()
    assert node.process(IMAGE) == 1
    assert servers.leases[0].waited == [20]


def test_a_render_asks_once_more_when_the_server_broke_off() -> None:
    answers = iter([ModelUnreachable("gone"), {"n": 1}, ModelUnreachable("gone"), ModelUnreachable("gone again")])
    node, _, servers = opened(lambda _: next(answers), outputs={"n": "integer"})
    node.wait = 1
    assert node.process(IMAGE) == 1
    with pytest.raises(ModelUnreachable, match="gone again"):
        node.process(IMAGE)
    assert node.extra_stats()["restarts"] == 3
    assert len(servers.leases[0].waited) == 4


@pytest.mark.parametrize(
    ("error", "reported"),
    [
        *((ModelUnreachable("gone"), True), (ModelTimeout("slow"), True)),
        *((ModelRefused("no"), False), (ModelAnswerError("what"), False), (ModelNotReady("busy"), False)),
    ],
)
def test_only_what_a_restart_can_mend_is_reported(error: ModelError, reported: bool) -> None:
    node, client, servers = opened(error, outputs={"n": "integer"})
    with pytest.raises(type(error)):
        node.process(IMAGE)
    assert servers.leases[0].failures == ([error] if reported else [])
    assert len(client.asked) == 1


def test_the_first_answer_may_take_longer_and_an_entry_may_say_how_long() -> None:
    node, client, _ = opened({"n": 1}, outputs={"n": "integer"})
    node.process(IMAGE)
    node.process(IMAGE)
    assert [timeout for _, _, timeout in client.asked] == [FIRST_TIMEOUT, LATER_TIMEOUT]
    node, client, _ = opened({"n": 1}, outputs={"n": "integer"}, timeout=2.5)
    node.process(IMAGE)
    assert client.asked[0][2] == 2.5


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({}, "People did not answer boxes; it answered nothing."),
        ({"faces": 1, "n": 2}, "People did not answer boxes; it answered faces, n."),
        ({"boxes": "a person"}, "People answered str on 'boxes', which is declared as detections."),
    ],
)
def test_an_answer_that_breaks_the_entrys_promise_is_a_sentence(answer: Any, sentence: str) -> None:
    node, _, _ = opened(answer, outputs={"boxes": BOXES})
    with pytest.raises(ModelAnswerError) as raised:
        node.process(IMAGE)
    assert raised.value.message == sentence


def test_nothing_for_this_frame_is_an_answer() -> None:
    node, _, _ = opened({"boxes": None}, outputs={"boxes": BOXES})
    assert node.process(IMAGE) is None


def test_an_announced_model_runs_only_at_an_address() -> None:
    servers = FakeServers(lambda _: Fake(lambda _: {"n": 1}))
    definition = definition_of(entry_of(available=False, outputs={"n": "integer"}), servers)
    with pytest.raises(ModelRefused, match="People is marked as not available"):
        made(definition).open()
    node = definition.make({}, {"kind": "url", "url": "http://127.0.0.1:1"})
    node.open()
    assert servers.places == [{"kind": "url", "url": "http://127.0.0.1:1"}]


@pytest.mark.parametrize("make", [Alpha2018, Modern], ids=["engine.io-3", "engine.io-4"])
def test_a_server_after_the_2018_template_answers_through_its_catalogue_entry(make: Any) -> None:
    model = {"name": "YOLO", "tag": "a/yolo", "inputs": ["Image", "Video"]}
    entry = parse_catalog(json.dumps([model])).entries[0]
    found = [{"cat": "dog", "score": 0.5, "bounds": [0.5, 0.25, 0.25, 0.5]}]
    with make(lambda payload: found) as server:
        node = made(definition_of(entry, FakeServers(server.url)))
        node.open()
        result, image, text, boxes, people, labels = node.process(IMAGE)
        node.close()
    assert result == found
    assert (image, text, people, labels) == (None, None, None, None)
    assert boxes.labels == ("dog",)


def test_what_is_to_know_about_how_it_runs_is_told_when_there_is_something() -> None:
    node, _, servers = opened({"n": 1}, outputs={"n": "integer"})
    assert "note" not in node.extra_stats()
    servers.leases[0].note = "M runs on the CPU."
    assert node.extra_stats()["note"] == "M runs on the CPU."


@pytest.mark.parametrize(
    ("error", "message", "hint"),
    [
        (
            ModelTimeout("The model did not answer in 1 s.", SEE_LOG),
            "People did not answer in 1 s.",
            "If it only needs longer, raise `timeout` of its entry. Its log: nodegraph models logs people",
        ),
        (
            ModelAnswerError("The header of the model's answer is not JSON."),
            "The header of the model's answer is not JSON.",
            "Check that its server speaks the `protocol` of its entry, native. Its log: nodegraph models logs people",
        ),
        (ModelUnreachable("The model's server broke off."), "People's server broke off.", ""),
    ],
)
def test_what_a_protocol_says_of_the_model_gets_its_name_and_the_place_of_its_log(
    error: ModelError, message: str, hint: str
) -> None:
    node, _, _ = opened(error, outputs={"n": "integer"})
    with pytest.raises(type(error)) as caught:
        node.process(IMAGE)
    assert (caught.value.message, caught.value.hint) == (message, hint)


@pytest.mark.parametrize(
    ("message", "server", "hinted"),
    [
        ("People has no parameter 'size'. It has: none.", "http://h:1", True),
        ("People has no parameter 'size'. It has: none.", "", False),
        ("People sees nobody.", "http://h:1", False),
    ],
)
def test_a_server_elsewhere_that_changed_says_how_the_node_follows(message: str, server: str, hinted: bool) -> None:
    node, _, _ = opened(ModelRefused(message), **({"server": server} if server else {}))
    with pytest.raises(ModelRefused) as caught:
        node.process(np.zeros((4, 4, 3), np.uint8))
    follow = "If its server changed, let the node follow: nodegraph models add http://h:1 --id people --replace"
    assert caught.value.hint == (follow if hinted else "")
