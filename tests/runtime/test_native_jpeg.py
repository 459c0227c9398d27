"""Pictures as JPEG, to and from real servers of the model kit that are said to be on another machine."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest

from nodegraph.runtime.protocols import Endpoint, Frames
from nodegraph.runtime.protocols import native_message as message
from nodegraph.runtime.protocols.native import NativeClient
from nodegraph.runtime.protocols.native_http import HttpChannel
from nodegraph.runtime.protocols.native_values import Packer

sys.path.insert(0, str(Path(__file__).parents[1] / "models"))
from serving import Server, start_servers  # noqa: F401

Start = Callable[..., Server]
PARTS = """
from typing import NamedTuple
from nodegraph_kit import *

class Out(NamedTuple):
    image: Image
    mask: Mask | None

@model()
def parts(image: Image, mask: Mask | None = None) -> Out:
    return Out(255 - image, mask)

serve(parts)
"""


class Wire(NativeClient):
    """Counts the bytes of pictures each way."""

    sent = received = 0

    def _request(self, described, inputs, params, jpeg):
        header, packer = super()._request(described, inputs, params, jpeg)
        self.sent = packer.size
        return header, packer

    def _outputs(self, described, answer, body):
        self.received = body.size
        return super()._outputs(described, answer, body)


@pytest.fixture
def server(start: Start) -> Server:
    return start(PARTS).wait()


@pytest.fixture
def far(server: Server) -> Iterator[Wire]:
    with contextlib.closing(Wire(Endpoint(server.url, local=False))) as client:
        yield client


def scene(channels: int = 3) -> np.ndarray:
    ramp = np.linspace(0, 255, 320).astype(np.uint8)
    image = np.dstack([np.tile(ramp, (240, 1))] * channels)
    cv2.circle(image, (100, 120), 50, (20, 200, 90, 128)[:channels], -1)
    return image


def mask() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 255, (240, 320), np.uint8)


def test_pictures_for_another_machine_travel_as_jpeg_and_all_else_exactly(far: Wire) -> None:
    answer = far.infer({"image": scene(), "mask": mask()}, {}, 20)
    assert np.abs(answer["image"].astype(int) - (255 - scene())).mean() < 3
    assert not answer["image"].flags.writeable
    assert np.array_equal(answer["mask"], mask())
    exact = scene().nbytes + mask().nbytes
    assert far.sent < exact - scene().nbytes * 0.8
    assert far.received < exact - scene().nbytes * 0.8


def test_transparency_and_small_pictures_stay_exact(far: Wire) -> None:
    for image in (scene(4), scene()[:40, :40]):
        answer = far.infer({"image": image, "mask": mask()}, {}, 20)
        assert np.array_equal(answer["image"], 255 - image)


def test_on_one_machine_every_pixel_is_exact(server: Server) -> None:
    with contextlib.closing(Wire(Endpoint(server.url))) as near:
        answer = near.infer({"image": scene(), "mask": mask()}, {}, 20)
    assert np.array_equal(answer["image"], 255 - scene())


@pytest.mark.parametrize(("local", "frames", "exact"), [(False, "raw", True), (True, "jpeg", False)])
def test_what_a_person_chose_holds_wherever_the_server_is(
    server: Server, local: bool, frames: Frames, exact: bool
) -> None:
    with contextlib.closing(Wire(Endpoint(server.url, local=local, frames=frames))) as client:
        answer = client.infer({"image": scene(), "mask": mask()}, {}, 20)
        assert client.transport == ("http" if exact else "http, jpeg")
    assert np.array_equal(answer["image"], 255 - scene()) is exact
    assert np.array_equal(answer["mask"], mask())


def test_without_a_choice_the_faster_way_is_found_and_kept(far: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    now = [0.0]
    run, sizes = HttpChannel.run, []

    def on_a_slow_line(channel, header, packer, deadline):
        now[0] += packer.size / 1e6
        sizes.append(packer.size)
        return run(channel, header, packer, deadline)

    monkeypatch.setattr(HttpChannel, "run", on_a_slow_line)
    for _ in range(8):
        far.infer({"image": scene()}, {}, 20)
    assert [size > scene().nbytes // 2 for size in sizes] == [False, False, True, False, False, False, False, False]


def test_a_server_that_does_not_know_jpeg_gets_raw_pictures(far: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    described = {key: value for key, value in far.describe().items() if key != "encodings"}
    monkeypatch.setattr(far, "_described", described)
    answer = far.infer({"image": scene(), "mask": mask()}, {}, 20)
    assert np.array_equal(answer["image"], 255 - scene())


@pytest.mark.parametrize(
    ("jpeg", "words"),
    [
        (b"\xff\xd8 this is no picture", "neither JPEG nor PNG"),
        (b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03", "pixels; at most"),
        (None, "as the protocol says"),
    ],
)
def test_a_damaged_jpeg_is_refused_with_a_sentence(server: Server, jpeg: bytes | None, words: str) -> None:
    packer = Packer()
    reference = packer.add(np.frombuffer(jpeg, np.uint8)) if jpeg else {"shape": "nonsense"}
    plane = {"type": "mask", "array": packer.add(mask())}
    header = {"id": 1, "inputs": {"image": {"type": "image", "jpeg": reference}, "mask": plane}}
    content = message.head(header, packer.size) + packer.to_bytes().tobytes()
    answer = httpx.post(f"{server.url}/run", content=content, trust_env=False)
    assert answer.status_code in (400, 413)
    assert words in answer.json()["error"]["message"]
    assert httpx.get(f"{server.url}/health", trust_env=False).json()["state"] == "ready"
