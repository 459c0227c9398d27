import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.core.errors import DocumentError
from nodegraph.core.preset import Preset, read_preset, to_text
from nodegraph.core.preset_decode import asset_path_problem

MB = 1 << 20


def refused(data: bytes) -> DocumentError:
    """Reads `data`, which must be refused within a second of work with a place, a sentence and a fix."""
    started = time.thread_time()
    with pytest.raises(DocumentError) as caught:
        read_preset(data, "evil.json")
    assert time.thread_time() - started < 1.0
    assert caught.value.hint
    assert "evil.json" in caught.value.message
    assert len(caught.value.message) < 400
    assert caught.value.problems
    assert all(problem.where and problem.message and problem.hint for problem in caught.value.problems)
    return caught.value


@pytest.mark.parametrize(
    "data",
    [
        b"[" * (10 * MB),
        b'{"a":' * (2 * MB),
        b'{"format":1,"graph":' + b"[" * 5 * MB + b"]" * 5 * MB + b"}",
        b'{"format":1,"x":"' + b'\\"' * (5 * MB),
        b'"' * (10 * MB),
        b"\\" * (10 * MB),
        b"[[" + b'"]",' * MB + b"[" * MB,
    ],
)
def test_ten_megabytes_of_nesting_or_quotes_are_refused_in_less_than_a_second(data):
    refused(data)


def test_brackets_inside_text_are_not_nesting():
    title = "[" * 1000
    assert read_preset(b'{"format":1,"graph":{},"title":"' + title.encode() + b'"}').title == title


@pytest.mark.parametrize("word", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"9" * 5000, b"-1e400"])
def test_a_number_that_is_none_is_refused_with_its_line(word):
    error = refused(b'{"format":1,\n"graph":{"nodes":{"a":{"type":"t",\n"params":{"x":' + word + b"}}}}}")
    assert "line 3" in error.message


def test_a_key_that_is_there_twice_is_refused_because_one_would_be_lost():
    error = refused(b'{"format":1,"graph":{"nodes":{"a":{"type":"t"},\n"a":{"type":"u"}}}}')
    assert '"a"' in error.message


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\0", "line 1"),
        (b'{"format":1,\n"title":"\xff\xfe"}', "line 2"),
        (b'{"format":1,\n"graph":{,}}', "line 2, column"),
        (b"null", "null"),
        (b"[]", "a list"),
        (b'"text"', "text"),
        (b"{}", "format"),
        (b'{"format":"1","graph":{}}', "format"),
        (b'{"format":true,"graph":{}}', "format"),
        (b'{"format":-3,"graph":{}}', "format"),
        (b'{"format":1.0,"graph":{}}', "format"),
        (b'{"format":1}', "graph"),
        (b'{"format":1,"graph":[]}', "graph"),
        (b'{"format":1,"graph":{"nodes":[]}}', "graph.nodes"),
        (b'{"format":1,"graph":{"nodes":{"a":null}}}', "nodes.a"),
        (b'{"format":1,"graph":{"nodes":{"a":{}}}}', "nodes.a.type"),
        (b'{"format":1,"graph":{"nodes":{"a":{"type":5}}}}', "nodes.a.type"),
        (b'{"format":1,"graph":{"nodes":{"":{"type":"t"}}}}', "nodes."),
        (b'{"format":1,"graph":{"nodes":{"a":{"type":"t","params":[]}}}}', "nodes.a.params"),
        (b'{"format":1,"graph":{"nodes":{"a":{"type":"t","state":"off"}}}}', "nodes.a.state"),
        (b'{"format":1,"graph":{"nodes":{"a":{"type":"t","failure":{}}}}}', "nodes.a.failure"),
        (b'{"format":1,"graph":{"nodes":{"a":{"type":"t","place":"gpu"}}}}', "nodes.a.place"),
        (b'{"format":1,"graph":{"wires":[{"from":"a","to":"b.c"}]}}', "wires[0].from"),
        (b'{"format":1,"graph":{"wires":[{"from":"a.b","to":["x"]}]}}', "wires[0].to"),
        (b'{"format":1,"graph":{"wires":["a.b->c.d"]}}', "graph.wires[0]"),
        (b'{"format":1,"graph":{"wires":{}}}', "graph.wires"),
        (b'{"format":1,"graph":{},"tags":[1]}', "tags[0]"),
        (b'{"format":1,"graph":{},"title":["x"]}', "title"),
        (b'{"format":1,"graph":{},"controls":[[]]}', "controls[0]"),
        (b'{"format":1,"graph":{},"layout":3}', "layout"),
    ],
)
def test_a_wrong_shape_is_named_by_its_place(data, said):
    assert said in refused(data).message


