"""A small picture of any value that can be seen, ready for a texture. Nothing here needs a window."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from nodegraph.core.types import Detections, Keypoints, Segmentation

Pixels = NDArray[np.float32]
Picture = NDArray[np.uint8]

_GROUND: Final = (38, 34, 32)
_BARS: Final = (235, 170, 90)
_CHECKS: Final = (96, 136)
_CHECK: Final = 8
_MOST: Final = 64
"""More boxes or figures than this are not drawn: nobody could tell them apart."""


_FARTHEST: Final = 1e6
"""Pixels; squares of it are still small numbers."""


def thumbnail(
    value: Any,
    types: tuple[str, ...],
    width: int,
    height: int,
    background: Sequence[float] = (0.0, 0.0, 0.0),
    out: Pixels | None = None,
) -> Pixels | None:
    """`value` as float32 `height`×`width`×3, RGB 0..1, C-contiguous, whole and centred on `background` (RGB 0..1).

    None for what cannot be seen: numbers, text, an empty picture. types: of the port that gave the value. `out`, of
    exactly that shape, is written to and returned. Never raises for a value that a node may give.
    """
    small = _picture_of(value, types, width, height)
    if small is None:
        return None
    if out is None or out.shape != (height, width, 3) or out.dtype != np.float32 or not out.flags.c_contiguous:
        out = np.empty((height, width, 3), np.float32)
    tall, wide = small.shape[:2]
    top, left = (height - tall) // 2, (width - wide) // 2
    ground = np.asarray(background[:3], np.float32)
    for edge in (out[:top], out[top + tall :], out[top : top + tall, :left], out[top : top + tall, left + wide :]):
        edge[:] = ground
    inner = out[top : top + tall, left : left + wide]
    np.multiply(cv2.cvtColor(small, cv2.COLOR_BGR2RGB), np.float32(1 / 255), out=inner)
    return out


def _picture_of(value: Any, types: tuple[str, ...], width: int, height: int) -> Picture | None:
    """BGR, at most as large as asked for."""
    if isinstance(value, np.ndarray):
        return _array(value, types, width, height) if value.size and value.dtype.kind in "uifb" else None
    for kind, draw in _DRAWN:
        if isinstance(value, kind):
            return draw(value, width, height)
    return None


def _array(value: NDArray[Any], types: tuple[str, ...], width: int, height: int) -> Picture | None:
    if value.ndim == 1:
        return _bars(value, width, height)
    if value.ndim == 2:
        return cv2.cvtColor(_bytes(_shrunk(value, width, height)), cv2.COLOR_GRAY2BGR).astype(np.uint8, copy=False)
    if value.ndim != 3:
        return None
    if value.shape[2] == 2 or "flow" in types:
        return _flow(value, width, height) if value.shape[2] == 2 else None
    small = _bytes(_shrunk(value, width, height)) if value.shape[2] in (3, 4) else None
    return _over_checks(small) if small is not None and small.shape[2] == 4 else small


def _fitted(value: NDArray[Any], width: int, height: int) -> tuple[int, int]:
    """The largest width and height with the value's proportions inside the thumbnail."""
    tall, wide = value.shape[:2]
    factor = min(width / wide, height / tall)
    return max(1, min(width, round(wide * factor))), max(1, min(height, round(tall * factor)))


