"""The same model server on Engine.IO 4: a real python-socketio server under wsgiref, for tests."""

import threading
from collections.abc import Callable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import socketio


class _Threaded(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A websocket that ends looks like an error to wsgiref."""


class _Quiet(WSGIRequestHandler):
    def get_environ(self) -> dict[str, Any]:
        # The name under which simple-websocket looks for a connection it may take over.
        return {**super().get_environ(), "werkzeug.socket": self.connection}

    def log_message(self, *_: object) -> None:
        pass


class Modern:
    """`model` gets the payload and gives `results`; `websocket` lets clients upgrade; `limit` is its maxPayload."""

    def __init__(
        self,
        model: Callable[[dict[str, Any]], Any],
        *,
        websocket: bool = False,
        limit: int = 1_000_000,
        address: tuple[str, int] = ("127.0.0.1", 0),
    ) -> None:
        self.payloads: list[dict[str, Any]] = []
        self.server = socketio.Server(
            async_mode="threading", allow_upgrades=websocket, max_http_buffer_size=limit, namespaces=["/query"]
        )
        self.server.on("update_request", self._answer, namespace="/query")
        self.model = model
        self.web = make_server(*address, socketio.WSGIApp(self.server), _Threaded, _Quiet)
        self.url = f"http://127.0.0.1:{self.web.server_port}"
        threading.Thread(target=self.web.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def _answer(self, sid: str, payload: dict[str, Any]) -> None:
        self.payloads.append(payload)
        results = self.model(payload)
        self.server.emit("update_response", {"results": results}, to=sid, namespace="/query")

    def __enter__(self) -> "Modern":
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.web.shutdown()
        self.web.server_close()
