"""How every pixel moved since the frame before: dense inverse search."""

from typing import Annotated, Literal, NamedTuple

import cv2
import numpy as np
from nodegraph_kit import Flow, Image, Memory, bgr, finished, fitted, model, param, serve

PRESETS = {
    "fast": cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST,
    "balanced": cv2.DISOPTICAL_FLOW_PRESET_FAST,
    "fine": cv2.DISOPTICAL_FLOW_PRESET_MEDIUM,
}


class Motion(NamedTuple):
    flow: Annotated[Flow, "Pixels moved in x and y since the frame before; zero for the first frame."]
    image: Annotated[Image, "The motion as colour: the hue is the direction, the brightness the speed."]


@model(title="Optical flow", description="How every pixel moved since the frame before, and a picture of it.")
def flow(
    image: Annotated[Image, "The film, frame by frame."],
    memory: Memory,
    quality: Literal["fast", "balanced", "fine"] = param("balanced", "How carefully to look; fine is slow."),
    size: int = param(640, "The motion is measured at this size (longer side).", ge=64, le=1920, unit="px"),
    gain: float = param(20.0, "Brightness: a move of 1 / gain of the picture width per frame is full.", ge=0, le=100),
    smoothing: float = param(0.0, "Blend with the motion before: 0 none, near 1 slow trails.", ge=0, le=0.98),
) -> Motion:
    # Its result depends on how many stripes the picture is cut into, one a thread: always two, on every machine.
    cv2.setNumThreads(2)
    grey = fitted(cv2.cvtColor(bgr(image), cv2.COLOR_BGR2GRAY), size)
    height, width = image.shape[:2]
    before = memory.get("grey")
    field = np.zeros((*grey.shape, 2), np.float32)
    if before is not None and before.shape == grey.shape and min(grey.shape) >= 16:
        field = cv2.DISOpticalFlow_create(PRESETS[quality]).calc(before, grey, None)
        field = field * (1 - smoothing) + memory["field"] * smoothing
    memory["grey"], memory["field"] = grey, field
    picture = finished(_colours(field / grey.shape[1] * gain), image)
    whole = cv2.resize(field, (width, height), interpolation=cv2.INTER_LINEAR)
    whole *= np.float32([width / grey.shape[1], height / grey.shape[0]])
    return Motion(whole, picture)


def _colours(field: np.ndarray) -> Image:
    """Direction as hue, length (1 is full) as brightness."""
    length, angle = cv2.cartToPolar(field[..., 0], field[..., 1], angleInDegrees=True)
    hue = np.minimum(angle / 2, 179).astype(np.uint8)
    value = (np.minimum(length, 1) * 255).astype(np.uint8)
    return cv2.cvtColor(cv2.merge([hue, np.full_like(hue, 255), value]), cv2.COLOR_HSV2BGR)


if __name__ == "__main__":
    serve(flow)
