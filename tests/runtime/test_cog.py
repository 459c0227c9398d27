"""The Cog client against real Cog servers (cog 0.23.1)."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.core.errors import ModelNotReady, ModelRefused, ModelTimeout, ModelUnreachable
from nodegraph.runtime.catalog.catalog import parse_catalog
from nodegraph.runtime.consent import agree_to_secrets
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.health import ask
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.protocols.cog import CogClient
from nodegraph.runtime.protocols.cog_files import Content, Shelf
from nodegraph.runtime.protocols.recognise import describe
from tests.runtime.cog_server import PICTURES, STORY, CogServer, openapi

IMAGE = np.zeros((20, 30, 3), np.uint8)
IMAGE[:, :15] = (0, 0, 200)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, CogServer]]:
    folder = tmp_path_factory.mktemp("cog")
    with (
        CogServer(folder / "pictures", "pictures", openapi(PICTURES)) as pictures,
        CogServer(folder / "story", "story", openapi(STORY, streaming=True)) as story,
        CogServer(folder / "bare", "pictures", None) as bare,
        CogServer(folder / "broken", "pictures", openapi(PICTURES), broken=True) as broken,
    ):
        for one in (pictures, story, bare):
            one.until("READY")
        broken.until("SETUP_FAILED")
        yield {"pictures": pictures, "story": story, "bare": bare, "broken": broken}


class Asking:
    """A client of a server, with the entry that recognising it gives."""

    def __init__(self, server: CogServer) -> None:
        catalog = parse_catalog(json.dumps(describe(server.url).entries))
        self.server, self.entry = server, catalog.entries[0]
        self.client = CogClient(self.entry, Endpoint(server.url))
        self.defaults = {param.name: param.default for param in self.entry.parameters}

    def __call__(self, inputs: dict[str, Any], timeout: float = 60.0, **params: Any) -> Any:
        return self.client.infer(inputs, {**self.defaults, **params}, timeout)

    def seen(self, inputs: dict[str, Any], **params: Any) -> dict[str, Any]:
        """What the predictor says it was given."""
        answer = self(inputs, mode="text", **params)
        return dict(json.loads(answer["file"].read_text()))


@pytest.fixture
def pictures(servers: dict[str, CogServer]) -> Iterator[Asking]:
    asking = Asking(servers["pictures"])
    yield asking
    asking.client.close()


@pytest.fixture
def story(servers: dict[str, CogServer]) -> Iterator[Asking]:
    asking = Asking(servers["story"])
    yield asking
    asking.client.close()


def test_a_picture_goes_in_and_the_first_of_several_comes_out(pictures: Asking) -> None:
    answer = pictures({"image": IMAGE})
    assert answer["image"].shape == (20, 30, 3)
    np.testing.assert_allclose(answer["image"][10, [5, 25]], [[255, 255, 55], [255, 255, 255]], atol=3)
    assert answer["file"] is None
    assert [one[:15] for one in answer["files"]] == ["data:image/png;", "data:image/jpeg"]


def test_every_parameter_arrives_as_the_model_wants_it(
    pictures: Asking, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    seen = pictures.seen({"image": IMAGE})
    assert seen == {"level": 1, "steps": None, "tags": ["a"], "token": None, "suffixes": [".jpg"]}
    monkeypatch.setenv("COG_TOKEN", "sesame-open")
    assert pictures.seen({"image": IMAGE})["token"] is None, "nobody said that this model may have it"
    agree_to_secrets(pictures.entry.id, ["COG_TOKEN"])
    seen = pictures.seen({"image": IMAGE, "mask": IMAGE[:, :, 0]}, level="4", steps=7.0, tags=["x", "y"])
    assert seen == {
        "level": 4,
        "steps": 7,
        "tags": ["x", "y"],
        "token": "sesame-open",
        "suffixes": [".jpg", ".png"],
    }


def test_what_is_no_picture_comes_as_a_file_that_goes_with_the_connection(pictures: Asking) -> None:
    answer = pictures({"image": IMAGE}, mode="text")
    assert (answer["image"], answer["file"].suffix) == (None, ".json")
    pictures.client.close()
    assert not answer["file"].exists()
    shelf = Shelf()
    shelf.close()
    with pytest.raises(OSError, match="was closed"):  # an answer that was still on its way
        shelf.keep(Content("text/plain", b""), "a.txt")


def test_an_empty_list_is_no_picture_and_no_file(pictures: Asking) -> None:
    assert pictures({"image": IMAGE}, mode="none") == {"image": None, "file": None, "files": []}


def test_without_declared_outputs_the_shape_decides(pictures: Asking) -> None:
    pictures.client = CogClient(replace(pictures.entry, outputs=()), Endpoint(pictures.server.url))
    assert pictures({"image": IMAGE})["image"].shape == (20, 30, 3)
    pictures.client.close()


def test_a_value_the_model_does_not_take_is_named(pictures: Asking) -> None:
    with pytest.raises(ModelRefused, match=r"does not accept scale: 33 is greater than the maximum of 4\.0"):
        pictures({"image": IMAGE}, scale=33)
    with pytest.raises(ModelRefused, match="does not accept image: Field required"):
        pictures({})


def test_a_prediction_that_fails_says_why(pictures: Asking) -> None:
    with pytest.raises(ModelRefused, match=r"^The model failed: ValueError: the picture would be too large\."):
        pictures({"image": IMAGE}, scale=3.95)


def test_a_call_that_takes_too_long_is_cancelled_on_the_server(pictures: Asking) -> None:
    with pytest.raises(ModelTimeout, match=r"did not answer in 0\.3 s"):
        pictures({"image": IMAGE}, 0.3, sleep=60.0)
    pictures.server.until("READY", timeout=10)  # not busy for a minute


def in_the_background(pictures: Asking, errors: list[Exception]) -> threading.Thread:
    def work() -> None:
        try:
            pictures({"image": IMAGE}, sleep=60.0)
        except ModelUnreachable as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    pictures.server.until("BUSY")
    return thread


def test_closing_wakes_the_call_and_cancels_it_on_the_server(pictures: Asking) -> None:
    errors: list[Exception] = []
    thread = in_the_background(pictures, errors)
    pictures.client.close()
    thread.join(60)
    assert [str(error) for error in errors] == ["The connection to the model was closed."]
    pictures.server.until("READY", timeout=10)


def test_a_busy_server_is_asked_again_until_the_time_is_up(pictures: Asking) -> None:
    other = Asking(pictures.server)
    thread = in_the_background(other, [])
    with pytest.raises(ModelNotReady, match="busy with other requests"):
        pictures({"image": IMAGE}, 0.5)
    waiting = threading.Timer(0.2, other.client.close)
    waiting.start()
    assert pictures({"image": IMAGE}, 20)["image"] is not None
    waiting.join()
    thread.join(60)


def test_pieces_of_a_text_become_one(story: Asking) -> None:
    assert story({"prompt": "once"}, words=3) == {"text": "once 0 once 1 once 2 "}
    assert story.client.transport == "http (events)"


def test_a_stream_that_fails_or_takes_too_long_ends(story: Asking) -> None:
    with pytest.raises(ModelRefused, match="the ink ran out"):
        story({"prompt": "boom"})
    with pytest.raises(ModelTimeout, match=r"did not answer in 0\.3 s"):
        story({"prompt": "x"}, 0.3, words=1000, pause=0.1)
    story.server.until("READY", timeout=10)


def test_a_server_without_a_schema_is_used_as_its_entry_says(servers: dict[str, CogServer]) -> None:
    found = describe(servers["bare"].url)
    assert "no schema" in found.notes[0]
    asking = Asking(servers["bare"])
    assert asking({"image": IMAGE}, mode="mirror")["image"].shape == (20, 30, 3)
    asking.client.close()


def test_a_set_up_that_failed_says_its_last_words(servers: dict[str, CogServer]) -> None:
    endpoint = Endpoint(servers["broken"].url)
    health = ask(endpoint, "cog", 5)
    assert health.state == "failed"
    assert "no weights here" in health.message
    with pytest.raises(ModelRefused, match=r"set-up of the Cog model at .* failed.*no weights here"):
        describe(endpoint.url)
    client = CogClient(ModelEntry("m", "M", "test", protocol="cog"), endpoint)
    with pytest.raises(ModelRefused, match=r"set-up failed.*no weights here"):
        client.infer({"image": IMAGE}, {}, 10)
    client.close()


def test_health_tells_ready_from_busy_from_nobody(pictures: Asking) -> None:
    endpoint = Endpoint(pictures.server.url)
    assert ask(endpoint, "cog", 30).state == "ready"
    thread = in_the_background(pictures, [])
    assert ask(endpoint, "cog", 30).state == "ready"
    pictures.client.close()
    thread.join(60)
    assert ask(Endpoint("http://127.0.0.1:9"), "cog", 5).state == "absent"
