"""Feedback: the frame before, and what it leaves behind."""

from collections import deque
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from nodegraph.sdk import Filter, Image, Stamp, param
from nodes.filter._pixels import as_frame


class FrameDelay(Filter, id="filter.frame_delay", category="Filter/Time", delay=True, keywords=("feedback", "loop")):
    """Give the image of some frames ago: the only node through which a loop may run.

    The engine asks `recall()` before a frame and calls `process(image)` with the frame's value at its end.
    """

    frames: int = param(1, "How many frames back.", ge=1, le=60, step=1, unit="frames")

    def open(self) -> None:
        self._past: deque[Image] = deque(maxlen=60)

    def process(self, image: Image) -> Image | None:
        self._past.append(image)
        return self.recall()

    def recall(self) -> Image | None:
        """The image of `frames` frames ago, or None while there is none."""
        return self._past[-self.frames] if len(self._past) >= self.frames else None

    def close(self) -> None:
        self._past.clear()


class Trails(
    Filter,
    id="filter.trails",
    category="Filter/Time",
    keywords=("feedback", "ghost", "long exposure", "light painting"),
):
    """Let moving things leave a trail that fades."""

    length: float = param(1.0, "Seconds until a trail has faded to a tenth.", ge=0, le=60, step=0.1, unit="s")
    mode: Literal["lighten", "darken", "average"] = param(
        "lighten", "Bright things on dark, dark things on bright, or a soft average."
    )

    def open(self) -> None:
        self._average: NDArray[np.float32] | None = None
        self._extreme: NDArray[np.uint16] | None = None
        self._time = 0.0

    def process(self, image: Image, stamp: Stamp) -> Image:
        elapsed, self._time = max(stamp.time - self._time, 0.0), stamp.time
        keep = 0.1 ** (elapsed / self.length) if self.length > 0 else 0.0
        return self._averaged(image, keep) if self.mode == "average" else self._kept(image, keep)

    def _averaged(self, image: Image, keep: float) -> Image:
        """A new picture counts for what the old ones lose, so brightness stays."""
        self._extreme = None
        if self._average is None or self._average.shape != image.shape:
            self._average = image.astype(np.float32)
        cv2.accumulateWeighted(image, self._average, 1 - keep)
        return as_frame(cv2.convertScaleAbs(self._average))

    def _kept(self, image: Image, keep: float) -> Image:
        """In 1/256 of a grey level, less half of one: in whole levels rounding would let a dim ghost stand for ever."""
        self._average = None
        fine = np.asarray(cv2.addWeighted(image, 256, image, 0, 0, dtype=cv2.CV_16U), np.uint16)
        before = self._extreme if self._extreme is not None and self._extreme.shape == image.shape else fine
        if self.mode == "lighten":
            kept = cv2.max(fine, cv2.addWeighted(before, keep, before, 0, -0.5))
        else:
            kept = cv2.min(fine, cv2.addWeighted(before, keep, before, 0, 255 * 256 * (1 - keep) + 0.5))
        self._extreme = np.asarray(kept, np.uint16)
        return as_frame(cv2.convertScaleAbs(self._extreme, alpha=1 / 256))

    def close(self) -> None:
        self._average = self._extreme = None
