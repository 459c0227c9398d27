"""Small pictures of every value: the right size, quick, and never an exception."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nodegraph.core.types import NAMES, Detections, Keypoints, Segmentation
from nodegraph.editor.views.thumbnails import thumbnail
from nodegraph.testing.nodes import sample

NAN = float("nan")
SEEN = ("image", "mask", "flow", "segmentation", "detections", "keypoints", "vector")


def seen(value: Any, name: str = "image", width: int = 32, height: int = 18) -> Any:
    return thumbnail(value, (name,), width, height, (0, 0, 0))


@pytest.mark.parametrize("name", SEEN)
@pytest.mark.parametrize(("width", "height"), [(320, 180), (160, 90), (31, 77), (1, 1)])
def test_a_thumbnail_has_exactly_the_size_and_kind_a_texture_needs(name: str, width: int, height: int) -> None:
    small = thumbnail(sample(name), (name,), width, height, (0.1, 0.2, 0.3))
    assert small is not None
    assert small.shape == (height, width, 3)
    assert small.dtype == np.float32
    assert small.flags.c_contiguous
    assert 0 <= small.min() <= small.max() <= 1


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(SEEN)))
def test_what_cannot_be_seen_has_none(name: str) -> None:
    assert seen(sample(name), name) is None


def test_blue_green_red_becomes_red_green_blue() -> None:
    image = np.empty((36, 64, 3), np.uint8)
    image[:] = (255, 51, 0)
    assert seen(image)[9, 16].tolist() == pytest.approx([0, 0.2, 1])


def test_a_picture_of_other_proportions_is_whole_and_in_the_middle() -> None:
    white = np.full((40, 10, 3), 255, np.uint8)
    small = thumbnail(white, ("image",), 32, 16, (0.5, 0, 0))
    assert small is not None
    assert small[:, :14].tolist() == np.broadcast_to([0.5, 0, 0], (16, 14, 3)).tolist()
    assert (small[:, 14:18] == 1).all()
    assert (small[:, 18:] == small[0, 0]).all()


def test_what_is_seen_through_shows_a_checkerboard() -> None:
    clear = np.zeros((18, 32, 4), np.uint8)
    assert len(np.unique(seen(clear))) == 2
    clear[..., 3] = 255
    assert not seen(clear).any()


def test_a_mask_of_fractions_and_a_picture_of_16_bits_are_understood() -> None:
    assert seen(np.full((18, 32), 0.5, np.float32), "mask")[0, 0, 0] == pytest.approx(0.5, abs=0.01)
    assert seen(np.full((18, 32, 3), 65535, np.uint16)).min() == 1
    assert seen(np.ones((18, 32), np.bool_), "mask").min() == 1


def test_the_same_array_is_written_again() -> None:
    out = np.full((18, 32, 3), NAN, np.float32)
    assert thumbnail(sample("image"), ("image",), 32, 18, out=out) is out
    assert np.isfinite(out).all()
    assert thumbnail(sample("image"), ("image",), 32, 18, out=np.zeros((2, 2, 3), np.float32)) is not None


def test_movement_to_the_left_and_to_the_right_differ_in_colour() -> None:
    flow = np.zeros((18, 32, 2), np.float32)
    flow[:, :16, 0], flow[:, 16:, 0] = -9, 9
    small = seen(flow, "flow")
    assert small[9, 2].argmax() != small[9, 30].argmax()
    assert not seen(np.zeros((18, 32, 2), np.float32), "flow").any()


def test_a_box_is_drawn_where_it_is() -> None:
    small = seen(Detections.of([(0.5, 0.0, 1.0, 1.0)], ["dog"]), "detections", 160, 90)
    ground = small[45, 10]
    assert (small[:, :79] == ground).all()
    assert (small[:, 79:82] != ground).any()


@pytest.mark.parametrize(
    "value",
    [
        Detections.of(),
        Detections.of([(NAN, 0, 1, 1), (-9e30, -9e30, 9e30, 9e30), (0.5, 0.5, 0.1, 0.1)], ["Grüße", "日本", ""]),
        Detections.of(np.random.default_rng(1).random((5000, 4)), ["x"] * 5000),
        Keypoints(np.full((3, 2, 3), NAN, np.float32), (), ((0, 1), (0, 9))),
        Keypoints(np.full((1, 2, 3), 1e30, np.float32), (), ((0, 1),)),
        Segmentation(np.full((9, 16), -3, np.int32)),
        Segmentation(np.full((9, 16), 255, np.uint8), ("a",), np.asarray([[1, 2, 3]], np.uint8)),
        np.asarray([NAN, np.inf, -1, 1e30], np.float32),
        np.zeros(7, np.float32),
        np.arange(100_000, dtype=np.float32),
        np.full((18, 32, 2), NAN, np.float32),
        np.zeros((1, 5000, 3), np.uint8),
        np.zeros((720, 1280, 3), np.uint8)[::2, ::2, ::-1],
    ],
    ids=lambda value: type(value).__name__,
)
def test_odd_values_are_drawn_all_the_same(value: Any) -> None:
    small = seen(value, "any")
    assert small is not None
    assert np.isfinite(small).all()


@pytest.mark.parametrize("shape", [(0,), (0, 5), (0, 0, 3), (4, 4, 1), (4, 4, 7), (2, 2, 2, 2), ()])
def test_an_array_that_is_no_picture_has_no_thumbnail(shape: tuple[int, ...]) -> None:
    assert seen(np.zeros(shape, np.uint8)) is None


@given(
    hnp.arrays(
        st.sampled_from([np.uint8, np.float32, np.float64, np.int32, np.int64, np.uint16, np.bool_, np.complex64]),
        hnp.array_shapes(min_dims=1, max_dims=4, max_side=6),
    )
)
def test_no_array_raises(value: Any) -> None:
    for name in ("image", "flow", "any"):
        seen(value, name)


@pytest.mark.parametrize("far", [1.3e19, 3.4e38, 1e300, float("inf"), float("nan")])
def test_a_flow_farther_than_any_picture_has_a_thumbnail(far: float) -> None:
    assert seen(np.full((4, 4, 2), far), "flow") is not None
