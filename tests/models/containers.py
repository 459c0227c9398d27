"""Models as they run for people: in their own image, hardened and without a network."""

import contextlib
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from catalogue import CATALOGUE, ROOT

from nodegraph.core.errors import ModelTimeout, ModelUnreachable
from nodegraph.runtime import manage
from nodegraph.runtime.catalog.catalog import load_catalog
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.protocols.native import NativeClient

HARDENED = [
    "--init", "--read-only", "--tmpfs=/tmp:size=64m", "--cap-drop=ALL", "--security-opt=no-new-privileges:true",
    "--pids-limit=128", "--memory=512m", "--label=nodegraph.test=models",
]  # fmt: skip
Start = Callable[..., tuple[str, NativeClient, str]]


def docker(*arguments: str) -> str:
    return subprocess.run(
        ["docker", *arguments], capture_output=True, text=True, check=True, timeout=400
    ).stdout.strip()


def build(name: str) -> str:
    """Build from the catalogue's entry, and first the base it needs. Layers are kept: quick after the first time."""
    entry = next(one for one in load_catalog(ROOT / "models.json").entries if one.id == name)
    manage.build(entry, lambda event: None)
    return entry.tag


@pytest.fixture(name="container")
def start_containers() -> Iterator[Start]:
    """Run a model: `container("people", "--network=none")` gives its id, a client, and its URL. Ends with the test."""
    with containers() as start:
        yield start


@contextlib.contextmanager
def containers() -> Iterator[Start]:
    """What the fixture gives, for fixtures that live longer than a test."""
    with contextlib.ExitStack() as stack:

        def begin(name: str, *options: str) -> tuple[str, NativeClient, str]:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ng-", dir="/tmp")))
            folder.chmod(0o777)
            mount = [f"--volume={folder}:/run/nodegraph", "--env=NODEGRAPH_SOCKET=/run/nodegraph/s"]
            running = docker("run", "--detach", *HARDENED, *mount, *_own(name), *options, build(name))
            stack.callback(docker, "rm", "--force", "--volumes", running)
            url = ""
            if "--network=none" not in options:
                url = "http://" + docker("port", running, "33000/tcp").splitlines()[0]
            client = stack.enter_context(contextlib.closing(NativeClient(Endpoint(url, folder / "s"))))
            wait(client, running)
            return running, client, url

        yield begin


def _own(name: str) -> list[str]:
    """What the entry itself asks for: variables."""
    variables: list[Any] = CATALOGUE[name].get("options", {}).get("Env", [])
    return [f"--env={one}" for one in variables]


def wait(client: NativeClient, running: str) -> None:
    """Until the server has loaded, asked now and then: what asks without a pause slows down what it waits for."""
    pause = threading.Event()
    while True:
        with contextlib.suppress(ModelUnreachable, ModelTimeout):
            if client.describe()["state"] != "loading":
                return
        pause.wait(0.1)
        assert docker("inspect", "--format={{.State.Running}}", running) == "true", docker("logs", running)
