"""Model servers to try the runtime with: small entries, short limits, and a record of everything that was told."""

import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nodegraph.runtime.entry import ModelEntry, Process
from nodegraph.runtime.limits import Limits
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.servers import Lease, Servers
from nodegraph.runtime.state import ServerEvent, Stage

KINDS = Path(__file__).with_name("server_kinds.py")


class FakeClient:
    """A connection that only knows where it leads."""

    transport = "fake"

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.closed = False

    def close(self) -> None:
        self.closed = True


class Story:
    """Every event of some servers; `until` waits for one."""

    def __init__(self) -> None:
        self.events: list[ServerEvent] = []
        self._news = threading.Condition()

    def __call__(self, event: ServerEvent) -> None:
        with self._news:
            self.events.append(event)
            self._news.notify_all()

    def until(self, found: Callable[[ServerEvent], bool], timeout: float = 60.0) -> ServerEvent:
        with self._news:
            assert self._news.wait_for(lambda: any(map(found, self.events)), timeout), self.stages
            return next(filter(found, self.events))

    def until_stage(self, stage: Stage, timeout: float = 60.0) -> ServerEvent:
        return self.until(lambda event: event.state.stage is stage, timeout)

    @property
    def stages(self) -> list[str]:
        """The stages in order, without repeats."""
        names = [str(event.state.stage) for event in self.events]
        return [name for name, before in zip(names, [None, *names], strict=False) if name != before]


class Bench:
    """Servers with short limits, entries for them, and what they told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.story = Story()
        self.made: list[Servers] = []

    def servers(self, linger: float = 0.0, **limits: float) -> Servers:
        short = {"ready": 60.0, "backoff": 0.02, "backoff_max": 0.1, "hang": 5.0, "stop": 2.0, "watch": 0.05}
        made = Servers(
            lambda entry, endpoint: FakeClient(endpoint),
            limits=Limits(**{**short, "loading": limits.get("ready", 60.0), **limits}),
            listener=self.story,
            linger=linger,
            folder=self.folder / "state",
        )
        self.made.append(made)
        return made

    def entry(self, kind: str = "good", protocol: str = "native", **more: object) -> ModelEntry:
        command = more.pop("command", ("python", str(KINDS), kind))
        process = Process(command, Path(more.pop("folder", self.folder)), more.pop("env", {}))
        return ModelEntry(f"test-{kind}", f"Model {kind}", "test", protocol=protocol, process=process, **more)

    def ready(self, lease: Lease) -> FakeClient:
        lease.wait_ready(60)
        return lease.client()

    def pid(self, lease: Lease) -> int:
        """The server's own process, as it printed it."""
        said = [re.search(r" pid (\d+) ", line) for line in lease.logs]
        return int([found for found in said if found][-1][1])

    def kill(self, lease: Lease) -> None:
        os.kill(self.pid(lease), signal.SIGKILL)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    for servers in bench.made:
        servers.close()
