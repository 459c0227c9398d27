"""Stamped frames for sinks, and small disks that fill up."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nodegraph.sdk import Sink, Stamp


def stamp_at(index: int, time: float, media: float | None = None, rate: float | None = 30.0) -> Stamp:
    return Stamp(index, time, time if media is None else media, rate, 0.0)


@pytest.fixture
def feed() -> Callable[..., None]:
    """feed(sink, values, times=..., **inputs): open, give every value with its stamp, close."""

    def run(sink: Sink, values: list[Any], times: list[float] | None = None, start: float = 0.0, **inputs: Any) -> None:
        sink.open()
        try:
            for index, value in enumerate(values):
                time = times[index] if times else index / 30
                arguments = {"stamp": stamp_at(index, time, start + time)} if sink.spec.timed else {}
                others = {port.name: None for port in sink.spec.inputs[1:]} | inputs
                sink.process(value, **others, **arguments)
        finally:
            sink.close()

    return run


@pytest.fixture
def picture() -> Callable[..., np.ndarray]:
    """picture(number, width, height, channels): big flat patches, different for every number, read-only."""

    def make(number: int = 0, width: int = 64, height: int = 48, channels: int = 3) -> np.ndarray:
        patches = np.random.default_rng(number).integers(0, 256, (3, 4, channels), np.uint8)
        image = patches.repeat(-(-height // 3), 0).repeat(-(-width // 4), 1)[:height, :width].copy()
        image.flags.writeable = False
        return image

    return make


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 256 kB."""
    folder = tmp_path / "small disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("a small disk can be mounted by root only")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
