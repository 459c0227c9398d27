"""Where a model can run, as choices."""

import pytest

from nodegraph.core.spec import NodeSpec
from nodegraph.editor.state.inspector.places import (
    REMOTE,
    choices_of,
    device_about,
    elsewhere,
    in_container,
    key_of,
    said_of,
    sends_frames,
    values_of,
)


def model(*places: str, cpu: bool = True, gpu: bool = False) -> NodeSpec:
    extra = {"places": list(places), "cpu": cpu, "gpu": gpu}
    return NodeSpec("model.x", "X", "filter", "Model", "", extra=extra)


def test_a_model_without_a_command_of_its_own_is_no_process() -> None:
    assert [one.key for one in choices_of(model("container", "url"))] == ["", "container", REMOTE, "url"]
    assert choices_of(model("container", "url"))[0].title == "Default (container)"
    assert choices_of(model("process", "container", "url"))[0].title == "Default (process)"


@pytest.mark.parametrize(
    ("place", "key"),
    [
        ({}, ""),
        ({"kind": "process"}, "process"),
        ({"kind": "container"}, "container"),
        ({"kind": "container", "engine": "ssh://there"}, REMOTE),
        ({"kind": "url", "url": "http://there"}, "url"),
    ],
)
def test_a_place_in_the_document_is_one_of_the_choices(place: dict[str, str], key: str) -> None:
    assert key_of(place) == key


def test_choosing_a_place_takes_the_addresses_of_others_away() -> None:
    assert values_of("process") == {"kind": "process", "url": None, "engine": None}
    assert values_of("url") == {"kind": "url", "engine": None}
    assert values_of(REMOTE) == {"kind": "container", "url": None}


def test_how_frames_travel_is_for_models_of_our_protocol_elsewhere() -> None:
    native = NodeSpec("model.x", "X", "filter", "Model", "", extra={"protocol": "native"})
    assert [key for key in ("", "process", "container", REMOTE, "url") if sends_frames(native, key)] == [REMOTE, "url"]
    assert not sends_frames(NodeSpec("model.x", "X", "filter", "Model", "", extra={"protocol": "cog"}), REMOTE)


def test_memory_and_network_are_for_containers() -> None:
    choices = choices_of(model("process", "container"))
    assert in_container("container", choices)
    assert in_container(REMOTE, choices)
    assert not in_container("", choices)
    assert in_container("", choices_of(model("container")))
    assert not in_container("url", choices)


def test_a_device_is_explained_by_what_the_model_supports() -> None:
    assert device_about(model(gpu=True), "auto") == "Uses a GPU where there is one."
    assert device_about(model(), "gpu") == "This model was not made for a GPU."
    assert device_about(model(cpu=False, gpu=True), "auto") == "Needs a GPU."


def test_a_model_at_another_computer_is_said_to_be_there() -> None:
    assert elsewhere({}) == elsewhere({"kind": "container"}) == ""
    assert elsewhere({"kind": "container", "engine": "ssh://there"}) == "Starts on ssh://there when the graph runs."
    assert elsewhere({"kind": "url"}) == "Type the server's address"
    assert elsewhere({"kind": "url", "url": "http://a:1"}) == "Is asked at http://a:1 when the graph runs"


def test_what_a_model_node_says_of_itself_is_one_line() -> None:
    assert said_of({}, 0.0) == ""
    assert said_of({"transport": "socket", "restarts": 2}, 1234.0) == (
        "Over socket · restarted 2 times · 1 234 MB of memory"
    )
