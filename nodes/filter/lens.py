"""Light and lens: vignette, glow, aberration, grain, glitch."""

import math
from functools import lru_cache

import cv2
import numpy as np

from nodegraph.sdk import Filter, Image, Stamp, param
from nodes.filter._maps import Float, axes, polar
from nodes.filter._pixels import Pixels, as_frame, gray_as_bgr, on_color, resized, size_of, table_of


class Vignette(Filter, id="filter.vignette", category="Filter/Light"):
    """Darken (or lighten) an image towards its edges."""

    amount: float = param(0.6, "Above 0 darkens the corners, below 0 lightens them.", ge=-1, le=1, step=0.01)
    radius: float = param(0.5, "Where it begins: 0 in the centre, 1 in the corners.", ge=0, le=1, step=0.01)
    roundness: float = param(0.5, "0 follows the frame, 1 is a circle.", ge=0, le=1, step=0.01)

    def process(self, image: Image) -> Image:
        shade = _shade(*size_of(image), abs(self.amount), self.radius, self.roundness)
        if self.amount >= 0:
            return on_color(image, lambda bgr: cv2.multiply(bgr, shade, scale=1 / 255))
        return on_color(image, lambda bgr: cv2.bitwise_not(cv2.multiply(cv2.bitwise_not(bgr), shade, scale=1 / 255)))


@lru_cache(maxsize=4)
def _shade(width: int, height: int, amount: float, radius: float, roundness: float) -> Pixels:
    ramp = np.clip(
        (_from_centre(width, height, roundness) - np.float32(radius)) / np.float32(max(1 - radius, 1e-3)), 0, 1
    )
    smooth = ramp * ramp * (3 - 2 * ramp)
    return gray_as_bgr(cv2.convertScaleAbs(smooth, alpha=-255 * amount, beta=255))


@lru_cache(maxsize=4)
def _from_centre(width: int, height: int, roundness: float) -> Float:
    """The distance from the centre, 1 in the corners: of ellipses that fit the frame, of circles, or between."""
    x, y = axes(width, height)
    frame = np.hypot(x / max(float(x.max()), 0.5), y / max(float(y.max()), 0.5)) / math.sqrt(2)
    circle, _ = polar(width, height)
    circle = circle / max(float(circle.max()), 1e-6)
    return np.asarray(frame * (1 - roundness) + circle * roundness, np.float32)


class Glow(Filter, id="filter.glow", category="Filter/Light", keywords=("bloom", "halation")):
    """Let bright parts shine onto what is around them."""

    threshold: float = param(160.0, "Only what is brighter glows.", ge=0, le=254, step=1)
    radius: float = param(12.0, "How far it shines.", ge=0.5, le=100, step=0.5, unit="px")
    amount: float = param(0.8, "Strength.", ge=0, le=3, step=0.05)

    def process(self, image: Image) -> Image:
        return on_color(image, self._glowing)

    def _glowing(self, bgr: Pixels) -> Pixels:
        """The light is blurred at a quarter of the size (less for small radii): it is soft anyway."""
        width, height = size_of(bgr)
        factor = max(1, min(4, int(self.radius / 2), min(width, height)))
        small = resized(bgr, max(1, width // factor), max(1, height // factor))
        table = table_of(np.clip((np.arange(256) - self.threshold) / (255 - self.threshold), 0, 1) * self.amount)
        light = cv2.GaussianBlur(cv2.LUT(small, table), (0, 0), self.radius / factor)
        shine = resized(as_frame(light), width, height)
        dark = cv2.multiply(cv2.bitwise_not(bgr), cv2.bitwise_not(shine), scale=1 / 255)
        return as_frame(cv2.bitwise_not(dark))


class ChromaticAberration(
    Filter, id="filter.chromatic_aberration", category="Filter/Light", keywords=("rgb split", "fringe")
):
    """Pull the red and blue parts of an image apart, from the centre outwards or to one side."""

    spread: float = param(0.01, "Growth of red against blue towards the edges.", ge=-0.2, le=0.2, step=0.001)
    shift: float = param(0.0, "Sideways distance, as a fraction of the width.", ge=-0.2, le=0.2, step=0.001)
    angle: float = param(
        0.0, "Direction of the shift, counter-clockwise from the right.", ge=-180, le=180, step=1, unit="°"
    )

    def process(self, image: Image) -> Image:
        return on_color(image, self._fringed)

    def _fringed(self, bgr: Pixels) -> Pixels:
        width, height = size_of(bgr)
        dx = math.cos(math.radians(self.angle)) * self.shift * width / 2
        dy = -math.sin(math.radians(self.angle)) * self.shift * width / 2
        blue, green, red = cv2.split(bgr)
        parts = []
        for part, sign in ((blue, -1), (red, 1)):
            matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), 0, 1 + sign * self.spread / 2)
            matrix[:, 2] += np.array((sign * dx, sign * dy))
            parts.append(cv2.warpAffine(part, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE))
        return as_frame(cv2.merge([parts[0], green, parts[1]]))


