"""Where pixels go."""

import numpy as np
import pytest
from numpy.typing import NDArray

from nodegraph.testing import run_node, sample
from nodes.filter.arrange import Grid, SideBySide
from nodes.filter.resize import Crop, Pad, Resize
from nodes.filter.screen import Pixelate
from nodes.filter.symmetry import Kaleidoscope, Mirror, Tile
from nodes.filter.transform import CornerPin, Flip, Rotate, Transform
from nodes.filter.warp import Displace, LensDistortion, Swirl


def numbered(height: int, width: int) -> NDArray[np.uint8]:
    return np.repeat(np.arange(height * width, dtype=np.uint8).reshape(height, width, 1), 3, axis=2).copy()


@pytest.mark.parametrize(
    ("fit", "size"),
    [("stretch", (50, 50)), ("contain", (50, 50)), ("cover", (50, 50)), ("width", (25, 50)), ("height", (50, 100))],
)
def test_each_fit_gives_its_size(fit: str, size: tuple[int, int]) -> None:
    result = run_node(Resize, sample("image", 80, 40), width=50, height=50, fit=fit)
    assert result.shape[:2] == size


def test_contain_puts_bars_and_makes_them_transparent_in_an_image_with_alpha() -> None:
    image = np.full((40, 80, 4), 255, np.uint8)
    result = run_node(Resize, image, width=80, height=80, color=(1, 2, 3))
    assert result[0, 0].tolist() == [1, 2, 3, 0]
    assert result[40, 40].tolist() == [255] * 4
    assert run_node(Resize, image[..., :3].copy(), width=80, height=80, color=(1, 2, 3))[79, 0].tolist() == [1, 2, 3]


def test_cropping_everything_leaves_a_pixel() -> None:
    assert run_node(Crop, sample("image"), left=1.0, right=1.0, top=1.0, bottom=1.0).shape == (1, 1, 3)


def test_cropping_a_quarter_takes_the_right_pixels() -> None:
    result = run_node(Crop, numbered(4, 4), left=0.5, right=0.0, top=0.5, bottom=0.0)
    assert result[..., 0].tolist() == [[10, 11], [14, 15]]


def test_a_transparent_border_adds_alpha() -> None:
    result = run_node(Pad, numbered(2, 2), fill="transparent", left=1, top=0, right=0, bottom=0)
    assert result.shape == (2, 3, 4)
    assert result[0].tolist() == [[0, 0, 0, 0], [0, 0, 0, 255], [1, 1, 1, 255]]


@pytest.mark.parametrize(("angle", "turns"), [(90.0, 1), (180.0, 2), (-90.0, 3), (270.0, 3), (360.0, 0), (-360.0, 0)])
def test_quarter_turns_are_exact(angle: float, turns: int) -> None:
    image = numbered(3, 5)
    assert np.array_equal(run_node(Rotate, image, angle=angle), np.rot90(image, turns))


def test_a_grown_frame_holds_the_turned_image() -> None:
    result = run_node(Rotate, np.full((50, 100, 3), 255, np.uint8), angle=45.0)
    assert result.shape[:2] == (106, 106)
    assert abs(int((result[..., 0] > 127).sum()) - 5000) < 120


def test_moving_by_half_a_frame_moves_pixels_and_leaves_the_chosen_edge() -> None:
    image = numbered(4, 4)
    result = run_node(Transform, image, x=0.5)
    assert result[0, :, 0].tolist() == [0, 0, 0, 1]
    assert run_node(Transform, image, x=0.5, edge="transparent")[0, :, 3].tolist() == [0, 0, 255, 255]


def test_untouched_corners_change_nothing_and_the_inverse_straightens() -> None:
    image = sample("image")
    corners = {"top_left_x": 0.0, "top_left_y": 0.0, "top_right_x": 1.0, "bottom_left_y": 1.0}
    assert np.array_equal(run_node(CornerPin, image, **corners), image)
    there = run_node(CornerPin, image, edge="mirror")
    back = run_node(CornerPin, there, inverse=True)
    assert np.abs(back[10:-10, 10:-10].astype(int) - image[10:-10, 10:-10]).mean() < 3


@pytest.mark.parametrize("direction", ["horizontal", "vertical", "both"])
def test_flipping_twice_is_the_image(direction: str) -> None:
    image = numbered(3, 4)
    assert np.array_equal(run_node(Flip, run_node(Flip, image, direction=direction), direction=direction), image)


@pytest.mark.parametrize("width", [4, 5])
def test_mirrored_images_are_symmetric_and_keep_the_chosen_side(width: int) -> None:
    image = numbered(3, width)
    for keep in ("left", "right"):
        result = run_node(Mirror, image, keep=keep)
        assert np.array_equal(result, result[:, ::-1])
        side = 0 if keep == "left" else width - 1
        assert np.array_equal(result[:, side], image[:, side])
    assert np.array_equal(run_node(Mirror, image, keep="bottom right")[-1, -1], image[-1, -1])


def test_a_kaleidoscope_is_symmetric() -> None:
    result = run_node(Kaleidoscope, sample("image", 101, 101), segments=4)
    assert np.abs(result.astype(int) - result[::-1]).mean() < 2


def test_a_grey_map_displaces_nothing_and_red_moves_sideways() -> None:
    image = sample("image", 64, 32)
    grey = np.full((32, 64, 3), 128, np.uint8)
    assert np.abs(run_node(Displace, image, grey).astype(int) - image).max() <= 8
    red = grey.copy()
    red[..., 2] = 255
    moved = run_node(Displace, image, red, x=0.25)
    assert np.abs(moved[:, 8:].astype(int) - image[:, :-8]).mean() < 3


@pytest.mark.parametrize("node", [Swirl, LensDistortion])
def test_no_amount_of_a_warp_is_the_image(node: type) -> None:
    image = sample("image", 63, 41)
    settings = {"angle": 0.0} if node is Swirl else {"amount": 0.0}
    assert np.array_equal(run_node(node, image, **settings), image)


def test_pixels_are_squares_of_the_mean() -> None:
    result = run_node(Pixelate, numbered(4, 4), size=2)
    assert np.unique(result).size == 4
    assert result[0, 0, 0] == result[1, 1, 0]


def test_tiles_repeat() -> None:
    result = run_node(Tile, sample("image", 60, 40), columns=3, rows=2)
    assert np.array_equal(result[:20, :20], result[20:40, 40:60])


def test_side_by_side_keeps_proportions_and_a_grid_is_square() -> None:
    one, other = sample("image", 60, 40), sample("image", 30, 10)
    assert run_node(SideBySide, one, other, gap=4).shape == (40, 60 + 4 + 120, 3)
    assert run_node(Grid, one, other, other, width=0).shape == (80, 120, 3)
    assert run_node(Grid, one, other, other, width=302, gap=2).shape == (202, 302, 3)
    assert run_node(Grid, one, other, None, sample("image", 8, 8, alpha=True), columns=3, width=0).shape == (40, 180, 4)
