"""Text and data, with templates and paths from strangers."""

from typing import Any

import numpy as np
import pytest

from nodegraph.sdk import Detections, NodeError
from nodegraph.testing import run_node, sample
from nodes.control.data import DetectionsToJson, MakeJson, MakeVector, SelectJson, SelectKeypoint, VectorElement
from nodes.control.text import FormatText, JoinText, ReplaceText, TextCase, WrapText

DATA = {
    "people": [{"name": "Ada", "box": [0.1, 0.2]}, {"name": "Bo"}],
    "odd key.x": {"y": True},
    "n": "4.5",
    "none": None,
}


@pytest.mark.parametrize(
    ("template", "values", "expected"),
    [
        ("{a:.2f} people", (3,), "3.00 people"),
        ("{a} and {b}", ("x", 0.5), "x and 0.5"),
        ("{a:>5}|{b:<4}|", (42, "ü"), "   42|ü   |"),
        ("{a:03d}", (7,), "007"),
        ("{{a}} is {a}", (1,), "{a} is 1"),
        ("nothing: {d}.", (1,), "nothing: ."),
        ("{a}", (True,), "True"),
        ("{a}", ({"k": [1]},), '{"k": [1]}'),
        ("{a}", (Detections.of([(0, 0, 1, 1)], ("x",)),), "1"),
        ("{a}", (np.array([0.5, 2], np.float32),), "0.5, 2"),
        ("{a}", (np.zeros((4, 5, 3), np.uint8),), "4×5×3"),
        ("{a:.0%}", (0.5,), "50%"),
    ],
)
def test_values_are_written_into_a_template(template: str, values: tuple[Any, ...], expected: str) -> None:
    assert run_node(FormatText, *values, template=template) == expected


def test_a_text_about_nothing_can_be_left_out():
    assert run_node(FormatText, template="{a} cm", only_with_values=True) == ""
    assert run_node(FormatText, 3, template="{a} cm", only_with_values=True) == "3 cm"
    assert run_node(FormatText, template="{a} cm") == " cm"


@pytest.mark.parametrize(
    "template",
    [
        "{a.__class__}", "{a.__init__.__globals__}", "{a[0]}", "{0}", "{}", "{x}", "{a!r}", "{a!s}", "{a:{b}}",
        "{a:999999999}", "{a:.999999999f}", "{a:0>9999999999999999999999}", "{a", "a}", "{a:%s}", "{a:{a.__class__}}",
        "{self}", "{a:d}{a:zz}",
        "{{{a.x}}}", "{a:\N{ARABIC-INDIC DIGIT NINE}99999999}",
    ],
)  # fmt: skip
def test_a_hostile_or_wrong_template_gets_a_sentence(template: str) -> None:
    with pytest.raises(NodeError) as caught:
        run_node(FormatText, 1.5, 2, template=template)
    assert caught.value.hint


def test_a_format_that_does_not_fit_the_value_is_said() -> None:
    with pytest.raises(NodeError, match="three"):
        run_node(FormatText, "three", template="{a:.2f}")


def test_a_template_cannot_fill_the_memory() -> None:
    assert len(run_node(FormatText, "x" * 9000, template="{a}" * 1000)) == 10_000


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("people[0].name", "Ada"),
        ("people[-1].name", "Bo"),
        ("people[0].box[1]", 0.2),
        ('["odd key.x"].y', True),
        ("none", None),
        ("", DATA),
    ],
)
def test_a_path_leads_to_its_value(path: str, expected: Any) -> None:
    assert run_node(SelectJson, DATA, path=path).value == expected


def test_a_list_may_be_the_top() -> None:
    assert run_node(SelectJson, [[1, 2], [3]], path="[0][1]").number == 2.0


