"""Parameters in a few characters, as they stand on a node."""

from pathlib import Path
from typing import Any, Final

from nodegraph.core.errors import NodeError
from nodegraph.core.spec import Param

_TIGHT: Final = ("°", "%")
_LARGEST: Final = 1e308


def name_text(name: str) -> str:
    """A port's or parameter's name as people read it."""
    return name.replace("_", " ")


def value_text(param: Param, value: Any) -> str:
    """A parameter's value in a few characters."""
    if param.kind == "boolean":
        return "on" if value is True else "off"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _words(param, value)
    number = _number(value)
    space = "" if not param.unit or param.unit in _TIGHT else " "
    return f"{number}{space}{param.unit}".replace("-", "−")


def _number(value: float) -> str:
    """Four figures that matter; a document can hold whole numbers that no float can."""
    if isinstance(value, int) and abs(value) < 10**9:
        return str(value)
    return f"{min(max(value, -_LARGEST), _LARGEST):.4g}"


def _words(param: Param, value: Any) -> str:
    if param.kind == "file":
        return Path(str(value)).name or "no file"
    if param.kind == "text":
        return str(value).partition("\n")[0] or "empty"
    if param.kind == "vector" and isinstance(value, list | tuple):
        return ", ".join(f"{one:.3g}" if isinstance(one, float) else str(one)[:9] for one in value[:6])
    return str(value) if value is not None else "none"


def share(param: Param, value: Any) -> float | None:
    """How far a number is between its bounds, 0..1; None for what has none."""
    if param.ge is None or param.le is None or param.le <= param.ge or param.kind not in ("number", "integer"):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if value != value:
        return None
    return float(min(max(value, param.ge), param.le) - param.ge) / (param.le - param.ge)


def rgb(param: Param, value: Any) -> tuple[int, int, int, int] | None:
    """A colour parameter's colour; None for what is none."""
    try:
        blue, green, red = param.check(value)
    except NodeError:
        return None
    return red, green, blue, 255
