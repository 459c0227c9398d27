"""What most image models need first and last: plain colour, a size that is fast to work at, and the alpha put back."""

import numpy as np
from numpy.typing import NDArray

from nodegraph_kit.pictures import resize
from nodegraph_kit.types import Image


def bgr(image: Image) -> Image:
    """The three colour channels of an image that may have alpha."""
    return image if image.shape[2] == 3 else np.ascontiguousarray(image[:, :, :3])


def fitted(image: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """`image` reduced so that its longer side has `size` pixels; one that is smaller already is returned as it is."""
    height, width = image.shape[:2]
    scale = size / max(height, width)
    if scale >= 1:
        return image
    return resize(image, max(1, round(width * scale)), max(1, round(height * scale)), "area")


def finished(result: NDArray[np.uint8], image: Image) -> Image:
    """`result` (grey or BGR, any size) in the size of `image`, with the alpha of `image` if it has one."""
    height, width = image.shape[:2]
    if result.shape[:2] != (height, width):
        result = resize(result, width, height, "cubic")
    if result.ndim == 2:
        result = np.dstack([result] * 3)
    return result if image.shape[2] == 3 else np.dstack([result, image[:, :, 3]])
