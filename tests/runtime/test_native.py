"""The native client against real servers of the model kit, over each of its transports."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.core.errors import ModelRefused
from nodegraph.core.types import Detections, Keypoints, Segmentation
from tests.models.serving import start_servers  # noqa: F401
from tests.runtime.native_models import ECHO, KEEPER, RNG, WAITER, Start, begin, each_transport, picture  # noqa: F401

EVERYTHING = """
from typing import NamedTuple
from nodegraph_kit import *

class Out(NamedTuple):
    image: Image
    mask: Mask
    flow: Flow
    segmentation: Segmentation
    detections: Detections
    keypoints: Keypoints
    text: Text
    number: Number
    integer: Integer
    boolean: Boolean
    vector: Vector
    json: Json
    file: File
    category: Category

@model()
def everything(image: Image, mask: Mask, flow: Flow, segmentation: Segmentation, detections: Detections,
               keypoints: Keypoints, text: Text, number: Number, integer: Integer, boolean: Boolean, vector: Vector,
               json: Json, file: File, category: Category, extra: Image | None = None) -> Out:
    assert extra is None
    return Out(image, mask, flow, segmentation, detections, keypoints, text, number, integer, boolean, vector, json,
               file, category)

serve(everything)
"""


def plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        assert not value.flags.writeable
        return (value.dtype.name, value.tolist())
    fields = getattr(value, "__dataclass_fields__", None)
    return {name: plain(getattr(value, name)) for name in fields} if fields else value


def test_a_frame_goes_there_and_back_unchanged_and_stays(start: Start, transport: str) -> None:
    _, client = begin(start, ECHO, transport)
    frames = [picture() for _ in range(4)]
    answers = [client.infer({"image": frame}, {}, 20)["image"] for frame in frames]
    assert client.transport == transport
    for frame, answer in zip(frames, answers, strict=True):
        assert np.array_equal(answer, 255 - frame)
        assert not answer.flags.writeable
    assert client.model_milliseconds >= 0


def test_frames_of_any_size_order_and_layout_are_carried(start: Start, transport: str) -> None:
    _, client = begin(start, ECHO, transport)
    for image in (
        picture(1, 1),
        picture(3, 5),
        picture(1080, 1920),
        picture(40, 30)[::-1, ::3],
        np.asfortranarray(picture(9, 7)),
        RNG.integers(0, 255, (6, 5, 4), np.uint8),
        picture(2160, 3840),
        picture(2, 2),
    ):
        assert np.array_equal(client.infer({"image": image}, {}, 20)["image"], 255 - image)


def test_an_answer_larger_than_the_request_arrives_whole(start: Start, transport: str) -> None:
    _, client = begin(start, ECHO, transport)
    image = picture(240, 320)
    for grow in (1, 9, 30, 9):
        answer = client.infer({"image": image}, {"grow": grow}, 20)["image"]
        assert np.array_equal(answer, (255 - image).repeat(grow, axis=0))


def test_every_core_type_goes_there_and_back(start: Start, transport: str) -> None:
    _, client = begin(start, EVERYTHING, transport)
    sent = {
        "image": picture(),
        "mask": picture()[..., 0],
        "flow": RNG.random((5, 6, 2), np.float32),
        "segmentation": Segmentation(picture()[..., 0] % 2, ("off", "on"), np.zeros((2, 3), np.uint8)),
        "detections": Detections.of(RNG.random((3, 4), np.float32), "abc", [1, 0.5, 0]),
        "keypoints": Keypoints(RNG.random((2, 3, 3), np.float32), ("l", "m", "r"), ((0, 1), (1, 2))),
        "text": "naïve \U0001f573",
        "number": 0.25,
        "integer": 1 << 40,
        "boolean": False,
        "vector": RNG.random(9, np.float32),
        "json": {"deep": [1, None, {"x": 2.5}]},
        "file": Path("/data/a picture.png"),
        "category": "warm",
    }
    back = client.infer({**sent, "extra": None}, {}, 20)
    for value in (back["segmentation"].labels, back["detections"].boxes, back["keypoints"].points):
        assert not value.flags.writeable
    for value in sent.values():
        for array in (value, *vars(value).values()) if hasattr(value, "__dict__") else (value,):
            if isinstance(array, np.ndarray):
                array.setflags(write=False)
    assert {name: plain(value) for name, value in back.items()} == {name: plain(value) for name, value in sent.items()}


def test_empty_detections_survive(start: Start, transport: str) -> None:
    source = ECHO.replace("-> Image", "-> Detections").replace("(255 - image).repeat(grow, axis=0)", "Detections.of()")
    _, client = begin(start, source, transport)
    assert len(client.infer({"image": picture()}, {}, 20)["detections"]) == 0


def test_a_model_that_remembers_a_frame_never_sees_it_change(start: Start, transport: str) -> None:
    _, client = begin(start, KEEPER, transport)
    frames = [picture() for _ in range(5)]
    answers = [client.infer({"image": frame}, {}, 20)["image"] for frame in frames]
    for number in range(1, 5):
        assert np.array_equal(answers[number], frames[number - 1][:, ::-1])


def test_two_clients_do_not_share_a_models_memory(start: Start, transport: str) -> None:
    server, first = begin(start, KEEPER, transport)
    second = server.client(transport)
    one, two = picture(), picture()
    first.infer({"image": one}, {}, 20)
    assert np.array_equal(second.infer({"image": two}, {}, 20)["image"], two)
    assert np.array_equal(first.infer({"image": two}, {}, 20)["image"], one[:, ::-1])


def test_several_requests_are_in_flight_at_once(start: Start, transport: str) -> None:
    _, client = begin(start, WAITER, transport, STARTED="")
    frames = [picture() for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:  # each waits inside the model until all three are there
        answers = list(pool.map(lambda frame: client.infer({"image": frame}, {"meet": True}, 40)["image"], frames))
    assert all(np.array_equal(answer, frame) for answer, frame in zip(answers, frames, strict=True))


def test_many_threads_get_their_own_answers(start: Start, transport: str) -> None:
    _, client = begin(start, ECHO, transport)
    frames = [picture(20 + number, 30) for number in range(60)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda frame: client.infer({"image": frame}, {}, 20)["image"], frames))
    assert all(np.array_equal(answer, 255 - frame) for answer, frame in zip(answers, frames, strict=True))


def test_requests_without_and_answers_with_arrays_use_shared_memory(start: Start, transport: str) -> None:
    source = """
