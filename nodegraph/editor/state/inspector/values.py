"""How values are shown in fields, and read back: numbers, colours, files, data."""

import json
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nodegraph.core.errors import DocumentError
from nodegraph.core.preset_text import first_unwritable
from nodegraph.core.spec import Param
from nodegraph.editor.state.canvas.adjusting import rounded
from nodegraph.session.paths import ASSET, asset

SLIDER_SPAN: Final = 10_000
"""Wider ranges are dragged: on a slider one pixel would be too much."""
_MOST_DECIMALS: Final = 6
_TIGHT: Final = ("°", "%")
PICTURES: Final = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".tga", ".ppm", ".pgm")


@dataclass(frozen=True)
class NumberStyle:
    """How a number is shown. slider: else it is dragged, by `speed` a pixel. low and high are equal for no range.

    format: of C's printf, with the unit.
    """

    slider: bool
    low: float
    high: float
    speed: float
    format: str


def number_style(param: Param, value: float) -> NumberStyle:
    """The style of a number or integer parameter at this value."""
    low, high = param.ge, param.le
    span = high - low if low is not None and high is not None else None
    slider = span is not None and 0 < span <= SLIDER_SPAN
    least = 0.2 if param.kind == "integer" else (param.step or 0.01) / 2
    speed = max(least, abs(value) / 300)
    form = _format(param, decimals(param, value))
    if span is not None:
        return NumberStyle(slider, low or 0.0, high or 0.0, speed, form)
    if low is None and high is None:
        return NumberStyle(False, 0.0, 0.0, speed, form)
    return NumberStyle(False, -1e18 if low is None else low, 1e18 if high is None else high, speed, form)


def decimals(param: Param, value: float) -> int:
    """How many decimals to show: what a step changes, and what the value and the default have."""
    if param.kind == "integer":
        return 0
    low, high = param.ge, param.le
    span = high - low if low is not None and high is not None else max(abs(value), 1.0)
    least = 0 if param.step else max(0, 2 - math.floor(math.log10(span))) if span > 0 else 2
    default = param.default if isinstance(param.default, int | float) else 0.0
    return max(min(least, 3), *(_needed(one) for one in (value, default, param.step or 0.0)))


def _needed(value: float) -> int:
    """The decimals a number has, up to six figures that matter."""
    if not math.isfinite(value) or value == int(value):
        return 0
    text = f"{float(f'{value:.6g}'):.{_MOST_DECIMALS}f}".rstrip("0")
    return len(text.partition(".")[2])


def _format(param: Param, digits: int) -> str:
    unit = param.unit.replace("%", "%%")
    space = "" if param.unit in _TIGHT or not unit else " "
    return f"%.{digits}f{space}{unit}"


def number_of(param: Param, value: float, dragged: bool) -> float | int:
    """What a field's number means: a drag moves in steps, a typed number counts as it is, within the range."""
    if dragged or param.kind == "integer":
        return rounded(param, _within(param, value))
    return _within(param, float(f"{value:.9g}"))


def _within(param: Param, value: float) -> float:
    low = value if param.ge is None else max(value, param.ge)
    return low if param.le is None else min(low, param.le)


def hex_of(value: Any) -> str:
    """A colour (blue, green, red) as "#rrggbb"."""
    blue, green, red = value
    return f"#{red:02x}{green:02x}{blue:02x}"


def rgb_of(text: str) -> tuple[int, int, int]:
    """ "#rrggbb" as red, green, blue; grey for what is no colour."""
    try:
        red, green, blue = bytes.fromhex(text.removeprefix("#"))
    except ValueError:
        return 128, 128, 128
    return red, green, blue


def json_text(value: Any) -> str:
    """Data as a person reads and types it; nothing for None."""
    return "" if value is None else json.dumps(value, ensure_ascii=False, indent=2)


def json_of(text: str) -> tuple[Any, str]:
    """The data that a text means, and why it means none, "" when it does."""
    if not text.strip():
        return None, ""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        return None, f"This is not JSON: {error.msg.lower()} at line {error.lineno}, column {error.colno}."
    except (RecursionError, ValueError):
        return None, "This JSON is too deep or holds too large a number."
    bad = first_unwritable(value)
    return (None, f"A document cannot hold {bad}.") if bad else (value, "")


def path_text(value: Any) -> str:
    """A path as shown: "" for none."""
    return "" if value is None or Path(value) == Path() else str(value)


def picks_folder(param: Param) -> bool:
    """Whether the path is one of a folder."""
    return not param.accept and "folder" in param.description.lower()


def chosen_text(path: Path, base: Path | None) -> str:
    """What to put into the document for a chosen file: relative to its own folder where that holds the file.

    base: the document's folder, None while it is not saved.
    """
    if base is not None and path.is_relative_to(base) and path != base:
        return path.relative_to(base).as_posix()
    return str(path)


def file_of(text: str, base: Path) -> Path | None:
    """The file that a path in the document means; None for none. `base`: where relative paths start."""
    if not text:
        return None
    if text.startswith(ASSET):
        try:
            return asset(text, "")
        except DocumentError:
            return None
    path = Path(os.path.expanduser(text))  # of nobody we know it stays as it is
    return path if path.is_absolute() else base / path
