"""Find eighty kinds of things: YOLOX-S, an anchor-free YOLO, by OpenVINO."""

from typing import Annotated

import numpy as np
from grid import decoded
from nodegraph_kit import Image, bgr, coco, model, param, serve, weights
from onnx_kit import Network, Things, inside, letterboxed, not_doubled, planes, things

FILE = "object_detection_yolox_2022nov.onnx"
SIDE = 32  # the sides of its input are multiples of the largest stride


@model(title="YOLO", description="Find eighty kinds of things, such as people, cars, dogs and chairs.")
class Yolo:
    def setup(self) -> None:
        self.network = Network(weights.find(FILE), {"images": (1, 3, 0, 0)}, {"output": (1, 0, 85)})
        self.run(np.zeros((640, 640, 3), np.uint8), threshold=1.0, overlap=0.5, classes="", size=640)

    def run(
        self,
        image: Annotated[Image, "The picture to search."],
        threshold: float = param(0.4, "Least score of a thing; lower finds more and errs more.", ge=0.01, le=1),
        overlap: float = param(0.5, "Boxes of one kind that overlap more than this are one thing.", ge=0.05, le=0.95),
        classes: str = param("", "Only these kinds, such as: person, dog. Empty finds all eighty."),
        size: int = param(
            640,
            "The picture is looked at in this size (longer side); larger finds smaller things and takes longer.",
            ge=160,
            le=1280,
            unit="px",
        ),
    ) -> Things:
        side = max(1, round(size / SIDE)) * SIDE
        fitted = letterboxed(bgr(image), side, side)
        rows = self.network({"images": planes(fitted.image, rgb=True)})["output"][0]
        boxes, kinds, scores = decoded(rows, side, side, threshold)
        keep = not_doubled(boxes, scores, overlap, kinds)
        across, down = fitted.scale
        found, real = inside(boxes[keep], image.shape[1] * across, image.shape[0] * down)
        labels = [coco.NAMES[kind] for kind in kinds[keep][real]]
        return things(found[real], labels, scores[keep][real], classes)


if __name__ == "__main__":
    serve(Yolo)
