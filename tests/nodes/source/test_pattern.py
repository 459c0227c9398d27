from itertools import islice

import numpy as np
import pytest

from nodes.source.pattern import Gradient, Pattern, SolidColor

KINDS = ["bars", "gradient", "checker", "circle", "noise", "counter"]


def frames_of(count=5, **params):
    return list(islice(Pattern(**params).stream(), count))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(64, 48), (1, 1), (7, 3)])
def test_every_pattern_has_the_size_asked_for_and_repeats_exactly(kind, size):
    first = frames_of(kind=kind, width=size[0], height=size[1])
    again = frames_of(kind=kind, width=size[0], height=size[1])
    for one, other in zip(first, again, strict=True):
        assert one.value.shape == (size[1], size[0], 3)
        assert one.value.dtype == np.uint8
        assert np.array_equal(one.value, other.value)


@pytest.mark.parametrize("kind", ["gradient", "checker", "circle", "noise", "counter"])
def test_moving_patterns_move(kind):
    first, second = frames_of(2, kind=kind, width=64, height=48)
    assert not np.array_equal(first.value, second.value)


def test_times_follow_the_rate_and_the_duration_ends_it():
    frames = frames_of(100, width=8, height=8, fps=50, duration=0.3)
    assert [frame.time for frame in frames] == pytest.approx([i / 50 for i in range(15)])
    assert len(frames_of(100, width=8, height=8)) == 100


def test_bars_have_their_colours():
    image = frames_of(1, kind="bars", width=700, height=100)[0].value
    assert image[10, 50::100].tolist()[1] == [0, 191, 191]
    assert image[10, 650].tolist() == [191, 0, 0]


def test_the_disc_is_where_its_number_says():
    image = frames_of(1, kind="circle", width=200, height=100)[0].value
    assert image[50, 130].tolist() == [60, 180, 250]
    assert image[50, 70].tolist() == [40, 40, 40]


def test_a_solid_colour_has_alpha_only_below_full_opacity():
    assert SolidColor(color=(1, 2, 3), width=2, height=1).process().tolist() == [[[1, 2, 3], [1, 2, 3]]]
    assert SolidColor(color=(1, 2, 3), opacity=0.5, width=1, height=1).process().tolist() == [[[1, 2, 3, 128]]]


def test_gradients_go_from_one_colour_to_the_other():
    across = Gradient(first=(0, 0, 100), second=(200, 0, 0), width=5, height=2).process()
    assert across[0].tolist() == [[0, 0, 100], [50, 0, 75], [100, 0, 50], [150, 0, 25], [200, 0, 0]]
    down = Gradient(angle=90, width=2, height=5).process()
    assert down[:, 0, 0].tolist() == [0, 64, 128, 191, 255]
    round_ = Gradient(shape="radial", width=101, height=101).process()
    assert round_[50, 50].tolist() == [0, 0, 0]
    assert round_[0, 0].tolist() == [255, 255, 255]
    assert Gradient(width=1, height=1).process().tolist() == [[[0, 0, 0]]]
