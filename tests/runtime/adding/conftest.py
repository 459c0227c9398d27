"""A web server that answers what a test says, and wishes that write into the test's own folder."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from nodegraph.runtime.adding.plan import Wishes


@pytest.fixture
def web():
    """web({path: value}): its address; a value is JSON, or (status, content type, text). `asked` lists requests."""
    servers = []

    def begin(pages):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                begin.asked.append((self.command, self.path))
                page = pages.get(self.path.partition("?")[0], (404, "text/plain", "nothing here"))
                status, kind, text = page if isinstance(page, tuple) else (200, "application/json", json.dumps(page))
                body = text.encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_address[1]}"

    begin.asked = []
    yield begin
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def wishes(tmp_path):
    """wishes(id=..., ...): what a person asks for, with a catalogue of the test's own."""

    def make(**more):
        return Wishes(tmp_path / "models.json", **more)

    return make
