"""Tone and colour by exact values."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.sdk import NodeError
from nodegraph.testing import run_node, sample
from nodes.filter.channels import MergeChannels, SplitChannels, SwapChannels
from nodes.filter.cube_lut import CubeLut, parse_cube
from nodes.filter.hue import Grayscale, HueSaturation, Tint, WhiteBalance
from nodes.filter.keying import ChromaKey
from nodes.filter.threshold import ColorRange, Threshold
from nodes.filter.tone import BrightnessContrast, Gamma, Invert, Levels, Posterize, Solarize


def ramp() -> NDArray[np.uint8]:
    return np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2).copy()


def pixel(*bgr: int) -> NDArray[np.uint8]:
    return np.array([[bgr]], np.uint8)


@pytest.mark.parametrize("node", [BrightnessContrast, Gamma, Levels, HueSaturation, WhiteBalance])
def test_defaults_leave_the_tones_alone(node: type) -> None:
    assert np.abs(run_node(node, ramp()).astype(int) - ramp()).max() <= 1


def test_full_brightness_is_white_and_no_contrast_is_grey() -> None:
    assert run_node(BrightnessContrast, ramp(), brightness=100.0).min() == 255
    assert set(run_node(BrightnessContrast, ramp(), contrast=-100.0).ravel().tolist()) == {128}


def test_gamma_keeps_the_ends_and_lifts_the_middle() -> None:
    result = run_node(Gamma, ramp(), gamma=2.0)[0, :, 0]
    assert (result[0], result[255], result[64]) == (0, 255, round((64 / 255) ** 0.5 * 255))


def test_levels_stretch_between_the_points_and_invert_when_crossed() -> None:
    result = run_node(Levels, ramp(), black=50, white=150, output_black=10, output_white=210)[0, :, 0]
    assert (result[0], result[50], result[100], result[150], result[255]) == (10, 10, 110, 210, 210)
    assert run_node(Levels, ramp(), black=255, white=0)[0, :, 0].tolist() == list(range(255, -1, -1))
    assert set(run_node(Levels, ramp(), black=99, white=99)[0, :, 0].tolist()) == {0, 255}


def test_posterize_gives_exactly_the_steps() -> None:
    assert np.unique(run_node(Posterize, ramp(), levels=4)).tolist() == [0, 85, 170, 255]


def test_solarize_turns_only_the_bright_half() -> None:
    result = run_node(Solarize, ramp(), threshold=128)[0, :, 0]
    assert result[:128].tolist() == list(range(128))
    assert result[255] == 0


def test_invert_twice_is_the_image_and_alpha_is_kept() -> None:
    image = sample("image", alpha=True)
    once = run_node(Invert, image)
    assert np.array_equal(once[..., 3], image[..., 3])
    assert np.array_equal(run_node(Invert, once), image)


def test_a_third_of_the_wheel_turns_red_to_green() -> None:
    blue, green, red = run_node(HueSaturation, pixel(0, 0, 255), hue=120.0)[0, 0].tolist()
    assert green > 250
    assert max(blue, red) < 8


def test_grayscale_uses_the_weights_of_the_eye() -> None:
    assert run_node(Grayscale, pixel(255, 0, 0))[0, 0].tolist() == [29, 29, 29]
    assert run_node(Grayscale, pixel(0, 255, 0))[0, 0].tolist() == [150, 150, 150]


def test_a_white_tint_changes_nothing_and_a_colour_multiplies() -> None:
    assert np.array_equal(run_node(Tint, ramp(), color=(255, 255, 255)), ramp())
    assert run_node(Tint, pixel(200, 200, 200), color=(0, 255, 51))[0, 0].tolist() == [0, 200, 40]


def test_automatic_white_balance_makes_the_average_grey() -> None:
    image = sample("image")
    means = run_node(WhiteBalance, image, automatic=True).reshape(-1, 3).mean(axis=0)
    assert np.ptp(means) < 6 < np.ptp(image.reshape(-1, 3).mean(axis=0))


def test_channels_split_and_merge_to_the_same_image() -> None:
    image = sample("image", alpha=True)
    assert np.array_equal(run_node(MergeChannels, *run_node(SplitChannels, image)), image)


def test_swapping_names_where_red_green_and_blue_come_from() -> None:
    assert run_node(SwapChannels, pixel(1, 2, 3), order="BGR")[0, 0].tolist() == [3, 2, 1]
    # GBR: red takes green (2), green takes blue (1), blue takes red (3).
    assert run_node(SwapChannels, pixel(1, 2, 3), order="GBR")[0, 0].tolist() == [3, 1, 2]


def test_a_threshold_is_inclusive_and_soft_edges_keep_greys() -> None:
    assert run_node(Threshold, ramp(), level=100.0)[0, 98:102].tolist() == [0, 0, 255, 255]
    soft = run_node(Threshold, ramp(), level=100.0, softness=50.0)[0]
    assert (soft[70], soft[130]) == (0, 255)
    assert 120 < soft[100] < 135


def test_a_range_of_hues_may_run_across_red() -> None:
    colors = np.array([[(0, 0, 255), (60, 0, 255), (0, 60, 255), (0, 255, 0)]], np.uint8)
    assert run_node(ColorRange, colors, hue=0.0, width=60.0)[0].tolist() == [255, 255, 255, 0]


def test_the_key_colour_vanishes_and_spill_is_taken_off() -> None:
    image = np.array([[(64, 177, 0), (120, 150, 140), (30, 40, 200)]], np.uint8)
    result = run_node(ChromaKey, image)
    assert result.mask[0].tolist() == [0, 255, 255]
    assert result.image[0, 1].tolist() == [120, 130, 140, 255]
    assert result.image[0, 2].tolist() == [30, 40, 200, 255]


def cube(size: int, change: str = "") -> str:
    steps = [index / (size - 1) for index in range(size)]
    rows = [f"{red} {green} {blue}" for blue in steps for green in steps for red in steps]
    return f'# made by a test\nTITLE "x"\nLUT_3D_SIZE {size}\n{change}' + "\n".join(rows) + "\n"


def test_an_identity_lut_changes_no_colour_by_more_than_rounding(tmp_path: Path) -> None:
    path = tmp_path / "identity ü.cube"
    path.write_text(cube(17), "utf-8")
    image = np.random.default_rng(1).integers(0, 256, (60, 80, 3), np.uint8)
    assert np.abs(run_node(CubeLut, image, path=path).astype(int) - image).max() <= 1


def test_a_lut_that_swaps_red_and_blue_does(tmp_path: Path) -> None:
    path = tmp_path / "swap.cube"
    lines = cube(9).splitlines()
    path.write_text("\n".join(" ".join(reversed(line.split())) if line[0].isdigit() else line for line in lines))
    assert np.abs(run_node(CubeLut, pixel(30, 90, 200), path=path)[0, 0].astype(int) - [200, 90, 30]).max() <= 1


def test_a_one_dimensional_lut_is_a_curve_per_channel(tmp_path: Path) -> None:
    path = tmp_path / "curve.cube"
    path.write_text("LUT_1D_SIZE 2\n0 0 1\n1 0.5 0\n")
    assert run_node(CubeLut, pixel(0, 255, 128), path=path)[0, 0].tolist() == [255, 128, 128]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "exactly one"),
        ("LUT_3D_SIZE 2\n0 0 0\n", "1 rows"),
        ("LUT_3D_SIZE 4000\n", "not possible"),
        ("LUT_3D_SIZE 2\n" + "0 0 nan\n" * 8, "finite"),
        ("SOMETHING 1\n", "keyword"),
        ("LUT_1D_SIZE 2\n0 0\n1 1\n", "three numbers"),
        ("DOMAIN_MAX 2 2 2\n", "domain"),
    ],
)
def test_a_damaged_cube_file_is_named_with_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_cube(text)
    path = tmp_path / "bad.cube"
    path.write_text(text)
    with pytest.raises(NodeError, match=r"bad\.cube"):
        run_node(CubeLut, pixel(1, 2, 3), path=path)


def test_a_missing_cube_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NodeError, match=r"gone\.cube"):
        run_node(CubeLut, pixel(1, 2, 3), path=tmp_path / "gone.cube")
