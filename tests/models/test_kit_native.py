"""The kit's server asked in the native protocol, over its Unix socket and HTTP: what is wrong has a sentence."""

import json
import os
import socket
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from tests.models.kit_models import ONE_BOX, Start, data_uri, query


def send_unix(path: Path, *parts: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(60)
        client.connect(str(path))
        for part in parts:
            client.sendall(part)
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b""))


def ask_unix(path: Path, message: bytes) -> Any:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(60)
        client.connect(str(path))
        client.sendall(message)
        size = struct.unpack("<4sIQ", client.recv(16, socket.MSG_WAITALL))[1]
        return json.loads(client.recv(size, socket.MSG_WAITALL))


def native(header: Any, body: bytes = b"", told: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<4sIQ", b"NGN1", len(text), len(body) if told is None else told) + text + body


RUN = {"op": "run", "id": 1, "inputs": {"image": {"type": "image", "array": {"dtype": "uint8", "shape": [1, 1, 3]}}}}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (native(b"{"), "not JSON"),
        (native([]), "must be a JSON object"),
        (native({"op": "explode"}), "no operation 'explode'"),
        (native({"op": "segment", "size": 10}), "carries a file descriptor"),
        (native({"op": "run", "id": 4, "shared": {}}), "no shared segment yet"),
        (native({"op": "run", "inputs": []}), "inputs must be an object"),
        (native({"op": "run", "parameters": 3}), "parameters must be an object"),
        (native(RUN), "input image: The image is not as the protocol says"),
        (native({"op": "run", "inputs": {"image": 3}}), "input image: A value must be an object"),
        (native({"op": "run", "inputs": {"image": {"type": "text"}}}), "takes image, not text"),
        (native({}, told=1 << 40), "this server accepts"),
        (struct.pack("<4sIQ", b"NGN1", 1 << 30, 0), "at most"),
    ],
)
def test_a_wrong_native_message_is_answered_with_a_sentence(start: Start, sent: bytes, said: str) -> None:
    server = start(ONE_BOX).wait()
    assert said in ask_unix(server.socket, sent)["error"]["message"]
    assert server.client().describe()["state"] == "ready"


@pytest.mark.parametrize("junk", [b"NGN1", b"NGN1" + b"\0" * 9, b"\0\0\0\0" * 99, b"GET", native({"op": "hello"})[:-3]])
def test_a_client_that_stops_in_the_middle_costs_nothing(start: Start, junk: bytes) -> None:
    server = start(ONE_BOX).wait()
    send_unix(server.socket, junk)
    assert server.client().describe()["state"] == "ready"


@pytest.mark.parametrize(
    ("sealed", "told", "said"), [(False, 4096, "sealed"), (True, 8192, "size told"), (True, -1, "1 to")]
)
def test_a_segment_that_could_be_pulled_away_is_refused(start: Start, sealed: bool, told: int, said: str) -> None:
    import fcntl

    server = start(ONE_BOX).wait()
    memory = os.memfd_create("test", os.MFD_ALLOW_SEALING)
    os.ftruncate(memory, 4096)
    if sealed:
        fcntl.fcntl(memory, 1033, 2)
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(server.socket))
        socket.send_fds(client, [native({"op": "segment", "size": told})], [memory])
        assert said in json.loads(client.recv(65536)[16:])["error"]["message"]
    os.close(memory)


def test_http_works_over_the_unix_socket_too(start: Start) -> None:
    server = start(ONE_BOX).wait()
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(server.socket))) as client:
        assert client.get("http://model/health").json()["state"] == "ready"
        assert client.get("http://model/").json()["name"] == "box"


def test_native_http_refuses_what_does_not_add_up(start: Start) -> None:
    url = start(ONE_BOX).wait().url
    for body, said in [
        (b"short", "shorter than its prefix"),
        (native({}, told=9), "tells 27 bytes but has 18"),
        (b"GARB" + native({})[4:], "not a native message"),
        (native({"inputs": {}}), "input image (image) is missing"),
    ]:
        answer = httpx.post(url + "/run", content=body)
        assert answer.status_code == 400
        assert said in answer.json()["error"]["message"]


def test_many_clients_at_once_are_all_answered(start: Start, scene: np.ndarray) -> None:
    url = start(ONE_BOX).wait().url
    body = {"data": data_uri(scene)}
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: query(url, body).status_code, range(64)))
    assert answers == [200] * 64
