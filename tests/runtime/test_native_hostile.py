"""The native client against servers that answer garbage: always a ModelError, never a crash or a hang."""

import contextlib
import http.server
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.core.errors import ModelAnswerError, ModelError, ModelRefused, ModelUnreachable
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.protocols.native import NativeClient

IMAGE = np.zeros((4, 4, 3), np.uint8)
DESCRIBED = {
    "protocol": "native",
    "protocolVersion": 1,
    "state": "ready",
    "inputs": {"image": {"type": "image"}},
    "outputs": {"image": {"type": "image"}},
}
GOOD = {"type": "image", "array": {"dtype": "uint8", "shape": [1, 1, 3], "offset": 0}}


def native(header: Any, body: bytes = b"", told: int | None = None) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<4sIQ", b"NGN1", len(text), len(body) if told is None else told) + text + body


class Liar:
    """Greets and describes itself properly, then answers every run with the bytes it was given; None hangs up."""

    def __init__(self, path: Path, lie: bytes | None, memfd: bool) -> None:
        self.lie, self.memfd = lie, memfd
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.thread = threading.Thread(target=self.accept)
        self.thread.start()

    def accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with client, contextlib.suppress(OSError, struct.error):
                self.talk(client)

    def talk(self, client: socket.socket) -> None:
        client.settimeout(20)
        while True:
            _, header, body = struct.unpack("<4sIQ", client.recv(16, socket.MSG_WAITALL))
            said = json.loads(client.recv(header, socket.MSG_WAITALL))
            client.recv(body, socket.MSG_WAITALL)
            if said["op"] == "hello":
                client.sendall(native({"memfd": self.memfd}))
            elif said["op"] == "describe":
                client.sendall(native({"describe": DESCRIBED}))
            elif said["op"] == "segment":
                client.sendall(native({"ok": True}))
            elif self.lie is None:
                return
            else:
                client.sendall(self.lie)
                client.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(60)


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Run once against a liar: `ask(bytes, memfd=False)`."""
    with contextlib.ExitStack() as stack:

        def run(lie: bytes | None, memfd: bool = False) -> Any:
            path = tmp_path / str(len(list(tmp_path.iterdir())))
            stack.enter_context(contextlib.closing(Liar(path, lie, memfd)))
            client = stack.enter_context(contextlib.closing(NativeClient(Endpoint("", path), max_answer=1 << 20)))
            return client.infer({"image": IMAGE}, {}, 20)

        yield run


def answer(**fields: Any) -> dict[str, Any]:
    return {"id": 1, "milliseconds": 1, "outputs": {"image": GOOD}} | fields


def test_the_liar_is_believed_when_it_tells_the_truth(ask: Callable[..., Any]) -> None:
    assert ask(native(answer(), b"\1\2\3"))["image"].tolist() == [[[1, 2, 3]]]


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\nhello there", "not the native protocol"),
        (native(answer(), told=1 << 60), "at most 1048576"),
        (struct.pack("<4sIQ", b"NGN1", 1 << 31, 0), "at most"),
        (struct.pack("<4sIQ", b"NGN1", 3, 0) + b"{]}", "not JSON"),
        (native([1]), "not a JSON object"),
        (native(answer(id=2), b"\0\0\0"), "answered request 2, not 1"),
        (native({"id": 1}, b"\0\0\0"), "not what it promised"),
        (native(answer(outputs=[]), b"\0\0\0"), "output image is not what it promised"),
        (native(answer(outputs={}), b"\0\0\0"), "output image is not what it promised"),
        (native(answer(outputs={"image": 3}), b"\0\0\0"), "output image is not what it promised"),
        (native(answer(), b"\0\0"), "ends at byte 3 of 2"),
        (native(answer(outputs={"image": {**GOOD, "type": "mask"}}), b"\0\0\0"), "image was promised, mask came"),
        (native(answer(milliseconds="soon"), b"\0\0\0"), "not what it promised"),
        (native({"id": 1, "error": 3}), "error without a sentence"),
    ],
)
def test_a_lie_is_named(ask: Callable[..., Any], lie: bytes, said: str) -> None:
    with pytest.raises(ModelAnswerError, match=said):
        ask(lie)


@pytest.mark.parametrize("shared", [1 << 40, -1, "many", 1.5, True])
def test_a_lie_about_shared_memory_is_named(ask: Callable[..., Any], shared: Any) -> None:
    with pytest.raises(ModelAnswerError):
        ask(native(answer(shared=shared)), memfd=True)


@pytest.mark.parametrize("lie", [None, b"NG", native(answer(), told=9), native(answer())[:-4]])
def test_an_answer_that_stops_in_the_middle_is_a_lost_server(ask: Callable[..., Any], lie: bytes | None) -> None:
    with pytest.raises(ModelUnreachable, match="broke off"):
        ask(lie)


def test_an_error_text_is_cut_to_a_readable_length(ask: Callable[..., Any]) -> None:
    with pytest.raises(ModelRefused) as caught:
        ask(native({"id": 1, "error": {"kind": "model", "message": "x" * 100_000}}))
    assert len(caught.value.message) == 2000


@settings(max_examples=25)
@given(st.binary(max_size=80))
def test_no_bytes_do_worse_than_a_model_error(tmp_path_factory: pytest.TempPathFactory, lie: bytes) -> None:
    path = tmp_path_factory.mktemp("liar") / "s"
    with (
        contextlib.closing(Liar(path, lie, False)),
        contextlib.closing(NativeClient(Endpoint("", path))) as client,
        pytest.raises(ModelError),
    ):
        client.infer({"image": IMAGE}, {}, 20)


class Page(http.server.BaseHTTPRequestHandler):
    """A web server that is something else."""

    body = b""
    kind = "text/html"
    status = 200

    def do_GET(self) -> None:
        self.reply(200, "application/json", json.dumps(DESCRIBED).encode())

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.reply(self.status, self.kind, self.body)

    def reply(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.mark.parametrize(
    ("status", "kind", "body", "said"),
    [
        (200, "text/html", b"<h1>hello</h1>", "status 200 and text/html"),
        (404, "text/html", b"", "status 404"),
        (500, "application/json", b"{", "not JSON"),
        (500, "application/json", b"{}", "answered request None"),
        (200, "application/x-nodegraph", b"NGN1", "not a native answer"),
        (200, "application/x-nodegraph", native(answer(), b"\0", told=2), "bytes but has"),
        (200, "application/x-nodegraph", bytes(19 << 20), "at most 1048576 are accepted"),
    ],
)
def test_http_garbage_is_named(status: int, kind: str, body: bytes, said: str) -> None:
    handler = type("Handler", (Page,), {"status": status, "kind": kind, "body": body})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        client = NativeClient(Endpoint(f"http://127.0.0.1:{server.server_port}"), max_answer=1 << 20)
        try:
            with pytest.raises(ModelAnswerError, match=said):
                client.infer({"image": IMAGE}, {}, 20)
        finally:
            client.close()
            server.shutdown()
            thread.join(60)


def test_a_server_of_another_protocol_is_named(tmp_path: Path) -> None:
    class Alpha(Page):
        def do_GET(self) -> None:
            self.reply(200, "application/json", b'{"status": "200", "query_route": "/query"}')

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Alpha) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        client = NativeClient(Endpoint(f"http://127.0.0.1:{server.server_port}"))
        try:
            with pytest.raises(ModelAnswerError, match="speaks None None, not native 1"):
                client.infer({"image": IMAGE}, {}, 20)
        finally:
            client.close()
            server.shutdown()
            thread.join(60)