import numpy
from nodegraph_kit import *

@model()
def painted(text: Text, refuse: bool = False) -> Image:
    if refuse:
        raise Refusal("Not now.")
    return numpy.full((900, 900, 3), len(text), "uint8")

serve(painted)
"""
    _, client = begin(start, source, transport)
    for text in ("a", "abc", "ab", ""):
        assert (client.infer({"text": text}, {}, 20)["image"] == len(text)).all()
    with pytest.raises(ModelRefused, match="Not now"):
        client.infer({"text": ""}, {"refuse": True}, 20)
    assert client.transport == transport


def test_shared_memory_is_made_once_and_again_only_when_frames_grow(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    create = os.memfd_create
    monkeypatch.setattr("os.memfd_create", lambda *args: (made.append("one"), create(*args))[1])
    _, client = begin(start, ECHO, "memfd")
    for _ in range(20):
        client.infer({"image": picture()}, {}, 20)
        with pytest.raises(ModelRefused):
            client.infer({"image": picture()}, {"fail": True}, 20)
    assert len(made) == 1
    client.infer({"image": picture(1000, 1000)}, {}, 20)
    client.infer({"image": picture(1100, 1000)}, {}, 20)
    client.infer({"image": picture()}, {}, 20)
    assert len(made) == 2


def test_when_shared_memory_is_refused_frames_go_inline(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise OSError(1, "not permitted")

    monkeypatch.setattr("os.memfd_create", refuse)
    _, client = begin(start, ECHO, "memfd")
    frame = picture()
    assert np.array_equal(client.infer({"image": frame}, {}, 20)["image"], 255 - frame)
    assert client.transport == "unix"
