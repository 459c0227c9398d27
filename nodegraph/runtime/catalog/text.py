"""The text of a catalogue as Python values: strict JSON first, then JSON5 for what people paste from JavaScript."""

import json
import re
from typing import Any, NoReturn

from nodegraph.core.errors import Problem

MAX_BYTES = 5_000_000
MAX_JSON5 = 100_000
"""The json5 library reads about 130 kB a second; a larger file must be strict JSON."""

_FENCE = re.compile(r"\A```\w*[ \t]*\n(.*)\n```\s*\Z", re.DOTALL)
_JSON5_PLACE = re.compile(r"<string>:(\d+) (.*?)(?: at column (\d+))?\Z", re.DOTALL)


class CatalogSyntaxError(Exception):
    """The text cannot be read at all; carries the Problem to show."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def problem(self, where: str) -> Problem:
        """The Problem, at the file called `where`."""
        return Problem(where, self.message, self.hint)


def read_values(text: str) -> Any:
    """The value written in `text`: a list of entries, or one entry. Raises CatalogSyntaxError."""
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise CatalogSyntaxError("is empty.", "Write a list of models: [ {...}, {...} ].")
    if len(text) > MAX_BYTES:
        raise CatalogSyntaxError(f"is over {MAX_BYTES // 1_000_000} MB.", "A catalogue is a short text; split it.")
    fenced = _FENCE.match(text.strip())
    text = fenced.group(1) if fenced else text
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise CatalogSyntaxError("is nested too deeply.", "A catalogue is a list of flat entries.") from None
    except json.JSONDecodeError as error:
        return _json5(text, error)
    except ValueError as error:
        what = str(error) if "is not a number" in str(error) else "it has thousands of digits"
        raise CatalogSyntaxError(f"holds a number that cannot be used: {what}.", "Use an ordinary number.") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _json5(text: str, strict: json.JSONDecodeError) -> Any:
    if len(text) > MAX_JSON5:
        raise CatalogSyntaxError(
            f"line {strict.lineno}, column {strict.colno}: {strict.msg}.",
            f"A file over {MAX_JSON5 // 1000} kB must be strict JSON: quoted keys, no trailing commas.",
        )
    import json5  # only few files need it, and it takes as long to import as a catalogue to read

    # One or several bare objects, each perhaps followed by a comma, are how an entry looks when it is copied.
    bare = text.lstrip().startswith("{")
    try:
        return json5.loads(f"[\n{text.rstrip()}\n]" if bare else text)
    except RecursionError:
        raise CatalogSyntaxError("is nested too deeply.", "A catalogue is a list of flat entries.") from None
    except ValueError as error:
        raise _json5_error(str(error), strict, int(bare), text) from None


def _json5_error(message: str, strict: json.JSONDecodeError, shift: int, text: str) -> CatalogSyntaxError:
    if re.match(r"\s*(export|module|const|var|let)\b", text):
        return CatalogSyntaxError(
            "is a JavaScript program, not a catalogue.", "Give models.json, or only the [ ... ] part of the file."
        )
    hint = "Write JSON: a list of models, keys and text in double quotes."
    found = _JSON5_PLACE.match(message)
    if not found:
        return CatalogSyntaxError(f"line {strict.lineno}, column {strict.colno}: {strict.msg}.", hint)
    line, what, column = int(found.group(1)) - shift, found.group(2), found.group(3)
    place = f"line {line}, column {column}" if column else f"line {line}"
    return CatalogSyntaxError(f"{place}: {what.strip()}.", hint)
