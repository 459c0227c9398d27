"""The server under test: started as for a node, asked as a node asks it."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from nodegraph.core.errors import ModelError, ModelTimeout, ModelUnreachable
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.launch import launch_of
from nodegraph.runtime.limits import Limits
from nodegraph.runtime.model_node import FIRST_TIMEOUT
from nodegraph.runtime.protocols import Client
from nodegraph.runtime.protocols.native import NativeClient
from nodegraph.runtime.servers import Servers
from nodegraph.runtime.state import ServerListener


class Peer:
    """Use as a context manager: entering starts the server and waits for it, leaving stops it. Thread-safe."""

    def __init__(
        self,
        entry: ModelEntry,
        place: Mapping[str, Any],
        tell: ServerListener | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Raises ModelError for a place that makes no sense."""
        self.entry = entry
        self.launch = launch_of(entry, place)
        self._limits = limits or Limits()
        self._servers = Servers(limits=self._limits, listener=tell, linger=0.0)
        self._lease = self._servers.acquire(entry, place)

    def __enter__(self) -> Self:
        """Raises ModelError with why it does not run."""
        try:
            self._lease.wait_ready(self._limits.ready * 10)
        except BaseException:
            self._servers.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._lease.release()
        self._servers.close()

    def ask(self, inputs: Mapping[str, Any], params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """One answer, by output; parameters that are not given have the entry's defaults. Raises ModelError."""
        values = {one.name: one.default for one in self.entry.parameters} | dict(params or {})
        try:
            self._lease.wait_ready(self._limits.ready)
            return dict(self._lease.client().infer(inputs, values, self.entry.timeout or FIRST_TIMEOUT))
        except (ModelUnreachable, ModelTimeout) as error:
            self._lease.report_failure(error)
            raise

    @property
    def client(self) -> Client:
        """The connection itself. Raises ModelError."""
        return self._lease.client()

    @property
    def stateful(self) -> bool:
        """Whether the model remembers the frames before, as a native server says. Raises ModelError."""
        client = self.client
        return isinstance(client, NativeClient) and bool(client.describe().get("stateful"))

    @property
    def restarts(self) -> int:
        """How often it had to be started again."""
        return self._lease.restarts

    def last_words(self) -> str:
        """The last lines it printed, for a sentence."""
        return " / ".join(line.strip()[:200] for line in self._lease.logs[-3:] if not line.startswith("--"))

    def memory(self) -> int | None:
        """Bytes its process (with its children) or its container uses; None where that cannot be seen."""
        endpoint = self._lease.endpoint
        if self.launch.kind == "process" and endpoint is not None and endpoint.pid:
            return sum(_resident(pid) for pid in _family(endpoint.pid))
        if self.launch.kind == "container":
            from nodegraph.runtime.manage import memory  # imports docker, which takes its time

            with contextlib.suppress(ModelError):
                return memory(self.entry, self.launch.engine) or None
        return None


def _family(pid: int) -> Iterator[int]:
    yield pid
    with contextlib.suppress(OSError):
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text().split():
                yield from _family(int(child))


def _resident(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) << 10
    return 0
