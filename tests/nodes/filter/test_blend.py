"""Blend modes by their formulas, and source-over on straight alpha."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.testing import run_node, sample
from nodes.filter._composite import MODES
from nodes.filter.blend import Blend, Layer, Mix

# (base, layer) 0..255 and the expected result of each mode, by the published formulas.
EXPECTED: dict[str, Any] = {
    "normal": lambda a, b: b,
    "add": lambda a, b: min(a + b, 1),
    "subtract": lambda a, b: max(a - b, 0),
    "multiply": lambda a, b: a * b,
    "screen": lambda a, b: a + b - a * b,
    "overlay": lambda a, b: 2 * a * b if a < 0.5 else 1 - 2 * (1 - a) * (1 - b),
    "hard light": lambda a, b: 2 * a * b if b < 0.5 else 1 - 2 * (1 - a) * (1 - b),
    "soft light": lambda a, b: (1 - 2 * b) * a * a + 2 * b * a,
    "difference": lambda a, b: abs(a - b),
    "exclusion": lambda a, b: a + b - 2 * a * b,
    "lighten": max,
    "darken": min,
    "color dodge": lambda a, b: 0 if a == 0 else min(1, a / (1 - b)) if b < 1 else 1,
    "color burn": lambda a, b: 1 if a == 1 else 1 - min(1, (1 - a) / b) if b > 0 else 0,
}
PAIRS = [(0, 0), (0, 255), (255, 0), (255, 255), (40, 200), (200, 40), (100, 100), (128, 128), (127, 127), (10, 250)]


def plain(value: Any, height: int = 2, width: int = 3) -> NDArray[np.uint8]:
    image = np.empty((height, width, len(value)), np.uint8)
    image[:] = value
    return image


def test_every_mode_is_checked() -> None:
    assert set(EXPECTED) == set(MODES)
    assert Blend.spec.param("mode").choices == tuple(MODES)  # type: ignore[union-attr]


@pytest.mark.parametrize("mode", EXPECTED)
@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_a_mode_follows_its_formula(mode: str, pair: tuple[int, int]) -> None:
    base, layer = pair
    result = run_node(Blend, plain([base] * 3), plain([layer] * 3), mode=mode)
    expected = EXPECTED[mode](base / 255, layer / 255) * 255
    assert abs(int(result[0, 0, 0]) - expected) <= 2


def test_opacity_is_a_straight_mix() -> None:
    result = run_node(Blend, plain([0, 100, 200]), plain([200, 100, 0]), opacity=0.25)
    assert result[0, 0].tolist() == [50, 100, 150]


def test_the_layers_alpha_and_the_mask_multiply() -> None:
    mask = np.full((2, 3), 128, np.uint8)
    result = run_node(Blend, plain([0, 0, 0]), plain([255, 255, 255, 128]), mask)
    assert abs(int(result[0, 0, 0]) - 64) <= 1


def test_nothing_over_a_transparent_base_takes_the_layers_colour_and_adds_alpha() -> None:
    result = run_node(Blend, plain([9, 9, 9, 0]), plain([200, 150, 100, 128]))
    assert result.shape[2] == 4
    assert np.abs(result[0, 0].astype(int) - [200, 150, 100, 128]).max() <= 1


def test_source_over_half_on_half_has_three_quarters_of_alpha() -> None:
    result = run_node(Blend, plain([0, 0, 0, 128]), plain([255, 255, 255, 128]))
    assert abs(int(result[0, 0, 3]) - 192) <= 1
    assert abs(int(result[0, 0, 0]) - 170) <= 2


def test_a_bgr_base_stays_bgr() -> None:
    assert run_node(Blend, sample("image"), sample("image", alpha=True)).shape[2] == 3


def test_mix_fades_alpha_too() -> None:
    result = run_node(Mix, plain([10, 10, 10]), plain([10, 10, 10, 55]), amount=0.5)
    assert result[0, 0].tolist() == [10, 10, 10, 155]


def test_a_layer_lies_where_it_is_put() -> None:
    result = run_node(Layer, plain([0, 0, 0], 40, 80), plain([255, 255, 255], 10, 10), x=0.25, y=0.5, size=0.25)
    ys, xs = np.nonzero(result[:, :, 0])
    assert (xs.min(), xs.max(), ys.min(), ys.max()) == (10, 29, 10, 29)


def test_a_layer_outside_of_the_frame_changes_nothing() -> None:
    background = plain([7, 7, 7], 40, 80)
    assert run_node(Layer, background, plain([255, 255, 255], 10, 10), x=2.5) is background


def test_a_turned_layer_shows_the_background_in_its_corners() -> None:
    result = run_node(Layer, plain([0, 0, 0], 100, 100), plain([255, 255, 255], 50, 50), size=0.5, angle=45.0)
    assert result[50, 50, 0] == 255
    assert result[27, 27, 0] == 0
    assert result[18, 50, 0] == 255
