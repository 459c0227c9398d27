"""What Florence-2 writes becomes boxes with sentences and scores."""

import math
import re

import pytest
from loading import module

regions = module("densecap", "regions")
HALF = math.log(0.5)


def found(text, logarithms=None, special=("<s>", "</s>")):
    tokens = re.findall(r"<[^>]+>|[^<]", text)
    values = [HALF] * len(tokens) if logarithms is None else logarithms
    return regions.find_regions(tokens, values, "".join, special)


def test_words_and_four_places_are_a_region_with_the_mean_probability_of_both():
    logarithms = [0.0] + [HALF] * 3 + [2 * HALF] + [HALF] * 2 + [0.0] + [0.0]
    (region,) = found("<s>cat<loc_0><loc_100><loc_500><loc_999></s>", logarithms)
    assert region.caption == "cat"
    assert region.box == pytest.approx((0.0005, 0.1005, 0.5005, 0.9995))
    assert region.score == pytest.approx(0.5 ** (7 / 7))


def test_several_regions_keep_their_order_and_a_box_without_words_has_those_before():
    text = "a man<loc_1><loc_2><loc_3><loc_4><loc_5><loc_6><loc_7><loc_8> red  car<loc_9><loc_10><loc_11><loc_12>"
    assert [one.caption for one in found(text)] == ["a man", "a man", "red car"]


def test_corners_in_any_order_make_the_same_box():
    (one,) = found("x<loc_300><loc_400><loc_100><loc_200>")
    assert one.box == pytest.approx((0.1005, 0.2005, 0.3005, 0.4005))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "only words",
        "<loc_1><loc_2><loc_3><loc_4>",  # a box of nothing
        "three<loc_1><loc_2><loc_3>",
        "flat<loc_1><loc_2><loc_9><loc_2>",
        "thin<loc_1><loc_2><loc_1><loc_9>",
    ],
)
def test_what_is_no_whole_region_is_left_out(text):
    assert found(text) == []


def test_a_broken_group_of_places_does_not_spoil_the_next_region():
    (one,) = found("dog<loc_1><loc_2>cat<loc_100><loc_200><loc_300><loc_400>")
    assert (one.caption, one.box[0]) == ("cat", pytest.approx(0.1005))


def test_places_out_of_range_stay_in_the_picture():
    (one,) = found("dog<loc_0><loc_0><loc_1000><loc_4000>")
    assert one.box == pytest.approx((0.0005, 0.0005, 1.0, 1.0))


def test_complete_groups_are_counted():
    tokens = ["a", *["<loc_1>"] * 4, *["<loc_2>"] * 4, "b", "<loc_1>", "<loc_1>", "c", *["<loc_3>"] * 3]
    assert regions.count_regions(tokens) == 2
