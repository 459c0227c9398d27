"""Models that the native client is tried with, over each of its transports."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nodegraph.runtime.protocols.native import NativeClient
from tests.models.serving import Server

Start = Callable[..., Server]
RNG = np.random.default_rng(5)
ECHO = """
from nodegraph_kit import *

@model(title="Negative", max_inflight=4)
def negative(image: Image, grow: int = param(1, "Repeat.", ge=1), fail: bool = False) -> Image:
    if fail:
        raise Refusal("Not this one.")
    return (255 - image).repeat(grow, axis=0)

serve(negative)
"""
KEEPER = """
from nodegraph_kit import *

@model()
def keeper(image: Image, memory: Memory) -> Image:
    before = memory.get("before", image)
    memory["before"] = image[:, ::-1]
    return before

serve(keeper)
"""
WAITER = """
import os, threading
from nodegraph_kit import *
meeting = threading.Barrier(3)

@model(max_inflight=3)
def waiter(image: Image, meet: bool = False, hang: bool = False) -> Image:
    if meet:
        meeting.wait(60)
    if hang:
        open(os.environ["STARTED"], "w").close()  # a pipe: tells the test that the work has begun
        threading.Event().wait()
    return image

serve(waiter)
"""
TRANSPORTS = ["memfd", "unix", "http"]


@pytest.fixture(name="transport", params=TRANSPORTS)
def each_transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def begin(start: Start, source: str, transport: str, **environment: str) -> tuple[Server, NativeClient]:
    server = start(source, **environment, **({"NODEGRAPH_NO_MEMFD": "1"} if transport == "unix" else {})).wait()
    return server, server.client(transport)


def picture(height: int = 48, width: int = 64) -> np.ndarray:
    image = RNG.integers(0, 255, (height, width, 3), np.uint8)
    image.setflags(write=False)
    return image


def hanging(client: NativeClient, started: Path, timeout: float) -> tuple[threading.Thread, list[BaseException]]:
    """A request that will never be answered, begun."""
    caught: list[BaseException] = []

    def ask() -> None:
        try:
            client.infer({"image": picture()}, {"hang": True}, timeout)
        except Exception as error:  # what it is, is what the test looks at
            caught.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    started.read_bytes()  # returns when the model has opened the other end
    return thread, caught


@pytest.fixture(name="started")
def pipe(tmp_path: Path) -> Path:
    """A pipe that a model opens when its work has begun."""
    path = tmp_path / "started"
    os.mkfifo(path)
    return path
