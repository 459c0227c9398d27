"""Warps: bend the picture. Each is a map of where pixels come from, built once per setting."""

import math
from typing import Literal

import cv2
import numpy as np

from nodegraph.sdk import Filter, Image, Stamp, param
from nodes.filter._maps import Float, cached, warped
from nodes.filter._pixels import as_frame, color_of, like, size_of


class Mirror(Filter, id="filter.mirror", category="Filter/Warp", keywords=("symmetry", "reflect")):
    """Make an image symmetric: one half, or one quarter, is reflected onto the rest."""

    keep: Literal["left", "right", "top", "bottom", "top left", "top right", "bottom left", "bottom right"] = param(
        "left", "The part that is kept and reflected."
    )

    def process(self, image: Image) -> Image:
        result = image
        if "left" in self.keep or "right" in self.keep:
            result = _folded(result, 1, "left" in self.keep)
        if "top" in self.keep or "bottom" in self.keep:
            result = _folded(result, 0, "top" in self.keep)
        return result


def _folded(image: Image, axis: int, first: bool) -> Image:
    """The first or last half along an axis (0 rows, 1 columns) and its reflection; a middle line stays."""
    length = image.shape[axis]
    half = (length + 1) // 2
    kept = image[:, :half] if axis == 1 else image[:half]
    if not first:
        kept = image[:, length - half :] if axis == 1 else image[length - half :]
    other = cv2.flip(kept, axis)
    rest = length - half
    if axis == 1:
        return as_frame(np.hstack([kept, other[:, half - rest :]] if first else [other[:, :rest], kept]))
    return as_frame(np.vstack([kept, other[half - rest :]] if first else [other[:rest], kept]))


class Kaleidoscope(Filter, id="filter.kaleidoscope", category="Filter/Warp"):
    """Reflect a wedge of the image around the centre."""

    segments: int = param(6, "How many wedges, each a mirror image of its neighbours.", ge=1, le=32, step=1)
    angle: float = param(0.0, "Turn the wedge that is taken.", ge=-360, le=360, step=1, unit="°")
    turn: float = param(0.0, "Turn the whole pattern.", ge=-360, le=360, step=1, unit="°")
    zoom: float = param(1.0, "Above 1 shows less of the image, larger.", ge=0.1, le=10, step=0.05)

    def process(self, image: Image) -> Image:
        return warped(image, _kaleidoscope(*size_of(image), self.segments, self.angle, self.turn, self.zoom))


@cached
def _kaleidoscope(x: Float, y: Float, segments: int, angle: float, turn: float, zoom: float) -> tuple[Float, Float]:
    wedge = 2 * math.pi / segments
    theta = (np.arctan2(-y, x) - math.radians(turn)) % wedge
    theta = np.minimum(theta, wedge - theta) + math.radians(angle)
    radius = np.hypot(x, y) / zoom
    return radius * np.cos(theta), -radius * np.sin(theta)


class Polar(Filter, id="filter.polar", category="Filter/Warp", keywords=("tiny planet", "unwrap")):
    """Wrap an image around a point (tiny planet), or unwrap it into a strip."""

    direction: Literal["wrap", "unwrap"] = param("wrap", "Wrap bends rows into circles; unwrap straightens circles.")
    turn: float = param(0.0, "Where the seam lies.", ge=-360, le=360, step=1, unit="°")
    inside_out: bool = param(False, "Put the top edge in the centre instead of the bottom edge.")

    def process(self, image: Image) -> Image:
        maps = _wrap if self.direction == "wrap" else _unwrap
        return warped(image, maps(*size_of(image), self.turn, self.inside_out), cv2.BORDER_REFLECT)


@cached
def _wrap(x: Float, y: Float, turn: float, inside_out: bool) -> tuple[Float, Float]:
    edge_x, edge_y = float(np.abs(x).max()), float(np.abs(y).max())
    around = ((np.arctan2(x, -y) + math.radians(turn)) / math.pi + 1) % 2 - 1
    outward = np.clip(np.hypot(x, y) / max(edge_x, edge_y, 1e-6), 0, 1) * 2 - 1
    return around * edge_x, (outward if inside_out else -outward) * edge_y


@cached
def _unwrap(x: Float, y: Float, turn: float, inside_out: bool) -> tuple[Float, Float]:
    edge_x, edge_y = max(float(np.abs(x).max()), 1e-6), max(float(np.abs(y).max()), 1e-6)
    around = x / edge_x * math.pi - math.radians(turn)
    outward = (y / edge_y if inside_out else -y / edge_y) + 1
    radius = outward / 2 * max(edge_x, edge_y)
    return radius * np.sin(around), -radius * np.cos(around)


class LensDistortion(
    Filter, id="filter.lens_distortion", category="Filter/Warp", keywords=("fisheye", "barrel", "pincushion")
):
    """Bend straight lines outwards (barrel, fisheye) or inwards (pincushion)."""

    amount: float = param(0.4, "Above 0 is barrel, below 0 pincushion.", ge=-1, le=2, step=0.01)
    zoom: float = param(1.0, "Enlarge, to hide the edges.", ge=0.1, le=5, step=0.01)

    def process(self, image: Image) -> Image:
        return warped(image, _lens(*size_of(image), self.amount, self.zoom), cv2.BORDER_CONSTANT, (0, 0, 0, 255))


@cached
def _lens(x: Float, y: Float, amount: float, zoom: float) -> tuple[Float, Float]:
    """r' = r (1 + k r²), scaled so that the middle of the nearer edges stays where it is (barrel) or inside."""
    factor = (1 + amount * (x * x + y * y)) / (1 + max(amount, 0)) / zoom
    return x * factor, y * factor


class Swirl(Filter, id="filter.swirl", category="Filter/Warp", keywords=("twirl", "twist")):
    """Twist an image around a point, strongest in the middle."""

    angle: float = param(180.0, "Turn of the centre.", ge=-1440, le=1440, step=5, unit="°")
    radius: float = param(1.0, "Reach, in halves of the shorter side.", ge=0.05, le=4, step=0.05)

    def process(self, image: Image) -> Image:
        return warped(image, _swirl(*size_of(image), self.angle, self.radius))


@cached
def _swirl(x: Float, y: Float, angle: float, radius: float) -> tuple[Float, Float]:
    theta = math.radians(angle) * np.clip(1 - np.hypot(x, y) / radius, 0, 1) ** 2
    cosine, sine = np.cos(theta), np.sin(theta)
    return x * cosine - y * sine, x * sine + y * cosine


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


class Tile(Filter, id="filter.tile", category="Filter/Warp", keywords=("repeat", "video wall")):
    """Repeat an image in columns and rows, inside its own size."""

    columns: int = param(2, "How many side by side.", ge=1, le=32, step=1)
    rows: int = param(2, "How many above each other.", ge=1, le=32, step=1)
    mirror: bool = param(False, "Flip every second one, so that edges meet.")

    def process(self, image: Image) -> Image:
        width, height = size_of(image)
        wide, high = max(1, math.ceil(width / self.columns)), max(1, math.ceil(height / self.rows))
        one = cv2.resize(image, (wide, high), interpolation=cv2.INTER_AREA)
        flipped = cv2.flip(one, 1) if self.mirror else one
        row = np.hstack([flipped if column % 2 else one for column in range(self.columns)])[:, :width]
        other = cv2.flip(row, 0) if self.mirror else row
        return as_frame(np.vstack([other if index % 2 else row for index in range(self.rows)])[:height])
