"""What each ONNX model makes of its network's answer, with answers made by hand."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from loading import module
from nodegraph_kit import Refusal

F = np.float32
WIDE, HIGH = 128, 64


def rows(*cells: tuple[int, list[float], int, float]) -> np.ndarray:
    """YOLOX's rows for 128×64: (index, box, kind, score)."""
    answer = np.zeros((128 + 32 + 8, 85), F)
    for index, box, kind, score in cells:
        answer[index, :4], answer[index, 4], answer[index, 5 + kind] = box, 1, score
    return answer


def test_yolo_reads_cells_of_all_three_grids() -> None:
    decoded = module("yolo", "grid").decoded
    double = float(np.log(2))
    answer = rows(
        (17, [0.5, 0.5, 0, 0], 0, 0.9), (128 + 9, [0, 0, double, 0], 16, 0.8), (160 + 5, [1, 0.5, 0, 0], 79, 0.7)
    )
    boxes, kinds, scores = decoded(answer, WIDE, HIGH, 0.5)
    assert boxes.tolist() == [[8, 8, 16, 16], [0, 8, 32, 24], [48, 32, 80, 64]]
    assert (kinds.tolist(), scores.tolist()) == ([0, 16, 79], pytest.approx([0.9, 0.8, 0.7]))
    assert len(decoded(answer, WIDE, HIGH, 0.75)[0]) == 2


def test_yolo_scores_are_the_product_and_absurd_sizes_do_not_overflow() -> None:
    decoded = module("yolo", "grid").decoded
    answer = rows((0, [0, 0, 1e9, np.nan], 3, 0.5))
    answer[0, 4] = 0.5
    boxes, kinds, scores = decoded(answer, WIDE, HIGH, 0.2)
    assert (kinds.tolist(), scores.tolist()) == ([3], [0.25])
    assert np.isfinite(boxes[0, [0, 2]]).all()
    assert len(decoded(rows((0, [0] * 4, 3, np.nan)), WIDE, HIGH, 0.2)[0]) == 0
    with pytest.raises(Refusal, match="gave 8400 rows"):
        decoded(np.zeros((8400, 85), F), WIDE, HIGH, 0.5)


def test_tensorflow_numbers_become_names_and_boxes_are_turned_round() -> None:
    read = module("tf-object-detection", "server").read
    answer = {
        "detection_boxes": np.array([[[0.1, 0.2, 0.3, 0.4], [0, 0, 1, 1], [0, 0, 1, 1], [0.5, 0.5, 0.5, 0.9]]], F),
        "detection_classes": np.array([[18, 12, np.nan, 1]], F),
        "detection_scores": np.array([[0.9, 0.9, 0.9, 0.9]], F),
    }
    boxes, names, scores = read(answer, 0.5)
    assert boxes.tolist() == [pytest.approx([0.2, 0.1, 0.4, 0.3])]
    assert (names, scores.tolist()) == (["dog"], pytest.approx([0.9]))
    assert read(answer, 0.95)[1] == []


def test_openpose_drops_people_found_twice_and_marks_points_beyond_the_picture() -> None:
    read = module("openpose", "server").read
    answer = {
        "dets": np.array(
            [[[0, 0, 100, 100, 0.6], [1, 0, 101, 100, 0.9], [200, 0, 300, 100, 0.8], [0, 300, 9, 400, 0.1]]], F
        ),
        "keypoints": np.tile(np.array([32, 16, 0.7], F), (1, 4, 17, 1)),
    }
    answer["keypoints"][0, 1, 0] = [700, 10, 0.9]
    answer["keypoints"][0, 1, 1] = [np.nan, 10, 0.9]
    people = read(answer, 0.5, 640, 320)
    assert people.shape == (2, 17, 3)
    assert people[0, :2, 2].tolist() == [-1, -1]
    assert people[0, 2].tolist() == pytest.approx([0.05, 0.05, 0.7])
    assert read(answer, 0.95, 640, 320).shape == (0, 17, 3)


def test_openpose_reads_its_network_out_of_the_archive(tmp_path: Path) -> None:
    member = module("openpose", "server").member
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("20231211/rtmo/end2end.onnx", b"network")
    assert member(archive, "end2end.onnx") == b"network"
    with pytest.raises(Refusal, match=r"a\.zip has no other\.onnx in it"):
        member(archive, "other.onnx")
    archive.write_bytes(archive.read_bytes()[:40])
    with pytest.raises(Refusal, match=r"a\.zip is no zip archive, or damaged"):
        member(archive, "end2end.onnx")


def test_green_screen_understands_one_plane_and_two_and_changes_edges() -> None:
    server = module("green-screen", "server")
    one = np.array([[[0, 0.25, 2, np.nan]]], F)
    assert server.person(one).tolist() == [[0, 0.25, 1, 0]]
    shares = np.array([[[0.7, 0.2]], [[0.3, 0.8]]], F)
    assert server.person(shares).tolist() == [pytest.approx([0.3, 0.8])]
    logits = np.array([[[-2, 500]], [[2, -500]]], F)
    assert server.person(logits).tolist() == [pytest.approx([0.982, 0], abs=1e-3)]
    soft = np.array([[0, 0.3, 0.5, 0.6, 1]], F)
    assert server.softened(soft, 1.0).tolist() == soft.tolist()
    assert server.softened(soft, 0).tolist() == [[0, 0, 1, 1, 1]]
    assert server.softened(soft, 0.5).tolist() == [pytest.approx([0, 0.1, 0.5, 0.7, 1])]
