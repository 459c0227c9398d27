"""Reading, writing and resizing pictures, with whichever library the model's image has: OpenCV, else Pillow.

Images that need neither OpenCV's 150 MB nor its filters have Pillow alone; a model that imports cv2 itself has OpenCV.
Channels are BGR or BGRA either way.
"""

from typing import TYPE_CHECKING, Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Smoothing = Literal["area", "linear", "cubic"]
QUALITY: Final = 80


class Library(Protocol):
    """What both libraries can do."""

    def decode(self, data: bytes) -> Pixels | None:
        """A JPEG or PNG as uint8 H×W×3 BGR, turned the right way up; None when it is damaged."""

    def encode(self, image: NDArray[np.uint8 | np.uint16], suffix: str) -> bytes:
        """Grey, BGR or BGRA as ``.jpg`` (quality 80) or ``.png``; grey may be uint16 in a PNG. Raises ValueError."""

    def resize(self, image: Pixels, width: int, height: int, smoothing: Smoothing) -> Pixels:
        """`image` (H×W or H×W×C) in another size; "area" is for making it smaller."""


def _library() -> Library:
    if not TYPE_CHECKING:  # both are optional; a type checker sees one of them
        try:
            from nodegraph_kit import pictures_opencv

            return pictures_opencv
        except ImportError:
            pass
    from nodegraph_kit import pictures_pillow

    return pictures_pillow


_LIBRARY: Final = _library()
decode = _LIBRARY.decode
encode = _LIBRARY.encode
resize = _LIBRARY.resize


def grey(image: Pixels) -> Pixels:
    """How bright each pixel of a BGR or BGRA image is, uint8 H×W, with the weights of BT.601."""
    weighed = image[..., 0] * np.float32(0.114) + image[..., 1] * np.float32(0.587) + image[..., 2] * np.float32(0.299)
    return np.asarray(weighed + np.float32(0.5), np.uint8)


def drawn() -> Pixels:
    """A picture for models without a sample: a gradient with a disc and a square, uint8 (240, 320, 3)."""
    image = np.dstack([np.tile(np.linspace(0, 255, 320, dtype=np.uint8), (240, 1))] * 3)
    y, x = np.mgrid[:240, :320]
    image[(x - 100) ** 2 + (y - 120) ** 2 <= 50**2] = (40, 80, 220)
    image[70:171, 190:281] = (60, 200, 90)
    return image
