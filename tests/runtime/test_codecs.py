import base64
import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pictures

from nodegraph.runtime import codecs


def picture(*shape: int) -> NDArray[np.uint8]:
    rows = np.linspace(0, 255, int(np.prod(shape)), dtype=np.uint8).reshape(shape)
    rows.flags.writeable = False
    return rows


def saved(image: Pictures.Image, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, **{"format": "PNG", **options})
    return file.getvalue()


@pytest.mark.parametrize("shape", [(9, 13, 3), (1, 1, 3), (9, 13, 4), (7, 5)])
def test_png_brings_back_every_pixel(shape: tuple[int, ...]) -> None:
    image = picture(*shape)
    back = codecs.decode_image(codecs.encode_png(image))
    expected = np.dstack([image] * 3) if image.ndim == 2 else image
    np.testing.assert_array_equal(back, expected)
    assert not back.flags.writeable


@pytest.mark.parametrize("shape", [(48, 64, 3), (48, 64, 4), (48, 64), (1, 1, 3)])
def test_a_jpeg_is_baseline_and_in_colour_whatever_went_in(shape: tuple[int, ...]) -> None:
    data = codecs.encode_jpeg(picture(*shape))
    read = Pictures.open(io.BytesIO(data))
    assert (read.format, read.mode, read.size) == ("JPEG", "RGB", (shape[1], shape[0]))
    assert b"\xff\xc0" in data  # SOF0, baseline
    assert b"\xff\xc2" not in data


def test_channels_are_blue_green_red() -> None:
    red = np.zeros((16, 16, 3), np.uint8)
    red[:, :, 2] = 255
    assert Pictures.open(io.BytesIO(codecs.encode_jpeg(red))).convert("RGB").getpixel((8, 8)) == (254, 0, 0)
    assert codecs.decode_image(saved(Pictures.new("RGB", (2, 2), (255, 0, 0))))[0, 0].tolist() == [0, 0, 255]


@pytest.mark.parametrize(
    ("mode", "color", "expected"),
    [
        ("L", 7, [7, 7, 7]),
        ("1", 1, [255, 255, 255]),
        ("LA", (7, 9), [7, 7, 7, 9]),
        ("RGBA", (1, 2, 3, 4), [3, 2, 1, 4]),
        ("I;16", 65535, [255, 255, 255]),
        ("I;16", 257, [1, 1, 1]),
    ],
)
def test_every_mode_becomes_bgr_or_bgra(mode: str, color: object, expected: list[int]) -> None:
    assert codecs.decode_image(saved(Pictures.new(mode, (2, 2), color)))[1, 1].tolist() == expected


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (np.zeros((2, 2, 3), np.float32), "type float32 is not a picture"),
        (np.zeros((0, 2, 3), np.uint8), r"shape \(0, 2, 3\)"),
        (np.zeros((2,), np.uint8), "is not a picture"),
        (np.zeros((2, 2, 7), np.uint8), "cannot be encoded"),
    ],
)
def test_what_is_no_picture_is_not_encoded(array: NDArray[np.uint8], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        codecs.encode_png(array)


def test_damaged_and_foreign_bytes_are_told_apart() -> None:
    data = codecs.encode_png(picture(60, 80, 3))
    with pytest.raises(ValueError, match=r"a picture of \d+ bytes is damaged"):
        codecs.decode_image(data[: len(data) // 2])
    with pytest.raises(ValueError, match="12 bytes beginning with '<html>oops!!' are not a picture"):
        codecs.decode_image(b"<html>oops!!")
    with pytest.raises(ValueError, match="0 bytes"):
        codecs.decode_image(b"")


def test_a_small_file_that_unpacks_to_gigabytes_is_refused() -> None:
    bomb = saved(Pictures.new("1", (20_000, 20_000)), optimize=True)
    assert len(bomb) < 100_000
    with pytest.raises(ValueError, match="over the limit of 100 megapixels"):
        codecs.decode_image(bomb)
    with pytest.raises(ValueError, match="20000×6000 pixels is over the limit"):
        codecs.decode_image(saved(Pictures.new("1", (20_000, 6_000))))


def test_a_data_uri_goes_there_and_back() -> None:
    uri = codecs.to_data_uri(b"\x00\x01\x02", "image/png")
    assert uri == "data:image/png;base64,AAEC"
    assert codecs.is_data_uri(uri)
    assert codecs.from_data_uri(uri) == b"\x00\x01\x02"
    assert codecs.from_data_uri("data:image/svg+xml;charset=utf-8;base64,AAEC") == b"\x00\x01\x02"
    assert codecs.from_data_uri(" AAEC\n") == b"\x00\x01\x02"


@pytest.mark.parametrize("text", ["data:image/png;base64,A", "data:image/png;base64,A*C=", "data:image/png,AAEC", "é"])
def test_a_damaged_data_uri_is_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"base64"):
        codecs.from_data_uri(text)


def test_label_maps_keep_their_numbers() -> None:
    labels = np.arange(6, dtype=np.uint8).reshape(2, 3)
    np.testing.assert_array_equal(codecs.decode_labels(saved(Pictures.fromarray(labels))), labels)
    deep = Pictures.fromarray(labels.astype(np.uint16) * 300)
    found = codecs.decode_labels(saved(deep))
    assert found is not None
    np.testing.assert_array_equal(found, labels.astype(int) * 300)
    assert codecs.decode_labels(saved(Pictures.new("RGB", (2, 2)))) is None


def test_text_that_is_no_data_uri_is_not_taken_for_one() -> None:
    assert not codecs.is_data_uri("a caption")
    assert not codecs.is_data_uri(base64.b64encode(b"abc"))
