"""Find eighty kinds of things: SSD with MobileNet, as TensorFlow's Object Detection API made it, by OpenVINO."""

from typing import Annotated

import numpy as np
from nodegraph_kit import Image, bgr, coco, model, param, serve, weights
from numpy.typing import NDArray
from onnx_kit import Network, Things, inside, shrunk, things

FILE = "ssd_mobilenet_v1_12.onnx"
BOXES, KINDS, SCORES = "detection_boxes", "detection_classes", "detection_scores"
OUTPUTS = {f"{BOXES}|{BOXES}:0": (1, 0, 4), f"{KINDS}|{KINDS}:0": (1, 0), f"{SCORES}|{SCORES}:0": (1, 0)}


@model(
    title="Tensorflow Object Detection",
    description="Find eighty kinds of things, such as people, cars, dogs and chairs: small and fast.",
)
class TensorflowObjectDetection:
    def setup(self) -> None:
        inputs = {"inputs|image_tensor:0": (1, 0, 0, 3)}
        self.network = Network(weights.find(FILE), inputs, OUTPUTS, static=False)  # it has loops inside
        self.run(np.zeros((300, 300, 3), np.uint8), threshold=0.5, classes="", size=300)

    def run(
        self,
        image: Annotated[Image, "The picture to search."],
        threshold: float = param(0.5, "Least score of a thing; lower finds more and errs more.", ge=0.01, le=1),
        classes: str = param("", "Only these kinds, such as: person, dog. Empty finds all eighty."),
        size: int = param(
            640, "Larger pictures are handed over in this size (longer side).", ge=300, le=1280, unit="px"
        ),
    ) -> Things:
        small = shrunk(bgr(image), size)
        answer = self.network({"inputs": np.ascontiguousarray(small[None, :, :, ::-1])})
        boxes, labels, scores = read(answer, threshold)
        return things(boxes, labels, scores, classes)


def read(
    answer: dict[str, NDArray[np.float32]], threshold: float
) -> tuple[NDArray[np.float32], list[str], NDArray[np.float32]]:
    """Boxes as left, top, right, bottom in fractions, names and scores; the network says top, left, bottom, right.

    Its kinds are COCO's numbers 1..90. What scores too little, has a number that is no kind, or no area is left out.
    """
    boxes, real = inside(answer[BOXES][0][:, [1, 0, 3, 2]], 1, 1)
    scores = answer[SCORES][0]
    names = [coco.BY_ID.get(int(kind), "") if np.isfinite(kind) else "" for kind in answer[KINDS][0]]
    keep = [i for i in np.flatnonzero(real & (scores >= threshold)) if names[i]]
    return boxes[keep], [names[i] for i in keep], scores[keep]


if __name__ == "__main__":
    serve(TensorflowObjectDetection)
