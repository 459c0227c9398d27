"""Values as a table."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from nodegraph.sdk import AnyValue, Detections, InParts, Keypoints, NodeError, Sink, Stamp, param, plain
from nodes.sink._files import check_target
from nodes.sink._lines import GrowingFile, whole_file

_SUFFIXES = (".csv", ".tsv")
_RUNS = ("=", "+", "-", "@", "\t", "\r")
"""Text that begins so is a formula to a spreadsheet (OWASP: CSV injection)."""


class Csv(
    Sink,
    InParts,
    id="sink.csv",
    category="Sink/Data",
    title="CSV Table",
    keywords=("table", "spreadsheet", "export", "log"),
):
    """Write a table that spreadsheets open (RFC 4180, UTF-8); the first value decides the columns.

    index, time, and then: detections: label, score, left, top, right, bottom, a row for each box. Keypoints: object,
    point, x, y, score, a row for each point. A vector: v0, v1, ... JSON objects: their keys. Anything else: value.
    A .tsv file has tabs instead of commas.
    """

    path: Path = param(Path(), "The file to write; folders are created.", accept=_SUFFIXES, restart=True)
    safe: bool = param(True, "Put ' before text that a spreadsheet would run as a formula (= + - @).", restart=True)

    def open(self) -> None:
        check_target(self.path, _SUFFIXES)
        self._file = GrowingFile(self.path)
        self._columns: tuple[str, ...] = ()

    def process(self, value: AnyValue, stamp: Stamp) -> None:
        columns, rows = table_of(value)
        if not self._columns:
            self._columns = columns
            self._file.add(self._line(("index", "time", *columns)))
        if columns != self._columns:
            hint = "Connect one kind of value, or use sink.json_lines."
            raise NodeError(f"The table has the columns {', '.join(self._columns)}, not {', '.join(columns)}.", hint)
        for row in rows:
            self._file.add(self._line((stamp.index, round(stamp.time, 6), *row)))

    def _line(self, cells: Iterable[Any]) -> str:
        text = io.StringIO()
        comma = "\t" if self.path.suffix.lower() == ".tsv" else ","
        csv.writer(text, delimiter=comma, lineterminator="\r\n").writerow([self._cell(cell) for cell in cells])
        return text.getvalue()

    def _cell(self, value: Any) -> Any:
        if isinstance(value, list | dict):
            value = json.dumps(value, ensure_ascii=False)
        if self.safe and isinstance(value, str) and value.startswith(_RUNS):
            return "'" + value
        return value

    def close(self) -> None:
        self._file.close()

    def join(self, parts: Sequence[Path], stamps: Sequence[Stamp], given: Mapping[str, Any]) -> None:
        texts = [part.read_bytes().decode("utf-8").partition("\r\n") for part in parts]
        head = texts[0][0]
        with whole_file(self.path) as file:
            file.add(head + "\r\n")
            for own, _, rows in texts:
                if own != head:
                    hint = "Connect one kind of value, or use sink.json_lines."
                    raise NodeError(f"The table has the columns {head}, and later {own}.", hint)
                file.add(rows)

    def abandon(self) -> None:
        self._file.abandon()


def table_of(value: Any) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """The columns a value has, and its rows."""
    data = plain(value)
    if isinstance(value, Detections):
        return _BOX, [(one["label"], one["score"], *one["box"]) for one in data]
    if isinstance(value, Keypoints):
        return _POINT, _point_rows(data)
    if isinstance(data, dict) and data:
        return tuple(data), [tuple(data.values())]
    if isinstance(data, list) and data and not any(isinstance(one, list | dict) for one in data):
        return tuple(f"v{number}" for number in range(len(data))), [tuple(data)]
    return ("value",), [(data,)]


_BOX = ("label", "score", "left", "top", "right", "bottom")
_POINT = ("object", "point", "x", "y", "score")


def _point_rows(data: dict[str, Any]) -> list[tuple[Any, ...]]:
    names = data["names"]
    return [
        (number, names[place] if names else place, *point)
        for number, points in enumerate(data["objects"])
        for place, point in enumerate(points)
    ]
