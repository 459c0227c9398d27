"""Pixels <-> JPEG, PNG and data URIs. What goes wrong is a ValueError with a sentence; callers say whose it is.

Decoding goes through Pillow because it notices damaged files; encoding through OpenCV because it is faster.
"""

import base64
import binascii
import io
import re
import warnings
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pictures
from PIL import UnidentifiedImageError

MAX_PIXELS: Final = 100_000_000
"""A picture over this is refused before it is unpacked: a few kB of PNG can hold gigabytes of nothing."""

_DATA_URI: Final = re.compile(r"data:([\w.+-]+/[\w.+-]+)?(?:;[\w.+-]+=[\w.+-]*)*(;base64)?,", re.IGNORECASE)


def encode_jpeg(image: NDArray[np.uint8], quality: int = 90) -> bytes:
    """A baseline JPEG in colour of a BGR, BGRA (alpha dropped) or grey picture; quality 1..100."""
    return _encoded(".jpg", _as_bgr(image), [cv2.IMWRITE_JPEG_QUALITY, quality])


def encode_png(image: NDArray[np.uint8]) -> bytes:
    """A PNG of a BGR, BGRA or grey picture, packed lightly: it is sent, not kept."""
    return _encoded(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 1])


def _encoded(suffix: str, image: NDArray[np.uint8], options: list[int]) -> bytes:
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or 0 in image.shape:
        raise ValueError(f"an array of shape {image.shape} and type {image.dtype} is not a picture")
    try:
        done, data = cv2.imencode(suffix, image, options)
    except cv2.error as error:
        raise ValueError(f"a picture of shape {image.shape} cannot be encoded: {error.err}") from None
    if not done:
        raise ValueError(f"a picture of shape {image.shape} cannot be encoded as {suffix[1:].upper()}")
    return data.tobytes()


def _as_bgr(image: NDArray[np.uint8]) -> NDArray[Any]:
    if image.ndim == 2:
        return cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    return np.ascontiguousarray(image[:, :, :3])


def decode_image(data: bytes) -> NDArray[np.uint8]:
    """A picture as read-only BGR, or BGRA when it has transparency. Raises ValueError for anything else."""
    picture = _opened(data)
    transparent = "A" in picture.getbands() or "transparency" in picture.info
    if picture.mode.startswith(("I", "F")):
        picture = _from_deep_grey(picture)
    pixels = np.asarray(picture.convert("RGBA" if transparent else "RGB"))
    code = cv2.COLOR_RGBA2BGRA if transparent else cv2.COLOR_RGB2BGR
    return _read_only(cv2.cvtColor(pixels, code))


def decode_labels(data: bytes) -> NDArray[np.integer[Any]] | None:
    """A picture with one channel (grey or palette indices) as read-only H×W uint8 or int32, None if it has colours."""
    picture = _opened(data)
    if picture.mode in ("L", "P"):
        return _read_only(np.array(picture))
    return _read_only(np.array(picture).astype(np.int32)) if picture.mode.startswith("I") else None


def _opened(data: bytes) -> Pictures.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Pictures.DecompressionBombWarning)  # we have a limit of our own, below
            picture = Pictures.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"))
            if picture.width * picture.height > MAX_PIXELS:
                size = f"{picture.width}×{picture.height}"
                raise ValueError(
                    f"a picture of {size} pixels is over the limit of {MAX_PIXELS // 1_000_000} megapixels"
                )
            picture.load()
    except Pictures.DecompressionBombError:
        raise ValueError(f"a picture is over the limit of {MAX_PIXELS // 1_000_000} megapixels") from None
    except UnidentifiedImageError:
        start = data[:12].decode("ascii", "replace")
        raise ValueError(f"{len(data)} bytes beginning with {start!r} are not a picture") from None
    except (OSError, SyntaxError, EOFError) as error:
        raise ValueError(f"a picture of {len(data)} bytes is damaged: {error}") from None
    return picture


def _from_deep_grey(picture: Pictures.Image) -> Pictures.Image:
    """16-bit grey keeps its upper 8 bits; floats are taken as 0..1."""
    values = np.asarray(picture)
    scaled = values * 255.0 if picture.mode.startswith("F") else values / 257.0
    return Pictures.fromarray(np.clip(scaled + 0.5, 0, 255).astype(np.uint8))


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    array.flags.writeable = False
    return array


def resized(image: NDArray[np.uint8], width: int, height: int, smooth: bool = True) -> NDArray[np.uint8]:
    """A picture at another size; `smooth` mixes colours, otherwise each pixel keeps a value that was there."""
    smaller = width * height < image.shape[0] * image.shape[1]
    way = cv2.INTER_NEAREST if not smooth else cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return cv2.resize(image, (width, height), interpolation=way).astype(np.uint8, copy=False)


def to_data_uri(data: bytes, mime: str) -> str:
    """``data:image/jpeg;base64,...``."""
    return f"data:{mime};base64,{base64.b64encode(data).decode('ascii')}"


def is_data_uri(value: Any) -> bool:
    """Whether this is text that begins like a data URI of a picture."""
    return isinstance(value, str) and value[:11].lower() == "data:image/"


def from_data_uri(text: str) -> bytes:
    """The bytes of a data URI, or of bare base64. Raises ValueError for damaged base64."""
    found = _DATA_URI.match(text)
    if found and not found.group(2):
        raise ValueError("a data URI without ';base64' is not a picture")
    body = text[found.end() :] if found else text
    try:
        return base64.b64decode("".join(body.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"{len(body)} characters are not base64: {error}") from None
