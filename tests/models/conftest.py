"""The kit on the path, servers, 2018 clients, and a drawn picture."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

MODELS = Path(__file__).parents[2] / "models"
sys.path[:0] = [str(Path(__file__).parent), str(MODELS / "kit")]
sys.path.append(str(MODELS))  # last: a model's folder has a name that anything else may have
from alpha_2018 import AlphaSocket  # noqa: E402
from containers import start_containers  # noqa: E402, F401
from pictures import draw_scene  # noqa: E402
from serving import start_servers  # noqa: E402, F401


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
