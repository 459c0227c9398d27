"""Paint a picture in a style that a small network has learned: fast neural style by OpenVINO."""

from typing import Annotated

import numpy as np
from nodegraph_kit import Image, bgr, finished, model, param, serve, weights
from onnx_kit import Network, planes, resized, shrunk

DEFAULT = "mosaic-9.onnx"
STRIDE = 4  # the network halves the picture twice and doubles it again
LEAST = 32  # smaller pictures have nothing to reflect at their edges


@model(
    title="Style", description="Paint a picture in a learned style: mosaic, candy, rain princess, udnie, pointilism."
)
class Style:
    def setup(self) -> None:
        # The files say 224×224, but the network works at any size: Network gives it the size of the picture.
        file = weights.checkpoint(DEFAULT)
        self.network = Network(file, {"input1": (1, 3, 0, 0)}, {"output1": (1, 3, 0, 0)}, precise=False)
        self.network({"input1": np.zeros((1, 3, 216, 384), np.float32)})

    def run(
        self,
        image: Annotated[Image, "The picture to paint."],
        strength: float = param(1.0, "0 leaves the picture as it is.", ge=0, le=1),
        size: int = param(
            384,
            "The picture is painted in this size (longer side); larger is finer and takes longer.",
            ge=64,
            le=1920,
            unit="px",
        ),
    ) -> Annotated[Image, "The painting, as large as the picture."]:
        if strength == 0:
            return image
        colour = bgr(image)
        small = shrunk(colour, size, STRIDE, least=LEAST)
        painted = self.network({"input1": planes(small, rgb=True)})["output1"][0]
        values = np.nan_to_num(painted, nan=0.0).clip(0, 255)[::-1].transpose(1, 2, 0)
        large = resized(np.ascontiguousarray(values + 0.5, np.uint8), image.shape[1], image.shape[0])
        if strength < 1:
            large = (colour * np.float32(1 - strength) + large * np.float32(strength) + 0.5).astype(np.uint8)
        return finished(large, image)


if __name__ == "__main__":
    serve(Style)
