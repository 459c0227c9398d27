"""Auto-layout: nothing overlaps, wires go to the right, and it is quick."""

import random
import time
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.editor.state.arrange import PinWire, Point, Size, arrange

SIZE = (200.0, 120.0)


def squares(text: str) -> dict[str, Size]:
    return dict.fromkeys(text, SIZE)


def wires_of(*pairs: str) -> list[PinWire]:
    """ "ab" is a wire from a to b."""
    return [(pair[0], 30.0, pair[1], 30.0) for pair in pairs]


def overlapping(sizes: dict[str, Size], placed: dict[str, Point]) -> list[tuple[str, str]]:
    def touch(one: str, other: str) -> bool:
        (x, y), (u, v) = placed[one], placed[other]
        (w, h), (a, b) = sizes[one], sizes[other]
        return x < u + a and u < x + w and y < v + b and v < y + h

    return [pair for pair in combinations(placed, 2) if touch(*pair)]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[dict[str, Size], list[PinWire]]:
    ids = draw(st.lists(st.text(max_size=3), unique=True, max_size=25))
    length = st.floats(1, 600)
    sizes = {id: (draw(length), draw(length)) for id in ids}
    if not ids:
        return sizes, []
    id = st.sampled_from([*ids, "unknown"])
    pin = st.floats(0, 600)
    return sizes, draw(st.lists(st.tuples(id, pin, id, pin), max_size=50))


@given(graphs())
def test_no_graph_gives_nodes_that_overlap(graph: tuple[dict[str, Size], list[PinWire]]) -> None:
    sizes, wires = graph
    placed = arrange(sizes, wires)
    assert list(placed) == list(sizes)
    assert not overlapping(sizes, placed)
    assert arrange(sizes, wires) == placed


@given(graphs())
def test_every_layout_begins_at_the_origin(graph: tuple[dict[str, Size], list[PinWire]]) -> None:
    placed = arrange(*graph)
    if placed:
        assert min(x for x, _ in placed.values()) == pytest.approx(0)
        assert min(y for _, y in placed.values()) == pytest.approx(0)


def test_a_chain_is_one_level_row_from_left_to_right() -> None:
    placed = arrange(squares("abcd"), wires_of("ab", "bc", "cd"))
    assert placed == {"a": (0, 0), "b": (280, 0), "c": (560, 0), "d": (840, 0)}


def test_pins_that_are_a_little_apart_get_a_straight_wire() -> None:
    placed = arrange(squares("ab"), [("a", 50.0, "b", 30.0)])
    assert placed["a"][1] + 50 == placed["b"][1] + 30


def test_pins_that_are_far_apart_do_not_make_a_staircase() -> None:
    placed = arrange(squares("abc"), [("a", 20.0, "b", 110.0), ("b", 20.0, "c", 110.0)])
    assert {y for _, y in placed.values()} == {0}


def test_a_constant_stands_beside_what_it_drives() -> None:
    placed = arrange(squares("abcdk"), wires_of("ab", "bc", "cd", "kd"))
    assert placed["k"][0] == placed["c"][0]


@pytest.mark.parametrize("loop", [["ab", "bc", "ca"], ["ab", "ba"], ["aa", "ab", "bc", "cb"]])
def test_a_loop_is_broken_where_it_closes(loop: list[str]) -> None:
    placed = arrange(squares("abc"), wires_of(*loop))
    assert placed["a"][0] < placed["b"][0]
    assert placed["b"][0] <= placed["c"][0] or ("b", "c") not in loop


def test_wires_that_need_not_cross_do_not() -> None:
    placed = arrange(squares("abcdef"), wires_of("af", "be", "cd", "fa", "ab", "bc"))
    assert not overlapping(squares("abcdef"), placed)
    crossed = arrange(squares("sabcxyz"), wires_of("sa", "sb", "sc", "az", "by", "cx"))
    above = sorted("abc", key=lambda id: crossed[id][1])
    after = sorted("xyz", key=lambda id: crossed[id][1])
    assert ["zyx"["abc".index(id)] for id in above] == after


def test_the_pin_higher_up_gets_the_node_higher_up() -> None:
    wires = [("s", 90.0, "a", 30.0), ("s", 30.0, "b", 30.0)]
    placed = arrange(squares("sab"), wires)
    assert placed["b"][1] < placed["a"][1]


def test_parts_without_a_wire_between_them_are_stacked_and_single_nodes_come_last() -> None:
    placed = arrange(squares("abcdk"), wires_of("ab", "cd"))
    assert placed["a"][1] == placed["b"][1] < placed["c"][1] == placed["d"][1] < placed["k"][1]


def test_nodes_without_any_wire_make_rows() -> None:
    placed = arrange(squares("abcdefghi"), [])
    assert 2 <= len({y for _, y in placed.values()}) <= 4


def test_nothing_gives_nothing() -> None:
    assert arrange({}, wires_of("ab")) == {}


@pytest.mark.parametrize("gap", [(80.0, 40.0), (20.0, 10.0)])
def test_the_gap_is_kept(gap: tuple[float, float]) -> None:
    placed = arrange(squares("sab"), wires_of("sa", "sb"), gap)
    assert placed["a"][0] == SIZE[0] + gap[0]
    assert abs(placed["a"][1] - placed["b"][1]) == pytest.approx(SIZE[1] + gap[1])


@pytest.mark.parametrize(("count", "far"), [(400, 4), (400, 50), (400, 299), (900, 50)])
def test_300_nodes_take_less_than_100_ms(count: int, far: int) -> None:
    chance = random.Random(far)
    ids = [f"n{number}" for number in range(300)]
    sizes = {id: (160.0 + chance.randrange(80), 80.0 + chance.randrange(150)) for id in ids}
    starts = [chance.randrange(299) for _ in range(count)]
    wires = [(ids[one], 30.0, ids[min(299, one + 1 + chance.randrange(far))], 50.0) for one in starts]

    def once() -> float:
        begun = time.process_time()
        arrange(sizes, wires)
        return time.process_time() - begun

    assert min(once() for _ in range(3)) < 0.1
