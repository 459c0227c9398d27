"""Pictures by Pillow; see pictures.py."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from nodegraph_kit.pictures import QUALITY, Pixels, Smoothing

_HOW = {"area": Image.Resampling.BOX, "linear": Image.Resampling.BILINEAR, "cubic": Image.Resampling.BICUBIC}


def decode(data: bytes) -> Pixels | None:
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as picture:
            upright = ImageOps.exif_transpose(picture)
            if upright.mode.startswith("I"):  # 16 bits of grey, which convert() would clip to the darkest 256th
                return np.dstack([(np.asarray(upright, np.int32) >> 8).astype(np.uint8)] * 3)
            return np.ascontiguousarray(np.asarray(upright.convert("RGB"))[..., ::-1])
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None  # SyntaxError is what its PNG reader says of a broken chunk


def encode(image: NDArray[np.uint8 | np.uint16], suffix: str) -> bytes:
    colours = image[:, :, [2, 1, 0, 3][: image.shape[2]]] if image.ndim == 3 else image
    written = io.BytesIO()
    try:
        Image.fromarray(np.ascontiguousarray(colours)).save(
            written, "JPEG" if suffix == ".jpg" else "PNG", quality=QUALITY
        )
    except (OSError, TypeError, SystemError) as error:
        raise ValueError(str(error)) from error
    return written.getvalue()


def resize(image: Pixels, width: int, height: int, smoothing: Smoothing) -> Pixels:
    resized = np.asarray(Image.fromarray(image).resize((width, height), _HOW[smoothing]))
    return resized.astype(np.uint8)  # a copy: what Pillow lends is read-only
