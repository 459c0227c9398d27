"""Loading a still: Pillow, which notices damage, and OpenCV for the few kinds Pillow does not know."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError

from nodegraph.sdk import Image, NodeError
from nodes.source._reasons import check_file

IMAGE_FILES = (
    ".png", ".jpg", ".jpeg", ".webp", ".avif", ".gif", ".bmp", ".tif", ".tiff", ".tga", ".ppm", ".pgm", ".jp2", ".hdr",
)  # fmt: skip
MOST_PIXELS = 89_000_000
"""Larger pictures are refused: 49 kB of PNG can unpack to gigabytes."""
_DEEP = ("I", "F", "I;16", "I;16B", "I;16L")


def load_image(path: Path) -> Image:
    """The picture in `path`, upright: uint8 H×W×3 BGR, or H×W×4 BGRA when it has transparency.

    16 bits become the upper 8; floats are 0..1 from black to white. Of an animation, the first picture. Raises
    NodeError naming the file: missing, empty, not an image, damaged, too large.
    """
    check_file(path, "image")
    try:
        with Pillow.open(path) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise _too_large(path, f"{picture.width}×{picture.height}")
            picture.load()
            return _converted(ImageOps.exif_transpose(picture))
    except NodeError:
        raise
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as error:
        raise _too_large(path, "far more pixels") from error
    except UnidentifiedImageError:
        return _with_opencv(path)
    except PermissionError as error:
        raise NodeError(f"{path} may not be read: permission denied.", "Give yourself the right to read it.") from error
    except Exception as error:  # decoders raise OSError, SyntaxError, ValueError, struct.error and more on damage
        raise NodeError(f"{path} is damaged: {_first_line(error)}.", "Copy or export it again.") from error


def _converted(picture: Pillow.Image) -> Image:
    if picture.mode in _DEEP:
        return _from_deep(np.asarray(picture))
    if picture.mode in ("RGBA", "RGBa", "LA", "La", "PA") or "transparency" in picture.info:
        return np.asarray(cv2.cvtColor(np.asarray(picture.convert("RGBA")), cv2.COLOR_RGBA2BGRA), np.uint8)
    return np.asarray(cv2.cvtColor(np.asarray(picture.convert("RGB")), cv2.COLOR_RGB2BGR), np.uint8)


def _from_deep(values: NDArray[np.generic]) -> Image:
    """Grey, BGR or BGRA of any depth to 8 bits with 3 or 4 channels."""
    if values.dtype == np.uint16 or (values.dtype == np.int32 and values.max(initial=0) > 255):
        values = np.clip(values, 0, 65535) // np.asarray(256, values.dtype)
    elif np.issubdtype(values.dtype, np.floating):
        values = np.rint(np.clip(np.nan_to_num(values), 0, 1) * 255)
    shallow = values.astype(np.uint8)
    if shallow.ndim == 2:
        return np.asarray(cv2.cvtColor(shallow, cv2.COLOR_GRAY2BGR), np.uint8)
    return shallow


def _with_opencv(path: Path) -> Image:
    values = None
    try:
        values = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        if "MAX_IMAGE" in str(error):
            raise _too_large(path, "far more pixels") from error
    if values is None:
        raise NodeError(f"{path} is not an image this node can read.", f"Use one of {', '.join(IMAGE_FILES)}.")
    return _from_deep(np.asarray(values))


def _too_large(path: Path, size: str) -> NodeError:
    limit = MOST_PIXELS // 1_000_000
    return NodeError(f"{path} is too large: {size}; at most {limit} million pixels are read.", "Make it smaller first.")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
