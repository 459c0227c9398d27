"""Three-dimensional look-up tables: the colour grades that every film tool can export."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from nodegraph.sdk import Filter, Image, NodeError, param
from nodes.filter._pixels import Pixels, as_frame, mix, on_color


class CubeLut(
    Filter, id="filter.cube_lut", category="Filter/Colour", title="LUT (.cube)", keywords=("grade", "look", "3D LUT")
):
    """Grade an image with a 1D or 3D .cube file (Adobe Cube LUT 1.0); without a file the image passes through."""

    path: Path = param(Path(), "The .cube file.", accept=(".cube",))
    amount: float = param(1.0, "How much of the grade is mixed in.", ge=0, le=1, step=0.01)

    def process(self, image: Image) -> Image:
        if self.path == Path():
            return image
        table = _load(self.path, _changed(self.path))
        look = _apply_1d if table.ndim == 2 else _apply_3d
        return on_color(image, lambda bgr: mix(bgr, look(bgr, table), self.amount))


def _changed(path: Path) -> int:
    """When the file was last written, so that a saved grade is read again."""
    try:
        return path.stat().st_mtime_ns
    except OSError as error:
        raise NodeError(f"Cannot read the LUT {path}: {error.strerror}.", "Choose an existing .cube file.") from error


@lru_cache(maxsize=8)
def _load(path: Path, _changed_at: int) -> NDArray[np.float32]:
    """(N, 3) or (blue, green, red, 3) values 0..255 in BGR order."""
    try:
        text = path.read_text("utf-8", errors="replace")
    except OSError as error:
        raise NodeError(f"Cannot read the LUT {path}: {error.strerror}.", "Choose an existing .cube file.") from error
    try:
        return parse_cube(text)
    except ValueError as error:
        raise NodeError(f"{path} is not a usable .cube file: {error}.", "Export it again as a .cube LUT.") from error


def parse_cube(text: str) -> NDArray[np.float32]:
    """The table of a .cube file as float32 0..255, BGR: (N, 3), or (N, N, N, 3) indexed blue, green, red.

    Raises ValueError saying what is wrong.
    """
    sizes: dict[str, int] = {}
    rows: list[list[float]] = []
    for line in text.splitlines():
        words = line.split()
        if not words or words[0].startswith(("#", "TITLE")):
            continue
        if words[0] in ("LUT_1D_SIZE", "LUT_3D_SIZE"):
            sizes[words[0]] = int(words[1])
        elif words[0] in ("DOMAIN_MIN", "DOMAIN_MAX"):
            if {float(word) for word in words[1:]} != {float(words[0] == "DOMAIN_MAX")}:
                raise ValueError("only the domain 0 to 1 is supported")
        elif words[0][0].isalpha():
            raise ValueError(f"unknown keyword {words[0][:40]!r}")
        else:
            rows.append([float(word) for word in words])
    return _shaped(sizes, rows)


def _shaped(sizes: dict[str, int], rows: list[list[float]]) -> NDArray[np.float32]:
    if len(sizes) != 1:
        raise ValueError("it must have exactly one of LUT_1D_SIZE and LUT_3D_SIZE")
    ((keyword, size),) = sizes.items()
    expected = size if keyword == "LUT_1D_SIZE" else size**3
    if not 2 <= size <= (65536 if keyword == "LUT_1D_SIZE" else 128):
        raise ValueError(f"a size of {size} is not possible")
    if len(rows) != expected or any(len(row) != 3 for row in rows):
        raise ValueError(f"it has {len(rows)} rows of colours, not {expected} of three numbers each")
    table = np.asarray(rows, np.float32)[:, ::-1] * 255
    if not np.isfinite(table).all():
        raise ValueError("a value is not a finite number")
    return np.ascontiguousarray(table if keyword == "LUT_1D_SIZE" else table.reshape(size, size, size, 3))


def _apply_1d(bgr: Pixels, table: NDArray[np.float32]) -> Pixels:
    at, known = np.linspace(0, 1, 256), np.linspace(0, 1, len(table))
    curves = np.stack([np.interp(at, known, table[:, channel]) for channel in range(3)], axis=-1)
    return as_frame(cv2.LUT(bgr, np.clip(curves.round(), 0, 255).astype(np.uint8).reshape(1, 256, 3)))


def _apply_3d(bgr: Pixels, table: NDArray[np.float32]) -> Pixels:
    """Trilinear: two bilinear look-ups by cv2.remap, in the blue slices below and above, mixed by what is left."""
    size = len(table)
    sheet = np.clip(table.round(), 0, 255).astype(np.uint8).reshape(size * size, size, 3)
    red, green, low, high, rest = _positions(size)
    blue_channel, green_channel, red_channel = cv2.split(bgr)
    x, y = cv2.LUT(red_channel, red), cv2.LUT(green_channel, green)
    below, above = (_sampled(sheet, x, cv2.add(y, cv2.LUT(blue_channel, slice_))) for slice_ in (low, high))
    weight = cv2.LUT(blue_channel, rest)
    return as_frame(cv2.blendLinear(below, above, cv2.subtract(np.ones_like(weight), weight), weight))


def _sampled(sheet: Pixels, x: Any, y: Any) -> Any:
    return cv2.remap(sheet, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


@lru_cache(maxsize=8)
def _positions(size: int) -> tuple[NDArray[np.float32], ...]:
    scaled = np.arange(256) * ((size - 1) / 255)
    floor = np.minimum(np.floor(scaled), size - 2)
    columns = (scaled, scaled, floor * size, (floor + 1) * size, scaled - floor)
    return tuple(column.astype(np.float32) for column in columns)
