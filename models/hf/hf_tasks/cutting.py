"""Things cut out exactly: what a box or a place shows, and the soft edge of a rough cut."""

from typing import Annotated, Any

import numpy as np
from nodegraph_kit import Detections, Image, Mask

from hf_tasks.served import Served, exact


class Masks(Served):
    """Cuts out what is in the boxes; without boxes, what is in the middle of the picture."""

    title = "Mask generation"
    automatic = "AutoModelForMaskGeneration"
    reader = "AutoProcessor"

    def run(
        self,
        image: Annotated[Image, "The picture."],
        detections: Annotated[Detections, "Boxes around what is to be cut out."] | None = None,
    ) -> Annotated[Mask, "White where the things are."]:
        height, width = image.shape[:2]
        if detections is not None and not len(detections.labels):
            return np.zeros((height, width), np.uint8)
        asked: dict[str, Any] = {"input_points": [[[width / 2, height / 2]]]}
        if detections is not None:
            asked = {"input_boxes": [(detections.boxes * (width, height, width, height)).astype(float).tolist()]}
        inputs = self.processor(images=exact(image), return_tensors="pt", **asked)
        outputs = self.ask(inputs)
        masks = self.processor.post_process_masks(
            outputs.pred_masks, inputs["original_sizes"], inputs["reshaped_input_sizes"]
        )[0]
        best = outputs.iou_scores[0].argmax(dim=-1)
        chosen = [masks[number, int(index)].numpy() for number, index in enumerate(best)]
        return np.where(np.any(chosen, axis=0), 255, 0).astype(np.uint8)


class Matting(Served):
    """Makes an exact mask with soft edges of a rough one: white stays, black goes, grey is decided."""

    title = "Image matting"
    automatic = "AutoModelForImageMatting"

    def run(
        self,
        image: Annotated[Image, "The picture."],
        mask: Annotated[Mask, "White is surely in front, black surely behind, all between is to be found out."],
    ) -> Annotated[Mask, "How much of every pixel is in front."]:
        height, width = image.shape[:2]
        if mask.shape != (height, width):
            mask = np.asarray(_resized(mask, width, height))
        rough = np.where(mask < 10, 0, np.where(mask > 245, 255, 128)).astype(np.uint8)
        outputs = self.ask(self.processor(images=exact(image), trimaps=rough, return_tensors="pt"))
        found = outputs.alphas[0, 0, :height, :width].numpy()  # the processor adds a border on the right and below
        return np.rint(255 * np.clip(found, 0, 1)).astype(np.uint8)


def _resized(mask: Mask, width: int, height: int) -> Mask:
    from nodegraph_kit.pictures import resize

    return resize(mask, width, height, "cubic")
