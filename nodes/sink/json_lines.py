"""Any value as JSON, one line per frame."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nodegraph.sdk import AnyValue, InParts, Sink, Stamp, param, plain
from nodes.sink._files import check_target
from nodes.sink._lines import GrowingFile, whole_file

_SUFFIXES = (".jsonl", ".ndjson", ".json")


class JsonLines(
    Sink, InParts, id="sink.json_lines", category="Sink/Data", title="JSON Lines", keywords=("log", "data", "export")
):
    """Write a JSON object per frame: index, time (seconds since the run began) and value.

    Detections: [{label, score, box}], boxes as left, top, right, bottom in 0..1. Keypoints: {names, edges, objects}.
    Segmentation: {width, height, shares}. Images, masks and flow: size and mean. A missing number is null.
    """

    path: Path = param(Path(), "The file to write; folders are created.", accept=_SUFFIXES, restart=True)

    def open(self) -> None:
        check_target(self.path, _SUFFIXES)
        self._file = GrowingFile(self.path)

    def process(self, value: AnyValue, stamp: Stamp) -> None:
        line = {"index": stamp.index, "time": round(stamp.time, 6), "value": plain(value)}
        self._file.add(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n")

    def close(self) -> None:
        self._file.close()

    def join(self, parts: Sequence[Path], stamps: Sequence[Stamp], given: Mapping[str, Any]) -> None:
        with whole_file(self.path) as file:
            for part in parts:
                file.add(part.read_bytes().decode("utf-8"))

    def abandon(self) -> None:
        self._file.abandon()
