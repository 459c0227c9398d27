"""Waves, chance, time and memory, frame by frame."""

import itertools

import pytest

from nodegraph.core.node import Stamp
from nodegraph.testing import run_frames, run_node, stamp_of
from nodes.control.signal import Lfo, Random, Timer
from nodes.control.state import Count, Smooth, Toggle, ValueDelay


def at(seconds: float) -> Stamp:
    return Stamp(index=round(seconds * 100), time=seconds, media=seconds, rate=100, captured=seconds)


def wave(seconds: float, **settings: object) -> float:
    return float(run_node(Lfo, at=lambda _: at(seconds), frequency=1.0, **settings))


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("sine", [0.5, 1, 0.5, 0]),
        ("triangle", [0, 0.5, 1, 0.5]),
        ("saw", [0, 0.25, 0.5, 0.75]),
        ("square", [1, 1, 0, 0]),
    ],
)
def test_a_wave_has_its_form(shape: str, expected: list[float]) -> None:
    assert [wave(t, shape=shape) for t in (0, 0.25, 0.5, 0.75)] == pytest.approx(expected)
    assert [wave(t + 7, shape=shape) for t in (0, 0.25, 0.5, 0.75)] == pytest.approx(expected)


def test_a_wave_runs_between_its_limits_and_starts_at_its_phase() -> None:
    assert wave(0, shape="saw", phase=0.5, low=-10.0, high=10.0) == pytest.approx(0)
    assert wave(0.3, shape="square", duty=0.2) == 0


def test_random_waves_hold_for_a_period_and_repeat_with_the_seed() -> None:
    assert wave(3.1, shape="random") == wave(3.9, shape="random") != wave(4.1, shape="random")
    assert wave(3.1, shape="random") != wave(3.1, shape="random", seed=1)


def test_random_numbers_change_at_their_rate_and_stay_in_range() -> None:
    values = [run_node(Random, at=lambda _, i=i: stamp_of(i, 12), rate=3.0, low=2.0, high=3.0) for i in range(12)]
    assert len(set(values)) == 3
    assert values[0] == values[3] != values[4]
    assert all(2 <= value <= 3 for value in values)
    glide = [run_node(Random, at=lambda _, i=i: stamp_of(i, 100), rate=1.0, smooth=True) for i in range(300)]
    assert max(abs(b - a) for a, b in itertools.pairwise(glide)) < 0.02


def test_a_timer_counts_up_stops_and_repeats() -> None:
    assert run_node(Timer, at=lambda _: at(2.5), duration=10.0) == (2.5, 0.25, False)
    assert run_node(Timer, at=lambda _: at(25.0), duration=10.0) == (25.0, 1.0, True)
    assert run_node(Timer, at=lambda _: at(25.0), duration=10.0, repeat=True) == (25.0, 0.5, True)
    assert run_node(Timer, at=lambda _: at(1.0), delay=3.0) == (0.0, 0.0, False)


@pytest.mark.parametrize("rate", [10, 100])
def test_smoothing_depends_on_time_and_not_on_frames(rate: int) -> None:
    frames = [(0.0,), *[(1.0,)] * rate]
    value = run_frames(Smooth, frames, at=lambda index: stamp_of(index, rate), rise=1.0)[-1]
    assert value == pytest.approx(1 - 2.718281828**-1, abs=1e-6)


def test_smoothing_starts_at_the_first_value_and_falls_at_its_own_speed() -> None:
    assert run_frames(Smooth, [(5.0,), (5.0,)]) == [5.0, 5.0]
    assert run_frames(Smooth, [(5.0,), (1.0,)], fall=0.0) == [5.0, 1.0]
    assert run_frames(Smooth, [(1.0,), (5.0,)], fall=0.0, rise=60.0)[-1] < 1.1


def test_counting_frames_and_rising_edges() -> None:
    assert run_frames(Count, [(None,)] * 3) == [1, 2, 3]
    edges = [(value,) for value in (False, True, True, False, True)]
    assert run_frames(Count, edges) == [0, 1, 1, 1, 2]
    assert run_frames(Count, [(None,)] * 5, modulo=3, start=10, step=2) == [12, 14, 10, 12, 14]
    assert run_frames(Count, [(None,)] * 2, reset=True, start=4) == [4, 4]


def test_a_toggle_changes_on_each_rising_edge() -> None:
    inputs = [(value,) for value in (False, True, True, False, True)]
    assert run_frames(Toggle, inputs) == [False, True, True, True, False]
    assert run_frames(Toggle, inputs, initial=True) == [True, False, False, False, True]


def test_a_value_comes_back_after_its_frames() -> None:
    delay = ValueDelay(frames=2)
    delay.open()
    given = []
    for value in ("a", "b", "c"):
        given.append(delay.recall())
        delay.process(value)
    assert [*given, delay.recall()] == [None, None, "a", "b"]
