"""Warps: bend the picture. Each is a map of where pixels come from."""

import math
from typing import Literal

import cv2
import numpy as np

from nodegraph.sdk import Filter, Image, Stamp, param
from nodes.filter._maps import Float, axes, cached, cartesian, polar, warped, wrapped
from nodes.filter._pixels import as_frame, color_of, like, size_of


class Polar(Filter, id="filter.polar", category="Filter/Warp", keywords=("tiny planet", "unwrap")):
    """Wrap an image around a point (tiny planet), or unwrap it into a strip."""

    direction: Literal["wrap", "unwrap"] = param("wrap", "Wrap bends rows into circles; unwrap straightens circles.")
    turn: float = param(0.0, "Where the seam lies.", ge=-360, le=360, step=1, unit="°")
    inside_out: bool = param(False, "Put the top edge in the centre instead of the bottom edge.")

    def process(self, image: Image) -> Image:
        maps = _wrap if self.direction == "wrap" else _unwrap
        return warped(image, maps(*size_of(image), self.turn, self.inside_out), cv2.BORDER_REFLECT)


@cached
def _wrap(width: int, height: int, turn: float, inside_out: bool) -> tuple[Float, Float]:
    radius, theta = polar(width, height)
    edge_x, edge_y = _edges(width, height)
    # From the top, clockwise: -1 and 1 meet at the bottom.
    around = wrapped(theta * np.float32(1 / math.pi) + np.float32(turn / 180 + 1.5), 2) - 1
    outward = np.minimum(radius * np.float32(1 / max(edge_x, edge_y)), 1) * 2 - 1
    return around * np.float32(edge_x), outward * np.float32(edge_y if inside_out else -edge_y)


def _edges(width: int, height: int) -> tuple[float, float]:
    """Half the width and height in the units of `axes`; at least a little, so that one can divide by them."""
    x, y = axes(width, height)
    return max(float(x[-1]), 1e-6), max(float(y[-1, 0]), 1e-6)


@cached
def _unwrap(width: int, height: int, turn: float, inside_out: bool) -> tuple[Float, Float]:
    x, y = axes(width, height)
    edge_x, edge_y = _edges(width, height)
    around = x * np.float32(math.pi / edge_x) - np.float32(math.radians(turn))
    outward = ((y if inside_out else -y) / np.float32(edge_y) + 1) / 2 * np.float32(max(edge_x, edge_y))
    return outward * np.sin(around), -outward * np.cos(around)


class LensDistortion(
    Filter, id="filter.lens_distortion", category="Filter/Warp", keywords=("fisheye", "barrel", "pincushion")
):
    """Bend straight lines outwards (barrel, fisheye) or inwards (pincushion)."""

    amount: float = param(0.4, "Above 0 is barrel, below 0 pincushion.", ge=-1, le=2, step=0.01)
    zoom: float = param(1.0, "Enlarge, to hide the edges.", ge=0.1, le=5, step=0.01)

    def process(self, image: Image) -> Image:
        return warped(image, _lens(*size_of(image), self.amount, self.zoom), cv2.BORDER_CONSTANT, (0, 0, 0, 255))


@cached
def _lens(width: int, height: int, amount: float, zoom: float) -> tuple[Float, Float]:
    """r' = r (1 + k r²), scaled so that the middle of the nearer edges stays where it is (barrel) or inside."""
    x, y = axes(width, height)
    scale = 1 / (1 + max(amount, 0)) / zoom
    factor = np.float32(scale) + np.float32(scale * amount) * (x * x + y * y)
    return x * factor, y * factor


class Swirl(Filter, id="filter.swirl", category="Filter/Warp", keywords=("twirl", "twist")):
    """Twist an image around a point, strongest in the middle."""

    angle: float = param(180.0, "Turn of the centre.", ge=-1440, le=1440, step=5, unit="°")
    radius: float = param(1.0, "Reach, in halves of the shorter side.", ge=0.05, le=4, step=0.05)

    def process(self, image: Image) -> Image:
        return warped(image, _swirl(*size_of(image), self.angle, self.radius))


