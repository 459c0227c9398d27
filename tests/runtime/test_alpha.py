import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.core.errors import ModelAnswerError, ModelRefused, ModelTimeout, ModelUnreachable
from nodegraph.runtime import codecs
from nodegraph.runtime.catalog.catalog import parse_catalog
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.protocols import Endpoint, wire
from nodegraph.runtime.protocols.connect import connect
from nodegraph.runtime.protocols.runway_alpha import RunwayAlpha
from tests.runtime.alpha_server import Alpha2018
from tests.runtime.modern_server import Modern

DOG = [{"cat": "dog", "score": 0.5, "bounds": [0.5, 0.25, 0.25, 0.5]}]
FRAME = np.full((48, 64, 3), (0, 0, 255), np.uint8)
FRAME.flags.writeable = False
SOCKET = {"namespace": "query", "emit": "update_request", "event": "update_response"}
Make = Callable[[Callable[[dict[str, Any]], Any]], Any]


def entry_of(**query: Any) -> ModelEntry:
    model = {"name": "YOLO", "tag": "a/yolo", "query": {"socket": SOCKET, **query}}
    return parse_catalog(json.dumps([model])).entries[0]


@contextmanager
def client_of(url: str, entry: ModelEntry | None = None) -> Iterator[RunwayAlpha]:
    client = connect(entry or entry_of(), Endpoint(url))
    assert isinstance(client, RunwayAlpha)
    try:
        yield client
    finally:
        client.close()


def ask(url: str, entry: ModelEntry | None = None, timeout: float = 10) -> None:
    with client_of(url, entry) as client:
        client.infer({"image": FRAME}, {}, timeout)


