"""Servers that answer wrongly in every way we could think of, and the same way again for the same seed."""

import contextlib
import copy
import gzip
import hashlib
import json
import random
import socket
import socketserver
import struct
import threading
from base64 import b64encode
from collections.abc import Callable
from typing import Any

Answer = Callable[[str, str, bytes], tuple[int, str, bytes]]
"""Method, path and body -> status, content type and body."""

DRIP = 0.02
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)


def junk(chance: random.Random) -> Any:
    """A value nobody expects."""
    deep: Any = 1
    for _ in range(chance.choice((3, 200))):
        deep = [deep] if chance.random() < 0.5 else {"a": deep}
    return chance.choice(
        (
            *(None, True, False, 0, -1, 1, 0.5, 1e308, 2**63, 2**70, -(2**200), float("nan"), float("inf")),
            *("", "x", "\0", "\ud83d", "ÿ" * 50, "x" * 5000, "data:image/png;base64,", "data:image/png;base64,!!!!"),
            *(
                PIXEL,
                PIXEL[:60],
                "data:,",
                "data:text/plain,hello",
                "http://127.0.0.1:1/x.png",
                "http://[",
                "../../etc/x",
            ),
            *([], {}, [[]], [None], [{}], [1, [2]], {"": 1}, {"a": None}, [1e400, "x"], [[0, 0, 1, 1]], [0.1] * 4),
            *({"type": "array"}, {"$ref": "#/components/schemas/Input"}, {"enum": []}, deep),
        )
    )


def twisted(value: Any, chance: random.Random) -> Any:
    """A copy of a JSON value in which one to three things are something else, gone, or there twice."""
    value = copy.deepcopy(value)
    for _ in range(chance.randint(1, 3)):
        value = _twist(value, chance)
    return value


def _twist(value: Any, chance: random.Random) -> Any:
    if not isinstance(value, dict | list) or not value or chance.random() < 0.08:
        return junk(chance)
    keys = list(value) if isinstance(value, dict) else range(len(value))
    key = chance.choice(list(keys))
    roll = chance.random()
    if roll < 0.12:
        del value[key]
    elif roll < 0.2 and isinstance(value, list):
        value *= chance.choice((2, 300))
    elif roll < 0.3 and isinstance(value, dict):
        value[chance.choice(("extra", "type", "$ref", "default", "output", "name", "é", ""))] = junk(chance)
    else:
        value[key] = _twist(value[key], chance)
    return value


def garbled(body: bytes, chance: random.Random) -> bytes:
    """Bytes cut off, overwritten, doubled, or others."""
    at = chance.randrange(len(body) + 1)
    match chance.randrange(7):
        case 0:
            return body[:at]
        case 1:
            return body[:at] + chance.randbytes(chance.randint(1, 20)) + body[at:]
        case 2:
            return bytes(one ^ (chance.random() < 0.02) * 255 for one in body)
        case 3:
            return body + body
        case 4:
            return b"<!DOCTYPE html><h1>502 Bad Gateway</h1>"
        case 5:
            return b"[" * 100_000
        case _:
            return chance.randbytes(chance.choice((0, 1, 16, 3000)))


def head(status: int | str, kind: str, length: int | str, more: str = "") -> bytes:
    return f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{more}\r\n".encode("latin-1")


def wired(status: int, kind: str, body: bytes, chance: random.Random) -> list[bytes | float]:
    """An answer that is wrong below the content: pieces to send; a number is a pause, None at the end a reset."""
    good = head(status, kind, len(body)) + body
    match chance.randrange(16):
        case 0:
            return [head(status, kind, len(body) + 50) + body]
        case 1:
            return [head(status, kind, max(0, len(body) - 5)) + body]
        case 2:
            return [head(chance.choice((0, 99, 204, 302, 304, 404, 500, 503, 999)), kind, len(body)) + body]
        case 3:
            return [
                head(status, chance.choice(("", "text/html", "text/event-stream", "x/y;;", "image/png")), len(body))
                + body
            ]
        case 4:
            return [head(status, kind, len(body), "Content-Encoding: gzip\r\n") + body]
        case 5:
            bomb = gzip.compress(bytes(8_000_000))
            return [head(status, kind, len(bomb), "Content-Encoding: gzip\r\n") + bomb]
        case 6:
            return [
                f"HTTP/1.1 {status} X\r\nTransfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n".encode()
                + body
                + b"zz\r\n"
            ]
        case 7:
            return [head(status, kind, len(body), f"X: {'y' * 120_000}\r\n") + body]
        case 8:
            return [chance.randbytes(200)]
        case 9:
            return []
        case 10:
            return [good[: chance.randrange(len(good))], -1.0]
        case 11:
            return [-1.0]
        case 12:
            return [piece for one in good[:400] for piece in (bytes([one]), DRIP)]
        case 13:
            return [head(status, kind, "-7") + body]
        case 14:
            return [head("abc", kind, "soon") + body]
        case _:
            return [head(status, kind, 10**15), *[bytes(100_000)] * 40]


def frame(payload: bytes, opcode: int = 1, length: int | None = None, fin: int = 0x80) -> bytes:
    """A WebSocket frame of a server; `length` is what it tells."""
    told = len(payload) if length is None else length
    if told < 126:
        return bytes((fin | opcode, told)) + payload
    if told < 65536:
        return bytes((fin | opcode, 126)) + struct.pack(">H", told) + payload
    return bytes((fin | opcode, 127)) + struct.pack(">Q", told) + payload


