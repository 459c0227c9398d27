"""What every pixel belongs to: a kind of thing, or one thing of a kind."""

from typing import Annotated, Any, NamedTuple

import numpy as np
from nodegraph_kit import Detections, Image, Segmentation, param
from numpy.typing import NDArray

from hf_tasks.served import Served, pillow


class Semantic(Served):
    """Tells for every pixel which kind of thing it belongs to."""

    title = "Semantic segmentation"
    automatic = "AutoModelForSemanticSegmentation"

    def run(
        self, image: Annotated[Image, "The picture."]
    ) -> Annotated[Segmentation, "A kind for every pixel, and the names of the kinds."]:
        outputs = self.ask(self.processor(images=pillow(image), return_tensors="pt"))
        found = self.processor.post_process_semantic_segmentation(outputs, target_sizes=[image.shape[:2]])[0]
        names = tuple(self.label(index) for index in range(len(self.config.id2label)))
        return Segmentation(_small(found.numpy(), len(names)), names)


class Pieces(NamedTuple):
    """The outputs of a segmentation into things."""

    segmentation: Annotated[Segmentation, "A kind for every pixel; 0 is nothing that is known."]
    detections: Annotated[Detections, "A box around every single thing."]


class Panoptic(Served):
    """Tells for every pixel which thing it belongs to, and gives a box for each thing."""

    title = "Panoptic segmentation"
    automatic = "AutoModelForUniversalSegmentation"

    def run(
        self,
        image: Annotated[Image, "The picture."],
        threshold: float = param(0.5, "Least score of a thing; lower finds more and errs more.", ge=0, le=1),
    ) -> Pieces:
        outputs = self.ask(self.processor(images=pillow(image), return_tensors="pt"))
        found = self.processor.post_process_panoptic_segmentation(
            outputs, threshold=threshold, target_sizes=[image.shape[:2]]
        )[0]
        names = ("nothing", *(self.label(index) for index in range(len(self.config.id2label))))
        things = [(found["segmentation"].numpy() == one["id"], one) for one in found["segments_info"]]
        labels = np.zeros(image.shape[:2], np.int32)
        for where, one in things:
            labels[where] = one["label_id"] + 1
        return Pieces(Segmentation(_small(labels, len(names)), names), self._boxes(things))

    def _boxes(self, things: list[tuple[NDArray[np.bool_], Any]]) -> Detections:
        seen = [(where, one) for where, one in things if where.any()]
        seen.sort(key=lambda thing: -float(thing[1]["score"]))
        return Detections.of(
            [_bounds(where) for where, _ in seen],
            [self.label(one["label_id"]) for _, one in seen],
            [float(one["score"]) for _, one in seen],
        )


def _bounds(where: NDArray[np.bool_]) -> list[float]:
    """Left, top, right, bottom of the true pixels, as fractions."""
    height, width = where.shape
    rows, columns = np.flatnonzero(where.any(axis=1)), np.flatnonzero(where.any(axis=0))
    return [columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height]


def _small(labels: NDArray[Any], names: int) -> NDArray[Any]:
    """Labels in the smallest type that holds them; a label of nothing (below 0, or 255 of fewer) is the first."""
    known = np.where((labels >= 0) & (labels < names), labels, 0)
    return known.astype(np.uint8 if names <= 256 else np.int32)
