"""How frames go to another machine: as chosen, or what was faster in the first calls."""

import pytest

from nodegraph.runtime.protocols.native_frames import FrameWay

HD = 1280 * 720 * 3
SMALL = 320 * 240 * 3


def measured(way: FrameWay, jpeg: float, raw: float, size: int = HD, calls: int = 20) -> list[bool]:
    """Calls that take so many seconds as JPEG and raw; how each went."""
    ways = []
    for _ in range(calls):
        ways.append(way.as_jpeg(size))
        way.took(ways[-1], size, jpeg if ways[-1] else raw)
    return ways


def test_on_one_machine_frames_are_raw_and_nothing_is_tried() -> None:
    assert not any(measured(FrameWay("auto", local=True), jpeg=0.001, raw=0.1))


@pytest.mark.parametrize("local", [True, False])
def test_what_was_chosen_is_not_measured(local: bool) -> None:
    assert all(measured(FrameWay("jpeg", local), jpeg=9.0, raw=0.001))
    assert not any(measured(FrameWay("raw", local), jpeg=0.001, raw=9.0))


@pytest.mark.parametrize(("jpeg", "raw"), [(0.020, 0.030), (0.030, 0.020)])
def test_elsewhere_each_way_is_tried_three_times_and_the_faster_stays(jpeg: float, raw: float) -> None:
    ways = measured(FrameWay("auto", local=False), jpeg, raw)
    assert ways[:7] == [True, True, False, True, False, True, False], "the first call is not counted"
    assert ways[7:] == [jpeg < raw] * 13


def test_what_is_clear_is_tried_once() -> None:
    assert measured(FrameWay("auto", local=False), jpeg=0.03, raw=0.4)[3:] == [True] * 17
    assert measured(FrameWay("auto", local=False), jpeg=0.4, raw=0.03)[3:] == [False] * 17


def test_on_a_slow_line_no_raw_frame_is_ever_sent() -> None:
    assert all(measured(FrameWay("auto", local=False), jpeg=1.5, raw=15.0))


def test_one_slow_call_among_quick_ones_decides_nothing() -> None:
    way = FrameWay("auto", local=False)
    seconds = iter([9.0, 0.030, 0.025, 0.200, 0.025, 0.030, 0.025])
    for took in seconds:
        jpeg = way.as_jpeg(HD)
        way.took(jpeg, HD, took)
    assert way.as_jpeg(HD) is False


def test_frames_of_another_size_are_measured_anew_and_the_first_are_not_forgotten() -> None:
    way = FrameWay("auto", local=False)
    measured(way, jpeg=0.03, raw=0.4)
    assert measured(way, jpeg=0.03, raw=0.001, size=SMALL)[2:] == [False] * 18
    assert way.as_jpeg(HD) is True


def test_calls_in_flight_together_are_shared_between_both_ways() -> None:
    way = FrameWay("auto", local=False)
    way.took(way.as_jpeg(HD), HD, 1.0)
    assert [way.as_jpeg(HD) for _ in range(4)] == [True, False, True, False]


def test_where_no_raw_frame_ever_arrives_in_time_the_trial_ends() -> None:
    way, ways = FrameWay("auto", local=False), []
    for _ in range(20):
        ways.append(way.as_jpeg(HD))
        if ways[-1]:  # the others time out
            way.took(True, HD, 0.6)
    assert all(ways[-10:])
