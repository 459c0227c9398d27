"""Motion: what moves, how much, and where to."""

from typing import Any, Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from nodegraph.sdk import Filter, Flow, Image, Mask, Number, param
from nodes.filter._pixels import Pixels, as_frame, color_of, gray_of, resized, size_of

_SMALLEST = 16


class BackgroundSubtraction(
    Filter, id="filter.background_subtraction", category="Filter/Motion", keywords=("foreground", "mog2", "knn")
):
    """Mask what does not belong to the learned background.

    MOG2: Zivkovic, 2004. KNN: Zivkovic and van der Heijden, 2006.
    """

    method: Literal["MOG2", "KNN"] = param("MOG2", "MOG2 is quicker, KNN steadier in noise.", restart=True)
    history: int = param(200, "How many frames the background remembers.", ge=1, le=5000, step=1, unit="frames")
    threshold: float = param(16.0, "Larger finds less.", ge=1, le=200, step=1)
    shadows: bool = param(
        False, "Find shadows too and show them grey; otherwise they count as foreground.", restart=True
    )
    scale: float = param(0.5, "Work at this size: smaller is quicker and coarser.", ge=0.1, le=1, step=0.05)

    def open(self) -> None:
        self._model: Any = None
        self._size = (0, 0)

    def process(self, image: Image) -> Mask:
        width, height = size_of(image)
        small = resized(color_of(image), max(1, round(width * self.scale)), max(1, round(height * self.scale)))
        if size_of(small) != self._size:
            self._size, self._model = size_of(small), self._created()
        self._tune()
        return resized(as_frame(self._model.apply(small)), width, height)

    def _created(self) -> Any:
        create = cv2.createBackgroundSubtractorMOG2 if self.method == "MOG2" else cv2.createBackgroundSubtractorKNN
        return create(detectShadows=self.shadows)

    def _tune(self) -> None:
        self._model.setHistory(self.history)
        if self.method == "MOG2":
            self._model.setVarThreshold(self.threshold)
        else:
            self._model.setDist2Threshold(self.threshold * 25)  # KNN's own default is 400 where MOG2's is 16

    def close(self) -> None:
        self._model = None


class Difference(NamedTuple):
    """What changed, and how much."""

    mask: Mask
    amount: Number


class FrameDifference(Filter, id="filter.frame_difference", category="Filter/Motion", keywords=("motion detection",)):
    """Show what changed since the frame before, and how much of the picture that is (0..1); at first nothing."""

    threshold: int = param(20, "Smaller changes are ignored; 0 gives the raw difference.", ge=0, le=255, step=1)
    smooth: int = param(1, "Blur against noise before comparing.", ge=0, le=20, step=1, unit="px")

    def open(self) -> None:
        self._before: Pixels | None = None

    def process(self, image: Image) -> Difference:
        gray = gray_of(image)
        if self.smooth:
            gray = as_frame(cv2.blur(gray, (2 * self.smooth + 1, 2 * self.smooth + 1)))
        before, self._before = self._before, gray
        if before is None or before.shape != gray.shape:
            return Difference(np.zeros_like(gray), 0.0)
        mask = as_frame(cv2.absdiff(gray, before))
        if self.threshold:
            mask = as_frame(cv2.threshold(mask, self.threshold - 1, 255, cv2.THRESH_BINARY)[1])
        return Difference(mask, float(cv2.mean(mask)[0]) / 255)


_PRESETS = {
    "ultrafast": cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST,
    "fast": cv2.DISOPTICAL_FLOW_PRESET_FAST,
    "medium": cv2.DISOPTICAL_FLOW_PRESET_MEDIUM,
}


class OpticalFlow(Filter, id="filter.optical_flow", category="Filter/Motion", keywords=("dis", "motion vectors")):
    """Measure for every pixel how far it moved since the frame before.

    DIS: Kroeger and others, 2016. The first frame, and images that are worked on at less than 16 px, have no motion.
    """

    quality: Literal["ultrafast", "fast", "medium"] = param("fast", "Slower is finer.", restart=True)
    scale: float = param(0.5, "Work at this size: smaller is quicker and coarser.", ge=0.1, le=1, step=0.05)

    def open(self) -> None:
        self._engine = cv2.DISOpticalFlow.create(_PRESETS[self.quality])
        self._before: Pixels | None = None

    def process(self, image: Image) -> Flow:
        width, height = size_of(image)
        gray = resized(gray_of(image), max(1, round(width * self.scale)), max(1, round(height * self.scale)))
        before, self._before = self._before, gray
        if before is None or before.shape != gray.shape or min(gray.shape) < _SMALLEST:
            return np.zeros((height, width, 2), np.float32)
        flow = np.asarray(self._engine.calc(before, gray, np.zeros((*gray.shape, 2), np.float32)), np.float32)
        return _enlarged(flow, width, height)

    def close(self) -> None:
        self._before = None


def _enlarged(flow: NDArray[np.float32], width: int, height: int) -> NDArray[np.float32]:
    """The field at another size, its lengths in pixels of that size."""
    across, down = width / flow.shape[1], height / flow.shape[0]
    if (across, down) == (1, 1):
        return flow
    larger = cv2.resize(flow, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.multiply(larger, np.array((across, down, 0, 0), np.float64)), np.float32)