KINDS: dict[str, tuple[Make, str]] = {
    "eio3-polling": (Alpha2018, "socket.io 3 (polling)"),
    "eio4-polling": (Modern, "socket.io 4 (polling)"),
    "eio4-websocket": (lambda model: Modern(model, websocket=True), "socket.io 4 (websocket)"),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> tuple[Make, str]:
    return KINDS[request.param]


def test_servers_of_2018_and_of_today_answer(kind: tuple[Make, str]) -> None:
    make, transport = kind
    with make(lambda payload: DOG) as server, client_of(server.url) as client:
        for _ in range(3):
            answer = client.infer({"image": FRAME}, {}, 10)
        assert client.transport == transport
        assert answer["result"] == DOG
        assert answer["detections"].boxes.tolist() == [[0.5, 0.25, 0.75, 0.75]]


def test_a_frame_travels_as_a_jpeg_with_the_constants_of_the_entry(kind: tuple[Make, str]) -> None:
    entry = entry_of(format={"data": "data:image/jpg;base64,", "model": "mobilenet_thin"})
    with kind[0](lambda payload: DOG) as server, client_of(server.url, entry) as client:
        client.infer({"image": FRAME}, {"threshold": 0.25, "tint": (1, 2, 3)}, 10)
        (payload,) = server.payloads
    prefix, _, data = payload.pop("data").partition(",")
    assert payload == {"model": "mobilenet_thin", "threshold": 0.25, "tint": [1, 2, 3]}
    assert prefix == "data:image/jpg;base64"
    received = codecs.decode_image(codecs.from_data_uri(data))
    assert received.shape == FRAME.shape
    assert received[24, 32].tolist() == [0, 0, 254]


def test_a_model_that_says_nothing_is_a_timeout_and_the_next_frame_works(kind: tuple[Make, str]) -> None:
    fails = iter([False, True, False])

    def model(payload: dict[str, Any]) -> Any:
        if next(fails):
            answers.wait()
        return DOG

    answers = threading.Event()
    with kind[0](model) as server, client_of(server.url) as client:
        client.infer({"image": FRAME}, {}, 10)  # it is connected: what takes time from here on is the model
        with pytest.raises(ModelTimeout, match=r"did not answer in 0\.6 s"):
            client.infer({"image": FRAME}, {}, 0.6)
        answers.set()  # the late answer belongs to a connection that is gone: it is not taken for the next one
        assert client.infer({"image": FRAME}, {}, 10)["result"] == DOG
        assert len(server.payloads) == 3


def test_an_old_server_that_fails_silently_is_a_timeout_with_a_hint() -> None:
    with (
        Alpha2018(lambda payload: payload["missing"]) as server,
        pytest.raises(ModelTimeout, match="Servers of 2018 send no errors"),
    ):
        ask(server.url, timeout=0.5)


def test_a_server_that_breaks_off_is_unreachable_and_then_found_again() -> None:
    def model(payload: dict[str, Any]) -> Any:
        if len(server.payloads) == 1:
            server.break_off()
        return DOG

    with Alpha2018(model) as server, client_of(server.url) as client:
        with pytest.raises(ModelUnreachable):
            client.infer({"image": FRAME}, {}, 10)
        assert client.infer({"image": FRAME}, {}, 10)["result"] == DOG


def test_a_server_process_that_exits_in_the_middle_is_unreachable() -> None:
    script = (
        "import os, sys; sys.path.insert(0, sys.argv[1])\n"
        "from alpha_server import Alpha2018\n"
        "server = Alpha2018(lambda payload: os._exit(3))\n"
        "print(server.url, flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script, str(Path(__file__).parent)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        with client_of(process.stdout.readline().strip()) as client:
            with pytest.raises(ModelUnreachable):
                client.infer({"image": FRAME}, {}, 10)
            assert process.wait(60) == 3
            with pytest.raises(ModelUnreachable, match="cannot be reached"):
                client.infer({"image": FRAME}, {}, 10)


def test_closing_ends_a_call_in_flight(kind: tuple[Make, str]) -> None:
    asked, answers = threading.Event(), threading.Event()

    def model(payload: dict[str, Any]) -> Any:
        asked.set()
        answers.wait()
        return DOG

    raised: list[Exception] = []

    def ask() -> None:
        try:
            client.infer({"image": FRAME}, {}, 30)
        except Exception as error:
            raised.append(error)

    with kind[0](model) as server, client_of(server.url) as client:
        # An old server runs the model inside our POST, so the call ends when that does; it must not be an answer.
        thread = threading.Thread(target=ask)
        thread.start()
        assert asked.wait(60)
        client.close()
        answers.set()
        thread.join(60)
    assert [type(error) for error in raised] == [ModelUnreachable]


def test_calls_from_several_threads_take_turns(kind: tuple[Make, str]) -> None:
    inside, most = [0], [0]

    def model(payload: dict[str, Any]) -> Any:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        threading.Event().wait(0.02)  # one that took no turn would be in here by now
        inside[0] -= 1
        return [{"caption": str(payload["number"])}]

    answers: dict[int, str] = {}
    with kind[0](model) as server, client_of(server.url) as client:

        def ask(number: int) -> None:
            answers[number] = client.infer({"image": FRAME}, {"number": number}, 20)["text"]

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert answers == {number: str(number) for number in range(6)}
    assert most == [1]


def test_the_client_pings_and_keeps_one_poll_open() -> None:
    with Alpha2018(lambda payload: DOG, interval=30) as server, client_of(server.url) as client:
        client.infer({"image": FRAME}, {}, 10)
        polls = threading.Event()
        while server.pings < 3:
            polls.wait(0.01)
        client.infer({"image": FRAME}, {}, 10)
        assert server.polls_at_once == 1
        client.close()
        assert server.left.wait(60)


def test_nothing_is_sent_before_the_namespace_is_joined_and_a_strange_one_is_a_timeout() -> None:
    with Alpha2018(lambda payload: DOG, namespace="/other") as server, client_of(server.url) as client:
        with pytest.raises(ModelTimeout):
            client.infer({"image": FRAME}, {}, 0.5)
        assert server.payloads == []


def test_a_modern_server_refuses_a_namespace_it_does_not_have() -> None:
    entry = entry_of(socket={**SOCKET, "namespace": "nope"})
    with Modern(lambda payload: DOG) as server, pytest.raises(ModelRefused, match="refuses the namespace /nope"):
        ask(server.url, entry)


def test_a_modern_server_that_never_lets_us_in_is_a_timeout() -> None:
    with Modern(lambda payload: DOG) as server:
        open_gate = threading.Event()
        server.server.on("connect", lambda *_: open_gate.wait(), namespace="/query")
        try:
            with pytest.raises(ModelTimeout, match="did not answer in"):
                ask(server.url, timeout=0.5)
        finally:
            open_gate.set()


def test_a_frame_over_the_servers_limit_is_packed_harder_or_refused() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (200, 200, 3), np.uint8)
    with Modern(lambda payload: DOG, limit=45_000) as server, client_of(server.url) as client:
        client.infer({"image": noise}, {}, 10)
        assert 20_000 < len(server.payloads[0]["data"]) < 43_000
    with (
        Modern(lambda payload: DOG, limit=9_000) as server,
        client_of(server.url) as client,
        pytest.raises(ModelRefused, match=r"A frame of \d+ bytes is over the limit of 9000 bytes of YOLO's server"),
    ):
        client.infer({"image": noise}, {}, 10)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ('42/query,["update_response",{"results":', "is not Engine.IO"),
        ("42/query," + "[" * 100_000, "nested too deeply"),
        ('451-/query,["update_response",{"_placeholder":true,"num":0}]', "binary attachments"),
        ('42/query,["update_response"]', "answered nothing"),
        ('42/query,["update_response",{"error":"no weights"}]', "cannot do this: no weights"),
        ('42/query,["update_response",{"results":[{"bounds":[1]}]}]', "answered something damaged"),
    ],
)
def test_garbage_from_an_old_server_is_a_sentence(raw: str, sentence: str) -> None:
    with (
        Alpha2018(lambda payload: f"RAW{raw}") as server,
        pytest.raises((ModelAnswerError, ModelRefused), match=sentence),
    ):
        ask(server.url)


