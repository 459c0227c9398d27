"""Where people look: the geometry, a head's direction from five points, and pieces cut out around an eye."""

import numpy as np
import pytest
from loading import module
from numpy.typing import NDArray

gaze = module("gazecapture", "gaze")
SIZE, FOCAL = (640, 480), 640.0


def seen(point: NDArray[np.float64]) -> tuple[float, float]:
    """Where a point in centimetres before the camera (x right in the picture, y down, z away) is in the picture."""
    return SIZE[0] / 2 + FOCAL * point[0] / point[2], SIZE[1] / 2 + FOCAL * point[1] / point[2]


@pytest.mark.parametrize(
    ("eyes", "target"),
    [((5, -3, 50), (-8, 12)), ((0, 0, 60), (0, 0)), ((-20, 10, 120), (15, -7)), ((0, 5, 30), (10, 20))],
)
def test_a_look_meets_the_cameras_plane_where_it_was_aimed(
    eyes: tuple[float, float, float], target: tuple[float, float]
) -> None:
    middle, aim = np.array(eyes, float), np.array([*target, 0.0])
    look = aim - middle
    half = np.array([gaze.PUPILS / 2, 0, 0])
    right, left = seen(middle - half), seen(middle + half)
    found = gaze.eyes_in_space(right, left, SIZE, FOCAL)
    assert found == pytest.approx(middle)
    # Directions have y up and z towards the camera; the point is counted as the one who looks sees it, y up.
    assert gaze.meeting_point(found, [look[0], -look[1], -look[2]]) == pytest.approx((-target[0], -target[1]))


def test_a_look_away_from_the_camera_or_along_its_plane_meets_nothing() -> None:
    eyes = np.array([0, 0, 50.0])
    assert gaze.meeting_point(eyes, [0, 0, -1]) is None
    assert gaze.meeting_point(eyes, [1, 0, 0.01]) is None
    assert gaze.meeting_point(eyes, [0, 0, 0]) is None
    assert gaze.meeting_point(eyes, [np.nan, 0, 1]) is None
    assert gaze.meeting_point(eyes, [0, 0, 5]) == pytest.approx((0, 0))


def test_a_head_that_turns_right_in_the_picture_and_down_points_there() -> None:
    assert gaze.forward(0, 0) == pytest.approx([0, 0, 1])
    assert gaze.forward(90, 0) == pytest.approx([1, 0, 0], abs=1e-9)
    assert gaze.forward(0, 30) == pytest.approx([0, -0.5, np.sqrt(0.75)])


def face(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """Five points of the mean face, seen from afar, turned by angles in degrees: 10 pixels for a centimetre."""
    apart, down, nose, rest = gaze.PUPILS / 2, gaze.DOWN, gaze.NOSE, gaze.REST
    points = np.array([[-apart, 0, 0], [apart, 0, 0], [0, down * rest, nose], [-2.5, down, 0], [2.5, down, 0]])
    y, p, r = np.radians([yaw, pitch, roll])
    bent = np.array([[1, 0, 0], [0, np.cos(p), np.sin(p)], [0, -np.sin(p), np.cos(p)]])
    turned = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    tilted = np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]])
    moved: NDArray[np.float64] = points @ (tilted @ turned @ bent).T
    return moved[:, :2] * 10 + 300


@pytest.mark.parametrize(
    "angles", [(0, 0, 0), (20, 0, 0), (-30, 0, 0), (0, 15, 0), (0, -15, 0), (0, 0, 25), (15, 10, -20)]
)
def test_a_heads_direction_is_guessed_from_five_points(angles: tuple[float, float, float]) -> None:
    assert gaze.head_angles(face(*angles)) == pytest.approx(angles, abs=6)


def test_points_that_fall_together_give_some_angles_and_no_error() -> None:
    assert np.isfinite(gaze.head_angles(np.zeros((5, 2)))).all()


def test_an_eye_is_cut_out_turned_upright_and_the_edge_goes_on() -> None:
    sampled = module("gazecapture", "look").sampled
    image = np.zeros((200, 200, 3), np.uint8)
    image[:, 100:] = 200
    straight = sampled(image, np.array([100, 100]), np.array([60, 60]), 0.0)
    assert straight.shape == (60, 60, 3)
    assert (straight[:, :29].max(), straight[:, 31:].min()) == (0, 200)
    turned = sampled(image, np.array([100, 100]), np.array([60, 60]), 90.0)
    assert (turned[:29].min(), turned[31:].max()) == (200, 0)
    assert (sampled(image, np.array([500, 100]), np.array([60, 60]), 0.0) == 200).all()
    one = np.full((1, 1, 3), 7, np.uint8)
    assert (sampled(one, np.array([0.5, 0.5]), np.array([1, 1]), 10.0) == 7).all()


def test_the_gaze_network_is_given_upright_eyes_and_its_answer_is_turned_back() -> None:
    look = object.__new__(module("gazecapture", "look").Look)
    asked: dict[str, NDArray[np.float32]] = {}

    def network(arrays: dict[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
        asked.update(arrays)
        return {"gaze_vector": np.array([[0, 2, -2]], np.float32)}

    look.head, look.gaze = None, network
    image = np.zeros((100, 200, 3), np.uint8)
    image[:, :100] = 50  # the picture's left half, where the person's right eye is
    points = np.array([[80, 50], [120, 50], [100, 60], [85, 80], [115, 80]], float)
    told = look.of(image, np.array([50, 10, 150, 90], float), points)
    assert told["method"] == "eyes"
    assert (asked["left_eye_image"].mean() > 40, asked["right_eye_image"].mean() < 10) == (True, True)
    assert told["direction"] == pytest.approx([0, 0.7071, 0.7071], abs=1e-3)
    tilted = points[:, ::-1]  # a quarter turn: the left eye is below the right one
    told = look.of(image, np.array([50, 10, 150, 90], float), tilted)
    assert asked["head_pose_angles"][0, 2] == 0
    assert told["direction"] == pytest.approx([0.7071, 0, 0.7071], abs=1e-3)


def test_yunets_maps_are_faces_with_five_points() -> None:
    yunet = module("gazecapture", "yunet")
    answer = {
        f"{part}_{stride}": np.zeros((1, (128 // stride) * (64 // stride), width), np.float32)
        for part, width in yunet.PARTS.items()
        for stride in yunet.STRIDES
    }
    answer["cls_16"][0, 9], answer["obj_16"][0, 9] = 0.64, 1.5
    answer["bbox_16"][0, 9] = [0.5, 0.25, np.log(2), 0]
    answer["kps_16"][0, 9] = np.arange(10) / 10
    boxes, points, scores = yunet.faces(answer, 128, 64, 0.5)
    assert boxes.tolist() == [[8, 12, 40, 28]]
    assert points[0, 1].tolist() == pytest.approx([16 + 0.2 * 16, 16 + 0.3 * 16])
    assert scores.tolist() == pytest.approx([0.8])
    assert len(yunet.faces(answer, 128, 64, 0.9)[0]) == 0
