"""Paint: colours, noise, masks and blending. Pictures are float32 H×W×3 BGR in 0..1."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[Any]
WIDTH, HEIGHT, FPS, SECONDS = 1280, 720, 30, 12
MARGIN = 280  # layers are this much wider than the frame: the camera pans to the right


def color(text: str) -> Picture:
    """`#rrggbb` as float32 BGR."""
    red, green, blue = bytes.fromhex(text[1:])
    return np.array([blue, green, red], np.float32) / 255


def gradient(stops: list[tuple[float, str]], positions: Picture) -> Picture:
    """The colours at `positions`, between stops given as (position, colour)."""
    at = [position for position, _ in stops]
    values = np.array([color(text) for _, text in stops])
    return np.stack([np.interp(positions, at, values[:, channel]) for channel in range(3)], -1).astype(np.float32)


def noise(rng: np.random.Generator, width: int, height: int, cell: tuple[int, int], octaves: int) -> Picture:
    """Fractal value noise, float32 height×width in about 0..1; `cell` is the size of its largest features."""
    total, weight = np.zeros((height, width), np.float32), 0.0
    for octave in range(octaves):
        grid = rng.random((height * 2**octave // cell[1] + 3, width * 2**octave // cell[0] + 3), np.float32)
        total += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC) * 0.5**octave
        weight += 0.5**octave
    return total / np.float32(weight)


def ridge(rng: np.random.Generator, width: int, height: float, cell: int, octaves: int) -> Picture:
    """A line of hills: `width` heights in pixels, about 0..`height`."""
    line: Picture = noise(rng, width, 1, (cell, 1), octaves)[0] * np.float32(height)
    return line


def below(line: Picture, height: int = HEIGHT) -> Picture:
    """Coverage 0..1 of the area below a line of y positions, one per column: antialiased exactly."""
    rows = np.arange(height, dtype=np.float32)[:, None]
    covered: Picture = np.clip(rows - line[None, :] + 0.5, 0, 1)
    return covered


def blend(under: Picture, over: Any, alpha: Picture) -> Picture:
    """`over` (a picture or one colour) on `under`, with coverage `alpha` (H×W)."""
    mixed: Picture = under + (over - under) * alpha[..., None]
    return mixed


def shift(layer: Picture, x: float, width: int = WIDTH) -> Picture:
    """The part of a wide layer that begins at `x`, in fractions of a pixel."""
    matrix = np.array([[1, 0, -x], [0, 1, 0]], np.float32)
    moved: Picture = cv2.warpAffine(layer, matrix, (width, layer.shape[0]), borderMode=cv2.BORDER_REPLICATE)
    return moved


def glow(center: tuple[float, float], radius: float, shape: tuple[int, int]) -> Picture:
    """A soft round light, 1 in the centre."""
    y, x = np.ogrid[: shape[0], : shape[1]]
    square = ((x - center[0]) ** 2 + (y - center[1]) ** 2) / radius**2
    light: Picture = np.exp(-square).astype(np.float32)
    return light


def ease(value: float) -> float:
    """0..1 with a gentle start and end."""
    value = min(max(value, 0.0), 1.0)
    return value * value * value * (value * (value * 6 - 15) + 10)
