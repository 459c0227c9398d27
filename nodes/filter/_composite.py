"""Source-over and the blend modes on straight alpha.

Formulas: W3C Compositing and Blending Level 1; soft light: Pegtop.
"""

from collections.abc import Callable
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from nodes.filter._pixels import Pixels, alpha_of, as_frame, as_weight, color_of, mix, mix_by, with_alpha

Weight = NDArray[np.float32]


def over(base: Pixels, layer: Pixels, mask: Pixels | None = None, opacity: float = 1.0, mode: str = "normal") -> Pixels:
    """`layer` on `base` (same size; BGR or BGRA each), by its alpha × mask × opacity; BGRA when `base` is.

    With alphas s (layer), b (base) and o = s + b(1-s), the colour is mix(base, mix(layer, blended, b), s/o).
    """
    below, above, ground = color_of(base), color_of(layer), alpha_of(base)
    blended = MODES[mode](below, above)
    weight = _weight(alpha_of(layer), mask, opacity)
    if ground is None:
        return mix(below, blended, opacity) if weight is None else mix_by(below, blended, weight)
    source = np.full(ground.shape, opacity, np.float32) if weight is None else weight
    behind = as_weight(ground)
    result = source + behind * (1 - source)
    share = np.divide(source, result, out=np.zeros_like(source), where=result > 0)
    color = mix_by(below, blended if mode == "normal" else mix_by(above, blended, behind), share)
    return with_alpha(color, (result * 255 + 0.5).astype(np.uint8))


def _weight(alpha: Pixels | None, mask: Pixels | None, opacity: float) -> Weight | None:
    """Weights 0..1 per pixel, or None when the opacity alone decides."""
    if alpha is None and mask is None:
        return None
    both = cv2.multiply(alpha, mask, scale=1 / 255) if alpha is not None and mask is not None else None
    return as_weight(both if both is not None else mask if alpha is None else alpha, opacity)


def _multiply(a: Any, b: Any) -> Any:
    return cv2.multiply(a, b, scale=1 / 255)


def _screen(a: Any, b: Any) -> Any:
    return cv2.bitwise_not(_multiply(cv2.bitwise_not(a), cv2.bitwise_not(b)))


def _hard_light(a: Any, b: Any) -> Any:
    """Multiply by 2b where b is dark, screen by 2b-1 where it is light; chosen per channel."""
    light = cv2.threshold(b, 127, 255, cv2.THRESH_BINARY)[1]
    dark = cv2.multiply(a, b, scale=2 / 255)
    bright = cv2.bitwise_not(cv2.multiply(cv2.bitwise_not(a), cv2.bitwise_not(b), scale=2 / 255))
    return cv2.copyTo(bright, light, dark)


def _soft_light(a: Any, b: Any) -> Any:
    """(1-a)·multiply + a·screen, which is multiply + a·(screen - multiply)."""
    low = _multiply(a, b)
    return cv2.add(low, _multiply(a, cv2.subtract(_screen(a, b), low)))


_REST: Final = np.maximum(255 - np.arange(256), 1).astype(np.uint8)


def _dodge(a: Any, b: Any) -> Any:
    """a / (1-b). cv2 divides by zero to zero; with at least 1/255 below, white on anything but black gives white."""
    return cv2.divide(a, cv2.LUT(b, _REST), scale=255)


def _burn(a: Any, b: Any) -> Any:
    return cv2.bitwise_not(_dodge(cv2.bitwise_not(a), cv2.bitwise_not(b)))


MODES: Final[dict[str, Callable[[Pixels, Pixels], Any]]] = {
    "normal": lambda a, b: b,
    "add": cv2.add,
    "subtract": cv2.subtract,
    "multiply": _multiply,
    "screen": _screen,
    "overlay": lambda a, b: _hard_light(b, a),
    "hard light": _hard_light,
    "soft light": _soft_light,
    "difference": cv2.absdiff,
    "exclusion": lambda a, b: cv2.subtract(_screen(a, b), _multiply(a, b)),
    "lighten": cv2.max,
    "darken": cv2.min,
    "color dodge": _dodge,
    "color burn": _burn,
}
"""Blend modes: (below, above) BGR of one size to BGR; may return one of its inputs."""


def painted(canvas: Pixels, mask: Pixels, color: tuple[int, ...], x: int, y: int, opacity: float = 1.0) -> None:
    """Paint a colour through a mask onto `canvas` (ours, writeable, BGR or BGRA), its corner at (x, y); clipped."""
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + mask.shape[1], canvas.shape[1]), min(y + mask.shape[0], canvas.shape[0])
    if right <= left or bottom <= top:
        return
    part = as_frame(mask[top - y : bottom - y, left - x : right - x])
    region = as_frame(canvas[top:bottom, left:right])
    plain = np.empty((*part.shape, 3), np.uint8)
    plain[:] = color[:3]
    canvas[top:bottom, left:right] = over(region, plain, part, opacity)
