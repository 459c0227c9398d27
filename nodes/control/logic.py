"""Logic: compare, combine, choose."""

from typing import Literal

from nodegraph.sdk import AnyValue, Boolean, Filter, Integer, Number, param


class Compare(
    Filter, id="control.compare", category="Control/Logic", keywords=("greater", "less", "equal", "threshold")
):
    """Compare two numbers; the second is the parameter while nothing is connected to it."""

    operator: Literal["greater", "greater or equal", "less", "less or equal", "equal", "different"] = param(
        "greater", "What must hold for a against b."
    )
    value: float = param(0.5, "b, while nothing is connected.", step=0.01)
    tolerance: float = param(0.0, "Numbers this near count as equal.", ge=0, le=1000000, step=0.001)

    def process(self, a: Number, b: Number | None = None) -> Boolean:
        difference = a - (self.value if b is None else b)
        equal = abs(difference) <= self.tolerance
        if self.operator in ("equal", "different"):
            return bool(equal == (self.operator == "equal"))
        if equal:
            return self.operator.endswith("or equal")
        return bool(difference > 0) == self.operator.startswith("greater")


class Logic(Filter, id="control.logic", category="Control/Logic", keywords=("and", "or", "not", "xor")):
    """Combine true and false; an unconnected b counts as false, and not looks at a only."""

    operator: Literal["and", "or", "xor", "nand", "nor", "not"] = param("and", "How a and b are combined.")

    def process(self, a: Boolean, b: Boolean | None = None) -> Boolean:
        second = bool(b)
        if self.operator == "not":
            return not a
        if self.operator == "xor":
            return bool(a) != second
        both = (a and second) if self.operator in ("and", "nand") else (a or second)
        return bool(both) != self.operator.startswith("n")


class SwitchValue(Filter, id="control.switch", category="Control/Logic", keywords=("select", "choose")):
    """Let one of several values of any type through; an input that is not connected gives nothing."""

    index: int = param(0, "Which input, from 0; larger numbers begin again at the first.", ge=0, le=9999, step=1)

    def process(
        self,
        value0: AnyValue = None,
        value1: AnyValue = None,
        value2: AnyValue = None,
        value3: AnyValue = None,
        number: Integer | None = None,
    ) -> AnyValue:
        values = (value0, value1, value2, value3)
        return values[(self.index if number is None else number) % len(values)]


class GateValue(Filter, id="control.gate", category="Control/Logic", keywords=("block",)):
    """Let values of any type through while the gate is open, and nothing while it is closed."""

    open_gate: bool = param(True, "The gate's state while nothing is connected.")
    invert: bool = param(False, "Open when the input is false.")

    def process(self, value: AnyValue, gate: Boolean | None = None) -> AnyValue:
        is_open = self.open_gate if gate is None else gate
        return value if is_open != self.invert else None
