"""Tiles cover a side once, see their surroundings, and begin where the network's blocks do."""

import pytest
from loading import module

tiles = module("upscale", "tiles").tiles


@pytest.mark.parametrize("length", [1, 63, 64, 65, 100, 129, 1920])
@pytest.mark.parametrize(("size", "overlap"), [(64, 0), (64, 16), (128, 32), (2048, 32)])
@pytest.mark.parametrize("step", [1, 2, 8])
def test_every_pixel_is_kept_once_and_no_tile_is_much_larger_than_asked(length, size, overlap, step):
    found = list(tiles(length, size, overlap, step))
    assert [pixel for one in found for pixel in range(*one.kept)] == list(range(length))
    for one in found:
        assert one.seen[0] == max(0, one.kept[0] - overlap)
        assert one.seen[1] == min(length, one.kept[1] + overlap)
        assert one.seen[0] % step == 0
        assert one.seen[1] - one.seen[0] < size + step


def test_a_picture_that_fits_is_one_tile():
    assert list(tiles(384, 384, 32)) == [((0, 384), (0, 384))]
