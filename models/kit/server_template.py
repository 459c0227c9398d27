"""A blueprint for a model's server: the modern form of the 2018 server_template.py. It runs as it stands.

    pip install .                       (in this folder, once; or PYTHONPATH=. in front of the next line)
    python server_template.py
    curl http://127.0.0.1:33000/        what it is
    curl http://127.0.0.1:33000/test    what it answers for a sample picture

The signature of `run` is the schema: arguments without a default are inputs, arguments with `param` are parameters,
the return annotation names the outputs. Replace what `setup` loads and what `run` does.
"""

import cv2
import numpy as np
from nodegraph_kit import Detections, Image, bgr, model, param, serve


@model(title="Template", description="Find the brightest spot of a picture.", version="1.0.0")
class Template:
    """`setup` runs once, before the first request; until it returns the server says that it is loading."""

    def setup(self) -> None:
        """Load weights here, and keep them on `self`."""
        self.label = "brightest"

    def run(
        self,
        image: Image,
        size: float = param(0.2, "Size of the box, as a part of the picture.", ge=0.01, le=1),
        blur: int = param(9, "Average over this many pixels first.", ge=1, le=99, unit="px"),
    ) -> Detections:
        """`image` is uint8, height × width × 3 (BGR) or 4 (with alpha), and must not be written to."""
        grey = cv2.blur(cv2.cvtColor(bgr(image), cv2.COLOR_BGR2GRAY), (blur, blur))
        _, brightness, _, (x, y) = cv2.minMaxLoc(grey)
        height, width = grey.shape
        centre = np.array([x / width, y / height])
        box = np.concatenate([centre - size / 2, centre + size / 2])
        return Detections.of([np.clip(box, 0, 1)], [self.label], [brightness / 255])


if __name__ == "__main__":
    serve(Template)
