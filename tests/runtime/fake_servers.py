"""`Servers` for tests of the model node: a server that is up already, or comes up when told."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from nodegraph.core.errors import ModelError, ModelNotReady
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.protocols import Client, Endpoint
from nodegraph.runtime.protocols.connect import connect


class FakeLease:
    state = "ready"
    note = ""

    def __init__(self, client: Callable[[], Client]) -> None:
        self._connect = client
        self._client: Client | None = None
        self.ready = threading.Event()
        self.failures: list[ModelError] = []
        self.released = 0
        self.waited: list[float] = []

    @property
    def restarts(self) -> int:
        return len(self.failures)

    @property
    def transport(self) -> str:
        return self._client.transport if self._client else ""

    def client(self) -> Client:
        if not self.ready.is_set():
            raise ModelNotReady("The model is being pulled.")
        self._client = self._client or self._connect()
        return self._client

    def wait_ready(self, timeout: float) -> None:
        self.waited.append(timeout)
        if not self.ready.wait(timeout):
            raise ModelNotReady("The model is being pulled.")

    def report_failure(self, error: ModelError) -> None:
        self.failures.append(error)

    def release(self) -> None:
        self.released += 1
        if self._client is not None:
            self._client.close()


class FakeServers:
    def __init__(self, client: Callable[[ModelEntry], Client] | str, *, ready: bool = True) -> None:
        self._client: Callable[[ModelEntry], Client]
        if isinstance(client, str):
            url = client
            self._client = lambda entry: connect(entry, Endpoint(url))
        else:
            self._client = client
        self._ready = ready
        self.leases: list[FakeLease] = []
        self.places: list[Mapping[str, Any]] = []

    def acquire(self, entry: ModelEntry, place: Mapping[str, Any]) -> FakeLease:
        lease = FakeLease(lambda: self._client(entry))
        if self._ready:
            lease.ready.set()
        self.leases.append(lease)
        self.places.append(place)
        return lease
