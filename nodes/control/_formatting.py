"""Formatting text with values, safely: a preset comes from a stranger, and so does its template."""

import json
import re
import string
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from nodegraph.sdk import Detections, Keypoints, NodeError

_LONGEST: Final = 10_000
_WIDEST: Final = 500


class SafeFormatter(string.Formatter):
    """Only ``{name}`` and ``{name:spec}``: no attributes, no indices, no conversions, no nested or huge widths."""

    def get_field(self, field_name: str, args: Any, kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        """The value of a plain name. Raises NodeError for anything else."""
        if field_name not in kwargs:
            known = ", ".join(f"{{{name}}}" for name in kwargs)
            raise NodeError(f"The template has {{{field_name[:40]}}}, which is no input.", f"Use {known}.")
        return kwargs[field_name], field_name

    def convert_field(self, value: Any, conversion: Any) -> Any:
        """Refuses ``!r`` and the like."""
        if conversion is not None:
            raise NodeError(f"The template has the conversion !{conversion}.", "Use {a} or {a:.2f}.")
        return value

    def format_field(self, value: Any, format_spec: str) -> str:
        """`value` by Python's format rules, as text when it is no number."""
        if any(int(digits) > _WIDEST for digits in re.findall(r"\d{1,12}", format_spec)) or len(format_spec) > 20:
            raise NodeError(f"The format {format_spec[:20]!r} is too wide.", f"Use widths up to {_WIDEST}.")
        plain = value if isinstance(value, bool | int | float | str) else as_text(value)
        try:
            return format(plain, format_spec)
        except (ValueError, OverflowError) as error:
            raise NodeError(
                f"Cannot write {str(plain)[:40]!r} as {format_spec!r}: {error}.", "Use {a}, {a:.2f} or {a:d}."
            ) from None


def formatted(template: str, values: Mapping[str, Any]) -> str:
    """`template` with its names replaced. Raises NodeError saying what is wrong with it."""
    if "{" in re.sub(r"\{\{|\}\}", "", template) and re.search(r"\{[^{}]*\{", template.replace("{{", "")):
        raise NodeError("The template has braces inside braces.", "Use {a} or {a:.2f}; write {{ for a brace.")
    try:
        text = SafeFormatter().vformat(template, (), dict(values))
    except ValueError as error:
        raise NodeError(f"The template cannot be read: {error}.", "Use {a} or {a:.2f}; write {{ for a brace.") from None
    return text[:_LONGEST]


def as_text(value: Any) -> str:
    """Any port value as short text for people."""
    if value is None:
        return ""
    if isinstance(value, str | bool | int | float | Path):
        return str(value)[:_LONGEST]
    if isinstance(value, Detections | Keypoints):
        return str(len(value))
    if isinstance(value, np.ndarray):
        return (
            ", ".join(f"{part:g}" for part in value)
            if value.ndim == 1 and len(value) <= 64
            else "×".join(map(str, value.shape))
        )
    if isinstance(value, np.generic):
        return str(value.item())
    try:
        return json.dumps(value, ensure_ascii=False)[:_LONGEST]
    except (TypeError, ValueError, RecursionError):
        return type(value).__name__
