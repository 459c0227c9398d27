"""Any value as JSON, one line per frame."""

import json
from pathlib import Path

from nodegraph.sdk import AnyValue, Sink, Stamp, param, plain
from nodes.sink._files import check_target
from nodes.sink._lines import GrowingFile

_SUFFIXES = (".jsonl", ".ndjson", ".json")


class JsonLines(
    Sink, id="sink.json_lines", category="Sink/Data", title="JSON Lines", keywords=("log", "data", "export")
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

    def abandon(self) -> None:
        self._file.abandon()
