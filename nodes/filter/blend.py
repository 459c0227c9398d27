"""Blend: two pictures become one."""

from typing import Literal

import cv2

from nodegraph.sdk import Filter, Image, Mask, param
from nodes.filter._composite import over
from nodes.filter._pixels import alpha_of, as_frame, color_of, has_alpha, like, mix, resized, size_of, with_alpha

Mode = Literal[
    "normal", "add", "subtract", "multiply", "screen", "overlay", "hard light", "soft light",
    "difference", "exclusion", "lighten", "darken", "color dodge", "color burn",
]  # fmt: skip


class Blend(Filter, id="filter.blend", category="Filter/Composite", keywords=("composite", "screen", "multiply")):
    """Lay one image over another with a blend mode; layer and mask are resized to the base, which keeps its alpha."""

    mode: Mode = param("normal", "How the colours meet.")
    opacity: float = param(1.0, "How much of the layer is seen.", ge=0, le=1, step=0.01)

    def process(self, base: Image, layer: Image, mask: Mask | None = None) -> Image:
        if self.opacity == 0:
            return base
        return over(base, like(layer, base), None if mask is None else like(mask, base), self.opacity, self.mode)


class Mix(Filter, id="filter.mix", category="Filter/Composite", keywords=("crossfade", "dissolve")):
    """Cross-fade from one image to another, alpha included; the second is resized to the first."""

    amount: float = param(0.5, "0 shows the first image, 1 the second.", ge=0, le=1, step=0.01)

    def process(self, first: Image, second: Image) -> Image:
        second = like(second, first)
        if has_alpha(first) != has_alpha(second):
            first, second = _opaque(first), _opaque(second)
        return mix(first, second, self.amount)


def _opaque(image: Image) -> Image:
    return image if has_alpha(image) else as_frame(cv2.cvtColor(image, cv2.COLOR_BGR2BGRA))


_LONGEST = 16384


class Layer(Filter, id="filter.layer", category="Filter/Composite", keywords=("over", "picture in picture", "overlay")):
    """Place an image on a background, at a position, size and angle; keeps the layer's own proportions."""

    x: float = param(0.5, "Centre of the layer from the left, as a fraction of the width.", ge=-2, le=3, step=0.01)
    y: float = param(0.5, "Centre of the layer from the top, as a fraction of the height.", ge=-2, le=3, step=0.01)
    size: float = param(0.5, "Width of the layer as a fraction of the background's.", ge=0.01, le=4, step=0.01)
    angle: float = param(0.0, "Counter-clockwise turn.", ge=-360, le=360, step=1, unit="°")
    opacity: float = param(1.0, "How much of the layer is seen.", ge=0, le=1, step=0.01)
    mode: Mode = param("normal", "How the colours meet.")

    def process(self, background: Image, layer: Image) -> Image:
        width, height = size_of(background)
        # A very slim layer would become millions of rows high.
        scale = min(width * self.size / layer.shape[1], _LONGEST / max(layer.shape[:2]))
        wide, high = max(1, round(layer.shape[1] * scale)), max(1, round(layer.shape[0] * scale))
        placed = self._placed(layer, wide, high)
        left = round(self.x * width - placed.shape[1] / 2)
        top = round(self.y * height - placed.shape[0] / 2)
        box = max(left, 0), max(top, 0), min(left + placed.shape[1], width), min(top + placed.shape[0], height)
        if box[2] <= box[0] or box[3] <= box[1] or self.opacity == 0:
            return background
        result = background.copy()
        region = as_frame(background[box[1] : box[3], box[0] : box[2]])
        part = as_frame(placed[box[1] - top : box[3] - top, box[0] - left : box[2] - left])
        result[box[1] : box[3], box[0] : box[2]] = over(region, part, None, self.opacity, self.mode)
        return result

    def _placed(self, layer: Image, wide: int, high: int) -> Image:
        """The layer at its size and, when turned, on a transparent ground that holds it."""
        layer = resized(layer, wide, high)
        if self.angle % 360 == 0:
            return layer
        turn = cv2.getRotationMatrix2D(((wide - 1) / 2, (high - 1) / 2), self.angle, 1.0)
        cosine, sine = abs(turn[0, 0]), abs(turn[0, 1])
        room = int(wide * cosine + high * sine) + 2, int(wide * sine + high * cosine) + 2
        turn[0, 2] += (room[0] - wide) / 2
        turn[1, 2] += (room[1] - high) / 2
        color = cv2.warpAffine(color_of(layer), turn, room, borderMode=cv2.BORDER_REPLICATE)
        alpha = alpha_of(_opaque(layer))
        assert alpha is not None
        return with_alpha(as_frame(color), as_frame(cv2.warpAffine(alpha, turn, room)))