class Grain(Filter, id="filter.grain", category="Filter/Light", keywords=("noise", "film grain")):
    """Add film grain, other in every frame and the same in every run."""

    amount: float = param(0.15, "Strength.", ge=0, le=1, step=0.01)
    size: float = param(1.0, "Size of a grain.", ge=1, le=10, step=0.1, unit="px")
    color: bool = param(False, "Coloured grain instead of grey.")
    seed: int = param(0, "Another number gives other grain.", ge=0, le=999999, step=1)

    def process(self, image: Image, stamp: Stamp) -> Image:
        width, height = size_of(image)
        sheet = _grain_sheet(math.ceil(width / self.size), math.ceil(height / self.size), self.color, self.seed)
        dice = np.random.default_rng((self.seed, stamp.index))
        top, left = (int(dice.integers(0, _ROOM)) for _ in range(2))
        part = sheet[top : sheet.shape[0] - _ROOM + top, left : sheet.shape[1] - _ROOM + left]
        flips = int(dice.integers(-1, 3))
        grain = as_frame(cv2.flip(part, flips) if flips < 2 else part)
        grain = resized(grain, width, height)
        return on_color(image, lambda bgr: cv2.addWeighted(bgr, 1, grain, self.amount * 2, -256 * self.amount))


_ROOM = 64


@lru_cache(maxsize=4)
def _grain_sheet(width: int, height: int, color: bool, seed: int) -> Pixels:
    """Normal noise around 128, with room to shift: a frame takes a part of it, which costs far less than new noise."""
    shape = (height + _ROOM, width + _ROOM, 3 if color else 1)
    noise = np.random.default_rng(seed).normal(128, 40, shape).astype(np.float32)
    sheet = np.clip(noise, 0, 255).astype(np.uint8)
    return sheet if color else gray_as_bgr(sheet)


class Glitch(Filter, id="filter.glitch", category="Filter/Stylize", keywords=("datamosh", "broken", "digital noise")):
    """Break a picture like a bad signal: shifted rows, colour errors, blocks; repeatable by its seed."""

    amount: float = param(0.5, "How broken.", ge=0, le=1, step=0.01)
    rate: float = param(12.0, "New faults per second.", ge=0.1, le=60, step=0.5, unit="Hz")
    color_shift: float = param(
        0.02, "Distance between red and blue, as a fraction of the width.", ge=0, le=0.3, step=0.005
    )
    seed: int = param(0, "Another number gives other faults.", ge=0, le=999999, step=1)

    def process(self, image: Image, stamp: Stamp) -> Image:
        # A millionth of a slot is added, because 3 / 25 * 25 is a little less than 3.
        dice = np.random.default_rng((self.seed, int(stamp.time * self.rate + 1e-6)))
        return on_color(image, lambda bgr: self._broken(bgr, dice))

    def _broken(self, bgr: Pixels, dice: np.random.Generator) -> Pixels:
        width, height = size_of(bgr)
        result = bgr.copy()
        for _ in range(round(self.amount * 18)):
            top = int(dice.integers(0, height))
            rows = slice(top, top + max(1, int(height * dice.uniform(0.004, 0.09))))
            shift = int(dice.normal(0, 0.12 * self.amount) * width)
            result[rows] = np.roll(bgr[rows], shift, axis=1)
            if dice.random() < 0.2:
                result[rows] = result[rows][:, :, dice.permutation(3)]
        distance = round(self.color_shift * width * float(dice.uniform(0.3, 1)))
        if distance:
            result[:, :, 0] = np.roll(result[:, :, 0], -distance, axis=1)
            result[:, :, 2] = np.roll(result[:, :, 2], distance, axis=1)
        return result