def framed_wrongly(text: str, chance: random.Random) -> list[bytes | float]:
    """A message in frames that are wrong; see `wired`."""
    body = text.encode()
    match chance.randrange(10):
        case 0:
            return [frame(body, chance.choice((0, 2, 3, 7, 11, 15)))]
        case 1:
            return [frame(body, length=len(body) + 40), -1.0]
        case 2:
            return [frame(body[:9], length=10**12), *[bytes(100_000)] * 30]
        case 3:
            return [frame(b"\xff\xfe" + body)]
        case 4:
            return [frame(body[:5], fin=0), frame(body[5:], 0), frame(body, 9), frame(body, 10)]
        case 5:
            return [frame(struct.pack(">H", chance.choice((0, 999, 1000, 1011, 65535))), 8)]
        case 6:
            return [piece for one in frame(body)[:200] for piece in (bytes([one]), DRIP)]
        case 7:
            return [chance.randbytes(60)]
        case 8:
            return [-1.0]
        case _:
            return [frame(b"[" * 100_000), frame(b"")]


class Hostile:
    """An HTTP server. `answer` is honest; while `chance` is set, answers to paths that `aim` takes are spoiled."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.chance: random.Random | None = None
        self.aim: Callable[[str], bool] = lambda path: True
        self.over = threading.Event()
        self._guard = threading.Lock()
        self._web = _Web(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._web.server_address[1]}"
        threading.Thread(target=self._web.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self.over.set()
        self._web.shutdown()
        self._web.server_close()
        self._web.hang_up()

    def messages(self, asked: dict[str, Any]) -> list[bytes | float]:
        """What to send over a WebSocket for a job."""
        id = asked["id"]
        said: list[Any] = [
            {"type": "output", "id": id, "outputData": {"output": "x"}, "progress": 0.5},
            {"type": "succeeded", "id": id},
        ]
        with self._guard:
            chance = self.chance
            if chance is None or chance.random() < 0.2:
                return [frame(json.dumps(one).encode()) for one in said]
            if chance.random() < 0.5:
                return [frame(json.dumps(twisted(one, chance)).encode()) for one in said]
            return [piece for one in said for piece in framed_wrongly(json.dumps(one), chance)]

    def pieces(self, method: str, path: str, body: bytes) -> list[bytes | float]:
        """What to send for a request."""
        status, kind, answer = self.answer(method, path, body)
        with self._guard:
            chance = self.chance
            if chance is None or not self.aim(path) or chance.random() < 0.2:
                return [head(status, kind, len(answer)) + answer]
            roll = chance.random()
            if roll < 0.3:
                return wired(status, kind, answer, chance)
            if roll < 0.45 or "json" not in kind:
                answer = garbled(answer, chance)
            else:
                answer = json.dumps(twisted(json.loads(answer), chance)).encode()
            return [head(status, kind, len(answer)) + answer]


class _Web(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, *arguments: Any) -> None:
        self.lines: set[socket.socket] = set()
        super().__init__(*arguments)

    def process_request(self, request: Any, address: Any) -> None:
        self.lines.add(request)
        super().process_request(request, address)

    def shutdown_request(self, request: Any) -> None:
        self.lines.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, address: Any) -> None:
        """Clients hang up on a server like this."""

    def hang_up(self) -> None:
        for one in list(self.lines):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


def _handler(hostile: Hostile) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        disable_nagle_algorithm = True

        def handle(self) -> None:
            while line := self.rfile.readline(65536):
                method, path, _ = line.decode("latin-1").split(" ", 2)
                length, key = 0, ""
                while (header := self.rfile.readline(65536)).strip():
                    name, _, value = header.decode("latin-1").partition(":")
                    length = int(value) if name.lower() == "content-length" else length
                    key = value.strip() if name.lower() == "sec-websocket-key" else key
                if key:
                    self.shake_hands(key)
                    self.send(hostile.messages(json.loads(self.submitted())))
                    return
                body = self.rfile.read(length)
                if not self.send(hostile.pieces(method, path, body)):
                    return

        def shake_hands(self, key: str) -> None:
            digest = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()
            accept = f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {b64encode(digest).decode()}"
            self.wfile.write(f"HTTP/1.1 101 Switching Protocols\r\n{accept}\r\n\r\n".encode())

        def submitted(self) -> bytes:
            """The first message of the client, which is short or middling and masked."""
            length = self.rfile.read(2)[1] & 127
            length = struct.unpack(">H", self.rfile.read(2))[0] if length == 126 else length
            mask = self.rfile.read(4)
            return bytes(one ^ mask[index % 4] for index, one in enumerate(self.rfile.read(length)))

        def send(self, pieces: list[bytes | float]) -> bool:
            """Whether the connection is still good for another request."""
            for one in pieces:
                if isinstance(one, bytes):
                    self.wfile.write(one)
                elif one < 0:
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return False
                elif hostile.over.wait(one):
                    return False
            return len(pieces) == 1 and isinstance(pieces[0], bytes) and pieces[0].startswith(b"HTTP/1.1 200")

    return Handler
