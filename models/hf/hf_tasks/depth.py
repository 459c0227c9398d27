"""How near every point of a picture is."""

import math
from typing import Annotated, Any, NamedTuple

import numpy as np
from nodegraph_kit import Image, Json, Mask, param

from hf_tasks.served import Served, pillow

DISTANCES = ("zoedepth", "glpn")  # these give metres; the others how near a thing is, without a unit
FLAT = 1e-3  # smaller differences are rounding: making them visible would show noise


class Near(NamedTuple):
    """The outputs."""

    depth: Annotated[Mask, "How near every point is: the nearest is white, the farthest black."]
    range: Annotated[Json, "What the network said: minimum, maximum, and whether they are metres."]


class Depth(Served):
    """Tells how near every point of a picture is."""

    title = "Depth estimation"
    automatic = "AutoModelForDepthEstimation"
    faster = {"depth_anything": ("predicted_depth",)}
    # The first layer that joins features has nothing to join them with: DPT's authors left its tensors out.
    spare = r"neck\.fusion_stage\.layers\.0\.residual_layer1\."

    def run(
        self,
        image: Annotated[Image, "The picture."],
        size: int = param(
            0,
            "Height the picture is worked on at; smaller is faster. 0 is what the network was trained at, which is "
            "also what a network that takes one size only uses.",
            ge=0,
            le=1400,
            unit="px",
        ),
    ) -> Near:
        inputs = self.processor(images=pillow(image), return_tensors="pt", **self._sized(size))
        outputs = self.ask(inputs)
        found = self._fitted(outputs.predicted_depth, *image.shape[:2])
        metres = self.config.model_type in DISTANCES or self.config.to_dict().get("depth_estimation_type") == "metric"
        low, high = float(found.min()), float(found.max())
        near = (found - low) / max(high - low, FLAT * abs(high), 1e-9)
        mask = np.rint(255 * (1 - near if metres else near)).astype(np.uint8)
        return Near(mask, {"minimum": low, "maximum": high, "metres": metres})

    def _fitted(self, found: Any, height: int, width: int) -> Any:
        """The network's map (1, h, w) as an array in the picture's size, without the border the processor added."""
        from torch.nn.functional import interpolate

        down = right = 0
        if self.config.model_type == "zoedepth" and self.processor.do_pad:
            down, right = (int(3 * math.sqrt(side / 2)) for side in (height, width))
        large = (height + 2 * down, width + 2 * right)
        whole = interpolate(found[None], size=large, mode="bicubic", align_corners=False)[0, 0]
        return whole[down : down + height, right : right + width].numpy()

    def _sized(self, size: int) -> dict[str, Any]:
        """What makes the processor work at `size`: a whole number of the network's patches, at least four."""
        step = int(getattr(self.processor, "ensure_multiple_of", 1) or 1)
        if size == 0 or step == 1 or self.config.model_type == "dpt":
            return {}
        side = max(4, round(size / step)) * step
        return {"size": {"height": side, "width": side}}