@pytest.mark.parametrize(
    "path", ["../../etc/passwd", "/etc/passwd", "a/../../b", "..\\..\\b", "C:\\x", "~/x", "\\\\host\\x", "", "a\0b"]
)
def test_an_asset_cannot_leave_the_bundle(path):
    assert asset_path_problem(path)

    error = refused(json.dumps({"format": 1, "graph": {}, "assets": [{"path": path}]}).encode())
    assert "assets[0].path" in error.message


@pytest.mark.parametrize("path", ["a.mp4", "clips/a b.mp4", "..hidden/x", "ünï/☂.png"])
def test_an_ordinary_asset_is_fine(path):
    assert asset_path_problem(path) == ""


def test_more_nodes_than_allowed_are_refused():
    nodes = ",".join(f'"n{at}":{{"type":"t"}}' for at in range(20_001))
    assert "20001 nodes" in refused(f'{{"format":1,"graph":{{"nodes":{{{nodes}}}}}}}'.encode()).message


def test_a_file_larger_than_the_limit_is_refused_unread(tmp_path):
    path = tmp_path / "big.json"
    with path.open("wb") as file:
        file.truncate(65 * MB)
    with pytest.raises(DocumentError, match="65 MB is more than the 64 MB"):
        read_preset(path)


@pytest.mark.parametrize("item", [b"[],", b"{},", b"0.1,"])
def test_tens_of_megabytes_of_tiny_values_are_refused_before_they_fill_the_memory(item):
    assert "more than 2000000 values" in refused(b"[" + item * (40 * MB // len(item)) + b"0]").message


def test_at_most_fifty_problems_are_listed():
    error = refused(b'{"format":1,"graph":{"wires":[' + b",".join([b"{}"] * 1000) + b"]}}")
    assert len(error.problems) == 50


def test_markup_and_control_characters_are_kept_as_data():
    name = "[red]boo[/red]\x1b[31m\x00\u202e"

    data = json.dumps({"format": 1, "graph": {"nodes": {name: {"type": name}}}, "title": name}).encode()
    preset = read_preset(data)
    assert preset.title == name
    assert read_preset(to_text(preset).encode()) == preset


@pytest.mark.parametrize("kind", ["missing", "folder", "nul"])
def test_a_path_that_is_no_file_is_named(kind, tmp_path):
    path = {"missing": tmp_path / "no.json", "folder": tmp_path, "nul": Path("a\0b")}[kind]
    with pytest.raises(DocumentError) as caught:
        read_preset(path)
    assert str(path) in caught.value.message
    assert caught.value.hint


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=6), one, max_size=3),
    max_leaves=12,
)
KEYS = st.sampled_from(
    ["format", "graph", "nodes", "wires", "type", "params", "state", "from", "to", "tags", "assets", "path", "title"]
)
SHAPED = st.recursive(
    JSON | st.just(1) | st.just("a.b"),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(KEYS | st.text(max_size=3), one, max_size=5),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(SHAPED)
def test_any_json_is_read_or_refused_and_what_is_read_survives(value):

    document = {"format": 1, **value} if isinstance(value, dict) else value
    try:
        preset = read_preset(json.dumps(document).encode())
    except DocumentError:
        return
    if not preset.read_only:
        assert read_preset(to_text(preset).encode()) == preset


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_without_a_traceback(data):
    with pytest.raises(DocumentError):
        read_preset(data)


def test_an_empty_preset_can_be_saved_and_read():
    assert read_preset(to_text(Preset()).encode()) == Preset()
