"""Encoding one picture into the bytes of an image file."""

import io

import cv2
from PIL import Image as Pillow

from nodegraph.sdk import Image, NodeError
from nodes.sink._pixels import over_black

STILL_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tiff", ".tif", ".bmp", ".avif")
_QUALITY = {
    ".jpg": cv2.IMWRITE_JPEG_QUALITY,
    ".jpeg": cv2.IMWRITE_JPEG_QUALITY,
    ".webp": cv2.IMWRITE_WEBP_QUALITY,
}
_OPAQUE = (".jpg", ".jpeg", ".bmp")


def encoded(image: Image, suffix: str, quality: int) -> bytes:
    """`image` as the bytes of a file with that suffix; transparency is laid over black where the kind has none.

    Raises NodeError when the kind cannot hold the picture, for example because of its size.
    """
    try:
        if suffix == ".avif":
            return _avif(image, quality)
        flags = [_QUALITY[suffix], max(1, quality)] if suffix in _QUALITY else []
        good, data = cv2.imencode(suffix, over_black(image) if suffix in _OPAQUE else image, flags)
    except (cv2.error, OSError, ValueError) as error:
        raise _cannot(image, suffix) from error
    if not good:
        raise _cannot(image, suffix)
    return data.tobytes()


def _avif(image: Image, quality: int) -> bytes:
    colors = cv2.COLOR_BGRA2RGBA if image.shape[2] == 4 else cv2.COLOR_BGR2RGB
    file = io.BytesIO()
    Pillow.fromarray(cv2.cvtColor(image, colors)).save(file, "AVIF", quality=quality, speed=8)
    return file.getvalue()


def _cannot(image: Image, suffix: str) -> NodeError:
    size = f"{image.shape[1]}×{image.shape[0]}"
    return NodeError(f"A picture of {size} pixels cannot be written as {suffix}.", "Use .png or .tiff.")
