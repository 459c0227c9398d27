"""Detections: chosen, counted, cut out, drawn."""

import numpy as np
from numpy.typing import NDArray

from nodegraph.sdk import Detections, Keypoints, Segmentation
from nodegraph.testing import run_node, sample
from nodes.filter._drawing import color_for
from nodes.filter._text import text_mask
from nodes.filter.detections import (
    CountDetections,
    CropToDetection,
    DetectionsToMask,
    LargestDetection,
    SelectDetections,
)
from nodes.filter.draw import DrawDetections, DrawKeypoints, DrawMask, DrawSegmentation
from nodes.filter.draw_flow import DrawFlow, FlowToImage
from nodes.filter.measure import AverageColor, Brightness, Histogram, ImageInfo

SOME = Detections.of(
    [(0.1, 0.1, 0.3, 0.3), (0.0, 0.0, 0.8, 0.5), (0.5, 0.5, 0.6, 0.6)], ("Person", "dog", "person"), (0.9, 0.6, 0.4)
)
NONE = Detections.of()


def black(height: int = 100, width: int = 200, channels: int = 3) -> NDArray[np.uint8]:
    return np.zeros((height, width, channels), np.uint8)


def test_labels_are_chosen_in_any_case_and_scores_limit() -> None:
    assert run_node(SelectDetections, SOME, labels="person", score=0.0).labels == ("Person", "person")
    assert run_node(SelectDetections, SOME, labels="person").labels == ("Person",)
    assert run_node(SelectDetections, SOME, labels="person, cat", exclude=True, score=0.0).labels == ("dog",)
    assert run_node(SelectDetections, SOME, score=0.0, most=2).labels == ("Person", "dog")
    assert run_node(SelectDetections, SOME, score=0.0, smallest=0.03).labels == ("Person", "dog")


def test_none_of_none_is_none() -> None:
    assert len(run_node(SelectDetections, NONE)) == 0
    assert run_node(CountDetections, NONE) == (0, False)
    largest = run_node(LargestDetection, NONE)
    assert (len(largest.detections), largest.x, largest.box.tolist()) == (0, 0.0, [0.0] * 4)
    image = black()
    assert run_node(DrawDetections, image, NONE) is image
    assert run_node(CropToDetection, image, NONE) is image
    assert run_node(CropToDetection, image, NONE, missing="nothing") is None


def test_counting_one_label() -> None:
    assert run_node(CountDetections, SOME, label="PERSON") == (2, True)
    assert run_node(CountDetections, SOME) == (3, True)


def test_the_largest_and_the_surest_differ() -> None:
    largest = run_node(LargestDetection, SOME)
    assert largest.detections.labels == ("dog",)
    np.testing.assert_allclose((largest.x, largest.y, largest.size), (0.4, 0.25, 0.4), atol=1e-6)
    assert run_node(LargestDetection, SOME, by="score").detections.labels == ("Person",)


def test_cropping_takes_the_box_and_stays_inside() -> None:
    assert run_node(CropToDetection, black(), SOME, margin=0.0).shape == (50, 160, 3)
    assert run_node(CropToDetection, black(), SOME, margin=4.0).shape == (100, 200, 3)
    # (0.1..0.3 of 200) = 40 px wide, 20 px high: the square is 40 px, cut off at the top by 0 px.
    assert run_node(CropToDetection, black(), SOME, index=1, margin=0.0, square=True).shape == (40, 40, 3)


def test_a_mask_of_boxes_covers_them_exactly() -> None:
    mask = run_node(DetectionsToMask, black(), SOME)
    assert mask[:50, :160].min() == 255
    assert mask[50:60, 100:120].min() == 255
    assert int((mask > 0).sum()) == 50 * 160 + 10 * 20


def test_boxes_are_drawn_where_they_are_and_make_alpha_opaque() -> None:
    result = run_node(DrawDetections, black(channels=4), SOME, labels=False, scores=False, thickness=5.0)
    assert result[30, 40].tolist() == [*color_for("Person"), 255]
    assert result[80, 180].tolist() == [0, 0, 0, 0]


