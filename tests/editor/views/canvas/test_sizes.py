"""Sizes that do not follow the zoom, shapes of pins, and values in a few characters."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.core.spec import Param
from nodegraph.editor.state.looks import TYPE_SHAPES
from nodegraph.editor.views.canvas.param_text import rgb, share, value_text
from nodegraph.editor.views.canvas.shapes import _CORNERS, corner_points
from nodegraph.editor.views.canvas.sized import LEAST_TEXT, in_pixels


@given(st.floats(5, 40), st.floats(0.2, 4))
def test_texts_have_whole_sizes_that_can_be_read(size: float, pixels: float) -> None:
    value = in_pixels("size", size, pixels)
    assert value == round(value) >= LEAST_TEXT


@given(st.floats(0.5, 8), st.floats(0.2, 4))
def test_lines_are_never_thinner_than_a_pixel(size: float, pixels: float) -> None:
    assert in_pixels("thickness", size, pixels) >= 1.0
    assert in_pixels("rounding", size, pixels) == 0 or in_pixels("rounding", size, pixels) > 2


@pytest.mark.parametrize("shape", sorted(set(TYPE_SHAPES.values()) & set(_CORNERS)))
def test_shapes_lie_in_the_middle_and_are_symmetrical(shape: str) -> None:
    corners, turn, wide = _CORNERS[shape]
    points = corner_points((10.0, 20.0), 5.0 * wide, corners, turn)
    xs, ys = [x for x, _ in points], [y for _, y in points]
    assert (min(xs) + max(xs)) / 2 == pytest.approx(10.0)
    assert (min(ys) + max(ys)) / 2 == pytest.approx(20.0)
    mirrored = sorted((round(x, 6), round(40.0 - y, 6)) for x, y in points)
    upright = sorted((round(20.0 - x, 6), round(y, 6)) for x, y in points)
    assert sorted((round(x, 6), round(y, 6)) for x, y in points) in (mirrored, upright)


def param(kind: Any, **more: Any) -> Param:
    return Param("p", kind, None, **more)


@pytest.mark.parametrize(
    ("one", "value", "text"),
    [
        (param("number", unit="px"), 2.5, "2.5 px"),
        (param("number", unit="°"), -30.0, "−30°"),
        (param("number"), 10**400, None),
        (param("integer", unit="s"), 3, "3 s"),
        (param("boolean"), True, "on"),
        (param("boolean"), 3, "off"),
        (param("file"), "", "no file"),
        (param("file"), "a/b.png", "b.png"),
        (param("text"), "one\ntwo", "one"),
        (param("text"), "", "empty"),
        (param("vector"), [0.5, 1], "0.5, 1"),
        (param("json"), None, "none"),
        (param("number"), "soft", "soft"),
    ],
)
def test_values_are_short(one: Param, value: Any, text: str | None) -> None:
    shown = value_text(one, value)
    assert text is None or shown == text


def test_a_share_of_a_range() -> None:
    ranged = param("number", ge=10, le=20)
    assert [share(ranged, value) for value in (5, 10, 15, 25, 10**400)] == [0.0, 0.0, 0.5, 1.0, 1.0]
    assert share(ranged, True) is share(ranged, "x") is share(param("number", ge=1), 3) is None
    assert share(ranged, float("nan")) is None


def test_colours_are_shown_as_red_green_blue() -> None:
    assert rgb(param("color"), (1, 2, 3)) == (3, 2, 1, 255)
    assert rgb(param("color"), "nothing") is None
