"""Model servers as real processes: a fixture for the tests of the kit, of the models and of the native client."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.protocols.native import NativeClient

sys.path.insert(0, str(Path(__file__).parent))

MODELS = Path(__file__).resolve().parents[2] / "models"
Start = Callable[..., Any]


def plain(value: Any) -> Any:
    """Something that compares by content, bit for bit."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, np.ndarray):
        return (value.dtype.name, value.shape, value.tobytes())
    fields = getattr(value, "__dataclass_fields__", None)
    return {name: plain(getattr(value, name)) for name in fields} if fields else value


@dataclass
class Server:
    """A running server: its process, HTTP address and Unix socket."""

    process: subprocess.Popen[str]
    url: str
    socket: Path
    clients: list[NativeClient] = field(default_factory=list)

    def client(self, transport: str = "memfd") -> NativeClient:
        """A client over the Unix socket, or over HTTP."""
        self.clients.append(NativeClient(Endpoint(self.url, None if transport == "http" else self.socket)))
        return self.clients[-1]

    def wait(self) -> "Server":
        """Ready, or the test fails."""
        while (health := httpx.get(f"{self.url}/health", trust_env=False)).json()["state"] == "loading":
            pass
        assert health.json()["state"] == "ready", health.text
        return self


@pytest.fixture(name="start")
def start_servers(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start a server: `start("people")` or `start(text of a server.py)`; variables as keywords. Ends with the test."""
    servers: list[Server] = []

    def begin(model: str, **environment: str) -> Server:
        script = MODELS / model / "server.py"
        if "\n" in model:
            script = tmp_path / f"server{len(servers)}.py"
            script.write_text(model)
        path = tmp_path / f"s{len(servers)}"
        variables = {
            **os.environ,
            "PYTHONPATH": str(MODELS / "kit"),
            "NODEGRAPH_PORT": "0",
            "NODEGRAPH_SOCKET": str(path),
            **environment,
        }
        with open(tmp_path / "log", "a") as log:
            process = subprocess.Popen(
                [sys.executable, str(script)], env=variables, stdout=subprocess.PIPE, stderr=log, text=True
            )
        servers.append(Server(process, "", path))
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("nodegraph-kit listening http://127.0.0.1:"), (line, (tmp_path / "log").read_text())
        servers[-1].url = line.split()[-1]
        return servers[-1]

    yield begin
    for server in servers:
        for client in server.clients:
            client.close()
        server.process.kill()
        server.process.wait()
        assert server.process.stdout is not None
        server.process.stdout.close()