def test_boxes_far_outside_and_broken_numbers_are_no_error() -> None:
    wild = Detections.of([(-1e9, 0.1, 1e9, 0.4), (np.nan, 0, 1, np.inf)], ("a", "b"), (np.nan, 0.5))
    for node in (DrawDetections, CropToDetection, DetectionsToMask):
        assert run_node(node, black(), wild).size > 0


def test_a_label_keeps_its_colour_for_ever() -> None:
    assert color_for("person") == (102, 237, 75)
    assert color_for("dog") != color_for("person")


def test_missing_and_weak_points_are_not_drawn() -> None:
    nan = float("nan")
    points = Keypoints(
        np.array([[(nan, nan, 1), (0.5, 0.5, 0.1), (0.25, 0.5, 0.9)]], np.float32), edges=((0, 1), (1, 2))
    )
    result = run_node(DrawKeypoints, black(), points, radius=10.0)
    ys, xs = np.nonzero(result.max(axis=2))
    assert abs(xs.mean() - 50) < 1
    assert abs(ys.mean() - 50) < 1


def test_a_segmentation_shows_its_own_colours_without_mixing() -> None:
    labels = np.array([[0, 1], [2, 1]], np.int32)
    colors = np.array([(9, 9, 9), (10, 20, 30), (40, 50, 60)], np.uint8)
    result = run_node(
        DrawSegmentation, black(), Segmentation(labels, ("a", "b", "c"), colors), opacity=1.0, outline=False
    )
    assert result[10, 10].tolist() == [0, 0, 0]
    assert {tuple(pixel) for pixel in result.reshape(-1, 3).tolist()} == {(0, 0, 0), (10, 20, 30), (40, 50, 60)}


def test_a_mask_can_dim_the_rest() -> None:
    mask = np.zeros((100, 200), np.uint8)
    mask[:, :100] = 255
    result = run_node(DrawMask, np.full((100, 200, 3), 100, np.uint8), mask, style="dim the rest", opacity=0.5)
    assert (result[0, 0, 0], result[0, 150, 0]) == (100, 50)


def test_flow_to_the_right_is_red_and_arrows_are_only_where_it_moves() -> None:
    flow = np.zeros((100, 200, 2), np.float32)
    flow[:, 100:, 0] = 20
    colors = run_node(FlowToImage, flow)
    assert colors[50, 50].tolist() == [0, 0, 0]
    assert colors[50, 150, 2] == 255
    assert colors[50, 150, :2].max() < 40
    drawn = run_node(DrawFlow, black(), flow)
    assert drawn[:, :95].max() == 0
    assert drawn[:, 100:].max() == 255


def test_text_is_drawn_in_any_script_or_made_readable() -> None:
    plain, accented = text_mask("u", 40), text_mask("ü", 40)
    assert plain.max() == accented.max() == 255
    assert text_mask("日", 40).max() == 255
    assert accented.sum() > 1.1 * plain.sum(), "the dots over ü must be there on every machine"
    assert text_mask("", 40).max() == 0
    two = text_mask("a\nb", 40)
    assert two.shape[0] > 1.6 * plain.shape[0]


def test_measures_of_a_known_picture() -> None:
    image = np.zeros((10, 20, 3), np.uint8)
    image[:, 10:] = (255, 127, 0)
    np.testing.assert_allclose(run_node(AverageColor, image), [0.5, 127 / 510, 0], atol=1e-6)
    mask = np.zeros((5, 10), np.uint8)
    mask[:, 5:] = 255
    np.testing.assert_allclose(run_node(AverageColor, image, mask), [1, 127 / 255, 0], atol=1e-6)
    assert run_node(Brightness, np.full((3, 3, 3), 51, np.uint8)) == 0.2
    histogram = run_node(Histogram, image, bins=2, channel="blue")
    assert histogram.tolist() == [0.5, 0.5]
    assert run_node(ImageInfo, sample("image", 160, 90, alpha=True)) == (160, 90, 160 / 90, True)
