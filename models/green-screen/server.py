"""Cut people out of their background with soft edges: MODNet or PP-HumanSeg, by OpenVINO."""

from typing import Annotated, NamedTuple

import numpy as np
from nodegraph_kit import Image, Mask, bgr, model, param, serve, weights
from numpy.typing import NDArray
from onnx_kit import Network, planes, resized, shrunk

DEFAULT = "modnet.onnx"
MULTIPLE = 32  # what a matting network's sides are multiples of
Floats = NDArray[np.float32]


class Cut(NamedTuple):
    mask: Annotated[Mask, "255 where the person is, 0 where not, in between at hair and edges."]
    image: Annotated[Image, "The picture with the mask as its alpha."]


@model(title="Green screen", description="Cut people out of any background, with soft edges; no green screen needed.")
class GreenScreen:
    def setup(self) -> None:
        # Two kinds of network: one output is how much of a pixel is person, two are background and person.
        self.network = Network(
            weights.checkpoint(DEFAULT), {"input": (1, 3, 0, 0)}, {"output": (1, 0, 0, 0)}, precise=False
        )
        self.run(np.zeros((288, 512, 3), np.uint8), size=384, softness=1.0)

    def run(
        self,
        image: Annotated[Image, "The picture with people."],
        size: int = param(
            384,
            "A matting network looks at the picture in this size (longer side); larger finds finer hair.",
            ge=128,
            le=1280,
            unit="px",
        ),
        softness: float = param(1.0, "1 takes the edges as the network has them, 0 makes them hard.", ge=0, le=1),
    ) -> Cut:
        colour = bgr(image)
        fixed = self.network.size()
        small = resized(colour, fixed[1], fixed[0]) if fixed else shrunk(colour, size, MULTIPLE, enlarge=True)
        answer = self.network({"input": planes(small, rgb=True, middle=127.5, scale=127.5)})["output"][0]
        soft = softened(person(answer), softness)
        mask = resized((soft * 255 + 0.5).astype(np.uint8), image.shape[1], image.shape[0])
        alpha = mask if image.shape[2] == 3 else (mask * (image[:, :, 3] / np.float32(255)) + 0.5).astype(np.uint8)
        return Cut(mask, np.dstack([colour, alpha]))


def person(answer: Floats) -> Floats:
    """How much of each pixel is person, 0..1 (H, W), from a network's one plane, or from its two."""
    values = np.nan_to_num(answer, nan=0.0, posinf=1e4, neginf=-1e4)
    if len(values) == 1:
        return np.asarray(values[0].clip(0, 1), np.float32)
    if values.min() >= 0 and np.allclose(values[:2].sum(axis=0), 1, atol=0.02):  # they are shares already
        return np.asarray(values[1].clip(0, 1), np.float32)
    return np.asarray(1 / (1 + np.exp(np.clip(values[0] - values[1], -80, 80))), np.float32)


def softened(share: Floats, softness: float) -> Floats:
    """The same edges, `softness` times as wide: 1 leaves them, 0 cuts at one half."""
    if softness == 0:
        return (share >= 0.5).astype(np.float32)
    return np.asarray(((share - 0.5) / softness + 0.5).clip(0, 1), np.float32)


if __name__ == "__main__":
    serve(GreenScreen)
