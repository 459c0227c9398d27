"""Test pictures, drawn: each is a function of the frame's number and the size only."""

from collections.abc import Callable, Mapping
from functools import lru_cache

import cv2
import numpy as np

from nodegraph.sdk import Image

_BARS = ((191, 191, 191), (0, 191, 191), (191, 191, 0), (0, 191, 0), (191, 0, 191), (0, 0, 191), (191, 0, 0))
"""75 % colour bars, in the order of SMPTE EG 1, as BGR."""


def bars(number: int, width: int, height: int) -> Image:
    """Seven colour bars above a grey ramp."""
    del number
    return _bars(width, height)


@lru_cache(maxsize=2)
def _bars(width: int, height: int) -> Image:
    columns = np.asarray(_BARS, np.uint8)[np.arange(width) * 7 // width]
    image = np.broadcast_to(columns, (height, width, 3)).copy()
    image[height * 3 // 4 :] = np.linspace(0, 255, width).astype(np.uint8)[None, :, None]
    return image


def gradient(number: int, width: int, height: int) -> Image:
    """Blue from left to right, green from top to bottom, red in time (a cycle in 256 frames)."""
    image = np.empty((height, width, 3), np.uint8)
    image[..., 0] = np.linspace(0, 255, width).astype(np.uint8)[None, :]
    image[..., 1] = np.linspace(0, 255, height).astype(np.uint8)[:, None]
    image[..., 2] = number % 256
    return image


def checker(number: int, width: int, height: int) -> Image:
    """Black and white squares that walk one pixel to the right in a frame."""
    side = max(1, min(width, height) // 8)
    across, down = (np.arange(width) - number) // side % 2, np.arange(height) // side % 2
    squares = (across[None, :] ^ down[:, None]).astype(np.uint8) * 255
    return np.asarray(cv2.cvtColor(squares, cv2.COLOR_GRAY2BGR), np.uint8)


def circle(number: int, width: int, height: int) -> Image:
    """A disc on a round path, on dark grey; a round takes 120 frames."""
    image = np.full((height, width, 3), 40, np.uint8)
    turn, size = number % 120 / 120 * 2 * np.pi, min(width, height)
    centre = round(width / 2 + np.cos(turn) * size * 0.3), round(height / 2 + np.sin(turn) * size * 0.3)
    cv2.circle(image, centre, max(1, size // 8), (60, 180, 250), cv2.FILLED, cv2.LINE_AA)
    return image


def noise(number: int, width: int, height: int) -> Image:
    """Colour noise, other in every frame, the same in every run."""
    return np.random.default_rng(number).integers(0, 256, (height, width, 3), np.uint8)


def counter(number: int, width: int, height: int) -> Image:
    """The frame's number, as large as fits."""
    image = np.full((height, width, 3), 32, np.uint8)
    text, font = str(number), cv2.FONT_HERSHEY_SIMPLEX
    (wide, high), _ = cv2.getTextSize(text, font, 1, 1)
    scale = min(width * 0.8 / wide, height * 0.5 / high)
    thick = max(1, round(scale * 2))
    (wide, high), _ = cv2.getTextSize(text, font, scale, thick)
    cv2.putText(
        image, text, ((width - wide) // 2, (height + high) // 2), font, scale, (255, 255, 255), thick, cv2.LINE_AA
    )
    return image


PATTERNS: Mapping[str, Callable[[int, int, int], Image]] = {
    "bars": bars,
    "gradient": gradient,
    "checker": checker,
    "circle": circle,
    "noise": noise,
    "counter": counter,
}
