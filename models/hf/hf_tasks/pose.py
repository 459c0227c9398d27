"""The points of a person's body, one person at a time: who is where is told by boxes."""

from typing import Annotated

import numpy as np
from nodegraph_kit import Detections, Image, Keypoints, param
from nodegraph_kit.body import COCO17, coco17_to_openpose18
from nodegraph_kit.coco import names_in
from numpy.typing import NDArray

from hf_tasks.served import Served, exact

LEAST = 2.0  # pixels: a thinner box holds nobody


class Pose(Served):
    """Finds the points of the body of every person in a box: nose, shoulders, hands, knees and so on."""

    title = "Pose estimation"
    automatic = "AutoModelForPoseEstimation"
    faster = {"vitpose": ("heatmaps",)}

    def run(
        self,
        image: Annotated[Image, "The picture with people."],
        detections: Annotated[
            Detections, "Boxes around people, from a detector; without them the whole picture is one person."
        ]
        | None = None,
        threshold: float = param(0.3, "Points that are less sure are left out.", ge=0, le=1),
        only: str = param("person", "Boxes with these labels are people, with commas between; empty for all boxes."),
        most: int = param(10, "At most so many people, the surest first; each takes its time.", ge=1, le=100),
    ) -> Annotated[Keypoints, "The points of every person."]:
        height, width = image.shape[:2]
        people = _people(detections, names_in(only), most) * (width, height, width, height)
        people = people[(people[:, 2] >= LEAST) & (people[:, 3] >= LEAST)]
        found = self._found(image, people) if len(people) else np.zeros((0, len(self.config.id2label), 3), np.float32)
        found[:, :, :2] /= (width, height)
        names = tuple(str(self.config.id2label[index]) for index in sorted(self.config.id2label))
        if len(names) == len(COCO17):
            return coco17_to_openpose18(found, threshold)
        found[~(found[:, :, 2] >= threshold)] = np.nan
        return Keypoints(found, names)

    def _found(self, image: Image, people: NDArray[np.float64]) -> NDArray[np.float32]:
        """Points (people, K, 3) in pixels, with scores, for boxes x, y, width, height in pixels."""
        places = [people.tolist()]
        outputs = self.ask(self.processor(exact(image), boxes=places, return_tensors="pt"))
        found = self.processor.post_process_pose_estimation(outputs, boxes=places)[0]
        return np.stack(
            [np.concatenate([one["keypoints"].numpy(), one["scores"].numpy()[:, None]], axis=1) for one in found]
        ).astype(np.float32)


def _people(detections: Detections | None, only: frozenset[str], most: int) -> NDArray[np.float64]:
    """Boxes x, y, width, height as fractions, at most `most`, the surest first."""
    if detections is None:
        return np.array([[0.0, 0.0, 1.0, 1.0]])
    keep = [index for index, label in enumerate(detections.labels) if not only or only & names_in(label)]
    keep = sorted(keep, key=lambda index: -float(detections.scores[index]))[:most]
    corners = np.clip(detections.boxes[keep].astype(np.float64).reshape(-1, 4), 0, 1)
    return np.hstack([corners[:, :2], corners[:, 2:] - corners[:, :2]])
