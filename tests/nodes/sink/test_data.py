import csv
import json
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nodegraph.sdk import Detections, Keypoints, NodeError, Segmentation, Stamp, plain
from nodes.sink.csv_table import Csv
from nodes.sink.json_lines import JsonLines
from nodes.sink.preview import Preview
from nodes.sink.text_file import TextFile

BOXES = Detections.of([[0.1, 0.2, 0.3, 0.4], [0, 0, 1, 1.5]], ["cat", "=dog"], [0.9, np.nan])
POINTS = Keypoints(np.asarray([[[0.5, 0.25, 1], [np.nan, np.nan, 0]]], np.float32), ("nose", "hand"), ((0, 1),))


def test_every_port_type_becomes_plain_data():
    labels = np.asarray([[0, 0, 0, 1]], np.uint8)
    image = np.full((2, 3, 3), (1, 2, 3), np.uint8)
    cat = {"label": "cat", "score": 0.9, "box": [0.1, 0.2, 0.3, 0.4]}
    dog = {"label": "=dog", "score": None, "box": [0, 0, 1, 1.5]}
    expected = [
        (BOXES, [cat, dog]),
        (POINTS, {"names": ["nose", "hand"], "edges": [[0, 1]], "objects": [[[0.5, 0.25, 1], [None, None, 0]]]}),
        (Segmentation(labels, ("sky",)), {"width": 4, "height": 1, "shares": {"sky": 0.75, "1": 0.25}}),
        (image, {"width": 3, "height": 2, "channels": 3, "mean": [1, 2, 3]}),
        (image[..., 0], {"width": 3, "height": 2, "channels": 1, "mean": [1]}),
        (np.asarray([0.1, np.inf, 1e-9], np.float32), [0.1, None, 1e-9]),
        (0.123456789012, 0.123456789012),
        ({"a": (1, np.float32(0.5)), 2: np.bool_(True)}, {"a": [1, 0.5], "2": True}),
        (float("nan"), None),
        (Path("/x"), "/x"),
        ("ü", "ü"),
        (None, None),
        (np.int64(3), 3),
    ]
    for value, wanted in expected:
        got = plain(value)
        assert got == wanted
        json.dumps(got, allow_nan=False)


def test_other_things_are_refused():
    for value in (object(), np.asarray([object()]), {"a": b"bytes"}):
        with pytest.raises(NodeError, match="cannot be written as data"):
            plain(value)


def test_json_lines_have_index_time_and_value(tmp_path, feed):
    path = tmp_path / "new" / "a.jsonl"
    feed(JsonLines(path=path), ["a", 1.5, float("nan"), BOXES])
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines[:3] == [
        {"index": 0, "time": 0, "value": "a"},
        {"index": 1, "time": 0.033333, "value": 1.5},
        {"index": 2, "time": 0.066667, "value": None},
    ]
    assert lines[3]["value"][0]["label"] == "cat"
    assert list(path.parent.iterdir()) == [path]


KILLED = """
import sys
from pathlib import Path
from nodegraph.sdk import Stamp
from nodes.sink.json_lines import JsonLines
sink = JsonLines(path=Path(sys.argv[1]))
sink.open()
for i in range(5):
    sink.process(i, Stamp(i, i, i, 1.0, 0.0))
print("written", flush=True)
sys.stdin.read()
"""


def test_a_killed_run_keeps_its_lines(tmp_path):
    root = Path(__file__).parents[3]
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path / "a.jsonl")],
        env={**os.environ, "PYTHONPATH": str(root)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with child:
        assert child.stdout.readline() == b"written\n"
        child.send_signal(signal.SIGKILL)
    lines = (tmp_path / "a.part.jsonl").read_text().splitlines()
    assert [json.loads(line)["value"] for line in lines] == list(range(5))


@pytest.mark.parametrize(("sink", "name"), [(JsonLines, "a.jsonl"), (Csv, "a.csv")])
def test_without_a_value_no_file_is_left_and_it_is_said(tmp_path, feed, caplog, sink, name):
    with caplog.at_level(logging.WARNING, "nodegraph.nodes"):
        feed(sink(path=tmp_path / name), [])
    assert f"{name} was not written: nothing came" in caplog.text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("sink", "name"), [(JsonLines, "a.jsonl"), (Csv, "a.csv")])
