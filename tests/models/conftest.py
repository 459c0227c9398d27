"""Model servers as real processes, and drawn pictures to show them."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest

from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.protocols.native import NativeClient

sys.path.insert(0, str(Path(__file__).parent))
from alpha_2018 import AlphaSocket

MODELS = Path(__file__).resolve().parents[2] / "models"
sys.path.insert(0, str(MODELS / "kit"))


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


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Server]]:
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


def draw_scene(width: int = 320, height: int = 240, shift: int = 0) -> np.ndarray:
    """A green field under a blue sky with a textured red disc, moved right by `shift` pixels."""
    rng = np.random.default_rng(7)
    image = np.zeros((height, width, 3), np.uint8)
    image[: height // 2] = (210, 160, 90)
    image[height // 2 :] = (60, 150, 70)
    noise = cv2.GaussianBlur(rng.integers(0, 255, (height, width, 3), np.uint8), (0, 0), 2)
    image = cv2.addWeighted(image, 0.8, noise, 0.2, 0)
    cv2.circle(image, (width // 2, height // 2), height // 4, (40, 50, 220), -1)
    cv2.circle(image, (width // 2 - 15, height // 2 - 10), 6, (250, 250, 250), -1)
    return np.roll(image, shift, axis=1)


@pytest.fixture
def scene() -> np.ndarray:
    """uint8 (240, 320, 3)."""
    return draw_scene()


@pytest.fixture
def alpha_socket() -> Iterator[Callable[..., AlphaSocket]]:
    """Open a session as a 2018 (Engine.IO 3) or present (4) client: `alpha_socket(url, version, b64=True)`."""
    sessions: list[AlphaSocket] = []

    def begin(url: str, version: int, b64: bool = True) -> AlphaSocket:
        sessions.append(AlphaSocket(url, version, b64))
        return sessions[-1]

    yield begin
    for session in sessions:
        session.close()
