"""Numbers in, numbers out, by exact values."""

import math

import pytest

from nodegraph.sdk import NodeError
from nodegraph.testing import run_node
from nodes.control.logic import Compare, GateValue, Logic, SwitchValue
from nodes.control.math import Clamp, MapRange, Math, Round, Unary


@pytest.mark.parametrize(
    ("operator", "expected"),
    [("add", 9), ("sub", 5), ("mul", 14), ("div", 3.5), ("min", 2), ("max", 7), ("pow", 49), ("mod", 1)],
)
def test_math_calculates(operator: str, expected: float) -> None:
    assert run_node(Math, 7.0, 2.0, operator=operator) == expected
    assert run_node(Math, 7.0, operator=operator, value=2.0) == expected


def test_a_connected_zero_is_not_taken_for_nothing() -> None:
    assert run_node(Math, 7.0, 0.0, value=5.0) == 7


@pytest.mark.parametrize(
    ("operator", "a", "b"),
    [("div", 1, 0), ("mod", 1, 0), ("pow", 1e200, 9), ("pow", -1, 0.5), ("pow", 0, -1), ("mul", 1e308, 1e308)],
)
def test_what_has_no_finite_result_is_said(operator: str, a: float, b: float) -> None:
    with pytest.raises(NodeError):
        run_node(Math, float(a), float(b), operator=operator)


@pytest.mark.parametrize(
    ("function", "value", "expected"),
    [("abs", -2, 2), ("negate", 2, -2), ("invert", 0.25, 0.75), ("sqrt", 9, 3), ("sqrt", -9, -3), ("square", -3, 9),
     ("sine", 0.25, 1), ("cosine", 0.5, -1), ("fraction", -0.25, 0.75), ("sign", -3, -1), ("sign", 0, 0)],
)  # fmt: skip
def test_functions_of_one_number(function: str, value: float, expected: float) -> None:
    assert run_node(Unary, float(value), function=function) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "settings", "expected"),
    [
        (0.5, {"to_low": 10.0, "to_high": 20.0}, 15),
        (2.0, {"to_high": 10.0}, 10),
        (2.0, {"to_high": 10.0, "clamp": False}, 20),
        (0.25, {"to_low": 1.0, "to_high": 0.0}, 0.75),
        (5.0, {"from_low": 10.0, "from_high": 0.0, "to_high": 100.0}, 50),
        (0.5, {"curve": "ease in"}, 0.25),
        (0.5, {"curve": "ease out"}, 0.75),
        (0.25, {"curve": "smooth"}, 0.15625),
        (0.9, {"from_low": 1.0, "from_high": 1.0}, 0),
        (1.0, {"from_low": 1.0, "from_high": 1.0}, 1),
    ],
)
def test_a_range_is_carried_over(value: float, settings: dict[str, object], expected: float) -> None:
    assert run_node(MapRange, value, **settings) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("mode", "value", "expected"),
    [("stop", 1.5, 1), ("stop", -1, 0), ("wrap", 1.25, 0.25), ("wrap", -0.25, 0.75), ("bounce", 1.25, 0.75),
     ("bounce", -0.25, 0.25),
     ("bounce", 2.25, 0.25), ("stop", 0.3, 0.3), ("wrap", 0.3, 0.3), ("bounce", 0.3, 0.3)],
)  # fmt: skip
def test_limits_stop_wrap_or_bounce(mode: str, value: float, expected: float) -> None:
    assert run_node(Clamp, float(value), mode=mode) == pytest.approx(expected)


def test_equal_and_crossed_limits_work() -> None:
    assert run_node(Clamp, 7.0, low=2.0, high=2.0, mode="bounce") == 2
    assert run_node(Clamp, 7.0, low=5.0, high=1.0) == 5


@pytest.mark.parametrize(("mode", "expected"), [("nearest", [3, -2, 2]), ("down", [2, -3, 2]), ("up", [3, -2, 2])])
def test_rounding(mode: str, expected: list[int]) -> None:
    assert [run_node(Round, value, mode=mode) for value in (2.5, -2.5, 2.0)] == expected


@pytest.mark.parametrize(
    ("operator", "below", "same", "above"),
    [
        ("greater", False, False, True),
        ("greater or equal", False, True, True),
        ("less", True, False, False),
        ("less or equal", True, True, False),
        ("equal", False, True, False),
        ("different", True, False, True),
    ],
)
def test_comparing(operator: str, below: bool, same: bool, above: bool) -> None:
    assert [run_node(Compare, a, 2.0, operator=operator) for a in (1.0, 2.0, 3.0)] == [below, same, above]
    assert run_node(Compare, 2.4, 2.0, operator=operator, tolerance=0.5) is same


@pytest.mark.parametrize(
    ("operator", "table"),
    [("and", "0001"), ("or", "0111"), ("xor", "0110"), ("nand", "1110"), ("nor", "1000"), ("not", "1100")],
)
def test_logic_by_its_truth_table(operator: str, table: str) -> None:
    pairs = [(False, False), (False, True), (True, False), (True, True)]
    assert "".join(str(int(run_node(Logic, a, b, operator=operator))) for a, b in pairs) == table


def test_a_switch_goes_round_and_a_wire_wins() -> None:
    assert run_node(SwitchValue, "a", "b", "c", "d", index=5) == "b"
    assert run_node(SwitchValue, "a", "b", "c", "d", 2, index=5) == "c"
    assert run_node(SwitchValue, "a", index=1) is None


def test_a_closed_gate_gives_nothing() -> None:
    assert run_node(GateValue, 5) == 5
    assert run_node(GateValue, 5, False) is None
    assert run_node(GateValue, 5, False, invert=True) == 5
    assert math.isclose(run_node(GateValue, 0.5, True, open_gate=False), 0.5)
