"""Printing what others wrote: names in presets and catalogues are data, so nothing in them is obeyed by a terminal."""

import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

from nodegraph.core.errors import DocumentError, NodegraphError, Problem

MAX_PROBLEMS = 20


def plain(text: object) -> str:
    """`text` on one line, with control characters, line ends and direction marks spelled out."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in str(text))


def say(text: str = "", stream: TextIO | None = None) -> None:
    """Print a line, made safe; what the terminal's encoding lacks becomes an escape."""
    stream = stream or sys.stdout
    encoding = stream.encoding or "utf-8"
    lines = "\n".join(plain(line) for line in text.split("\n"))
    print(lines.encode(encoding, "backslashreplace").decode(encoding), file=stream)


def say_error(error: NodegraphError) -> None:
    """What happened and what to do, on stderr; a document's other problems below."""
    say(f"error: {error.message}", sys.stderr)
    if error.hint:
        say(f"       {error.hint}", sys.stderr)
    problems = error.problems if isinstance(error, DocumentError) else ()
    if len(problems) > 1:
        say_problems(problems)


def say_problems(problems: Sequence[Problem]) -> None:
    """Every problem on a line of its own, on stderr, at most twenty."""
    for problem in problems[:MAX_PROBLEMS]:
        say(f"{problem.severity}: {problem}", sys.stderr)
    if len(problems) > MAX_PROBLEMS:
        say(f"... and {len(problems) - MAX_PROBLEMS} more.", sys.stderr)


def table(rows: Iterable[Sequence[object]]) -> None:
    """Rows in columns; the last column is cut at the terminal's width when there is one."""
    cells = [[plain(cell) for cell in row] for row in rows]
    if not cells:
        return
    widths = [max(len(row[at]) for row in cells) for at in range(len(cells[0]) - 1)]
    limit = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    for row in cells:
        line = "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        say(line if not limit or len(line) <= limit else line[: limit - 3] + "...")


def first_line(text: str) -> str:
    """The first sentence-like line of a longer text."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def size(count: int) -> str:
    """Bytes for a person: ``35.9 MB``, "" for 0, ``?`` for fewer, which nobody knows."""
    if count < 0:
        return "?"
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB" if count else ""