def test_an_answer_over_the_limit_is_refused(kind: tuple[Make, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_ANSWER", 2_000_000)
    monkeypatch.setattr("nodegraph.runtime.protocols.socketio4.MAX_ANSWER", 2_000_000)
    with (
        kind[0](lambda payload: "x" * 3_000_000) as server,
        pytest.raises(ModelAnswerError, match="answered more than 2 MB"),
    ):
        ask(server.url)


def test_a_hundred_megabytes_over_http_are_refused_without_reading_them_all() -> None:
    entry = entry_of(http={"route": "query", "method": "post"})
    with Alpha2018(lambda payload: DOG) as server, client_of(server.url, entry) as client:
        server.routes["/query"] = lambda body: (200, "application/json", b" " * 100_000_000)
        with pytest.raises(ModelAnswerError, match="answered more than 64 MB"):
            client.infer({"image": FRAME}, {}, 20)


def test_a_post_route_is_used_when_the_server_has_it() -> None:
    entry = entry_of(http={"route": "/query_once", "method": "POST"}, format={"model": "thin"})
    seen = []

    def route(body: bytes) -> tuple[int, str, bytes]:
        seen.append(json.loads(body))
        return 200, "application/json", json.dumps({"results": DOG}).encode()

    with Alpha2018(lambda payload: None) as server, client_of(server.url, entry) as client:
        server.routes["/query_once"] = route
        assert client.infer({"image": FRAME}, {}, 10)["result"] == DOG
        assert client.transport == "http"
        assert server.payloads == []
    assert seen[0]["model"] == "thin"
    assert seen[0]["data"].startswith("data:image/jpg;base64,")


def test_a_route_the_server_does_not_have_falls_back_to_the_socket_and_says_so() -> None:
    entry = entry_of(http={"route": "query_once", "method": "post"})
    with Alpha2018(lambda payload: DOG) as server, client_of(server.url, entry) as client:
        for _ in range(2):
            assert client.infer({"image": FRAME}, {}, 10)["result"] == DOG
        assert client.transport == "socket.io 3 (polling); POST /query_once answered 405 Method Not Allowed"


def test_a_get_route_is_never_asked_about_a_frame() -> None:
    entry = entry_of(http={"route": "test", "method": "get"})
    with Alpha2018(lambda payload: DOG) as server, client_of(server.url, entry) as client:
        client.infer({"image": FRAME}, {}, 10)
        assert set(server.gets) == {"/socket.io/"}
    alone = entry_of(http={"route": "test", "method": "get"}, socket="")
    with (
        Alpha2018(lambda payload: DOG) as server,
        pytest.raises(ModelRefused, match="YOLO has no route that takes a frame"),
    ):
        ask(server.url, alone)


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        (
            (502, "text/html", b"<html><head><style>p{}</style></head><p>Bad\n gate</p>"),
            ModelRefused,
            '502 Bad Gateway: "Bad gate"',
        ),
        (
            (200, "text/html", b"<h1>Welcome</h1>"),
            ModelAnswerError,
            'YOLO answered something that is not JSON: "Welcome"',
        ),
        ((200, "application/json", b'{"results": ['), ModelAnswerError, "is not JSON"),
        ((200, "application/json", b""), ModelAnswerError, "not JSON: nothing that can be read"),
        ((200, "text/html", b"\x00\xff what\x1b[31m?"), ModelAnswerError, r'not JSON: "what \[31m\?"'),
        ((422, "application/json", b'{"error": "no face"}'), ModelRefused, "YOLO answered 422: no face"),
        ((200, "application/json", b'{"error": "no face"}'), ModelRefused, "YOLO cannot do this: no face"),
        ((500, "application/json", b'{"error": "no memory"}'), ModelRefused, "YOLO answered 500: no memory"),
        ((200, "application/json", b"null"), ModelAnswerError, "YOLO answered nothing"),
        ((200, "application/json", b"[" * 100_000), ModelAnswerError, "not JSON"),
    ],
)
def test_what_goes_wrong_over_http_is_a_sentence(
    answer: tuple[int, str, bytes], error: type[Exception], sentence: str
) -> None:
    entry = entry_of(http={"route": "query", "method": "post"})
    with Alpha2018(lambda payload: DOG) as server, client_of(server.url, entry) as client:
        server.routes["/query"] = lambda body: answer
        with pytest.raises(error, match=sentence):
            client.infer({"image": FRAME}, {}, 10)