def _shrunk(value: NDArray[Any], width: int, height: int) -> NDArray[Any]:
    """Fitted into the thumbnail from four samples of each pixel's area: to look at all takes ten times as long."""
    size = _fitted(value, width, height)
    if value.dtype not in (np.uint8, np.float32, np.uint16, np.float64, np.int16):
        value = value.astype(np.float32)
    double = (size[0] * 2, size[1] * 2)
    if value.shape[1] > double[0] and value.shape[0] > double[1]:
        value = cv2.resize(value, double, interpolation=cv2.INTER_NEAREST)
    shrinks = value.shape[1] >= size[0] and value.shape[0] >= size[1]
    return cv2.resize(value, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


def _bytes(value: NDArray[Any]) -> Picture:
    """Values of another depth are brought to 0..255 by their type: floats are 0..1."""
    if value.dtype == np.uint8:
        return value.view(np.uint8)
    if value.dtype.kind == "u":
        return (value >> 8).astype(np.uint8)
    return np.asarray(np.clip(np.nan_to_num(value), 0, 1) * 255, np.uint8)


def _over_checks(small: Picture) -> Picture:
    """A picture with alpha over a checkerboard."""
    tall, wide = small.shape[:2]
    odd = (np.arange(tall)[:, None] // _CHECK + np.arange(wide)[None, :] // _CHECK) & 1
    checks = np.where(odd, _CHECKS[0], _CHECKS[1]).astype(np.float32)[..., None]
    alpha = small[..., 3:].astype(np.float32) / 255
    return np.ascontiguousarray(checks + (small[..., :3] - checks) * alpha, np.uint8)


def _flow(value: NDArray[Any], width: int, height: int) -> Picture:
    """Direction as hue, distance as brightness; full brightness is the farthest movement, at least two pixels."""
    with np.errstate(over="ignore", invalid="ignore"):  # what float32 cannot hold is no movement
        small = _shrunk(value.astype(np.float32, copy=False), width, height)
    small = np.clip(np.nan_to_num(small, posinf=0, neginf=0), -_FARTHEST, _FARTHEST)
    distance, angle = cv2.cartToPolar(small[..., 0], small[..., 1])
    hsv = np.empty((*distance.shape, 3), np.uint8)
    hsv[..., 0] = np.minimum(angle * (90 / np.pi), 179)
    hsv[..., 1] = 220
    hsv[..., 2] = np.minimum(distance * (255 / max(2.0, float(distance.max()))), 255)
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR).astype(np.uint8, copy=False)


def _segmentation(value: Segmentation, width: int, height: int) -> Picture | None:
    if not value.labels.size or value.labels.ndim != 2:
        return None
    wide, tall = _fitted(value.labels, width, height)
    rows = np.arange(tall) * value.labels.shape[0] // tall
    columns = np.arange(wide) * value.labels.shape[1] // wide
    labels = value.labels.take(rows, 0).take(columns, 1).astype(np.intp)
    colors = _PALETTE if value.colors is None or not len(value.colors) else value.colors
    return np.ascontiguousarray(colors.take(labels % len(colors), 0), np.uint8)


def _detections(value: Detections, width: int, height: int) -> Picture:
    ground = _ground(width, height)
    tall, wide = ground.shape[:2]
    for box, label in list(zip(value.boxes, value.labels, strict=True))[:_MOST]:
        if np.isfinite(box).all():
            left, top, right, bottom = (np.clip(box, -1, 2) * (wide, tall, wide, tall)).astype(int).tolist()
            color = _color_of(label)
            cv2.rectangle(ground, (left, top), (right, bottom), color, 1, cv2.LINE_AA)
            _label(ground, label, max(left, 0), max(top, 0), color)
    return ground


def _label(ground: Picture, label: str, left: int, top: int, color: tuple[int, int, int]) -> None:
    """The beginning of a label at a box's upper left corner; the font has no letters but ASCII."""
    text = "".join(letter for letter in label if letter.isascii() and letter.isprintable())[:12]
    size = max(0.6, ground.shape[0] / 180 * 0.8)
    (wide, tall), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_PLAIN, size, 1)
    if text and left + wide + 4 <= ground.shape[1] and top + tall + 5 <= ground.shape[0]:
        cv2.rectangle(ground, (left, top), (left + wide + 3, top + tall + 4), color, cv2.FILLED)
        place = (left + 2, top + tall + 2)
        cv2.putText(ground, text, place, cv2.FONT_HERSHEY_PLAIN, size, (20, 20, 20), 1, cv2.LINE_AA)


def _keypoints(value: Keypoints, width: int, height: int) -> Picture:
    ground = _ground(width, height)
    tall, wide = ground.shape[:2]
    for number, points in enumerate(value.points[:_MOST]):
        color = tuple(int(part) for part in _PALETTE[number % 255 + 1])
        there = np.isfinite(points[:, :2]).all(axis=1)
        spots = (np.clip(np.nan_to_num(points[:, :2]), -1, 2) * (wide, tall)).astype(int).tolist()
        for one, other in value.edges:
            if max(one, other) < len(spots) and there[one] and there[other]:
                cv2.line(ground, spots[one], spots[other], color, 1, cv2.LINE_AA)
        for spot, known in zip(spots, there, strict=True):
            if known:
                cv2.circle(ground, spot, max(1, tall // 80), (235, 235, 235), cv2.FILLED, cv2.LINE_AA)
    return ground


def _bars(value: NDArray[Any], width: int, height: int) -> Picture:
    """One bar for each number, up from zero or down from it; of too many numbers the largest of each few."""
    ground = _ground(width, height)
    tall, wide = ground.shape[:2]
    numbers = np.nan_to_num(value.astype(np.float64), posinf=0, neginf=0)
    most = max(wide // 2, 1)
    if len(numbers) > most:
        parts = np.array_split(numbers, most)
        numbers = np.asarray([part[np.abs(part).argmax()] for part in parts])
    highest, lowest = max(float(numbers.max()), 0.0), min(float(numbers.min()), 0.0)
    factor = max(tall - 8, 1) / ((highest - lowest) or 1.0)
    zero = round(4 + highest * factor)
    step = wide / len(numbers)
    for at, number in enumerate(numbers.tolist()):
        left, right = round(at * step), max(round((at + 1) * step) - (2 if step > 4 else 1), round(at * step))
        cv2.rectangle(ground, (left, zero), (right, round(zero - number * factor)), _BARS, cv2.FILLED)
    return ground


def _ground(width: int, height: int) -> Picture:
    """A dark ground of 16:9."""
    wide = min(width, round(height * 16 / 9))
    return np.full((max(1, min(height, round(wide * 9 / 16))), max(1, wide), 3), _GROUND, np.uint8)


def _color_of(label: str) -> tuple[int, int, int]:
    """A label has the same colour in every picture, and every time the program runs."""
    blue, green, red = _PALETTE[sum(ord(letter) * (at + 7) for at, letter in enumerate(label)) % 255 + 1].tolist()
    return blue, green, red


def _palette() -> Picture:
    """256 colours that differ from their neighbours; the first, for the background, is nearly black."""
    hsv = np.empty((256, 1, 3), np.uint8)
    numbers = np.arange(256)
    hsv[:, 0, 0] = numbers * 111 % 180
    hsv[:, 0, 1] = 150 + numbers * 37 % 80
    hsv[:, 0, 2] = 255 - numbers * 53 % 70
    colors = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)[:, 0].astype(np.uint8)
    colors[0] = _GROUND
    return colors


_PALETTE: Final = _palette()
_DRAWN: Final[tuple[tuple[type, Callable[[Any, int, int], Picture | None]], ...]] = (
    (Segmentation, _segmentation),
    (Detections, _detections),
    (Keypoints, _keypoints),
)
