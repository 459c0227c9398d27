"""A person's points: the 17 that COCO's networks find, and the 18 with a neck that OpenPose made usual."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nodegraph_kit.types import Keypoints

COCO17: Final = (
    *("Nose", "Left_Eye", "Right_Eye", "Left_Ear", "Right_Ear", "Left_Shoulder", "Right_Shoulder", "Left_Elbow"),
    *("Right_Elbow", "Left_Wrist", "Right_Wrist", "Left_Hip", "Right_Hip", "Left_Knee", "Right_Knee"),
    *("Left_Ankle", "Right_Ankle"),
)
"""The order in which networks trained on COCO give a person's points."""
OPENPOSE18: Final = (
    *("Nose", "Neck", "Right_Shoulder", "Right_Elbow", "Right_Wrist", "Left_Shoulder", "Left_Elbow", "Left_Wrist"),
    *("Right_Hip", "Right_Knee", "Right_Ankle", "Left_Hip", "Left_Knee", "Left_Ankle"),
    *("Right_Eye", "Left_Eye", "Right_Ear", "Left_Ear"),
)
"""The 18 points of OpenPose's COCO model, in its order."""
EDGES18: Final[tuple[tuple[int, int], ...]] = (
    *((1, 2), (2, 3), (3, 4), (1, 5), (5, 6), (6, 7)),
    *((1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13)),
    *((1, 0), (0, 14), (14, 16), (0, 15), (15, 17)),
)
"""The limbs: pairs of indices into OPENPOSE18."""
_FROM: Final = [0 if name == "Neck" else COCO17.index(name) for name in OPENPOSE18]
_NECK: Final = OPENPOSE18.index("Neck")
_SHOULDERS: Final = [COCO17.index("Left_Shoulder"), COCO17.index("Right_Shoulder")]


def coco17_to_openpose18(people: Any, threshold: float = 0.3) -> Keypoints:
    """`people`, (N, 17, 3) x, y as fractions 0..1 and score in COCO17's order, as OpenPose's 18 points.

    The neck is the middle between the shoulders, as sure as the less sure of them. A point whose score is below
    `threshold` is missing (NaN), as it is where OpenPose sees nothing. Raises ValueError for another shape.
    """
    seen = np.asarray(people, np.float32)
    if seen.ndim != 3 or seen.shape[1:] != (len(COCO17), 3):
        raise ValueError(f"expected (N, 17, 3) points, not {seen.shape}")
    points: NDArray[np.float32] = seen[:, _FROM]  # a list of indices makes a copy
    shoulders = seen[:, _SHOULDERS]
    points[:, _NECK, :2] = shoulders[:, :, :2].mean(axis=1)
    points[:, _NECK, 2] = shoulders[:, :, 2].min(axis=1)
    points[~(points[:, :, 2] >= threshold)] = np.nan
    return Keypoints(points, OPENPOSE18, EDGES18)
