"""The native client against real servers of the model kit, over each of its transports."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.core.errors import (
    ModelAnswerError,
    ModelNotReady,
    ModelRefused,
    ModelTimeout,
    ModelUnreachable,
)
from nodegraph.core.types import Detections, Keypoints, Segmentation
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.protocols.native import NativeClient

sys.path.insert(0, str(Path(__file__).parents[1] / "models"))
from serving import Server, start_servers  # noqa: F401

Start = Callable[..., Server]
RNG = np.random.default_rng(5)
ECHO = """
from nodegraph_kit import *

@model(title="Negative", max_inflight=4)
def negative(image: Image, grow: int = param(1, "Repeat.", ge=1), fail: bool = False) -> Image:
    if fail:
        raise Refusal("Not this one.")
    return (255 - image).repeat(grow, axis=0)

serve(negative)
"""
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
KEEPER = """
from nodegraph_kit import *

@model()
def keeper(image: Image, memory: Memory) -> Image:
    before = memory.get("before", image)
    memory["before"] = image[:, ::-1]
    return before

serve(keeper)
"""
WAITER = """
import os, threading
from nodegraph_kit import *
meeting = threading.Barrier(3)

@model(max_inflight=3)
def waiter(image: Image, meet: bool = False, hang: bool = False) -> Image:
    if meet:
        meeting.wait(60)
    if hang:
        open(os.environ["STARTED"], "w").close()  # a pipe: tells the test that the work has begun
        threading.Event().wait()
    return image

serve(waiter)
"""
TRANSPORTS = ["memfd", "unix", "http"]


@pytest.fixture(params=TRANSPORTS)
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def begin(start: Start, source: str, transport: str, **environment: str) -> tuple[Server, NativeClient]:
    server = start(source, **environment, **({"NODEGRAPH_NO_MEMFD": "1"} if transport == "unix" else {})).wait()
    return server, server.client(transport)


def picture(height: int = 48, width: int = 64) -> np.ndarray:
    image = RNG.integers(0, 255, (height, width, 3), np.uint8)
    image.setflags(write=False)
    return image


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


def hanging(client: NativeClient, started: Path, timeout: float) -> tuple[threading.Thread, list[BaseException]]:
    """A request that will never be answered, begun."""
    caught: list[BaseException] = []

    def ask() -> None:
        try:
            client.infer({"image": picture()}, {"hang": True}, timeout)
        except Exception as error:  # what it is, is what the test looks at
            caught.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    started.read_bytes()  # returns when the model has opened the other end
    return thread, caught


@pytest.fixture
def started(tmp_path: Path) -> Path:

    path = tmp_path / "started"
    os.mkfifo(path)
    return path


def test_a_server_killed_in_the_middle_is_noticed_at_once_and_its_successor_is_used(
    start: Start, transport: str, started: Path
) -> None:
    server, client = begin(start, WAITER, transport, STARTED=str(started))
    thread, caught = hanging(client, started, 120)
    begun = time.monotonic()
    server.process.send_signal(signal.SIGKILL)
    thread.join(60)
    assert time.monotonic() - begun < 60, "a call may take 120"
    assert isinstance(caught[0], ModelUnreachable), caught
    port = server.url.rpartition(":")[2]
    start(WAITER, STARTED="", NODEGRAPH_SOCKET=str(server.socket), NODEGRAPH_PORT=port).wait()
    frame = picture()
    assert np.array_equal(client.infer({"image": frame}, {}, 20)["image"], frame)


def test_a_server_replaced_between_two_calls_is_not_even_noticed(start: Start, transport: str) -> None:
    server, client = begin(start, ECHO, transport)
    frame = picture()
    client.infer({"image": frame}, {}, 20)
    server.process.kill()
    server.process.wait()
    port = server.url.rpartition(":")[2]
    start(ECHO, NODEGRAPH_SOCKET=str(server.socket), NODEGRAPH_PORT=port).wait()
    assert np.array_equal(client.infer({"image": frame}, {}, 20)["image"], 255 - frame)


def test_closing_wakes_who_waits(start: Start, transport: str, started: Path) -> None:
    _, client = begin(start, WAITER, transport, STARTED=str(started))
    thread, caught = hanging(client, started, 120)
    assert client.transport == transport
    client.close()
    thread.join(60)
    assert isinstance(caught[0], ModelUnreachable), caught
    with pytest.raises(ModelUnreachable, match="was closed"):
        client.infer({"image": picture()}, {}, 20)


def test_a_slow_answer_is_a_timeout_and_the_next_call_works(start: Start, transport: str) -> None:
    _, client = begin(start, WAITER, transport, STARTED="/dev/null")
    with pytest.raises(ModelTimeout, match=r"did not answer in 0\.3 s"):
        client.infer({"image": picture()}, {"hang": True}, 0.3)
    frame = picture()
    assert np.array_equal(client.infer({"image": frame}, {}, 20)["image"], frame)


def test_a_huge_answer_is_refused_with_its_size(start: Start, transport: str) -> None:
    server, _ = begin(start, ECHO, transport)
    socket = None if transport == "http" else server.socket
    client = NativeClient(Endpoint(server.url, socket), max_answer=1 << 20)
    server.clients.append(client)
    with pytest.raises(ModelAnswerError, match="at most 1048576 are accepted"):
        client.infer({"image": picture(100, 100)}, {"grow": 700}, 30)
    frame = picture()
    assert np.array_equal(client.infer({"image": frame}, {}, 20)["image"], 255 - frame)


def test_what_the_server_refuses_is_said_in_its_words(start: Start, transport: str) -> None:
    _, client = begin(start, ECHO, transport)
    for inputs, params, said in [
        ({"image": picture()}, {"fail": True}, r"Not this one\."),
        ({"image": picture()}, {"grow": 0}, "grow must be from 1"),
        ({"image": picture()}, {"shrink": 1}, "no parameter 'shrink'"),
        ({}, {}, r"input image \(image\) is missing"),
        ({"video": picture()}, {}, "no input 'video'"),
        ({"image": picture()[..., 0]}, {}, "input image of the model: expected uint8"),
        ({"image": "a.png"}, {}, "str is not an array"),
        ({"image": picture()}, {"grow": float("inf")}, "cannot be sent this"),
    ]:
        with pytest.raises(ModelRefused, match=said):
            client.infer(inputs, params, 20)
    assert client.infer({"image": picture()}, {"grow": np.int64(1)}, 20)["image"].shape == (48, 64, 3)


def test_a_model_that_breaks_its_promise_is_refused_with_a_sentence(start: Start, transport: str) -> None:
    _, client = begin(start, ECHO.replace("(255 - image)", "(255.0 - image)"), transport)
    with pytest.raises(ModelRefused, match=r"gave an array of float64 .* where image is promised"):
        client.infer({"image": picture()}, {}, 20)


def test_while_the_model_loads_it_is_not_ready(start: Start, transport: str, started: Path) -> None:
    source = """
