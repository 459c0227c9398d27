"""The Runway Model SDK's client against a server that behaves like the SDK."""

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pytest

from nodegraph.core.errors import ModelAnswerError, ModelRefused, ModelTimeout, ModelUnreachable
from nodegraph.core.types import Detections, Keypoints, Segmentation
from nodegraph.runtime.catalog.catalog import parse_catalog
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.health import ask
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.protocols.native_message import Deadline
from nodegraph.runtime.protocols.recognise import describe
from nodegraph.runtime.protocols.runway_sdk import RunwaySdk
from nodegraph.runtime.protocols.runway_sdk_jobs import Jobs
from tests.runtime.sdk_server import COMMANDS, Sdk

IMAGE = np.zeros((12, 16, 3), np.uint8)
IMAGE[:, :8] = (0, 0, 255)
POSE = Keypoints(np.array([[[0.5, 0.25, 1], [0.25, 0.5, 1], [0.75, 0.5, 1]]], np.float32))


@pytest.fixture
def sdk() -> Iterator[Sdk]:
    with Sdk() as sdk:
        yield sdk


@pytest.fixture(autouse=True)
def _hung_up() -> Iterator[None]:
    yield
    while Asking.made:
        Asking.made.pop().client.close()


def entry_of(sdk: Sdk, command: str, **more: Any) -> ModelEntry:
    """The entry that recognising the server gives, some of its fields replaced."""
    found = next(one for one in describe(sdk.url).entries if one["command"] == command)
    catalog = parse_catalog(json.dumps([{**found, **more}]))
    assert [one for one in catalog.problems if one.severity == "error"] == []
    return catalog.entries[0]


class Asking:
    """A client and the entry's defaults."""

    made: ClassVar[list["Asking"]] = []

    def __init__(self, sdk: Sdk, command: str, options: str | None = None, **more: Any) -> None:
        self.entry = entry_of(sdk, command, **more)
        self.client = RunwaySdk(self.entry, Endpoint(sdk.url, options=options))
        self.made.append(self)
        self.defaults = {param.name: param.default for param in self.entry.parameters}

    def __call__(self, inputs: dict[str, Any], timeout: float = 60.0, **params: Any) -> Any:
        return self.client.infer(inputs, {**self.defaults, **params}, timeout)


def chosen(**values: Any) -> dict[str, Any]:
    return {name: {"default": value} for name, value in values.items()}


def test_every_command_is_a_node_of_its_own(sdk: Sdk) -> None:
    found = describe(sdk.url)
    assert found.protocol == "runway-sdk"
    assert [one["command"] for one in found.entries] == list(COMMANDS)
    echo = found.entries[1]
    assert (echo["inputs"].keys(), echo["parameters"].keys()) == ({"image"}, {"flip"})
    assert echo["setup"]["size"] == {"type": "choice", "choices": ["s", "l"], "default": "l", "description": ""}
    assert echo["setup"]["seed"]["type"] == "integer"
    assert "/setup" not in sdk.gets


def test_a_text_comes_back_from_the_model(sdk: Sdk) -> None:
    assert Asking(sdk, "upper")({"input": "hello"}) == {"output": "HELLO!"}


def test_a_picture_is_sent_at_the_size_the_model_wants(sdk: Sdk) -> None:
    answer = Asking(sdk, "echo")({"image": IMAGE}, flip=True)
    assert answer["image"].shape == (6, 8, 3)
    assert answer["image"][3, 6, 2] > 200 > answer["image"][3, 1, 2]
    assert answer["gray"].shape == (6, 8, 3)


