"""What the ONNX models share: boxes, sizes, the choice of things. None of it needs OpenVINO."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from nodegraph_kit import Refusal, coco, cores
from onnx_kit import boxes, fit, things
from onnx_kit.things import chosen
from pictures import draw_scene

F = np.float32


def test_of_boxes_that_overlap_the_surest_stays_unless_they_are_of_another_kind() -> None:
    found = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [20, 20, 30, 30], [0, 0, 10, 10]], F)
    scores = np.array([0.7, 0.9, 0.8, 0.6], F)
    assert boxes.not_doubled(found, scores, 0.5) == [1, 2]
    assert boxes.not_doubled(found, scores, 0.5, np.array([0, 0, 0, 1])) == [1, 2, 3]
    assert boxes.not_doubled(found, scores, 0.9) == [1, 2, 0]
    assert boxes.not_doubled(np.zeros((0, 4), F), np.zeros(0, F), 0.5) == []


def test_overlap_is_the_shared_area_by_the_whole_one() -> None:
    others = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [10, 0, 20, 10], [3, 3, 3, 3]], F)
    assert boxes.shared(others[0], others) == pytest.approx([1, 1 / 3, 0, 0])


def test_equal_scores_are_taken_in_order_and_thousands_of_boxes_do_not_take_for_ever() -> None:
    many = np.tile(np.array([[0, 0, 10, 10]], F), (50_000, 1))
    assert boxes.not_doubled(many, np.full(50_000, 0.5, F), 0.5) == [0]


def test_boxes_become_fractions_and_those_that_are_none_are_told() -> None:
    pixels = [
        [10, 20, 30, 40],
        [-10, -5, 50, 60],
        [200, 0, 300, 50],
        [5, 5, 5, 9],
        [np.nan, 0, 50, 50],
        [0, 0, np.inf, 50],
    ]
    fractions, real = boxes.inside(np.array(pixels, F), 100, 50)
    assert real.tolist() == [True, True, False, False, False, False]
    assert fractions[0].tolist() == pytest.approx([0.1, 0.4, 0.3, 0.8])
    assert fractions[1].tolist() == [0, 0, 0.5, 1]


def test_cells_are_counted_row_by_row_and_another_number_of_them_is_refused() -> None:
    assert boxes.grid(96, 64, 32).tolist() == [[0, 0], [1, 0], [2, 0], [0, 1], [1, 1], [2, 1]]
    with pytest.raises(Refusal, match="gave 5 rows as boxes; at this size it should be 6"):
        boxes.expect_rows("boxes", 5, 6)


@pytest.mark.parametrize(
    ("shape", "inner"),
    [((720, 1280), (360, 640)), ((1280, 720), (640, 360)), ((1, 1), (640, 640)), ((1, 2000), (1, 640))],
)
def test_a_letterboxed_picture_lies_at_the_top_left_of_grey(shape: tuple[int, int], inner: tuple[int, int]) -> None:
    fitted = fit.letterboxed(np.full((*shape, 3), 200, np.uint8), 640, 640)
    assert fitted.image.shape == (640, 640, 3)
    assert (fitted.image[: inner[0], : inner[1]] == 200).all()
    assert (fitted.image[inner[0] :] == 114).all()
    assert (fitted.image[:, inner[1] :] == 114).all()
    assert fitted.scale == (inner[1] / shape[1], inner[0] / shape[0])


def test_shrunk_keeps_the_shape_in_multiples_and_enlarges_only_when_told() -> None:
    wide = np.zeros((100, 400, 3), np.uint8)
    assert fit.shrunk(wide, 200).shape == (50, 200, 3)
    assert fit.shrunk(wide, 800).shape == (100, 400, 3)
    assert fit.shrunk(wide, 800, enlarge=True).shape == (200, 800, 3)
    assert fit.shrunk(wide, 200, 32).shape == (64, 192, 3)
    assert fit.shrunk(wide[:1, :1], 200, 4, least=32).shape == (32, 32, 3)
    assert fit.shrunk(wide, 400) is wide


def test_planes_are_one_picture_of_three_channels_in_the_order_and_range_asked_for() -> None:
    image = np.array([[[10, 20, 30]]], np.uint8)
    assert fit.planes(image).tolist() == [[[[10]], [[20]], [[30]]]]
    assert fit.planes(image, rgb=True, middle=10, scale=10).tolist() == [[[[2]], [[1]], [[0]]]]
    assert (fit.planes(draw_scene()).shape, fit.planes(draw_scene()).dtype) == ((1, 3, 240, 320), F)


def test_things_are_chosen_by_name_surest_first_and_an_unknown_name_is_told() -> None:
    places = np.array([[0, 0, 0.5, 0.5], [0.5, 0.5, 1, 1], [0, 0, 1, 1]], F)
    found = things(places, ["dog", "couch", "dog"], np.array([0.5, 0.6, 0.9], F), "")
    assert (found.objects.labels, found.count) == (("dog", "couch", "dog"), 3.0)
    assert found.objects.scores.tolist() == pytest.approx([0.9, 0.6, 0.5])
    some = things(places, ["dog", "couch", "dog"], np.array([0.5, 0.6, 0.9], F), " Sofa;")
    assert (some.objects.labels, some.objects.boxes.tolist()) == (("couch",), [[0.5, 0.5, 1, 1]])
    with pytest.raises(Refusal, match=r"no kind called unicorn. There are: person, bicycle"):
        chosen("dog, unicorn")
    assert chosen(" , ") == frozenset()


def test_coco_has_eighty_names_and_ninety_numbers_with_gaps() -> None:
    assert (len(coco.NAMES), len(set(coco.NAMES)), len(coco.BY_ID)) == (80, 80, 80)
    assert [coco.BY_ID[number] for number in (1, 13, 18, 44, 62, 72, 90)] == [
        *("person", "stop sign", "dog", "bottle", "chair", "tv", "toothbrush")
    ]
    assert 12 not in coco.BY_ID
    others = [
        "tvmonitor",
        "aeroplane",
        "motorbike",
        "sofa",
        "pottedplant",
        "diningtable",
        "Potted_Plant",
        " cell  phone ",
    ]
    assert [coco.name_of(one) for one in others] == [
        *("tv", "airplane", "motorcycle", "couch", "potted plant", "dining table", "potted plant", "cell phone")
    ]
    assert coco.name_of("Unicorn ") == "Unicorn"


def test_cores_are_those_allowed_and_at_most_the_containers_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = tmp_path / "cpu.max"
    monkeypatch.setattr(cores, "_V2", limit)
    monkeypatch.setattr(cores, "_V1", tmp_path / "none")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(8), raising=False)
    for text, wanted in [("max 100000", 8), ("150000 100000", 2), ("50000 100000", 1), ("nonsense", 8)]:
        limit.write_text(text + "\n")
        assert cores.cores() == wanted
    limit.unlink()
    assert cores.cores() == 8
    older = tmp_path / "none"
    older.mkdir()
    (older / "cpu.cfs_quota_us").write_text("300000\n")
    (older / "cpu.cfs_period_us").write_text("100000\n")
    assert cores.cores() == 3


def test_importing_the_kit_does_not_need_openvino_or_opencv() -> None:
    program = "import sys; sys.modules['cv2'] = sys.modules['openvino'] = None; import onnx_kit"
    models = Path(__file__).parents[2] / "models"
    environment = {**os.environ, "PYTHONPATH": f"{models / 'kit'}{os.pathsep}{models}"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