def test_a_full_disk_is_a_sentence_and_lines_stay_in_the_part(small_disk, feed, sink, name):
    with pytest.raises(NodeError, match=rf"Cannot write .*{name}: the disk is full"):
        feed(sink(path=small_disk / name), ["x" * 50_000] * 20)
    assert (small_disk / name.replace("a.", "a.part.")).stat().st_size > 100_000


@pytest.mark.parametrize(("sink", "name"), [(JsonLines, "a.jsonl"), (Csv, "a.csv")])
def test_a_failed_run_keeps_the_older_lines_and_says_where_the_new_ones_are(tmp_path, caplog, sink, name):
    path, part = tmp_path / name, tmp_path / name.replace("a.", "a.part.")
    path.write_text("older")
    made = sink(path=path)
    made.open()
    made.process("x", Stamp(0, 0.0, 0.0, None, 0.0))
    made.abandon()
    assert path.read_text() == "older"
    assert "x" in part.read_text()
    assert f"until then is in {part}, and {name} is still the older file" in caplog.text


def table(path, delimiter=","):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def test_detections_are_a_row_each(tmp_path, feed):
    path = tmp_path / "a.csv"
    feed(Csv(path=path), [BOXES, Detections.of(), BOXES])
    rows = table(path)
    assert rows[0] == ["index", "time", "label", "score", "left", "top", "right", "bottom"]
    assert rows[1] == ["0", "0.0", "cat", "0.9", "0.1", "0.2", "0.3", "0.4"]
    assert rows[2] == ["0", "0.0", "'=dog", "", "0.0", "0.0", "1.0", "1.5"]
    assert [row[0] for row in rows[1:]] == ["0", "0", "2", "2"]


def test_other_values_have_their_columns(tmp_path, feed):
    cases = [
        (POINTS, ["object", "point", "x", "y", "score"], ["0", "nose", "0.5", "0.25", "1.0"]),
        (np.asarray([1, 2.5], np.float32), ["v0", "v1"], ["1.0", "2.5"]),
        ({"a": 1, "b": {"c": [2]}}, ["a", "b"], ["1", '{"c": [2]}']),
        (True, ["value"], ["True"]),
        (-3.5, ["value"], ["-3.5"]),
        ([{"x": 1}], ["value"], ['[{"x": 1}]']),
    ]
    for value, columns, row in cases:
        feed(Csv(path=tmp_path / "a.csv"), [value])
        rows = table(tmp_path / "a.csv")
        assert rows[0][2:] == columns
        assert rows[1][2:] == row


def test_text_is_quoted_and_formulas_are_disarmed(tmp_path, feed):
    texts = ['say "hi", all\nof you', "=1+1", "-x", "@a", "\tt", "ü ♥"]
    feed(Csv(path=tmp_path / "a.csv"), texts)
    assert [row[2] for row in table(tmp_path / "a.csv")[1:]] == [texts[0], "'=1+1", "'-x", "'@a", "'\tt", "ü ♥"]
    raw = (tmp_path / "a.csv").read_bytes()
    assert raw.startswith(b"index,time,value\r\n")
    assert b'"say ""hi"", all\nof you"' in raw
    feed(Csv(path=tmp_path / "b.tsv", safe=False), texts)
    assert [row[2] for row in table(tmp_path / "b.tsv", "\t")[1:]] == texts


def test_another_kind_of_value_is_refused_and_the_rows_stay(tmp_path, feed):
    with pytest.raises(NodeError, match=r"columns value, not label, score"):
        feed(Csv(path=tmp_path / "a.csv"), [1.0, BOXES])
    assert len(table(tmp_path / "a.csv")) == 2


def test_a_text_file_holds_the_newest_text_and_is_touched_only_by_changes(tmp_path):
    path = tmp_path / "new" / "a.txt"
    sink = TextFile(path=path)
    sink.open()
    sink.process("one ♥")
    first = path.stat().st_ino
    sink.process("one ♥")
    assert (path.read_text(encoding="utf-8"), path.stat().st_ino) == ("one ♥", first)
    sink.process("two")
    sink.close()
    assert path.read_text() == "two"


def test_a_preview_takes_pictures_and_keeps_nothing(feed, picture):
    sink = Preview()
    feed(sink, [picture()])
    assert vars(sink) == {}
