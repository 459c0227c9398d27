"""New model: a model for nodegraph. Replace what `run` does; its signature is the node."""

from typing import Annotated

import cv2
import numpy as np
from nodegraph_kit import Image, bgr, finished, model, param, serve


@model(title="New model", description="Draw bright outlines over a darkened picture.", max_inflight=1)
class NewModel:
    """`setup` runs once, before the first picture; until it returns the server says that it is loading."""

    def setup(self) -> None:
        """Load weights here and keep them on `self`; `nodegraph_kit.weights.find(NAME)` says where they are."""
        self.kernel = np.ones((2, 2), np.uint8)

    def run(
        self,
        image: Annotated[Image, "The picture."],
        detail: int = param(60, "Weaker edges count at lower values.", ge=1, le=255),
        darkness: float = param(0.7, "How dark the picture becomes.", ge=0, le=1),
    ) -> Annotated[Image, "The picture with its outlines."]:
        """`image` is uint8, height × width × 3 (BGR) or 4 (with alpha), and read-only: copy before you draw."""
        colour = bgr(image)
        grey = cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY)
        lines = cv2.dilate(cv2.Canny(grey, detail, 2 * detail), self.kernel)
        dark = cv2.convertScaleAbs(colour, alpha=1 - darkness)
        return finished(cv2.max(dark, cv2.cvtColor(lines, cv2.COLOR_GRAY2BGR)), image)


if __name__ == "__main__":
    serve(NewModel)