def test_every_type_goes_there_and_comes_back(sdk: Sdk) -> None:
    asking = Asking(sdk, "every")
    boxes = Detections.of([[0.1, 0.2, 0.3, 0.4], [0.5, 0.5, 1, 1]], ["a", "b"], [0.5, 0.9])
    given = {
        "any": {"deep": [1, None]},
        "arr": np.array([1.5, 2], np.float32),
        "texts": ["one", "two"],
        "boxes": boxes,
        "poses": POSE,
        "vec": np.arange(4, dtype=np.float32),
        "pt": np.array([0.25, 0.75], np.float32),
        "box": boxes,
        "lm": POSE,
    }
    assert {port.name for port in asking.entry.inputs} == given.keys()
    answer = asking(given, cat="2", num=0.5, whole=7, bool=False, dir="/data")
    sent = sdk.asked[-1]
    assert (sent["cat"], sent["num"], sent["whole"], sent["bool"], sent["dir"]) == (2, 0.5, 7, False, "/data")
    assert sent["box"] == pytest.approx([0.5, 0.5, 1, 1])  # the surest of several
    assert answer["any"] == {"deep": [1, None]}
    assert (answer["arr"].tolist(), answer["vec"].tolist()) == ([1.5, 2], [0, 1, 2, 3])
    assert (answer["cat"], answer["num"], answer["whole"], answer["bool"]) == ("2", 0.5, 7, False)
    assert answer["texts"] == ["one", "two"]
    assert answer["pt"].tolist() == [0.25, 0.75]
    np.testing.assert_allclose(answer["boxes"].boxes, boxes.boxes)
    assert answer["lm"].names == ("nose", "left", "right")
    assert answer["lm"].edges == answer["poses"].edges == ((0, 1), (0, 2))
    np.testing.assert_allclose(answer["poses"].points, POSE.points)


def test_a_label_map_goes_by_names_and_comes_back_from_colours(sdk: Sdk) -> None:
    labels = np.array([[0, 1, 2, 3]] * 3, np.uint8)
    mine = Segmentation(labels, ("cat", "person", "background", "tree"))
    seen = Asking(sdk, "segment")({"seg": mine})["seg"]
    assert seen.names == ("background", "person", "cat")
    assert [seen.names[index] for index in seen.labels[0]] == ["cat", "person", "background", "background"]
    assert seen.colors.tolist() == [[0, 0, 0], [0, 0, 255], [250, 0, 0]]


def test_boxes_get_the_labels_and_scores_beside_them(sdk: Sdk) -> None:
    found = Asking(sdk, "find")({"image": IMAGE})["boxes"]
    assert found.labels == ("dog", "sofa")
    assert found.scores.tolist() == [0.75, 0.25]


def test_the_last_value_of_a_generator_is_the_answer(sdk: Sdk) -> None:
    assert Asking(sdk, "stream")({}, n=3.0) == {"output": "step 2"}


def test_it_is_ready_once_it_answers_and_silent_while_it_works(sdk: Sdk) -> None:
    endpoint = Endpoint(sdk.url)
    assert ask(endpoint, "runway-sdk", 30).state == "ready"
    with sdk.busy:
        assert ask(endpoint, "runway-sdk", 0.2).state == "silent"
    assert ask(Endpoint("http://127.0.0.1:9"), "runway-sdk", 5).state == "absent"


# ---- set-up ----------------------------------------------------------------------------------------------------------


def test_the_server_is_set_up_once_with_what_was_chosen(sdk: Sdk) -> None:
    setup = {name: {"type": "text", "default": value} for name, value in (("suffix", "?"), ("checkpoint", ""))}
    first, second = Asking(sdk, "upper", setup=setup), Asking(sdk, "upper", setup=setup)
    assert first({"input": "a"}) == second({"input": "a"}) == {"output": "A?"}
    assert sdk.setups == [{"suffix": "?"}]


DEFAULTS = {"suffix": "!", "size": "l", "seed": 3}


@pytest.mark.parametrize(
    ("started_with", "wanted", "setups"),
    [
        ("", DEFAULTS, []),
        ('{"suffix": "?"}', {**DEFAULTS, "suffix": "?"}, []),
        ("", {**DEFAULTS, "suffix": "?"}, [{**DEFAULTS, "suffix": "?"}]),
        ('{"suffix": "?"}', DEFAULTS, [DEFAULTS]),
        ("what is this?", DEFAULTS, [DEFAULTS]),
        ("[1]", DEFAULTS, [DEFAULTS]),
        (None, DEFAULTS, [DEFAULTS]),
    ],
)
def test_what_our_server_was_started_with_is_not_set_up_again(
    sdk: Sdk, started_with: str | None, wanted: dict[str, Any], setups: list[Any]
) -> None:
    with contextlib.suppress(ValueError, TypeError):
        sdk.options |= json.loads(started_with or "{}")
    asking = Asking(sdk, "upper", options=started_with, setup=chosen(**wanted))
    for _ in range(2):
        assert asking({"input": "a"}) == {"output": f"A{wanted['suffix']}"}
    assert sdk.setups == setups


