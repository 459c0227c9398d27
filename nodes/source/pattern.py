"""Pictures from nothing: a moving test pattern, and two stills."""

from collections.abc import Iterable, Iterator
from itertools import count
from typing import Literal

import cv2
import numpy as np

from nodegraph.sdk import Color, Filter, Image, Source, Stamped, param
from nodes.source._patterns import PATTERNS


class Pattern(
    Source, id="source.test_pattern", category="Source/Generate", title="Test Pattern", keywords=("bars", "fake camera")
):
    """Give a test picture as a stream; frame n is the same in every run."""

    kind: Literal["bars", "gradient", "checker", "circle", "noise", "counter"] = param("circle", "What is drawn.")
    width: int = param(1280, "Width of the picture.", ge=1, le=7680, unit="px", restart=True)
    height: int = param(720, "Height of the picture.", ge=1, le=4320, unit="px", restart=True)
    fps: float = param(30.0, "Frames per second.", ge=0.1, le=240, unit="fps", restart=True)
    duration: float = param(0.0, "How long it runs; 0 is endless.", ge=0, le=86400, unit="s", restart=True)
    loop: bool = param(False, "Begin again after the duration.")

    def expected_frames(self, seconds: float | None = None) -> int | None:
        span = seconds if self.loop or not self.duration else min(self.duration, seconds or self.duration)
        return None if span is None else round(span * self.fps)

    def stream(self) -> Iterator[Stamped[Image]]:
        """Yield round(duration × fps) frames, at least one; without a duration for ever."""
        return self.stream_at(0.0)

    def positions(self) -> Iterator[float]:
        """The frames' times; without a duration they do not end."""
        return (number / self.fps for number in self._numbers(0))

    def stream_at(self, position: float) -> Iterator[Stamped[Image]]:
        """Yield the frames from `position` on."""
        for number in self._numbers(round(position * self.fps)):
            image = PATTERNS[self.kind](number, self.width, self.height)
            yield Stamped(image, number / self.fps, self.fps)

    def _numbers(self, first: int) -> Iterable[int]:
        return range(first, max(1, round(self.duration * self.fps))) if self.duration else count(first)


class SolidColor(Filter, id="source.solid_color", category="Source/Generate", keywords=("background", "fill")):
    """Give a picture of one colour."""

    color: Color = param((0, 0, 0), "The colour, as blue, green, red.")
    opacity: float = param(1.0, "Below 1 the picture gets an alpha channel.", ge=0, le=1, step=0.01)
    width: int = param(1280, "Width of the picture.", ge=1, le=7680, unit="px")
    height: int = param(720, "Height of the picture.", ge=1, le=4320, unit="px")

    def process(self) -> Image:
        value = self.color if self.opacity == 1 else (*self.color, round(self.opacity * 255))
        return np.full((self.height, self.width, len(value)), value, np.uint8)


class Gradient(Filter, id="source.gradient", category="Source/Generate", keywords=("ramp", "background", "vignette")):
    """Give a picture that goes from one colour to another."""

    shape: Literal["linear", "radial"] = param("linear", "Along a direction, or from the middle to the corners.")
    first: Color = param((0, 0, 0), "The colour at the beginning, as blue, green, red.")
    second: Color = param((255, 255, 255), "The colour at the end, as blue, green, red.")
    angle: float = param(0.0, "Direction: 0 to the right, 90 downwards.", ge=-360, le=360, step=1, unit="°")
    width: int = param(1280, "Width of the picture.", ge=1, le=7680, unit="px")
    height: int = param(720, "Height of the picture.", ge=1, le=4320, unit="px")

    def process(self) -> Image:
        x = np.arange(self.width, dtype=np.float32)[None, :] - (self.width - 1) / 2
        y = np.arange(self.height, dtype=np.float32)[:, None] - (self.height - 1) / 2
        if self.shape == "radial":
            share = np.hypot(x, y)
        else:
            turn = np.deg2rad(self.angle)
            share = x * np.float32(np.cos(turn)) + y * np.float32(np.sin(turn))
        low = 0.0 if self.shape == "radial" else float(share.min())
        share = (share - low) / max(float(share.max()) - low, 1e-6)
        planes = [a + (b - a) * share for a, b in zip(self.first, self.second, strict=True)]
        return np.asarray(np.rint(cv2.merge(planes)), np.uint8).reshape(self.height, self.width, 3)
