"""A Cog server whose worker died stays, says that it is busy, and must be started again (as cog 0.23.1 does it)."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from nodegraph.core.errors import ModelRefused, ModelUnreachable
from nodegraph.runtime.catalog.catalog import parse_catalog
from nodegraph.runtime.health import ask
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.protocols.cog import CogClient
from nodegraph.runtime.protocols.cog_refusals import refusal_of

ENTRY = parse_catalog(json.dumps([{"name": "Cats", "tag": "a/b", "protocol": "cog", "inputs": {}}])).entries[0]


class Gone(ThreadingHTTPServer):
    """Answers predictions with `answer`, and says `state` of its health."""

    answer: tuple[int, dict[str, Any]] = (200, {})
    state = "UNHEALTHY"


class Handler(BaseHTTPRequestHandler):
    server: Gone

    def do_GET(self) -> None:
        found = self.path == "/health-check"
        self._say(200 if found else 503, {"status": self.server.state} if found else {"error": "no schema"})

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._say(*self.server.answer)

    def _say(self, status: int, said: dict[str, Any]) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Gone]:
    with Gone(("127.0.0.1", 0), Handler) as gone:
        thread = threading.Thread(target=gone.serve_forever, args=(0.02,))
        thread.start()
        yield gone
        gone.shutdown()
        thread.join()


def call(server: Gone) -> None:
    client = CogClient(ENTRY, Endpoint(f"http://127.0.0.1:{server.server_address[1]}"))
    try:
        client.infer({}, {}, 20.0)
    finally:
        client.close()


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"status": "failed", "error": "Worker crashed"}),
        (409, {"error": "At capacity - all prediction slots busy", "status": "failed"}),
        (503, {"error": "Setup has not finished yet"}),
    ],
)
def test_a_server_whose_worker_died_is_out_of_reach_so_that_it_is_started_again(
    server: Gone, answer: tuple[int, dict[str, Any]]
) -> None:
    server.answer = answer
    with pytest.raises(ModelUnreachable, match="worker died; its server can only be started again") as caught:
        call(server)
    assert "more memory than there is" in caught.value.hint


def test_a_prediction_that_failed_on_a_server_that_lives_is_a_refusal(server: Gone) -> None:
    server.state, server.answer = "READY", (200, {"status": "failed", "error": "ValueError: boom"})
    with pytest.raises(ModelRefused, match="ValueError: boom"):
        call(server)


def test_a_set_up_that_failed_is_told_with_its_last_words() -> None:
    health = {"status": "SETUP_FAILED", "setup": {"logs": "loading\nno weights here\n"}}
    error = refusal_of(503, {"error": "Setup has not finished yet"}, lambda: health)
    assert isinstance(error, ModelRefused)
    assert "loading / no weights here" in error.message


def test_its_health_says_why(server: Gone) -> None:
    health = ask(Endpoint(f"http://127.0.0.1:{server.server_address[1]}"), "cog", 5.0)
    assert (health.state, health.message) == ("failed", "UNHEALTHY: its worker died; it may have run out of memory")
