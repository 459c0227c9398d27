"""What is left when servers end: nothing."""

import os
import socket
import tempfile
import threading
import time
from pathlib import Path

import psutil
import pytest

from nodegraph.core.errors import ModelTimeout
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.protocols.native import NativeClient


def held():
    """File descriptors, threads, children and private folders of this program."""
    folders = len(list(Path(tempfile.gettempdir()).glob(f"ng-{os.getpid()}-*")))
    children = len(psutil.Process().children(recursive=True))
    return len(os.listdir("/proc/self/fd")), threading.active_count(), children, folders


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="no /proc to look at")
@pytest.mark.parametrize("protocol", ["native", "runway-alpha"])
def test_starting_and_stopping_again_and_again_leaves_nothing_behind(bench, protocol):
    def once(release):
        with bench.servers() as servers:
            lease = servers.acquire(bench.entry(protocol=protocol), {})
            bench.ready(lease)
            if release:
                lease.release()

    once(release=True)
    before = held()
    for number in range(12):
        once(release=number % 2 == 0)
    assert held() == before


def test_the_end_does_not_wait_for_a_server_that_does_not_answer(bench):
    servers = bench.servers(answer=60.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        servers.acquire(bench.entry(), {"kind": "url", "url": url})
        asked, _ = silent.accept()
        begun = time.monotonic()
        with asked:
            asked.recv(1)
            servers.close()
        assert time.monotonic() - begun < 40, "that server has 60"


def test_the_first_answer_of_a_silent_native_server_is_not_waited_for_longer_than_asked():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = NativeClient(Endpoint(f"http://127.0.0.1:{silent.getsockname()[1]}"), connect_timeout=60)
        begun = time.monotonic()
        with pytest.raises(ModelTimeout, match=r"did not answer in 0\.3 s"):
            client.infer({}, {}, 0.3)
        assert time.monotonic() - begun < 40, "that server has 60"
        client.close()
