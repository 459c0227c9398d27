import numpy as np
import pytest
from PIL import Image as Pillow

from nodegraph.sdk import NodeError, Stamp
from nodes.sink.image_file import ImageFileSink, ImageSequence


def read(path):
    with Pillow.open(path) as picture:
        values = np.asarray(picture)
    return values[..., [2, 1, 0, 3][: values.shape[2]]]


@pytest.mark.parametrize("suffix", ["png", "tiff", "bmp"])
def test_lossless_files_hold_the_exact_pixels(tmp_path, feed, picture, suffix):
    path = tmp_path / "new ♥ folder" / f"a.{suffix}"
    feed(ImageFileSink(path=path), [picture(1, 33, 17)])
    assert np.array_equal(read(path), picture(1, 33, 17))
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("suffix", ["jpg", "webp", "avif"])
def test_quality_changes_the_size_of_lossy_files(tmp_path, feed, suffix):
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    sizes = []
    for quality in (20, 95):
        feed(ImageFileSink(path=tmp_path / f"a.{suffix}", quality=quality), [noise])
        sizes.append((tmp_path / f"a.{suffix}").stat().st_size)
    assert sizes[0] < sizes[1] * 0.8


@pytest.mark.parametrize("suffix", ["jpg", "webp", "avif"])
def test_lossy_files_keep_the_colours(tmp_path, feed, suffix):
    flat = np.full((64, 64, 3), (30, 120, 210), np.uint8)
    feed(ImageFileSink(path=tmp_path / f"a.{suffix}"), [flat])
    assert np.abs(read(tmp_path / f"a.{suffix}").astype(int) - flat).max() <= 4


def test_transparency_is_kept_or_laid_over_black(tmp_path, feed, picture):
    image = picture(2, 32, 32, 4)
    for suffix in ("png", "tiff"):
        feed(ImageFileSink(path=tmp_path / f"a.{suffix}"), [image])
        assert np.array_equal(read(tmp_path / f"a.{suffix}"), image), suffix
    half = np.full((8, 8, 4), 200, np.uint8)
    half[..., 3] = 128
    feed(ImageFileSink(path=tmp_path / "a.bmp"), [half])
    assert np.abs(read(tmp_path / "a.bmp").astype(int) - 100).max() <= 1


def test_a_stream_renews_the_file_each_interval_and_ends_with_the_last(tmp_path):
    path = tmp_path / "a.png"
    sink = ImageFileSink(path=path, interval=1.0)
    sink.open()
    seen = []
    for i in range(25):
        sink.process(np.full((2, 2, 3), i, np.uint8), Stamp(i, i / 10, i / 10, 10.0, 0.0))
        seen.append(int(read(path)[0, 0, 0]))
    sink.close()
    assert seen == [0] * 10 + [10] * 10 + [20] * 5
    assert int(read(path)[0, 0, 0]) == 24


def test_an_older_image_survives_a_full_disk(small_disk, feed):
    path = small_disk / "a.bmp"
    path.write_bytes(b"older")
    with pytest.raises(NodeError, match=r"Cannot write .*a\.bmp: the disk is full"):
        feed(ImageFileSink(path=path), [np.zeros((1000, 1000, 3), np.uint8)])
    assert path.read_bytes() == b"older"
    assert list(small_disk.iterdir()) == [path]


def test_a_picture_the_kind_cannot_hold_is_told(tmp_path, feed):
    with pytest.raises(NodeError, match=r"70000×1 pixels cannot be written as \.jpg"):
        feed(ImageFileSink(path=tmp_path / "a.jpg"), [np.zeros((1, 70000, 3), np.uint8)])


def test_bad_places_are_told_on_opening(tmp_path):
    (tmp_path / "file").touch()
    for path, said in (
        (tmp_path / "a.gif", r"a\.gif is of a kind"),
        (tmp_path / "file" / "a.png", "a part of the path is a file"),
        (tmp_path / ("x" * 300 + ".png"), "the name is too long"),
    ):
        with pytest.raises(NodeError, match=said):
            ImageFileSink(path=path).open()
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(NodeError, match="is a folder"):
        ImageFileSink(path=tmp_path / "folder.png").open()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_sequence_is_numbered(tmp_path, feed, picture):
    folder = tmp_path / "out"
    feed(ImageSequence(path=folder), [picture(i) for i in range(3)])
    assert names(folder) == [f"frame_{i:05d}.png" for i in range(3)]
    assert np.array_equal(read(folder / "frame_00002.png"), picture(2))


def test_a_sequence_can_go_on_where_an_earlier_one_ended(tmp_path, feed, picture):
    def run(**params):
        feed(ImageSequence(path=tmp_path, name="a{index:03d}b.bmp", first=8, **params), [picture()] * 2)

    run()
    run(existing="continue")
    assert names(tmp_path) == ["a008b.bmp", "a009b.bmp", "a010b.bmp", "a011b.bmp"]
    run()
    assert len(names(tmp_path)) == 4


@pytest.mark.parametrize(
    "name", ["still.png", "../{index}.png", "{index.__class__}.png", "{index:05d}", "a/{index}.png"]
)
def test_names_that_cannot_be_numbered_are_refused(tmp_path, name):
    with pytest.raises(NodeError, match=r"is no name for numbered files|is of a kind"):
        ImageSequence(path=tmp_path, name=name).open()


def test_a_sequence_on_a_full_disk_keeps_what_fitted(small_disk, feed):
    with pytest.raises(NodeError, match="the disk is full"):
        feed(ImageSequence(path=small_disk, name="{index}.bmp"), [np.zeros((100, 200, 3), np.uint8)] * 9)
    assert names(small_disk) == ["0.bmp", "1.bmp", "2.bmp", "3.bmp"]