import os
from nodegraph_kit import *

@model(title="Slow")
class Slow:
    def setup(self) -> None:
        open(os.environ["STARTED"]).read()

    def run(self, image: Image) -> Image:
        return image

serve(Slow)
"""
    server = start(source, STARTED=str(started))
    client = server.client(transport)
    assert client.describe()["state"] == "loading"
    with pytest.raises(ModelNotReady, match="Slow is still loading"):
        client.infer({"image": picture()}, {}, 20)
    started.write_text("go")
    server.wait()
    assert client.infer({"image": picture()}, {}, 20)["image"].shape == (48, 64, 3)


def test_a_request_whose_client_is_gone_is_not_run(start: Start, transport: str, tmp_path: Path) -> None:
    source = """
import os
from nodegraph_kit import *
seen = []

@model()
def gate(text: Text) -> Json:
    seen.append(text)
    if text == "block":
        open(os.environ["STARTED"], "w").close()
        open(os.environ["GATE"]).read()
    return seen

serve(gate)
"""
    for name in ("started", "gate"):
        os.mkfifo(tmp_path / name)
    variables = {"STARTED": str(tmp_path / "started"), "GATE": str(tmp_path / "gate")}
    server, client = begin(start, source, transport, **variables)
    blocking = threading.Thread(target=client.infer, args=({"text": "block"}, {}, 60))
    blocking.start()
    (tmp_path / "started").read_bytes()
    with pytest.raises(ModelTimeout):
        server.client(transport).infer({"text": "given up"}, {}, 0.2)
    (tmp_path / "gate").write_text("go")
    blocking.join(60)
    assert client.infer({"text": "next"}, {}, 20)["json"] == ["block", "next"]


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


def test_what_json_cannot_hold_is_said_in_a_sentence(start: Start, transport: str) -> None:
    source = """
import numpy
from nodegraph_kit import *

@model()
def odd(image: Image, nan: bool = False) -> Json:
    return float("nan") if nan else numpy.zeros(3)

serve(odd)
"""
    _, client = begin(start, source, transport)
    for nan in (False, True):
        with pytest.raises(ModelRefused, match="that JSON cannot hold"):
            client.infer({"image": picture()}, {"nan": nan}, 20)
    assert client.describe()["state"] == "ready"


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


def test_without_a_unix_socket_that_answers_http_is_used(start: Start, tmp_path: Path) -> None:
    server = start(ECHO).wait()
    client = NativeClient(Endpoint(server.url, tmp_path / "nobody"))
    server.clients.append(client)
    assert client.infer({"image": picture()}, {}, 20)["image"].shape == (48, 64, 3)
    assert client.transport == "http"
    elsewhere = NativeClient(Endpoint(server.url, server.socket, local=False))
    server.clients.append(elsewhere)
    assert elsewhere.describe()["state"] == "ready"
    assert elsewhere.transport == "http"


@pytest.mark.parametrize(
    "endpoint",
    [Endpoint("", Path("/no/such/socket")), Endpoint("http://127.0.0.1:9"), Endpoint(""), Endpoint("junk://")],
)
def test_where_nobody_listens_the_model_is_unreachable(endpoint: Endpoint) -> None:
    client = NativeClient(endpoint)
    with pytest.raises(ModelUnreachable):
        client.infer({"image": picture()}, {}, 5)
    with pytest.raises(ModelUnreachable):
        client.describe()
    client.close()
