import logging

import numpy as np
import pytest
from PIL import Image as Pillow

from nodegraph.sdk import NodeError
from nodes.sink.animation import Animation


def read(path):
    """Pictures as BGR, and how long each is shown in milliseconds."""
    pictures, durations = [], []
    with Pillow.open(path) as animation:
        assert animation.info["loop"] == 0
        for number in range(animation.n_frames):
            animation.seek(number)
            animation.load()
            durations.append(animation.info["duration"])
            pictures.append(np.asarray(animation.convert("RGBA"))[..., [2, 1, 0, 3]])
    return pictures, durations


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_pictures_and_times_come_back(tmp_path, feed, picture, suffix):
    path = tmp_path / f"a.{suffix}"
    images = [picture(i) for i in range(4)]
    feed(Animation(path=path, quality=100), images, [3.0, 3.1, 3.5, 3.6])
    pictures, durations = read(path)
    assert durations[:3] == [100, 400, 100]
    for one, image in zip(pictures, images, strict=True):
        assert np.abs(one[8::16, 8::16, :3].astype(int) - image[8::16, 8::16]).max() <= 12
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_the_rate_and_size_are_limited(tmp_path, feed, picture, suffix):
    path = tmp_path / f"a.{suffix}"
    feed(Animation(path=path, fps=10, size=32), [picture(i, 128, 64) for i in range(30)])
    pictures, durations = read(path)
    assert len(pictures) == 10
    assert durations[:9] == [100] * 9
    assert pictures[0].shape == (16, 32, 4)


def test_a_gif_has_only_the_colours_asked_for(tmp_path, feed):
    noise = np.random.default_rng(1).integers(0, 256, (40, 40, 3), np.uint8)
    for dither in (False, True):
        feed(Animation(path=tmp_path / "a.gif", colors=4, dither=dither), [noise])
        assert len(np.unique(read(tmp_path / "a.gif")[0][0].reshape(-1, 4), axis=0)) <= 4


def test_webp_keeps_transparency_and_gif_is_laid_over_black(tmp_path, feed):
    image = np.full((16, 16, 4), 200, np.uint8)
    image[:, :8, 3] = 0
    feed(Animation(path=tmp_path / "a.webp", fps=30), [image, image[:, ::-1]])
    assert set(read(tmp_path / "a.webp")[0][0][..., 3][:, [2, 12]].ravel()) == {0, 200}
    feed(Animation(path=tmp_path / "a.gif"), [image])
    assert read(tmp_path / "a.gif")[0][0][4, 4].tolist() == [0, 0, 0, 255]


def test_it_ends_at_the_most_pictures_and_says_so_once(tmp_path, feed, picture, caplog):
    with caplog.at_level(logging.WARNING, "nodegraph.nodes"):
        feed(Animation(path=tmp_path / "a.gif", frames=3, fps=30), [picture(i) for i in range(10)])
    assert [record.getMessage() for record in caplog.records] == [
        f"{tmp_path / 'a.gif'} is full: it ends after 3 pictures."
    ]
    assert len(read(tmp_path / "a.gif")[0]) == 3


@pytest.mark.parametrize("size", [(1, 1), (3, 7)])
@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_tiny_and_odd_sizes(tmp_path, feed, picture, size, suffix):
    feed(Animation(path=tmp_path / f"a.{suffix}"), [picture(i, *size) for i in range(3)])
    assert read(tmp_path / f"a.{suffix}")[0][0].shape == (size[1], size[0], 4)


def test_a_picture_of_another_size_is_fitted(tmp_path, feed, picture):
    feed(Animation(path=tmp_path / "a.gif", fps=30), [picture(), picture(1, 31, 90)])
    assert [image.shape for image in read(tmp_path / "a.gif")[0]] == [(48, 64, 4)] * 2


def test_without_a_frame_no_file_is_left(tmp_path, feed, caplog):
    feed(Animation(path=tmp_path / "a.gif"), [])
    assert "no frame came" in caplog.text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_a_full_disk_is_a_sentence(small_disk, feed, suffix):
    noise = [np.random.default_rng(i).integers(0, 256, (200, 300, 3), np.uint8) for i in range(12)]
    with pytest.raises(NodeError, match=rf"Cannot write .*a\.{suffix}: the disk is full"):
        feed(Animation(path=small_disk / f"a.{suffix}", fps=30, quality=100), noise)
    assert not (small_disk / f"a.{suffix}").exists()
