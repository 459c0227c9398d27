"""COCO's 17 points become OpenPose's 18, with the neck between the shoulders."""

import numpy as np
import pytest
from nodegraph_kit.body import COCO17, EDGES18, OPENPOSE18, coco17_to_openpose18

from nodegraph.runtime.answer_shapes import BODY, BONES


def a_person(**scores: float) -> np.ndarray:
    """One person whose point number n is at (n / 100, n / 50), float32 (1, 17, 3)."""
    rows = [[n / 100, n / 50, scores.get(name, 0.9)] for n, name in enumerate(COCO17)]
    return np.array([rows], np.float32)


def test_every_point_keeps_its_place_under_its_name() -> None:
    answer = coco17_to_openpose18(a_person())
    assert answer.names == OPENPOSE18
    for number, name in enumerate(COCO17):
        found = answer.points[0, OPENPOSE18.index(name)]
        assert found == pytest.approx([number / 100, number / 50, 0.9]), name


def test_the_neck_is_between_the_shoulders_and_as_sure_as_the_less_sure_one() -> None:
    answer = coco17_to_openpose18(a_person(Left_Shoulder=0.5, Right_Shoulder=0.8))
    assert answer.points[0, 1] == pytest.approx([0.055, 0.11, 0.5])


def test_a_point_below_the_threshold_is_missing_and_a_neck_needs_both_shoulders() -> None:
    answer = coco17_to_openpose18(a_person(Left_Shoulder=0.2, Nose=0.29), threshold=0.3)
    missing = {name for name, point in zip(OPENPOSE18, answer.points[0], strict=True) if np.isnan(point).all()}
    assert missing == {"Nose", "Neck", "Left_Shoulder"}


def test_nobody_is_an_answer_of_the_right_shape() -> None:
    assert coco17_to_openpose18(np.zeros((0, 17, 3))).points.shape == (0, 18, 3)


def test_names_and_limbs_are_those_that_answers_of_openpose_servers_get() -> None:
    assert (BODY, BONES) == (OPENPOSE18, EDGES18)


def test_the_shape_of_another_skeleton_is_refused() -> None:
    with pytest.raises(ValueError, match="17, 3"):
        coco17_to_openpose18(np.zeros((51, 16, 3)))
