"""Pictures by OpenCV; see pictures.py."""

import cv2
import numpy as np
from numpy.typing import NDArray

from nodegraph_kit.pictures import QUALITY, Pixels, Smoothing

_HOW = {"area": cv2.INTER_AREA, "linear": cv2.INTER_LINEAR, "cubic": cv2.INTER_CUBIC}


def decode(data: bytes) -> Pixels | None:
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    except cv2.error:  # it claims to be larger than any picture
        return None
    return None if image is None else image.astype(np.uint8, copy=False)


def encode(image: NDArray[np.uint8 | np.uint16], suffix: str) -> bytes:
    options = (cv2.IMWRITE_JPEG_QUALITY, QUALITY) if suffix == ".jpg" else ()
    try:
        done, data = cv2.imencode(suffix, image, options)
    except cv2.error as error:
        raise ValueError(str(error)) from error
    if not done:
        raise ValueError(f"OpenCV cannot write {image.shape} as {suffix}")
    return data.tobytes()


def resize(image: Pixels, width: int, height: int, smoothing: Smoothing) -> Pixels:
    return cv2.resize(image, (width, height), interpolation=_HOW[smoothing]).astype(np.uint8, copy=False)
