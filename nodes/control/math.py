"""Arithmetic on numbers."""

import math
from collections.abc import Callable
from typing import Final, Literal

from nodegraph.sdk import Filter, Integer, NodeError, Number, param

Operator = Literal["add", "sub", "mul", "div", "min", "max", "pow", "mod"]


class Math(Filter, id="control.math", category="Control/Math", keywords=("add", "multiply", "divide", "arithmetic")):
    """Calculate with two numbers; the second is the parameter while nothing is connected to it."""

    operator: Operator = param(
        "add", "What to calculate: a + b, a - b, a × b, a ÷ b, the smaller, the larger, a to the b, the rest."
    )
    value: float = param(0.0, "b, while nothing is connected.", step=0.01)

    def process(self, a: Number, b: Number | None = None) -> Number:
        second = self.value if b is None else b
        try:
            result = OPERATORS[self.operator](a, second)
        except ZeroDivisionError:
            raise NodeError(f"Cannot divide {a:g} by zero.", "Give another b, or use Clamp before it.") from None
        except (OverflowError, ValueError):
            result = math.nan
        if isinstance(result, complex) or not math.isfinite(result):
            raise NodeError(f"{a:g} {self.operator} {second:g} has no finite result.", "Limit the inputs with Clamp.")
        return float(result)


OPERATORS: Final[dict[str, Callable[[float, float], float]]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "min": min,
    "max": max,
    "pow": lambda a, b: a**b,
    "mod": lambda a, b: a % b,
}
"""What each operator does; raises ZeroDivisionError and OverflowError as Python does."""


class Unary(
    Filter, id="control.function", category="Control/Math", title="Function", keywords=("abs", "round", "sqrt", "sine")
):
    """Apply a function to a number; angles are in turns, so 1 is a full circle."""

    function: Literal["abs", "negate", "invert", "sqrt", "square", "sine", "cosine", "fraction", "sign"] = param(
        "abs", "Which function; invert is 1 - a, fraction is what follows the point."
    )

    def process(self, a: Number) -> Number:
        return float(_FUNCTIONS[self.function](a))


_FUNCTIONS: Final[dict[str, Callable[[float], float]]] = {
    "abs": abs,
    "negate": lambda a: -a,
    "invert": lambda a: 1 - a,
    "sqrt": lambda a: math.copysign(math.sqrt(abs(a)), a),
    "square": lambda a: a * a,
    "sine": lambda a: math.sin(2 * math.pi * a),
    "cosine": lambda a: math.cos(2 * math.pi * a),
    "fraction": lambda a: a - math.floor(a),
    "sign": lambda a: math.copysign(1.0, a) if a else 0.0,
}


class MapRange(Filter, id="control.map_range", category="Control/Math", keywords=("scale", "remap", "fit")):
    """Carry a number from one range over to another, straight or along a curve."""

    from_low: float = param(0.0, "This value becomes `to_low`.", step=0.01)
    from_high: float = param(1.0, "This value becomes `to_high`.", step=0.01)
    to_low: float = param(0.0, "Result at `from_low`.", step=0.01)
    to_high: float = param(1.0, "Result at `from_high`.", step=0.01)
    curve: Literal["linear", "ease in", "ease out", "smooth"] = param(
        "linear", "How the result runs between both ends."
    )
    clamp: bool = param(True, "Stay between `to_low` and `to_high`; curves always do.")

    def process(self, value: Number) -> Number:
        span = self.from_high - self.from_low
        if span == 0:
            return self.to_high if value >= self.from_high else self.to_low
        share = (value - self.from_low) / span
        if self.clamp or self.curve != "linear":
            share = min(max(share, 0.0), 1.0)
        return self.to_low + _CURVES[self.curve](share) * (self.to_high - self.to_low)


_CURVES: Final[dict[str, Callable[[float], float]]] = {
    "linear": lambda t: t,
    "ease in": lambda t: t * t,
    "ease out": lambda t: t * (2 - t),
    "smooth": lambda t: t * t * (3 - 2 * t),
}


class Clamp(Filter, id="control.clamp", category="Control/Math", keywords=("limit", "wrap")):
    """Keep a number between two limits: stop at them, start again, or bounce back."""

    low: float = param(0.0, "Lower limit.", step=0.01)
    high: float = param(1.0, "Upper limit.", step=0.01)
    mode: Literal["stop", "wrap", "bounce"] = param("stop", "What happens beyond a limit.")

    def process(self, value: Number) -> Number:
        low, high = min(self.low, self.high), max(self.low, self.high)
        span = high - low
        if self.mode == "stop" or span == 0:
            return float(min(max(value, low), high))
        if self.mode == "wrap":
            return low + (value - low) % span
        return low + span - abs((value - low) % (2 * span) - span)


class Round(Filter, id="control.round", category="Control/Math", keywords=("integer", "floor", "ceil", "quantise")):
    """Turn a number into a whole one."""

    mode: Literal["nearest", "down", "up"] = param("nearest", "Which whole number; halves go up.")

    def process(self, value: Number) -> Integer:
        if self.mode == "down":
            return math.floor(value)
        return math.ceil(value) if self.mode == "up" else math.floor(value + 0.5)