@cached
def _swirl(width: int, height: int, angle: float, radius: float) -> tuple[Float, Float]:
    distance, theta = polar(width, height)
    share = np.maximum(1 - distance * np.float32(1 / radius), 0)
    return cartesian(distance, theta + share * share * np.float32(math.radians(angle)))


class Wave(Filter, id="filter.wave", category="Filter/Warp", keywords=("ripple", "water", "wobble")):
    """Let an image wave like a flag or ripple like water; it moves by itself."""

    style: Literal["rows", "columns", "ripple"] = param("rows", "Shift rows, shift columns, or rings from the centre.")
    amplitude: float = param(0.03, "How far pixels move, as a fraction of the shorter side.", ge=0, le=0.5, step=0.005)
    length: float = param(0.3, "Length of a wave, as a fraction of the shorter side.", ge=0.02, le=4, step=0.01)
    speed: float = param(0.5, "Waves that pass per second; 0 stands still.", ge=-10, le=10, step=0.1, unit="Hz")

    def process(self, image: Image, stamp: Stamp) -> Image:
        phase = stamp.time * self.speed % 1 * 2 * math.pi
        width, height = size_of(image)
        shift, turns = self.amplitude * min(width, height), 2 * math.pi / (self.length * min(width, height))
        if self.style == "ripple":
            return _rippled(image, shift, turns, phase)
        x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
        if self.style == "rows":
            across = x[None, :] + (shift * np.sin(y * turns + phase)).astype(np.float32)[:, None]
            return _remapped(image, across, np.broadcast_to(y[:, None], (height, width)))
        down = y[:, None] + (shift * np.sin(x * turns + phase)).astype(np.float32)[None, :]
        return _remapped(image, np.broadcast_to(x[None, :], (height, width)), down)


def _rippled(image: Image, shift: float, turns: float, phase: float) -> Image:
    """Rings: the distance to the centre indexes a one-dimensional sine, so no sine per pixel is needed."""
    width, height = size_of(image)
    y, x = np.ogrid[0:height, 0:width]
    x, y = (x - (width - 1) / 2).astype(np.float32), (y - (height - 1) / 2).astype(np.float32)
    distance = cv2.sqrt(x * x + y * y)
    rings = np.arange(int(distance.max()) + 2, dtype=np.float32)
    push = (shift * np.sin(rings * turns - phase) / np.maximum(rings, 1)).astype(np.float32)[distance.astype(np.int32)]
    return _remapped(image, x * push + x + (width - 1) / 2, y * push + y + (height - 1) / 2)


def _remapped(image: Image, x: Float, y: Float) -> Image:
    maps = np.ascontiguousarray(x, np.float32), np.ascontiguousarray(y, np.float32)
    return as_frame(cv2.remap(image, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT))


class Displace(Filter, id="filter.displace", category="Filter/Warp", keywords=("displacement map",)):
    """Move pixels by a second image: its red moves sideways, its green up and down, middle grey not at all."""

    x: float = param(0.1, "Reach sideways, as a fraction of the width.", ge=-1, le=1, step=0.01)
    y: float = param(0.1, "Reach up and down, as a fraction of the height.", ge=-1, le=1, step=0.01)

    def process(self, image: Image, map: Image) -> Image:
        width, height = size_of(image)
        _, green, red = cv2.split(color_of(like(map, image)))
        # -127.5..127.5 becomes half the reach to each side.
        ramp = (np.arange(256, dtype=np.float32) - 127.5) / 255
        across = cv2.add(
            cv2.LUT(red, ramp * np.float32(-self.x * width)),
            np.arange(width, dtype=np.float32)[None, :].repeat(height, 0),
        )
        down = cv2.add(
            cv2.LUT(green, ramp * np.float32(-self.y * height)),
            np.arange(height, dtype=np.float32)[:, None].repeat(width, 1),
        )
        return _remapped(image, np.asarray(across, np.float32), np.asarray(down, np.float32))
