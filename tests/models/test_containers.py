"""Each model in a hardened container without a network gives, bit for bit, the answers of the local process."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import pytest
from catalogue import CATALOGUE, PROCESSES, ROOT
from containers import docker
from pictures import draw_portraits, draw_scene, draw_street
from serving import Start, plain

from nodegraph.core.errors import ModelUnreachable
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.protocols.native import NativeClient

pytestmark = pytest.mark.docker
FRAMES = {
    "people": [draw_street([(160, 330, 230), (450, 300, 180)])],
    "faces": [draw_portraits([(200, 180, 80), (460, 160, 60)])],
}


@pytest.mark.parametrize("name", PROCESSES)
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