def test_a_server_that_somebody_has_used_or_set_up_is_set_up(sdk: Sdk) -> None:
    other = Asking(sdk, "upper", options="", setup=chosen(**DEFAULTS | {"suffix": "#"}))
    assert other({"input": "a"}) == {"output": "A#"}
    assert Asking(sdk, "upper", options="", setup=chosen(**DEFAULTS))({"input": "a"}) == {"output": "A!"}
    assert len(sdk.setups) == 2
    with Sdk() as used:
        used.manifest = lambda: {**Sdk.manifest(used), "millisSinceLastCommand": 400}  # type: ignore[method-assign]
        assert Asking(used, "upper", options="", setup=chosen(**DEFAULTS))({"input": "a"}) == {"output": "A!"}
        assert len(used.setups) == 1


def test_two_nodes_with_other_options_never_work_with_each_others(sdk: Sdk) -> None:
    one, other = (Asking(sdk, "upper", setup=chosen(suffix=suffix)) for suffix in "?#")
    said = [ask({"input": "a"})["output"] for ask in (one, other, one, other)]
    assert said == ["A?", "A#", "A?", "A#"]


def test_after_a_failed_set_up_the_reason_is_told_and_a_good_one_mends_it(sdk: Sdk) -> None:
    bad = Asking(sdk, "upper", setup=chosen(suffix="boom"))
    for _ in range(2):
        with pytest.raises(ModelRefused, match=r"/setup: Error during setup: ValueError\('bad suffix'\)"):
            bad({"input": "a"})
    assert sdk.status == "STARTING"
    assert Asking(sdk, "upper", setup={})({"input": "a"}) == {"output": "A!"}
    assert sdk.status == "RUNNING"
    assert len(sdk.setups) == 3


def test_a_server_that_was_started_again_is_set_up_again() -> None:
    with Sdk() as first:
        asking = Asking(first, "upper", setup=chosen(suffix="?"))
        assert asking({"input": "a"}) == {"output": "A?"}
        port = first.web.server_port
    with pytest.raises(ModelUnreachable):
        asking({"input": "a"})
    with Sdk(("127.0.0.1", port)) as second:
        second.started -= 1000  # another start than the first one's
        assert asking({"input": "a"}) == {"output": "A?"}
        assert second.setups == [{"suffix": "?"}]


# ---- what goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "params", "said"),
    [
        ({"arr": np.zeros(5, np.float32)}, {}, "arr of every: the server takes 1 to 4 of them, not 5"),
        ({"vec": np.zeros(3, np.float32)}, {}, "vec of every: .* is not a list of 4"),
        ({"box": Detections.of()}, {}, "box of every: there is no box"),
        ({"box": Detections.of([[0.5, 0, 0.5, 1]])}, {}, "box of every: .* has no area"),
        ({"lm": Keypoints(np.zeros((1, 2, 3), np.float32))}, {}, "lm of every: the server wants 3 points, not 2"),
        ({}, {"cat": "zz"}, "cat of every: 'zz' is none of 1, 2"),
        ({}, {"num": 4.0}, "num of every: 4 is outside -1 to 1"),
        ({"pt": None}, {}, "needs the input pt"),
    ],
)
def test_a_value_that_does_not_fit_is_named_before_it_is_sent(
    sdk: Sdk, inputs: dict[str, Any], params: dict[str, Any], said: str
) -> None:
    good: dict[str, Any] = {"any": 1, "arr": np.ones(2), "texts": [], "boxes": Detections.of(), "poses": POSE}
    good |= {"vec": np.zeros(4), "pt": np.zeros(2), "box": Detections.of([[0, 0, 1, 1]]), "lm": POSE}
    with pytest.raises(ModelRefused, match=said):
        Asking(sdk, "every")({**good, **inputs}, **params)
    assert sdk.asked == []


