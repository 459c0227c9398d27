"""A value in a few short lines, as a node shows it: "0.42", "3 person, 1 car", "1280 × 720"."""

import json
import math
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from nodegraph.core.types import Detections, Keypoints, Segmentation

_LINES: Final = 3
_ENOUGH: Final = 12
"""More parts of a list, a dictionary or a vector are not looked at."""
_LARGE: Final = 10**300
"""Whole numbers beyond are shown as this: a float cannot hold much more."""


def shown(value: Any, types: tuple[str, ...], width_chars: int = 24) -> list[str]:
    """At most three lines of at most `width_chars` characters; none for None.

    types: of the port that gave the value; they tell a mask from a flow. Never raises for a value a node may give.
    """
    if value is None:
        return []
    if isinstance(value, np.ndarray):
        lines = _array(value, types, width_chars)
    elif isinstance(value, str):
        lines = _text(value, width_chars)
    elif isinstance(value, Detections):
        lines = [_counted(value.labels) or "nothing found"]
    elif isinstance(value, Keypoints):
        lines = [_people(value)]
    elif isinstance(value, Segmentation):
        lines = _segmentation(value)
    elif isinstance(value, Path):
        lines = [value.name or str(value)]
    else:
        lines = [_plain(value)]
    return [elided(line, width_chars) for line in lines[:_LINES]]


def elided(text: str, width: int) -> str:
    """`text` with an ellipsis at its end where it is longer than `width` characters; control characters are blanks."""
    clean = "".join(letter if letter.isprintable() else " " for letter in text[: width + 1])
    return clean.rstrip() if len(text) <= width else clean[: max(width - 1, 0)].rstrip() + "…"


def number(value: float) -> str:
    """Four figures that matter: "0.42", "1280", "1.5e+09", "∞", "not a number"."""
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == int(value) and abs(value) < 1e7:
        return str(int(value)).replace("-", "−")
    text = f"{value:.4g}" if abs(value) < 1000 or abs(value) >= 1e7 else f"{value:.1f}"
    return text.replace("-", "−") if "e" not in text else text


def _plain(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "on" if value else "off"
    if isinstance(value, int | np.integer):
        whole = int(value)
        return str(whole).replace("-", "−") if abs(whole) < 10**12 else f"{float(min(max(whole, -_LARGE), _LARGE)):.4g}"
    if isinstance(value, float | np.floating):
        return number(float(value))
    return _json(value)


def _text(value: str, width: int) -> list[str]:
    """As many lines as fit, broken between words; an empty text is said to be empty."""
    if not value.strip():
        return ["(empty)"]
    lines: list[str] = []
    rest = " ".join(value[: width * (_LINES + 1)].split())
    cut = len(value) > width * (_LINES + 1)
    while rest and len(lines) < _LINES - 1 and len(rest) > width:
        end = rest.rfind(" ", 1, width + 1)
        end = end if end > 0 else width
        lines.append(rest[:end])
        rest = rest[end:].lstrip()
    return [*lines, rest + "…" * cut] if rest else lines


def _array(value: NDArray[Any], types: tuple[str, ...], width: int) -> list[str]:
    if value.ndim >= 2:
        height, across = value.shape[:2]
        alpha = " + alpha" if value.ndim == 3 and value.shape[2] == 4 and "flow" not in types else ""
        return [f"{across} × {height}{alpha}"]
    if value.ndim == 0:
        return [_plain(value.item())]
    if not value.size:
        return ["(empty)"]
    parts = [_plain(one) for one in value[:_ENOUGH].tolist()]
    more = "" if value.size <= _ENOUGH else " …"
    text = ", ".join(parts) + more
    return [text] if len(text) <= width or value.size <= 4 else [text, f"{value.size} numbers"]


def _counted(labels: Iterable[str]) -> str:
    counts = Counter(label or "thing" for label in labels)
    return ", ".join(f"{count} {label}" for label, count in counts.most_common(_ENOUGH))


def _people(value: Keypoints) -> str:
    kind = "people" if any("nose" in name or "shoulder" in name for name in value.names) else "figures"
    one = "person" if kind == "people" else "figure"
    return f"{len(value)} {one if len(value) == 1 else kind}" if len(value) else "nobody found"


def _segmentation(value: Segmentation) -> list[str]:
    height, width = value.labels.shape[:2]
    small = value.labels[:: max(height // 64, 1), :: max(width // 64, 1)]
    numbers, counts = np.unique(small, return_counts=True)
    order = sorted(zip(counts.tolist(), numbers.tolist(), strict=True), key=lambda pair: (-pair[0], pair[1]))
    names = [value.names[one] if 0 <= one < len(value.names) else f"label {one}" for _, one in order[:_ENOUGH]]
    return [", ".join(names), f"{width} × {height}"] if names else [f"{width} × {height}"]


def _json(value: Any) -> str:
    try:
        return json.dumps(_shortened(value), ensure_ascii=False, default=_word).replace('"', "")
    except (ValueError, RecursionError):
        return "too deep to show"


def _shortened(value: Any, depth: int = 0) -> Any:
    """The beginning of a value: one that is huge costs no more than a small one."""
    if depth > _ENOUGH:
        return "…"
    if isinstance(value, dict):
        pairs = list(zip(value, range(_ENOUGH), strict=False))
        return {_word(key): _shortened(value[key], depth + 1) for key, _ in pairs}
    if isinstance(value, list | tuple):
        return [_shortened(one, depth + 1) for one in value[:_ENOUGH]]
    return _word(value)


def _word(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return value[:80]
    if isinstance(value, bool | int | float | np.generic):
        return _plain(value) if isinstance(value, bool | int | float | np.number | np.bool_) else "…"
    if isinstance(value, Path):
        return value.name
    lines = shown(value, ()) if isinstance(value, np.ndarray | Detections | Keypoints | Segmentation) else []
    return lines[0] if lines else type(value).__name__
