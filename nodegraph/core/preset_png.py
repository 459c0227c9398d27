"""A preset inside a PNG: an international text chunk (iTXt) called "nodegraph". Pixels and other chunks stay.

PNG Specification, third edition, 5 (chunks) and 11.3.3.4 (iTXt). A PNG is from a stranger: lengths and checksums are
checked, and what unpacks to more than a preset may have is refused while unpacking.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import Final, NoReturn

from nodegraph.core.errors import DocumentError, Problem
from nodegraph.core.preset_text import MAX_BYTES

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
KEYWORD: Final = b"nodegraph"
_ZIP_ABOVE: Final = 2048


def embed_text(png: bytes, text: bytes) -> bytes:
    """`png` with `text` (UTF-8) as its preset, in place of one it had. Raises DocumentError for a damaged PNG."""
    parts = [SIGNATURE]
    for kind, body in _chunks(png, "PNG"):
        if kind == b"IEND":
            parts.append(_chunk(b"iTXt", _preset_chunk(text)))
        if not (kind == b"iTXt" and body.startswith(KEYWORD + b"\0")):
            parts.append(_chunk(kind, body))
    return b"".join(parts)


def extract_text(png: bytes, name: str) -> bytes:
    """The text of the preset inside a PNG. Raises DocumentError when there is none or it is damaged."""
    bodies = (body for kind, body in _chunks(png, name) if kind == b"iTXt" and body.startswith(KEYWORD + b"\0"))
    body = next(bodies, None)
    if body is None:
        _fail(name, "This PNG carries no preset.", "Sites that re-encode pictures remove it: ask for the .json.")
    return _text_of(body, name)


def _preset_chunk(text: bytes) -> bytes:
    """keyword, 0, compression flag, compression method 0, language 0, translated keyword 0, text."""
    zipped = len(text) > _ZIP_ABOVE
    return KEYWORD + b"\0" + bytes([zipped, 0]) + b"\0\0" + (zlib.compress(text, 9) if zipped else text)


def _text_of(body: bytes, name: str) -> bytes:
    at = len(KEYWORD) + 1
    flags, rest = body[at : at + 2], body[at + 2 :]
    pieces = rest.split(b"\0", 2)
    if len(pieces) != 3 or flags not in (b"\0\0", b"\1\0"):
        _fail(name, "The preset inside this PNG is damaged.", "Ask for the .json.")
    if flags == b"\0\0":
        return pieces[2]
    unzip = zlib.decompressobj()
    try:
        text = unzip.decompress(pieces[2], MAX_BYTES + 1)
    except zlib.error:
        _fail(name, "The preset inside this PNG is damaged: it does not unpack.", "Ask for the .json.")
    if len(text) > MAX_BYTES:
        limit = f"{MAX_BYTES >> 20} MB"
        _fail(name, f"The preset inside this PNG unpacks to more than {limit}.", "It is damaged or hostile.")
    if not unzip.eof:
        _fail(name, "The preset inside this PNG is cut off.", "Ask for the .json.")
    return text


def _chunks(png: bytes, name: str) -> Iterator[tuple[bytes, bytes]]:
    """Every chunk up to IEND, checked."""
    if not png.startswith(SIGNATURE):
        _fail(name, "This is not a PNG file.", "Use a PNG; `nodegraph presets embed` converts other stills.")
    at = len(SIGNATURE)
    while at + 12 <= len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        end = at + 12 + length
        if end > len(png):
            break
        if struct.unpack_from(">I", png, end - 4)[0] != zlib.crc32(kind + body):
            _fail(name, f"The PNG is damaged near byte {at}: a checksum is wrong.", "Get the original file again.")
        yield kind, body
        if kind == b"IEND":
            return
        at = end
    _fail(name, f"The PNG ends in the middle, at byte {len(png)}.", "Get the original file again.")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _fail(name: str, message: str, hint: str) -> NoReturn:
    raise DocumentError(f"{name}: {message}", hint, [Problem(name, message, hint)])
