"""Texts can be read, and types told apart, also by people who see fewer colours."""

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.core.types import NAMES
from nodegraph.editor.state.looks import CATEGORY_COLORS, THEMES, TYPE_COLORS, TYPE_SHAPES, Color, type_color

Matrix = NDArray[np.float64]

EYES = {
    "all colours": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
"""What is left of linear RGB (Machado, Oliveira and Fernandes 2009, the whole way)."""

XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])


def linear(color: Color) -> Matrix:
    parts = np.array(color[:3]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(light: Matrix) -> Matrix:
    parts = XYZ @ np.clip(light, 0, 1) / WHITE
    bent = np.where(parts > 0.008856, np.cbrt(parts), 7.787 * parts + 16 / 116)
    return np.array([116 * bent[1] - 16, 500 * (bent[0] - bent[1]), 200 * (bent[1] - bent[2])])


def distance(one: Color, other: Color, eye: Matrix) -> float:
    """CIE 1976 colour difference: 2 can just be seen side by side, 10 at a glance."""
    return float(np.linalg.norm(lab(eye @ linear(one)) - lab(eye @ linear(other))))


def contrast(one: Color, other: Color) -> float:
    """As WCAG 2 defines it: 1 to 21; 4.5 is asked for texts, 3 for large texts and symbols."""
    dark, light = sorted(float(XYZ[1] @ linear(color)) for color in (one, other))
    return (light + 0.05) / (dark + 0.05)


def test_every_port_type_has_a_colour_and_a_shape() -> None:
    assert set(TYPE_COLORS) == set(TYPE_SHAPES) == set(NAMES)


def test_both_themes_have_the_same_colours() -> None:
    assert set(THEMES["dark"]) == set(THEMES["light"])


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("theme", THEMES)
def test_types_of_one_shape_differ_in_colour_for_everybody(theme: str, eye: str) -> None:
    alike = [pair for pair in itertools.combinations(NAMES, 2) if TYPE_SHAPES[pair[0]] == TYPE_SHAPES[pair[1]]]
    found = {
        pair: round(distance(type_color(pair[0], theme), type_color(pair[1], theme), EYES[eye]), 1) for pair in alike
    }
    assert min(found.values()) >= 13, found


@pytest.mark.parametrize("theme", THEMES)
def test_a_pin_stands_out_from_its_node(theme: str) -> None:
    weak = {name: contrast(type_color(name, theme), THEMES[theme]["node"]) for name in NAMES}
    assert min(weak.values()) >= 3, weak


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("text", ["text", "dim", "value", "good", "warning", "error", "accent"])
@pytest.mark.parametrize("ground", ["panel", "raised", "node", "canvas"])
def test_texts_can_be_read_on_every_ground(theme: str, text: str, ground: str) -> None:
    assert contrast(THEMES[theme][text], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_titles_can_be_read_on_every_category(theme: str) -> None:
    for color in CATEGORY_COLORS.values():
        assert contrast(THEMES[theme]["title"], color) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", ["primary", "primary_hot"])
def test_white_can_be_read_on_the_primary_button(theme: str, ground: str) -> None:
    assert contrast((255, 255, 255, 255), THEMES[theme][ground]) >= 3.9
