"""Time effects: echoes, slit scan, freezing."""

from collections import deque
from itertools import pairwise
from typing import Literal

import cv2
import numpy as np

from nodegraph.sdk import Filter, Image, Stamp, param
from nodes.filter._pixels import Pixels, as_frame


class Echo(Filter, id="filter.echo", category="Filter/Time", keywords=("ghost", "multiple exposure")):
    """Show some earlier frames together with the present one."""

    copies: int = param(3, "How many earlier frames.", ge=1, le=6, step=1)
    spacing: int = param(4, "Frames between one and the next.", ge=1, le=12, step=1, unit="frames")
    decay: float = param(0.7, "Strength of each copy against the one after it.", ge=0, le=1, step=0.01)
    mode: Literal["lighten", "darken", "average"] = param("lighten", "How copies join the picture.")

    def open(self) -> None:
        self._past: deque[Pixels] = deque(maxlen=73)

    def process(self, image: Image) -> Image:
        if self._past and self._past[-1].shape != image.shape:
            self._past.clear()
        self._past.append(image)
        ages = [copy * self.spacing for copy in range(self.copies, 0, -1)]
        result: Pixels | None = None
        for age, copy in zip(ages, range(self.copies, 0, -1), strict=True):
            if age < len(self._past):
                strength = self.decay**copy
                result = _joined(image if result is None else result, self._past[-1 - age], strength, self.mode)
        return image if result is None else result

    def close(self) -> None:
        self._past.clear()


def _joined(picture: Pixels, earlier: Pixels, strength: float, mode: str) -> Pixels:
    if mode == "lighten":
        return as_frame(cv2.max(picture, cv2.convertScaleAbs(earlier, alpha=strength)))
    if mode == "darken":
        return as_frame(cv2.min(picture, cv2.convertScaleAbs(earlier, alpha=strength, beta=255 * (1 - strength))))
    return as_frame(cv2.addWeighted(picture, 1 - strength / 2, earlier, strength / 2, 0))


class SlitScan(Filter, id="filter.slit_scan", category="Filter/Time", keywords=("time slice", "rolling shutter")):
    """Build each picture from strips of earlier frames: one side is now, the other is the past."""

    frames: int = param(
        30, "Age of the oldest strip; every frame of it is held in memory.", ge=1, le=120, step=1, unit="frames"
    )
    direction: Literal["down", "up", "right", "left"] = param("down", "Which way the picture gets older.")

    def open(self) -> None:
        self._past: deque[Pixels] = deque(maxlen=121)

    def process(self, image: Image) -> Image:
        if self._past and self._past[-1].shape != image.shape:
            self._past.clear()
        self._past.append(image)
        across = self.direction in ("left", "right")
        length = image.shape[1 if across else 0]
        result = np.empty_like(image)
        edges = np.linspace(0, length, self.frames + 2).round().astype(int)
        for age, (start, stop) in enumerate(pairwise(edges.tolist())):
            source = self._past[max(-1 - age, -len(self._past))]
            if self.direction in ("up", "left"):
                start, stop = length - stop, length - start
            strip = (slice(None), slice(start, stop)) if across else (slice(start, stop),)
            result[strip] = source[strip]
        return result

    def close(self) -> None:
        self._past.clear()


class Freeze(Filter, id="filter.freeze", category="Filter/Time", keywords=("hold", "pause", "still")):
    """Hold the picture while a switch is on."""

    hold: bool = param(False, "While this is on, the last picture stays.")

    def open(self) -> None:
        self._held: Image | None = None

    def process(self, image: Image) -> Image:
        if not self.hold or self._held is None:
            self._held = image
        return self._held

    def close(self) -> None:
        self._held = None


class PosterizeTime(
    Filter, id="filter.posterize_time", category="Filter/Time", keywords=("stop motion", "stutter", "frame rate")
):
    """Show fewer pictures a second, like stop motion; the frame rate itself stays."""

    rate: float = param(8.0, "New pictures per second.", ge=0.1, le=60, step=0.5, unit="fps")

    def open(self) -> None:
        self._held: Image | None = None
        self._slot = -1

    def process(self, image: Image, stamp: Stamp) -> Image:
        # A millionth of a slot is added, because 3 / 25 * 25 is a little less than 3.
        slot = int(stamp.time * self.rate + 1e-6)
        if self._held is None or slot != self._slot:
            self._held, self._slot = image, slot
        return self._held

    def close(self) -> None:
        self._held = None
