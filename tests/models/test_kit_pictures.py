"""Pictures are read and written alike by OpenCV and by Pillow, so that a model's image needs only one of them."""

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from nodegraph_kit import pictures, pictures_opencv, pictures_pillow
from pictures import draw_scene
from PIL import Image

LIBRARIES = [pictures_opencv, pictures_pillow]
KIT = Path(__file__).resolve().parents[2] / "models" / "kit"


@pytest.fixture(params=LIBRARIES, ids=["opencv", "pillow"])
def library(request: pytest.FixtureRequest) -> ModuleType:
    module: ModuleType = request.param
    return module


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (1, 1, 3)])
def test_a_png_comes_back_as_it_was_in_bgr(library: ModuleType, shape: tuple[int, ...]) -> None:
    image = np.random.default_rng(1).integers(0, 255, shape, np.uint8)
    colour = image if image.ndim == 3 else np.dstack([image] * 3)
    assert np.array_equal(library.decode(library.encode(image, ".png")), colour)


def test_alpha_and_sixteen_bits_are_written_so_that_the_other_library_reads_them(library: ModuleType) -> None:
    image = np.random.default_rng(1).integers(0, 255, (5, 7, 4), np.uint8)
    written = np.asarray(Image.open(io.BytesIO(library.encode(image, ".png"))))
    assert np.array_equal(written, image[..., [2, 1, 0, 3]])
    labels = np.array([[0, 300, 65535]], np.uint16)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(library.encode(labels, ".png")))), labels)
    assert library.decode(library.encode(labels, ".png"))[0, :, 0].tolist() == [0, 1, 255]


def test_a_jpeg_is_nearly_what_it_was_and_is_turned_upright(library: ModuleType) -> None:
    image = draw_scene()
    assert np.abs(library.decode(library.encode(image, ".jpg")).astype(int) - image).mean() < 4
    turned, written = Image.Exif(), io.BytesIO()
    turned[0x0112] = 6  # "turn it a quarter to the right to see it"
    Image.fromarray(np.zeros((20, 10, 3), np.uint8)).save(written, "JPEG", exif=turned)
    assert library.decode(written.getvalue()).shape == (10, 20, 3)


def test_what_is_no_picture_or_half_of_one_is_none_or_cannot_be_written(library: ModuleType) -> None:
    whole = library.encode(draw_scene(), ".png")
    broken = whole[:60] + b"\xff" * 60 + whole[120:]
    assert [library.decode(data) for data in (b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", broken[:90])] == [None] * 4
    with pytest.raises(ValueError, match=r"."):
        library.encode(np.zeros((0, 5, 3), np.uint8), ".jpg")


def test_a_few_bytes_that_claim_to_be_a_huge_picture_are_none(library: ModuleType) -> None:
    head = struct.pack(">4sIIBBBBB", b"IHDR", 60_000, 60_000, 8, 0, 0, 0, 0)
    assert library.decode(b"\x89PNG\r\n\x1a\n\0\0\0\r" + head + struct.pack(">I", zlib.crc32(head))) is None


@pytest.mark.parametrize("smoothing", ["area", "linear", "cubic"])
def test_a_resized_picture_has_its_size_and_the_mean_it_had(library: ModuleType, smoothing: str) -> None:
    image = draw_scene(64, 48)
    for width, height in [(32, 24), (128, 96), (1, 1), (64, 3)]:
        resized = library.resize(image, width, height, smoothing)
        assert (resized.shape, resized.dtype) == ((height, width, 3), np.uint8)
        if smoothing == "area" or width == 128:
            assert np.allclose(resized.mean(axis=(0, 1)), image.mean(axis=(0, 1)), atol=3)
    assert library.resize(image[..., 0], 32, 24, smoothing).shape == (24, 32)


def test_grey_weighs_the_colours_and_the_sample_shows_a_disc_and_a_square() -> None:
    colours = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]], np.uint8)
    assert pictures.grey(colours).tolist() == [[29, 150, 76, 255]]
    sample = pictures.drawn()
    assert sample.shape == (240, 320, 3)
    assert sample[[120, 120, 100], [100, 151, 200]].tolist() == [[40, 80, 220], [120] * 3, [60, 200, 90]]


def test_the_kit_works_where_there_is_no_opencv() -> None:
    program = """
import sys
sys.modules["cv2"] = None
import numpy as np
from nodegraph_kit import Image, fitted, finished, model, pictures, pictures_pillow
from nodegraph_kit import alpha
from nodegraph_kit.runner import Runner

@model()
def half(image: Image) -> Image:
    return finished(fitted(image, 10), image)

runner = Runner(half)
runner.load()
assert pictures.decode is pictures_pillow.decode
assert alpha.test(runner).startswith("data:image/jpg;base64,")
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=KIT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
