"""The kit on the path, servers, 2018 clients, and a drawn picture."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "models" / "kit")]
from alpha_2018 import AlphaSocket  # noqa: E402
from serving import start_servers  # noqa: E402, F401


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
