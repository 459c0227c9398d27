import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from nodegraph.sdk import NodeError
from nodes.source.image_file import FilePath, ImageFile


def load(path):
    return ImageFile(path=path).process()


@pytest.fixture
def picture():
    return np.random.default_rng(1).integers(0, 256, (37, 53, 3), np.uint8)


@pytest.mark.parametrize("suffix", ["png", "bmp", "tiff", "ppm", "tga"])
def test_lossless_files_give_their_pixels_as_bgr(tmp_path, picture, suffix):
    Pillow.fromarray(picture[..., ::-1]).save(tmp_path / f"a.{suffix}")
    assert np.array_equal(load(tmp_path / f"a.{suffix}"), picture)


@pytest.mark.parametrize("suffix", ["jpg", "webp", "avif"])
def test_lossy_files_come_close(tmp_path, suffix):
    flat = np.full((64, 64, 3), (30, 120, 210), np.uint8)
    Pillow.fromarray(flat[..., ::-1]).save(tmp_path / f"a.{suffix}", quality=95)
    assert np.abs(load(tmp_path / f"a.{suffix}").astype(int) - flat).max() <= 4


def test_grey_becomes_three_equal_channels(tmp_path, picture):
    Pillow.fromarray(picture[..., 0]).save(tmp_path / "a.png")
    image = load(tmp_path / "a.png")
    assert all(np.array_equal(image[..., channel], picture[..., 0]) for channel in range(3))


def test_one_bit_pictures_are_black_and_white(tmp_path):
    Pillow.fromarray(np.eye(9, dtype=bool)).save(tmp_path / "a.png")
    assert np.array_equal(load(tmp_path / "a.png")[..., 1], np.eye(9, dtype=np.uint8) * 255)


def test_transparency_is_kept_straight(tmp_path):
    values = np.random.default_rng(2).integers(0, 256, (20, 30, 4), np.uint8)
    Pillow.fromarray(values[..., [2, 1, 0, 3]]).save(tmp_path / "a.png")
    assert np.array_equal(load(tmp_path / "a.png"), values)


def test_grey_with_alpha_and_palette_with_transparency_have_four_channels(tmp_path):
    grey = np.zeros((4, 4, 2), np.uint8)
    grey[..., 0], grey[..., 1] = 90, 7
    Pillow.fromarray(grey).save(tmp_path / "la.png")
    assert load(tmp_path / "la.png")[0, 0].tolist() == [90, 90, 90, 7]
    palette = Pillow.new("P", (4, 4), 1)
    palette.putpalette([0, 0, 0, 255, 128, 0])
    palette.putpixel((0, 0), 0)
    palette.save(tmp_path / "p.png", transparency=0)
    assert load(tmp_path / "p.png")[0, 0, 3] == 0
    assert load(tmp_path / "p.png")[1, 1].tolist() == [0, 128, 255, 255]


def test_sixteen_bits_become_the_upper_eight(tmp_path):
    grey = np.arange(0, 65536, 256, dtype=np.uint16).reshape(16, 16) + 77
    assert cv2.imwrite(str(tmp_path / "grey.png"), grey)
    assert np.array_equal(load(tmp_path / "grey.png")[..., 0], (grey >> 8).astype(np.uint8))
    color = np.stack([grey, grey[::-1], grey.T], axis=-1)
    for name in ("color.png", "color.tiff"):
        assert cv2.imwrite(str(tmp_path / name), color)
        assert np.array_equal(load(tmp_path / name), (color >> 8).astype(np.uint8)), name


def test_floats_are_black_to_white_from_0_to_1(tmp_path):
    grey = np.linspace(-0.5, 1.5, 64, dtype=np.float32).reshape(8, 8)
    Pillow.fromarray(grey).save(tmp_path / "grey.tiff")
    expected = np.rint(np.clip(grey, 0, 1) * 255).astype(np.uint8)
    assert np.array_equal(load(tmp_path / "grey.tiff")[..., 2], expected)
    assert cv2.imwrite(str(tmp_path / "color.tiff"), cv2.merge([grey, grey, grey * 0]))
    assert np.array_equal(load(tmp_path / "color.tiff")[..., 1], expected)
    assert cv2.imwrite(str(tmp_path / "light.hdr"), np.full((8, 8, 3), 0.5, np.float32))
    assert abs(int(load(tmp_path / "light.hdr")[0, 0, 0]) - 128) <= 1


def test_cmyk_is_converted(tmp_path):
    Pillow.new("CMYK", (8, 8), (0, 255, 255, 0)).save(tmp_path / "a.jpg")
    assert np.abs(load(tmp_path / "a.jpg").astype(int) - (0, 0, 255)).max() <= 3


@pytest.mark.parametrize("suffix", ["jpg", "png", "tiff", "webp"])
def test_exif_rotation_is_applied(tmp_path, suffix):
    stripe = np.zeros((16, 32, 3), np.uint8)
    stripe[:, :16] = 255
    exif = Pillow.Exif()
    exif[0x0112] = 6
    Pillow.fromarray(stripe).save(tmp_path / f"a.{suffix}", exif=exif)
    image = load(tmp_path / f"a.{suffix}")
    assert image.shape == (32, 16, 3)
    assert image[:12].min() > 230
    assert image[20:].max() < 25


def test_an_animation_gives_its_first_picture(tmp_path):
    frames = [Pillow.new("RGB", (8, 8), color) for color in ("red", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert load(tmp_path / "a.gif")[0, 0].tolist()[:3] == [0, 0, 255]


def test_the_content_counts_not_the_suffix(tmp_path, picture):
    Pillow.fromarray(picture).save(tmp_path / "a.jpg", format="PNG")
    assert load(tmp_path / "a.jpg").shape == (37, 53, 3)


def test_spaces_and_unicode_in_the_path_are_fine(tmp_path, picture):
    path = tmp_path / "mein Bild ♥ 100% #1.png"
    Pillow.fromarray(picture).save(path)
    assert load(path).shape == (37, 53, 3)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "gif", "tiff", "bmp"])
@pytest.mark.parametrize("share", [0.3, 0.7])
def test_a_truncated_image_is_named_as_damaged(tmp_path, picture, suffix, share):
    path = tmp_path / f"cut.{suffix}"
    Pillow.fromarray(picture).resize((300, 200)).save(path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(NodeError, match=rf"cut\.{suffix} (is damaged|is not an image)"):
        load(path)


def png_of(width, height):
    """The head of a PNG that claims this size, with a pixel row's worth of nothing."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(9500, 9500), (20000, 20000), (200000, 100000)])
def test_a_bomb_is_refused_with_a_sentence(tmp_path, size):
    path = tmp_path / "bomb.png"
    path.write_bytes(png_of(*size))
    with pytest.raises(NodeError, match=r"bomb\.png is too large.*89 million pixels"):
        load(path)


def test_other_bad_files_are_named(tmp_path):
    (tmp_path / "empty.png").touch()
    (tmp_path / "page.png").write_text("<html>")
    for path, said in (
        (tmp_path / "empty.png", r"empty\.png is empty \(0 bytes\)"),
        (tmp_path / "page.png", r"page\.png is not an image"),
        (tmp_path / "gone.png", r"gone\.png does not exist"),
        (tmp_path, "is a folder, not an image file"),
        (Path(), "No image is chosen"),
    ):
        with pytest.raises(NodeError, match=said):
            load(path)


def test_a_file_node_gives_its_path(tmp_path):
    assert FilePath(path=tmp_path / "x").process() == tmp_path / "x"