def test_a_port_where_nothing_listens_is_unreachable() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        for query in ({}, {"http": {"route": "query", "method": "post"}}):
            with client_of(url, entry_of(**query)) as client, pytest.raises(ModelUnreachable):
                client.infer({"image": FRAME}, {}, 5)


def test_a_port_where_nobody_answers_is_a_timeout() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with client_of(url) as client, pytest.raises(ModelTimeout, match="did not answer"):
            client.infer({"image": FRAME}, {}, 0.3)


def test_a_web_server_without_socketio_is_named_as_such() -> None:
    with (
        Alpha2018(lambda payload: DOG) as server,
        pytest.raises(ModelAnswerError, match=r"is not a Socket\.IO server \(HTTP 404\)"),
    ):
        ask(f"{server.url}/elsewhere", timeout=5)


def test_a_model_of_text_is_asked_without_a_picture() -> None:
    model = {"name": "Poet", "tag": "a", "inputs": {"prompt": "text"}, "outputs": {"poem": "text"}}
    entry = parse_catalog(json.dumps([model])).entries[0]
    model_of = lambda payload: [{"caption": payload["prompt"][::-1]}]  # noqa: E731
    with Alpha2018(model_of) as server, client_of(server.url, entry) as client:
        assert client.infer({"prompt": "été 😀"}, {}, 10) == {"poem": "😀 été"}
        assert server.payloads == [{"prompt": "été 😀"}]


@pytest.mark.parametrize("protocol", ["runway-alpha", "runway-sdk", "cog"])
def test_all_protocols_but_native_need_a_network_address(protocol: str) -> None:
    entry = parse_catalog(json.dumps([{"name": "M", "tag": "a", "protocol": protocol}])).entries[0]
    with pytest.raises(ModelRefused, match=f"M speaks {protocol}, which needs a network address"):
        connect(entry, Endpoint(""))


def test_a_number_that_json_cannot_say_is_refused_over_every_way(kind: tuple[Make, str]) -> None:
    make, _ = kind
    with make(lambda data: DOG) as server, client_of(server.url) as client:
        with pytest.raises(ModelRefused, match="cannot be sent this"):
            client.infer({"image": FRAME}, {"size": float("nan")}, 20)
        assert client.infer({"image": FRAME}, {"size": 1.0}, 20)["detections"].labels == ("dog",)
