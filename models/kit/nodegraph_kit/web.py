"""The HTTP side: describe, health, native runs, and the 2018 routes."""

import json
import logging
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import numpy as np

from nodegraph_kit import alpha, message
from nodegraph_kit.errors import STATUS, Refusal
from nodegraph_kit.native import answer, is_connected
from nodegraph_kit.runner import Runner
from nodegraph_kit.socketio import Sessions
from nodegraph_kit.values import Bytes

log = logging.getLogger("nodegraph_kit")
MAX_CONNECTIONS: Final = 128
NATIVE: Final = "application/x-nodegraph"


class WebServer(ThreadingHTTPServer):
    """Listens at `address`; every connection has a thread."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], runner: Runner, max_bytes: int) -> None:
        self.runner = runner
        self.max_bytes = max_bytes
        self.sessions = Sessions(runner, max_bytes)
        self._turns = threading.Semaphore(MAX_CONNECTIONS)
        super().__init__(address, Handler)

    def server_bind(self) -> None:
        """Bind without asking a name server who we are, as the standard library would."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start a thread for the connection, unless there are too many already."""
        if self._turns.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            log.warning("refused a connection: %d are open already", MAX_CONNECTIONS)
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one connection to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._turns.release()

    def serve_connection(self, connection: socket.socket) -> None:
        """Serve HTTP on a connection somebody else accepted: the Unix socket's."""
        UnixHandler(connection, ("unix", 0), self)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is not worth a traceback."""
        log.debug("a connection broke")


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: WebServer
    protocol_version = "HTTP/1.1"
    server_version = "nodegraph-kit"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = 120
    wbufsize = -1

    def do_GET(self) -> None:
        """Describe, health, test, and polls of Socket.IO."""
        runner = self.server.runner
        match self._path():
            case "/":
                self._json(200, runner.describe())
            case "/health":
                self._json(200 if runner.state == "ready" else 503, runner.health())
            case "/test":
                self._attempt(lambda: {"status": "200", "model": runner.command.name, "response": alpha.test(runner)})
            case "/socket.io":
                self._socketio("GET", b"")
            case "/run" | "/query" | "/query_once":
                self._json(405, {"error": f"{self._path()} takes POST."})
            case other:
                self._json(404, {"error": f"There is nothing at {other[:80]}."})

    def do_POST(self) -> None:
        """Runs: native, alpha over HTTP, and what Socket.IO clients send."""
        try:
            body = self._body()
        except Refusal as refusal:
            self._refuse(refusal)
            self._drain()
            return
        match self._path():
            case "/run":
                self._native(body)
            case "/query" | "/query_once":
                self._attempt(lambda: {"results": alpha.query(self.server.runner, _parsed(body), "http")})
            case "/socket.io":
                self._socketio("POST", body.tobytes())
            case other:
                self._json(404, {"error": f"There is nothing to POST to at {other[:80]}."})

    def do_OPTIONS(self) -> None:
        """A browser asks before a POST from another page."""
        self._reply(204, b"", "text/plain")

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are many; they are logged for debugging only."""
        log.debug(format, *args)

    def _path(self) -> str:
        return urlsplit(self.path).path.rstrip("/") or "/"

    def _body(self) -> Bytes:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit():
            raise Refusal("The request needs a Content-Length.")
        if int(length) > self.server.max_bytes + message.MAX_HEADER:
            raise Refusal(f"The request has {length} bytes; this server accepts {self.server.max_bytes}.", "too_large")
        body = np.empty(int(length), np.uint8)
        rest = body.data
        while rest:
            count = self.rfile.readinto(rest)
            if not count:
                raise ConnectionResetError("the request was cut off")
            rest = rest[count:]
        return body

    def _native(self, body: Bytes) -> None:
        header: dict[str, Any] = {}
        try:
            if body.size < message.PREFIX.size:
                raise Refusal("The message is shorter than its prefix.")
            start = message.PREFIX.size
            sizes = message.sizes(body[:start].tobytes(), self.server.max_bytes)
            if start + sum(sizes) != body.size:
                raise Refusal(f"The message tells {start + sum(sizes)} bytes but has {body.size}.")
            header = message.parse(body[start : start + sizes[0]].tobytes())
            arrays = body[start + sizes[0] :]
            if (start + sizes[0]) % 8:  # arrays must lie aligned; a client that pads its header saves this copy
                arrays = arrays.copy()
            arrays.setflags(write=False)
            reply, packer = answer(self.server.runner, header, arrays, self._is_wanted)
            self._reply(200, message.head(reply, packer.size), NATIVE, packer.to_bytes())
        except Refusal as refusal:
            self._json(STATUS[refusal.kind], {"id": header.get("id"), "error": refusal.to_json()})
        except (TypeError, ValueError) as error:
            sentence = f"The model gave something that JSON cannot hold: {error}."
            self._json(500, {"id": header.get("id"), "error": Refusal(sentence, "model").to_json()})

    def _is_wanted(self) -> bool:
        return is_connected(self.connection)

    def _attempt(self, work: Any) -> None:
        """Answer with what `work` gives, or with why it does not."""
        try:
            self._json(200, work())
        except Refusal as refusal:
            self._refuse(refusal)
        except (TypeError, ValueError) as error:
            self._refuse(Refusal(f"The model gave something that JSON cannot hold: {error}.", "model"))

    def _refuse(self, refusal: Refusal) -> None:
        self._json(STATUS[refusal.kind], {"error": refusal.message, "kind": refusal.kind})

    def _socketio(self, method: str, body: bytes) -> None:
        query = dict(parse_qsl(urlsplit(self.path).query))
        try:
            status, payload, kind = self.server.sessions.exchange(method, query, body)
        except Refusal as refusal:
            self._refuse(refusal)
        else:
            self._reply(status, payload, kind)

    def _json(self, status: int, value: Any) -> None:
        self._reply(status, json.dumps(value, allow_nan=False).encode(), "application/json")

    def _reply(self, status: int, payload: bytes, kind: str, body: Bytes | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(payload) + (0 if body is None else body.size)))
        self.send_header("Cache-Control", "no-store")
        if kind != NATIVE:  # 2018 clients are web pages; the native protocol is not for pages
            self.send_header("Access-Control-Allow-Origin", self.headers.get("Origin", "*"))
            self.send_header("Access-Control-Allow-Credentials", "true")
            self.send_header("Access-Control-Allow-Headers", "Content-Type")
        self.end_headers()
        self.wfile.write(payload)
        if body is not None:
            self.wfile.write(body.data)
        self.wfile.flush()

    def _drain(self) -> None:
        """Read on for a while after refusing a body: closing at once would destroy the answer on its way."""
        self.close_connection = True
        self.connection.settimeout(2)
        scratch = bytearray(1 << 20)
        try:
            for _ in range(1024):
                if not self.connection.recv_into(scratch):
                    return
        except OSError:
            return


class UnixHandler(Handler):
    """One connection of the Unix socket, which has no Nagle algorithm to switch off."""

    disable_nagle_algorithm = False


def _parsed(body: Bytes) -> Any:
    try:
        return json.loads(body.tobytes())
    except (ValueError, RecursionError) as error:
        raise Refusal(f"The body is not JSON: {error}.") from error
