"""Show motion: as colours, as arrows, and as something that moves pixels."""

import cv2
import numpy as np

from nodegraph.sdk import Color, Filter, Flow, Image, param
from nodes.filter._drawing import ink, line_width
from nodes.filter._pixels import Pixels, as_frame, size_of


class FlowToImage(
    Filter, id="filter.flow_to_image", category="Filter/Draw", title="Flow to Colours", keywords=("optical flow", "hsv")
):
    """Show motion as colours: the hue is the direction, the brightness the speed."""

    gain: float = param(
        8.0, "Speed that is fully bright, in thousandths of the diagonal per frame.", ge=0.1, le=200, step=0.5
    )

    def process(self, flow: Flow) -> Image:
        fastest = self.gain / 1000 * float(np.hypot(*size_of(flow)))
        speed, angle = cv2.cartToPolar(flow[..., 0], flow[..., 1], angleInDegrees=True)
        hue = cv2.convertScaleAbs(angle, alpha=255 / 360)
        value = cv2.convertScaleAbs(speed, alpha=255 / fastest)
        full = np.full(hue.shape, 235, np.uint8)
        return as_frame(cv2.cvtColor(cv2.merge([hue, full, value]), cv2.COLOR_HSV2BGR_FULL))


class DrawFlow(
    Filter,
    id="filter.draw_flow",
    category="Filter/Draw",
    title="Draw Flow Arrows",
    keywords=("optical flow", "vectors"),
):
    """Draw arrows along the motion, in a regular grid."""

    spacing: float = param(36.0, "Distance between arrows in a picture 720 high.", ge=6, le=300, step=1)
    scale: float = param(3.0, "Length of an arrow: how many frames of motion it shows.", ge=0.1, le=50, step=0.1)
    least: float = param(0.5, "Slower motion is not drawn.", ge=0, le=50, step=0.1, unit="px")
    thickness: float = param(2.0, "Width of the lines in a picture 720 high.", ge=0.5, le=20, step=0.5)
    color: Color = param((90, 255, 120), "Colour of the arrows.")

    def process(self, image: Image, flow: Flow) -> Image:
        width, height = size_of(image)
        step = max(4, round(self.spacing * min(width, height) / 720))
        starts, moves = _sampled(flow, width, height, step)
        fast = np.hypot(moves[:, 0], moves[:, 1]) > self.least
        if not fast.any():
            return image
        canvas = image.copy()
        self._draw(canvas, starts[fast], np.clip(moves[fast] * self.scale, -width - height, width + height))
        return canvas

    def _draw(
        self,
        canvas: Pixels,
        starts: "np.ndarray[tuple[int, int], np.dtype[np.float32]]",
        moves: "np.ndarray[tuple[int, int], np.dtype[np.float32]]",
    ) -> None:
        """All shafts and heads as one list of lines: one cv2 call for thousands of arrows."""
        ends = starts + moves
        side = np.stack([-moves[:, 1], moves[:, 0]], axis=-1) * 0.18
        heads = [ends - moves * 0.3 + side, ends, ends - moves * 0.3 - side]
        # Positions carry 3 fractional bits, which cv2 calls shift.
        shafts = (np.stack([starts, ends], axis=1) * 8).round().astype(np.int32)
        points = (np.stack(heads, axis=1) * 8).round().astype(np.int32)
        for lines in (shafts, points):
            width = line_width(canvas, self.thickness)
            cv2.polylines(canvas, list(lines), False, ink(canvas, self.color), width, cv2.LINE_AA, 3)


def _sampled(flow: Flow, width: int, height: int, step: int) -> tuple[Flow, Flow]:
    """Grid points in pixels of the image and the motion there, averaged over its cell, (N, 2) each."""
    columns, rows = max(1, width // step), max(1, height // step)
    mean = cv2.resize(flow, (columns, rows), interpolation=cv2.INTER_AREA).reshape(-1, 2)
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    starts = np.stack([(x + 0.5) * (width / columns), (y + 0.5) * (height / rows)], axis=-1).reshape(-1, 2)
    return starts.astype(np.float32), (mean * (width / flow.shape[1], height / flow.shape[0])).astype(np.float32)


class FlowWarp(Filter, id="filter.flow_warp", category="Filter/Motion", keywords=("datamosh", "smear")):
    """Push the pixels of an image along the motion; in a loop with Frame Delay it smears like a datamosh."""

    amount: float = param(1.0, "How many frames of motion; below 0 pulls back.", ge=-20, le=20, step=0.1)

    def process(self, image: Image, flow: Flow) -> Image:
        width, height = size_of(image)
        scale = np.array((width / flow.shape[1], height / flow.shape[0]), np.float32) * np.float32(-self.amount)
        larger = flow if size_of(flow) == (width, height) else cv2.resize(flow, (width, height))
        x = cv2.add(
            cv2.extractChannel(larger, 0) * scale[0], np.arange(width, dtype=np.float32)[None].repeat(height, 0)
        )
        y = cv2.add(
            cv2.extractChannel(larger, 1) * scale[1], np.arange(height, dtype=np.float32)[:, None].repeat(width, 1)
        )
        return as_frame(cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
