"""Nodes with a memory: what they show after which frames."""

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.testing import run_frames, run_node, sample, stamp_of
from nodes.filter.feedback import FrameDelay, Trails
from nodes.filter.lens import Glitch, Grain
from nodes.filter.motion import BackgroundSubtraction, FrameDifference, OpticalFlow
from nodes.filter.time import Echo, Freeze, PosterizeTime, SlitScan


def flat(value: int, height: int = 4, width: int = 6) -> NDArray[np.uint8]:
    return np.full((height, width, 3), value, np.uint8)


def values(results: list[NDArray[np.uint8]]) -> list[int]:
    return [int(result[0, 0, 0]) for result in results]


def stream(*numbers: int) -> list[tuple[NDArray[np.uint8]]]:
    return [(flat(number),) for number in numbers]


def test_a_delay_has_nothing_until_it_was_given_enough() -> None:
    delay = FrameDelay(frames=2)
    delay.open()
    first, second, third = flat(1), flat(2), flat(3)
    assert delay.recall() is None
    delay.process(first)
    assert delay.recall() is None
    delay.process(second)
    assert delay.recall() is first
    delay.process(third)
    assert delay.recall() is second


def test_a_delay_follows_its_parameter_while_it_runs() -> None:
    delay = FrameDelay()
    delay.open()
    for number in range(5):
        delay.process(flat(number))
    delay.configure({"frames": 5})
    assert values([delay.recall()]) == [0]  # type: ignore[list-item]
    delay.configure({"frames": 6})
    assert delay.recall() is None


def test_a_trail_fades_to_a_tenth_in_its_length_at_any_frame_rate() -> None:
    for rate in (10, 50):
        trails = run_frames(Trails, stream(200, *[0] * rate), at=lambda index, r=rate: stamp_of(index, r), length=1.0)
        assert 19 <= values(trails)[-1] <= 20


@pytest.mark.parametrize(("mode", "start", "later"), [("lighten", 255, 0), ("darken", 0, 255)])
def test_a_trail_goes_away_completely(mode: str, start: int, later: int) -> None:
    assert values(run_frames(Trails, stream(start, *[later] * 300), mode=mode))[-1] == later


def test_an_average_trail_of_one_picture_is_that_picture() -> None:
    assert values(run_frames(Trails, stream(*[77] * 5), mode="average")) == [77] * 5


def test_freeze_keeps_the_picture_of_the_moment() -> None:
    node = Freeze()
    node.open()
    shown = [node.process(flat(1)), node.process(flat(2))]
    node.configure({"hold": True})
    shown += [node.process(flat(3)), node.process(flat(4))]
    node.configure({"hold": False})
    assert values([*shown, node.process(flat(5))]) == [1, 2, 2, 2, 5]


def test_fewer_pictures_a_second_are_taken_on_the_beat() -> None:
    shown = values(run_frames(PosterizeTime, stream(*range(12)), at=lambda index: stamp_of(index, 12), rate=3.0))
    assert shown == [0] * 4 + [4] * 4 + [8] * 4


def test_an_echo_comes_back_weaker() -> None:
    shown = values(run_frames(Echo, stream(200, *[0] * 6), copies=2, spacing=2, decay=0.5))
    assert shown == [200, 0, 100, 0, 50, 0, 0]


def test_a_slit_scan_shows_older_strips_further_down() -> None:
    results = run_frames(SlitScan, [(flat(number, 4, 2),) for number in range(1, 6)], direction="down", frames=3)
    assert results[-1][:, 0, 0].tolist() == [5, 4, 3, 2]


def test_the_first_difference_is_black_and_an_equal_frame_is_too() -> None:
    results = run_frames(FrameDifference, stream(10, 10, 200), smooth=0)
    assert [result.amount for result in results] == [0.0, 0.0, 1.0]
    assert results[2].mask.min() == 255


def test_flow_points_where_the_picture_went() -> None:
    dice = np.random.default_rng(3)
    texture = np.kron(dice.integers(0, 256, (24, 40, 1), np.uint8), np.ones((5, 5, 3), np.uint8))
    shifted = np.roll(texture, (2, 4), axis=(0, 1))
    flow = run_frames(OpticalFlow, [(texture,), (shifted,)], scale=1.0)[-1]
    assert np.abs(np.median(flow[20:-20, 20:-20], axis=(0, 1)) - (4, 2)).max() < 0.3
    half = run_frames(OpticalFlow, [(texture,), (shifted,)], scale=0.5)[-1]
    assert half.shape == (120, 200, 2)
    assert np.abs(np.median(half[20:-20, 20:-20], axis=(0, 1)) - (4, 2)).max() < 0.6


@pytest.mark.parametrize("method", ["MOG2", "KNN"])
def test_what_enters_a_learned_background_is_found(method: str) -> None:
    empty = sample("image", 80, 60)
    entered = empty.copy()
    entered[20:40, 30:50] = (0, 0, 255)
    mask = run_frames(BackgroundSubtraction, [(empty,)] * 30 + [(entered,)], method=method, scale=1.0)[-1]
    assert mask[24:36, 34:46].mean() > 240
    assert mask[:15].mean() < 10


@pytest.mark.parametrize("node", [Grain, Glitch])
def test_chance_is_the_same_in_every_run_and_other_with_another_seed(node: type) -> None:
    image = sample("image")
    assert np.array_equal(run_node(node, image), run_node(node, image))
    assert not np.array_equal(run_node(node, image), run_node(node, image, seed=1))


def test_grain_changes_with_every_frame_and_keeps_the_brightness() -> None:
    image = flat(128, 100, 100)
    first, second = run_frames(Grain, [(image,), (image,)])
    assert not np.array_equal(first, second)
    assert abs(float(first.mean()) - 128) < 1
