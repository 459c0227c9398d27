"""A web server with files and a model hub's API, that breaks off, stalls, refuses and lies on request."""

import hashlib
import http.server
import json
import re
import threading
from dataclasses import dataclass
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Mood:
    """How the server behaves in one answer.

    cut: closes the connection after so many bytes. stall: after so many bytes it waits until `go`. promise: what
    Content-Length says instead of the truth, -1 for nothing at all. extra: bytes sent too many. ranges: it knows Range.
    """

    status: int = 200
    cut: int | None = None
    stall: int | None = None
    promise: int | None = None
    extra: bytes = b""
    ranges: bool = True
    location: str = ""


@dataclass
class Asked:
    path: str
    range: str
    if_range: str
    authorization: str


class FakeHub(http.server.ThreadingHTTPServer):
    """files: by path. repositories: id -> name -> content. moods: one is taken for each GET of a file."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, bytes] = {}
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.moods: list[Mood] = []
        self.asked: list[Asked] = []
        self.go = threading.Event()
        self.stalled = threading.Event()
        self.closed_to_all = False
        self.following = ""  # where the rest of a list is said to be
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def put(self, name: str, content: bytes) -> str:
        self.files[f"/{name}"] = content
        return f"{self.url}/{name}"

    def content(self, path: str) -> bytes | None:
        found = re.fullmatch(r"/([\w.-]+/[\w.-]+)/resolve/[\w.-]+/(.+)", path)
        if found:
            return self.repositories.get(found[1], {}).get(found[2])
        return self.files.get(path)

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a client that went away is part of the game

    def close(self) -> None:
        self.go.set()
        self.shutdown()
        self.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeHub

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        get = self.headers.get
        self.server.asked.append(Asked(self.path, get("Range", ""), get("If-Range", ""), get("Authorization", "")))
        tree = re.fullmatch(r"/api/models/([\w.-]+/[\w.-]+)/tree/[\w.-]+", self.path)
        if tree:
            self._tree(tree[1])
        else:
            self._file(self.server.moods.pop(0) if self.server.moods else Mood())

    def _tree(self, id: str) -> None:
        if self.server.closed_to_all and not self.headers.get("Authorization"):
            return self._short(401)
        if id not in self.server.repositories:
            return self._short(404)
        files = self.server.repositories[id]
        return self._short(200, json.dumps([_listed(name, content) for name, content in files.items()]).encode())

    def _short(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        if self.server.following:
            self.send_header("Link", f'<{self.server.following}>; rel="next"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _file(self, mood: Mood) -> None:
        content = self.server.content(self.path)
        if mood.location:
            self.send_response(302)
            self.send_header("Location", mood.location)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if mood.status != 200 or content is None:
            self._short(mood.status if mood.status != 200 else 404)
            return
        mark = f'"{hashlib.md5(content).hexdigest()}"'
        start = self._start(mood, content, mark)
        if start > len(content):
            self._short(416)
            return
        rest = content[start:] + mood.extra
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("ETag", mark)
        if mood.promise != -1:
            self.send_header("Content-Length", str(len(rest) if mood.promise is None else mood.promise))
        else:
            self.send_header("Connection", "close")
        self.end_headers()
        self._send(rest, mood)

    def _start(self, mood: Mood, content: bytes, mark: str) -> int:
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        same = self.headers.get("If-Range", mark) == mark
        beyond = len(content) + 1
        return (int(found[1]) if int(found[1]) < len(content) else beyond) if found and mood.ranges and same else 0

    def _send(self, rest: bytes, mood: Mood) -> None:
        for stop in sorted(one for one in (mood.stall, mood.cut) if one is not None):
            self.wfile.write(rest[:stop])
            self.wfile.flush()
            if stop == mood.cut:
                self.close_connection = True
                self.connection.shutdown(2)
                return
            self.server.stalled.set()
            self.server.go.wait(60)
            rest = rest[stop:]
        self.wfile.write(rest)
        if mood.promise is not None:
            self.close_connection = True


def _listed(name: str, content: bytes) -> dict[str, Any]:
    sha256, size = hashlib.sha256(content).hexdigest(), len(content)
    blob = hashlib.sha1(b"blob %d\0" % size + content).hexdigest()
    large = {"lfs": {"oid": sha256, "size": size, "pointerSize": 130}} if name.endswith(".safetensors") else {}
    return {"type": "file", "path": name, "size": size, "oid": blob, **large}