def test_a_model_that_fails_says_why(sdk: Sdk) -> None:
    with pytest.raises(ModelRefused, match=r"answered 500 to /upper: Error during inference: ValueError\('boom!'\)"):
        Asking(sdk, "upper")({"input": "boom"})


def test_a_failure_without_a_reason_points_at_the_inputs(sdk: Sdk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdk, "command", lambda name, given: (500, {"error": "Internal server error."}))
    with pytest.raises(ModelRefused, match="does not say why") as caught:
        Asking(sdk, "upper")({"input": "a"})
    assert "an input it could not read" in caught.value.hint


def test_a_command_that_is_gone_is_named_with_those_that_are_there(sdk: Sdk) -> None:
    asking = Asking(sdk, "upper")
    asking.client = RunwaySdk(replace(asking.entry, command="zoom"), Endpoint(sdk.url))
    with pytest.raises(ModelRefused, match="no command 'zoom'; it has upper, echo, every"):
        asking({"input": "a"})


def test_a_slow_command_times_out_and_the_next_one_waits_for_its_turn(sdk: Sdk) -> None:
    slow = Asking(sdk, "wait")
    with pytest.raises(ModelTimeout, match=r"did not answer in 0\.2 s"):
        slow({}, 0.2, seconds=20.0)
    sdk.release.set()  # the server goes on with the lost command first: silent, not dead
    assert slow({}, seconds=0.0) == {"output": "slept"}


def test_closing_wakes_a_call_that_waits(sdk: Sdk) -> None:
    slow, caught = Asking(sdk, "wait"), []

    def ask() -> None:
        try:
            slow({}, seconds=20.0)
        except ModelUnreachable as error:
            caught.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    until(lambda: bool(sdk.asked))
    slow.client.close()
    thread.join(60)
    assert [str(error) for error in caught] == ["The connection to the model was closed."]


def until(done: Any) -> None:
    tick = threading.Event()
    for _ in range(2000):
        if done():
            return
        tick.wait(0.005)
    raise AssertionError("it never happened")


def test_another_kind_of_server_is_said_so(sdk: Sdk, monkeypatch: pytest.MonkeyPatch) -> None:
    asking = Asking(sdk, "upper")
    monkeypatch.setattr(sdk, "manifest", lambda: {"status": "200"})
    with pytest.raises(ModelAnswerError, match="none of the Runway Model SDK"):
        asking({"input": "a"})


# ---- jobs ------------------------------------------------------------------------------------------------------------

JOBS = {"query": {"socket": {"namespace": "/"}}}


def test_a_job_tells_how_far_it_is(sdk: Sdk) -> None:
    asking = Asking(sdk, "stream", **JOBS)
    assert asking({}, n=4.0) == {"output": "step 3"}
    assert asking.client.transport == "websocket 100%"


def test_a_job_that_fails_says_why(sdk: Sdk) -> None:
    with pytest.raises(ModelRefused, match="The model failed: boom!"):
        Asking(sdk, "upper", **JOBS)({"input": "boom"})


def test_a_job_that_takes_too_long_is_cancelled(sdk: Sdk) -> None:
    asking = Asking(sdk, "stream", **JOBS)
    asking({}, n=1.0)  # connected: on a busy machine that alone may take longer than the job may
    with pytest.raises(ModelTimeout, match="did not answer in 1 s"):
        asking({}, 1.0, n=60.0)
    assert sdk.cancelled.wait(60)


def test_closing_cancels_the_job_and_wakes_its_call(sdk: Sdk) -> None:
    asking, caught = Asking(sdk, "stream", **JOBS), []

    def ask() -> None:
        try:
            asking({}, n=60.0)
        except ModelUnreachable as error:
            caught.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    until(lambda: bool(sdk.asked))
    asking.client.close()
    thread.join(60)
    assert len(caught) == 1
    assert sdk.cancelled.wait(60)


def test_a_job_that_begins_while_its_client_is_closed_is_not_waited_for(sdk: Sdk) -> None:
    jobs = Jobs(sdk.url, print)
    jobs.close()
    with pytest.raises(ModelUnreachable, match="was closed"):
        jobs.run("stream", {"n": 60}, Deadline(20.0))
