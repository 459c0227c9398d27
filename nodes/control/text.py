"""Text: format, change, join."""

from typing import Literal

from nodegraph.sdk import AnyValue, Filter, Integer, Text, param
from nodes.control._formatting import as_text, formatted


class FormatText(Filter, id="control.format_text", category="Control/Text", keywords=("template", "string", "print")):
    """Write values into a text: {a} as it is, {a:.2f} with two digits, {a:>6} in six columns; {{ is a brace.

    The format after the colon is Python's; detections are written as their number, an unconnected input as nothing.
    """

    template: str = param("{a}", "The text, with {a}, {b}, {c} and {d} where values go.", multiline=True)
    only_with_values: bool = param(False, "No text at all while there is none of its values.")

    def process(self, a: AnyValue = None, b: AnyValue = None, c: AnyValue = None, d: AnyValue = None) -> Text:
        values = {"a": a, "b": b, "c": c, "d": d}
        if self.only_with_values and all(value is None for value in values.values()):
            return ""
        return formatted(self.template, {name: "" if value is None else value for name, value in values.items()})


class TextCase(Filter, id="control.text_case", category="Control/Text", keywords=("upper", "lower", "trim")):
    """Change a text to upper or lower case, or clean its spaces."""

    mode: Literal["upper", "lower", "title", "sentence", "trim"] = param(
        "upper", "What to change; trim removes spare spaces."
    )

    def process(self, text: Text) -> Text:
        if self.mode == "sentence":
            return text[:1].upper() + text[1:].lower()
        if self.mode == "trim":
            return " ".join(text.split())
        return {"upper": text.upper, "lower": text.lower, "title": text.title}[self.mode]()


class JoinText(Filter, id="control.join_text", category="Control/Text", keywords=("concatenate", "append")):
    """Join texts and other values with a separator; unconnected inputs are left out."""

    separator: str = param(" ", "What stands between them; \\n starts a new line.")

    def process(self, a: AnyValue = None, b: AnyValue = None, c: AnyValue = None, d: AnyValue = None) -> Text:
        given = [as_text(value) for value in (a, b, c, d) if value is not None]
        return self.separator.replace("\\n", "\n").join(given)


class ReplaceText(Filter, id="control.replace_text", category="Control/Text", keywords=("substitute",)):
    """Replace every occurrence of some letters by others, exactly as written."""

    find: str = param("", "What is replaced; empty changes nothing.")
    replacement: str = param("", "What is put there; empty removes it.")

    def process(self, text: Text) -> Text:
        return text.replace(self.find, self.replacement) if self.find else text


class WrapText(Filter, id="control.wrap_text", category="Control/Text", keywords=("line break",)):
    """Break a text into lines."""

    width: int = param(40, "Most letters in a line.", ge=1, le=1000, step=1)
    lines: int = param(0, "Keep only so many lines; 0 keeps all.", ge=0, le=1000, step=1)

    def process(self, text: Text) -> Text:
        import textwrap

        lines = [part for line in text.splitlines() for part in textwrap.wrap(line, self.width) or [""]]
        return "\n".join(lines[: self.lines or None])


class TextLength(Filter, id="control.text_length", category="Control/Text"):
    """Count the letters of a text."""

    def process(self, text: Text) -> Integer:
        return len(text)
