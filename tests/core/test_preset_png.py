import struct
import zlib

import pytest

from nodegraph.core.errors import DocumentError
from nodegraph.core.graph import Graph, GraphNode
from nodegraph.core.preset import Preset, embed, extract, read_preset
from nodegraph.core.preset_png import SIGNATURE, embed_text

SMALL = Preset(id="small", title="☂")
LARGE = Preset(id="large", graph=Graph({f"n{at}": GraphNode(f"n{at}", "filter.x") for at in range(500)}))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def picture(*extra: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return SIGNATURE + head + b"".join(extra) + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b"")


def kinds(png: bytes) -> list[bytes]:
    found, at = [], 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        found.append(png[at + 4 : at + 8])
        at += 12 + length
    return found


@pytest.mark.parametrize("preset", [SMALL, LARGE])
def test_a_preset_travels_inside_a_png(preset, tmp_path):
    png = embed(picture(), preset)
    assert extract(png) == preset
    (tmp_path / "a.png").write_bytes(png)
    assert read_preset(tmp_path / "a.png") == preset


def test_a_large_preset_is_zipped():
    assert len(embed(picture(), LARGE)) < 6000


def test_foreign_chunks_stay_and_an_older_preset_is_replaced():
    png = picture(chunk(b"tEXt", b"Author\0me"), chunk(b"iTXt", b"other\0\0\0\0\0text"), chunk(b"prVt", b"x"))
    twice = embed(embed(png, SMALL), LARGE)
    assert extract(twice) == LARGE
    assert kinds(twice) == [b"IHDR", b"tEXt", b"iTXt", b"prVt", b"IDAT", b"iTXt", b"IEND"]


def test_the_picture_opens_elsewhere_and_says_the_same_text():
    import io

    from PIL import Image

    with Image.open(io.BytesIO(embed(picture(), LARGE))) as image:
        image.load()
        assert image.getpixel((0, 0)) == 0x80
        assert '"large"' in image.text["nodegraph"]


@pytest.mark.parametrize("cut", [8, 20, 40, -20])
def test_a_png_that_ends_in_the_middle_is_named(cut):
    with pytest.raises(DocumentError, match=r"x\.png.*ends in the middle"):
        extract(embed(picture(), SMALL)[:cut], "x.png")


def test_a_wrong_checksum_is_found():
    png = bytearray(embed(picture(), SMALL))
    png[-30] ^= 1
    with pytest.raises(DocumentError, match="checksum"):
        extract(bytes(png))


def test_a_png_without_a_preset_says_so():
    with pytest.raises(DocumentError, match="carries no preset"):
        extract(picture())


def test_something_else_is_not_a_png():
    with pytest.raises(DocumentError, match="not a PNG"):
        embed(b"GIF89a", SMALL)


def test_a_zip_bomb_is_refused():
    bomb = chunk(b"iTXt", b"nodegraph\0\1\0\0\0" + zlib.compress(b" " * (65 << 20), 9))
    with pytest.raises(DocumentError, match="unpacks to more than 64 MB"):
        extract(picture(bomb))


@pytest.mark.parametrize(
    "body",
    [
        b"nodegraph\0",
        b"nodegraph\0\1\0",
        b"nodegraph\0\1\0\0\0not zipped",
        b"nodegraph\0\x09\0\0\0{}",
        b"nodegraph\0\1\0\0\0" + zlib.compress(b"{}" * 100)[:-6],
    ],
)
def test_a_damaged_preset_chunk_is_named(body):
    with pytest.raises(DocumentError, match="inside this PNG is"):
        extract(picture(chunk(b"iTXt", body)))


def test_a_length_that_lies_is_refused():
    with pytest.raises(DocumentError, match="ends in the middle"):
        extract(SIGNATURE + struct.pack(">I", 0xFFFFFFFF) + b"IHDR" + b"\0" * 40)


def test_embedding_checks_the_picture_first():
    with pytest.raises(DocumentError, match="ends in the middle"):
        embed_text(picture()[:-3], b"{}")
