"""Pictures into pictures: more pixels."""

from typing import Annotated

import numpy as np
from nodegraph_kit import Image, fitted, param
from nodegraph_kit.pictures import resize

from hf_tasks.served import Served, exact


class Upscale(Served):
    """Gives a picture several times as many pixels and draws the details that these can show."""

    title = "Upscaling"
    automatic = "AutoModelForImageToImage"
    first = {"size": 64}

    def run(
        self,
        image: Annotated[Image, "The picture."],
        size: int = param(
            256, "Larger pictures are first reduced to this (longer side): time grows with pixels.", ge=32, le=4096,
            unit="px",
        ),
    ) -> Annotated[Image, "The larger picture."]:  # fmt: skip
        small = fitted(image, size)
        outputs = self.ask(self.processor(images=exact(small), return_tensors="pt"))
        scale = int(self.config.upscale)
        height, width = small.shape[0] * scale, small.shape[1] * scale
        found = outputs.reconstruction[0, :, :height, :width].permute(1, 2, 0).numpy()  # cut off the added border
        large = np.ascontiguousarray(np.rint(255 * np.clip(found, 0, 1)).astype(np.uint8)[:, :, ::-1])
        if image.shape[2] == 3:
            return large
        return np.dstack([large, resize(np.ascontiguousarray(small[:, :, 3]), width, height, "cubic")])
