"""Each model in a hardened container without a network gives, bit for bit, the answers of the local process."""

import contextlib
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from pictures import draw_portraits, draw_scene, draw_street
from test_models import CATALOGUE, NAMES, ROOT, Start, plain

from nodegraph.core.errors import ModelUnreachable
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.protocols.native import NativeClient

pytestmark = pytest.mark.docker
HARDENED = [
    "--init", "--read-only", "--tmpfs=/tmp:size=64m", "--cap-drop=ALL", "--security-opt=no-new-privileges:true",
    "--pids-limit=128", "--memory=512m", "--label=nodegraph.test=models",
]  # fmt: skip
FRAMES = {
    "people": [draw_street([(160, 330, 230), (450, 300, 180)])],
    "faces": [draw_portraits([(200, 180, 80), (460, 160, 60)])],
}


def docker(*arguments: str) -> str:
    return subprocess.run(
        ["docker", *arguments], capture_output=True, text=True, check=True, timeout=400
    ).stdout.strip()


def build(name: str) -> str:
    """Build from the catalogue's entry. Layers are shared and kept, so this is quick after the first."""
    entry = CATALOGUE[name]
    context = ROOT / entry["build"]["context"]
    dockerfile = context / entry["build"]["dockerfile"]
    environment = {**os.environ, "DOCKER_BUILDKIT": "0"}
    command = ["docker", "build", "-q", "-t", entry["tag"], "-f", str(dockerfile), str(context)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=400, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return str(entry["tag"])


@pytest.fixture
def container() -> Iterator[Callable[..., tuple[str, NativeClient, str]]]:
    """Run a model: `container("people", "--network=none")` gives its id, a client, and its URL."""
    with contextlib.ExitStack() as stack:

        def begin(name: str, *options: str) -> tuple[str, NativeClient, str]:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ng-", dir="/tmp")))
            folder.chmod(0o777)
            mount = [f"--volume={folder}:/run/nodegraph", "--env=NODEGRAPH_SOCKET=/run/nodegraph/s"]
            running = docker("run", "--detach", *HARDENED, *mount, *options, build(name))
            stack.callback(docker, "rm", "--force", "--volumes", running)
            url = ""
            if "--network=none" not in options:
                url = "http://" + docker("port", running, "33000/tcp").splitlines()[0]
            client = stack.enter_context(contextlib.closing(NativeClient(Endpoint(url, folder / "s"))))
            wait(client, running)
            return running, client, url

        yield begin


def wait(client: NativeClient, running: str) -> None:
    while True:
        with contextlib.suppress(ModelUnreachable):
            if client.describe()["state"] != "loading":
                return
        assert docker("inspect", "--format={{.State.Running}}", running) == "true", docker("logs", running)


@pytest.mark.parametrize("name", NAMES)
def test_container_and_process_give_identical_answers(start: Start, container: Callable[..., Any], name: str) -> None:
    _, contained, _ = container(name, "--network=none")
    local = start(name).wait().client()
    assert contained.describe() == local.describe()
    choices = next(
        ((key, p["choices"]) for key, p in CATALOGUE[name]["parameters"].items() if "choices" in p), ("", [""])
    )
    frames = FRAMES.get(name, [draw_scene(), np.roll(draw_scene(), 3, axis=1)])
    for choice in choices[1]:
        params = {choices[0]: choice} if choice else {}
        for frame in frames:
            theirs = contained.infer({"image": frame}, params, 60)
            assert plain(theirs) == plain(local.infer({"image": frame}, params, 60)), choice
    assert contained.transport == "memfd"
    if "detections" in theirs:
        assert len(theirs["detections"]) == 2


def test_the_published_port_answers_native_and_alpha(container: Callable[..., Any]) -> None:
    _, _, url = container("lineart", "--publish=127.0.0.1::33000")
    with contextlib.closing(NativeClient(Endpoint(url))) as client:
        assert client.infer({"image": draw_scene()}, {}, 60)["image"].shape == (240, 320, 3)
        assert client.transport == "http"
    example = json.loads((ROOT / "models" / "lineart" / "example.json").read_text())
    answer = httpx.post(url + "/query", json=example, timeout=60, trust_env=False)
    assert answer.json()["results"].startswith("data:image/jpg;base64,")


def test_a_killed_container_is_noticed_at_once(container: Callable[..., Any]) -> None:
    running, client, _ = container("lineart", "--network=none")
    client.infer({"image": draw_scene()}, {}, 60)
    docker("kill", running)
    with pytest.raises(ModelUnreachable):
        client.infer({"image": draw_scene()}, {}, 60)


def test_a_model_in_a_container_is_not_root_and_stops_when_told(container: Callable[..., Any]) -> None:
    running, _, _ = container("lineart", "--network=none")
    assert docker("exec", running, "id", "-u") == "10001"
    docker("stop", "--time=10", running)
    assert docker("inspect", "--format={{.State.ExitCode}}", running) == "0"
