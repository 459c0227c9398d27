"""Values that are typed in: one node per type that a person can write down (a file is in nodes/source)."""

from typing import Any

import numpy as np

from nodegraph.sdk import Boolean, Category, Color, Filter, Integer, Json, Number, Text, Vector, param


class TextValue(Filter, id="source.text", category="Source/Value", title="Text"):
    """Give a text that is typed in."""

    value: str = param("", "The text.", multiline=True)

    def process(self) -> Text:
        return self.value


class NumberValue(Filter, id="source.number", category="Source/Value", title="Number"):
    """Give a number that is typed in."""

    value: float = param(0.0, "The number.", step=0.01)

    def process(self) -> Number:
        return self.value


class IntegerValue(Filter, id="source.integer", category="Source/Value", title="Integer"):
    """Give a whole number that is typed in."""

    value: int = param(0, "The number.", step=1)

    def process(self) -> Integer:
        return self.value


class BooleanValue(
    Filter, id="source.boolean", category="Source/Value", title="Boolean", keywords=("switch", "checkbox")
):
    """Give true or false, set by hand."""

    value: bool = param(False, "True or false.")

    def process(self) -> Boolean:
        return self.value


class ChoiceValue(Filter, id="source.choice", category="Source/Value", title="Choice", keywords=("category", "enum")):
    """Give a category, for inputs that take one of several words."""

    value: str = param("", "The word, as the receiving node spells it.")

    def process(self) -> Category:
        return self.value


class ColorValue(Filter, id="source.color", category="Source/Value", title="Color"):
    """Give a colour as a vector: blue, green, red (0..1)."""

    value: Color = param((60, 120, 255), "The colour.")

    def process(self) -> Vector:
        return np.array(self.value, np.float32) / np.float32(255)


class VectorValue(Filter, id="source.vector", category="Source/Value", title="Vector", keywords=("list", "numbers")):
    """Give a list of numbers."""

    value: tuple[float, ...] = param((0.0, 0.0), "The numbers.")

    def process(self) -> Vector:
        return np.array(self.value, np.float32)


class JsonValue(Filter, id="source.json", category="Source/Value", title="JSON", keywords=("data", "object")):
    """Give plain data: objects, lists, texts, numbers."""

    value: Any = param(None, "The data.")

    def process(self) -> Json:
        return self.value
