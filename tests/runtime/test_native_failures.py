"""The native client when something goes wrong: servers die, are replaced, are slow or refuse; calls are given up."""

import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from nodegraph.core.errors import (
    ModelAnswerError,
    ModelNotReady,
    ModelRefused,
    ModelTimeout,
    ModelUnreachable,
)
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.protocols.native import NativeClient
from tests.models.serving import start_servers  # noqa: F401
from tests.runtime.native_models import ECHO, WAITER, Start, begin, each_transport, hanging, picture, pipe  # noqa: F401


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