def test_a_value_comes_as_text_and_number_too() -> None:
    assert run_node(SelectJson, DATA, path="n")[1:] == ("4.5", 4.5)
    assert run_node(SelectJson, DATA, path="people[0].name")[1:] == ("Ada", 0.0)
    assert run_node(SelectJson, DATA, path="people[0].box")[1:] == ("[0.1, 0.2]", 0.0)
    assert run_node(SelectJson, {"x": "nan"}, path="x").number == 0.0


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("people[2].name", r"\[2\].*people has 2 items"),
        ("people.name", "people is a list, not an object"),
        ("people[0].age", r"no 'age' in people\[0\]"),
        ("n[0]", "n is text, not a list"),
        ("Nobody", "no 'Nobody' in the data"),
        ("none.x", "none is null"),
    ],
)
def test_a_path_that_leads_nowhere_names_the_step(path: str, message: str) -> None:
    with pytest.raises(NodeError, match=message):
        run_node(SelectJson, DATA, path=path)


@pytest.mark.parametrize(
    "path",
    [".a", "a.", "a..b", "a[", "a[x]", "a[1", "a]b", "a b", "a.[0]", '["a]', "[0]a", '["\\x"]', "a[99999999999]"],
)
def test_a_path_that_cannot_be_read_is_said_even_if_missing_values_are_allowed(path: str) -> None:
    with pytest.raises(NodeError, match="path"):
        run_node(SelectJson, DATA, path=path, missing="nothing")


def test_missing_values_can_be_nothing_or_a_default() -> None:
    assert run_node(SelectJson, DATA, path="x", missing="nothing") is None
    assert run_node(SelectJson, DATA, path="x", missing="default", default=7) == (7, "7", 7.0)


def test_text_changes() -> None:
    assert [run_node(TextCase, "  straßen  ALLEE ", mode=mode) for mode in ("upper", "lower", "trim")] == [
        "  STRASSEN  ALLEE ", "  straßen  allee ", "straßen ALLEE",
    ]  # fmt: skip
    assert run_node(TextCase, "hELLO World", mode="sentence") == "Hello world"
    assert run_node(JoinText, "a", None, 3, separator="\\n") == "a\n3"
    assert run_node(ReplaceText, "a.b.c", find=".", replacement="") == "abc"
    assert run_node(ReplaceText, "abc", find="", replacement="x") == "abc"
    assert run_node(WrapText, "one two three\n\nfour", width=7) == "one two\nthree\n\nfour"
    assert run_node(WrapText, "one two three", width=7, lines=1) == "one two"


def test_vectors_are_taken_apart_and_put_together() -> None:
    vector = run_node(MakeVector, 1.0, None, 3.0)
    assert vector.tolist() == [1.0, 3.0]
    assert run_node(VectorElement, vector, index=-1) == 3.0
    with pytest.raises(NodeError, match="vector of 2"):
        run_node(VectorElement, vector, index=2)


def test_a_keypoint_is_found_by_name_or_number() -> None:
    points = sample("keypoints")
    assert run_node(SelectKeypoint, points, name="HIP").y == 0.5
    assert run_node(SelectKeypoint, points, name="1") == run_node(SelectKeypoint, points, name="hip")
    assert run_node(SelectKeypoint, points, name="left hand") == (0, 0, 0)
    assert run_node(SelectKeypoint, points, name="hip", person=3) == (0, 0, 0)
    with pytest.raises(NodeError, match="nose"):
        run_node(SelectKeypoint, points, name="nose")


def test_detections_become_plain_data() -> None:
    assert run_node(DetectionsToJson, Detections.of([(0, 0, 0.5, 1)], ("cat",), (0.5,))) == [
        {"label": "cat", "score": 0.5, "box": [0.0, 0.0, 0.5, 1.0]}
    ]


def test_make_json_names_what_it_is_given() -> None:
    box = Detections.of([[0, 0, 0.5, 1]], ["cat"], [0.5])
    made = run_node(MakeJson, "a.png", 640, None, box, names="file, width, people")
    assert made == {
        "file": "a.png",
        "width": 640,
        "people": None,
        "d": [{"label": "cat", "score": 0.5, "box": [0, 0, 0.5, 1]}],
    }
    assert run_node(MakeJson, names="") == {}


@pytest.mark.parametrize(
    ("names", "said"),
    [("x, y, x", "Two inputs are called 'x'"), ("b", "called 'b'"), (",".join("ijklmnopq"), "9 names")],
)
def test_make_json_refuses_keys_that_are_not_clear(names: str, said: str) -> None:
    with pytest.raises(NodeError, match=said):
        run_node(MakeJson, 1, names=names)
