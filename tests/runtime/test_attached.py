import http.server
import threading

import pytest

from nodegraph.core.errors import ModelError, ModelUnreachable
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.health import Health
from nodegraph.runtime.launch import Launch
from nodegraph.runtime.lifecycle.durations import Durations
from nodegraph.runtime.lifecycle.logbook import LogBook
from nodegraph.runtime.lifecycle.record import Record
from nodegraph.runtime.lifecycle.visitor import Visitor
from nodegraph.runtime.limits import Limits
from nodegraph.runtime.processes.private import private_folder
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.runners.attached import attached
from nodegraph.runtime.state import Stage


class Somebody:
    """A server that is not ours: it can go away and come back on its port."""

    def __init__(self):
        self.server = None
        self.port = 0
        self.start()

    def start(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b'{"state": "ready"}')

            def log_message(self, format, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
        self.server = None

    @property
    def place(self):
        return {"kind": "url", "url": f"http://127.0.0.1:{self.port}/"}


@pytest.fixture
def somebody():
    somebody = Somebody()
    yield somebody
    somebody.stop()


ENTRY = ModelEntry("theirs", "Theirs", "test", protocol="native")


def test_somebody_elses_server_is_used_and_never_stopped(bench, somebody):
    servers = bench.servers()
    lease = servers.acquire(ENTRY, somebody.place)
    client = bench.ready(lease)
    assert client.endpoint.url == f"http://127.0.0.1:{somebody.port}"
    assert client.endpoint.local
    servers.close()
    assert client.closed
    assert somebody.server is not None
    again = bench.servers().acquire(ENTRY, somebody.place)
    bench.ready(again)


def test_a_server_that_goes_away_is_missed_and_used_again_when_it_is_back(bench, somebody):
    lease = bench.servers().acquire(ENTRY, somebody.place)
    first = bench.ready(lease)
    somebody.stop()
    lease.report_failure(ModelUnreachable("it broke"))
    event = bench.story.until_stage(Stage.FAILED)
    assert f"at http://127.0.0.1:{somebody.port} cannot be reached" in str(event)
    with pytest.raises(ModelError, match="cannot be reached"):
        lease.client()
    bench.story.events.clear()
    somebody.start()
    bench.story.until_stage(Stage.READY)
    assert lease.client() is not first
    assert lease.restarts == 0


def test_its_going_away_is_noticed_without_a_call(bench, somebody):
    lease = bench.servers().acquire(ENTRY, somebody.place)
    bench.ready(lease)
    somebody.stop()
    bench.story.until_stage(Stage.FAILED)


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://there", "http://", "http://host:99999", "http://[::1"])
def test_what_is_no_address_is_said_with_an_example(bench, url):
    lease = bench.servers().acquire(ENTRY, {"kind": "url", "url": url})
    with pytest.raises(ModelError, match="is no address") as caught:
        lease.wait_ready(60)
    assert "http://192" in caught.value.hint


@pytest.mark.parametrize(
    ("url", "direct"),
    [
        ("http://127.0.0.1:33000", True),
        ("http://localhost:33000", True),
        ("", True),
        ("http://10.0.0.7:33000", False),
        ("https://models.example.org", False),
    ],
)
def test_no_proxy_is_asked_for_an_address_on_this_machine_also_not_for_a_tunnels_end(url, direct):
    assert Endpoint(url, local=False).direct is direct


def test_of_this_machines_sockets_only_those_of_our_servers_are_opened(tmp_path):
    ours = private_folder()
    try:
        launch = Launch("url", "x", "X", url=f"unix://{ours}/s")
        assert attached(launch).socket == ours / "s"
        for other in ("/var/run/docker.sock", f"{tmp_path}/s", f"{ours}/a/b/s", f"{ours}/../s"):
            with pytest.raises(ModelError, match="is no address"):
                attached(Launch("url", "x", "X", url=f"unix://{other}"))
        ours.chmod(0o755)
        with pytest.raises(ModelError, match="is no address"):
            attached(launch)
    finally:
        ours.rmdir()


def test_a_server_that_stays_away_is_complained_of_once(tmp_path):
    told = []
    launch = Launch("url", "theirs", "Theirs", url="http://127.0.0.1:1")
    record = Record(launch, LogBook(tmp_path / "log"), Durations(tmp_path / "d.json"), told.append)
    visitor = Visitor(launch, lambda endpoint: None, record, Limits())
    endpoint = attached(launch)
    for health in (Health("absent"), Health("absent"), Health("failed", "No model."), Health("failed", "No model.")):
        visitor._heed(endpoint, health)
    words = "The server of Theirs at http://127.0.0.1:1"
    assert [one.state.message for one in told] == [f"{words} cannot be reached.", f"{words} does not work: No model."]
