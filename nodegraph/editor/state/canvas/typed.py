"""What a person types for a value: numbers with units and sums, checked by the parameter; said when it cannot be."""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

from nodegraph.core.errors import NodeError
from nodegraph.core.spec import Param

_MOST: Final = 200
"""Characters of a number; a longer one is a mistake."""
_SUMS: Final[Mapping[type, Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def typed(param: Param, text: str) -> Any:
    """The value that a typed text means. Raises NodeError with a sentence and what is allowed."""
    if param.kind in ("number", "integer"):
        value: Any = _number(param, text)
    else:
        value = text
    return param.check(value)


def text_of(param: Param, value: Any) -> str:
    """A value as a person would type it."""
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:.10g}"
    return str(value)


def range_text(param: Param) -> str:
    """What a number may be: "0 to 100 px"; "" when it may be anything."""
    unit = f" {param.unit}" if param.unit else ""
    if param.ge is not None and param.le is not None:
        return f"{param.ge:g} to {param.le:g}{unit}"
    if param.ge is not None:
        return f"{param.ge:g}{unit} or more"
    if param.le is not None:
        return f"{param.le:g}{unit} or less"
    return param.unit


def _number(param: Param, text: str) -> float | int:
    plain = text.strip().removesuffix(param.unit).strip().replace("−", "-")
    if "." not in plain and plain.count(",") == 1:
        plain = plain.replace(",", ".")
    try:
        if len(plain) > _MOST:
            raise ValueError
        value = _sum(ast.parse(plain, mode="eval").body)
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError
    except (ValueError, SyntaxError, ArithmeticError, RecursionError, MemoryError):
        raise NodeError("This is not a number.", "Type one, or a sum like 1/3.") from None
    if param.kind == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _sum(part: ast.expr) -> float | int:
    """The value of a sum; no names, no calls, no powers. Raises ValueError for anything else."""
    if isinstance(part, ast.Constant) and isinstance(part.value, int | float) and not isinstance(part.value, bool):
        return part.value
    if isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.USub | ast.UAdd):
        value = _sum(part.operand)
        return -value if isinstance(part.op, ast.USub) else value
    if isinstance(part, ast.BinOp) and type(part.op) in _SUMS:
        result: float | int = _SUMS[type(part.op)](_sum(part.left), _sum(part.right))
        return result
    raise ValueError
