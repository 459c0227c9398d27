import base64
from typing import Any

import numpy as np
import pytest

from nodegraph.core.errors import ModelAnswerError
from nodegraph.core.spec import Port
from nodegraph.core.types import Detections
from nodegraph.runtime import codecs
from nodegraph.runtime.answers import by_declaration, by_shape, checked

SIZE = (640, 480)
IMAGE = np.full((4, 6, 3), (10, 200, 30), np.uint8)
PNG = codecs.to_data_uri(codecs.encode_png(IMAGE), "image/png")


def found_in(results: Any) -> dict[str, Any]:
    values = by_shape(results, SIZE, "It")
    assert values.pop("result") == results
    return {name: value for name, value in values.items() if value is not None}


def test_captions_are_text() -> None:
    captions = [{"caption": "a man riding", "prob": 0.0018}, {"caption": "a horse", "prob": 0.0004}]
    assert found_in(captions) == {"text": "a man riding"}
    assert found_in("hello") == {"text": "hello"}
    assert found_in({"text": "hello"}) == {"text": "hello"}


def test_yolo_bounds_are_boxes_from_corner_and_size() -> None:
    found = found_in([{"cat": "dog", "score": 0.81, "bounds": [0.5, 0.25, 0.25, 0.5]}])
    assert list(found) == ["detections"]
    boxes = found["detections"]
    assert boxes.boxes.tolist() == [[0.5, 0.25, 0.75, 0.75]]
    assert (boxes.labels, boxes.scores.tolist()) == (("dog",), [pytest.approx(0.81)])


def test_nothing_found_is_no_boxes() -> None:
    assert len(found_in([])["detections"]) == 0


def test_gaze_boxes_are_pixels_of_the_picture_that_was_sent() -> None:
    found = found_in([{"face": [64, 48, 320, 240], "eye_left": None, "eye_right": [0, 0, 64, 48], "gaze": [1.5, -2]}])
    boxes = found["detections"]
    assert boxes.labels == ("face", "eye_right")
    np.testing.assert_allclose(boxes.boxes, [[0.1, 0.1, 0.6, 0.6], [0, 0, 0.1, 0.1]], rtol=1e-6)


def test_humans_are_keypoints_with_gaps() -> None:
    found = found_in({"humans": [[["Nose", 0.5, 0.2], ["Neck", 0.5, 0.3], ["Background", 0, 0]], []]})
    people = found["keypoints"]
    assert people.points.shape == (2, 18, 3)
    assert people.names[:2] == ("Nose", "Neck")
    np.testing.assert_allclose(people.points[0, :2], [[0.5, 0.2, 1], [0.5, 0.3, 1]])
    assert np.isnan(people.points[0, 2:]).all()
    assert np.isnan(people.points[1]).all()
    assert (1, 0) in people.edges
    assert found_in({"humans": []})["keypoints"].points.shape == (0, 18, 3)


def test_points_of_something_else_have_their_own_names() -> None:
    hand = found_in({"humans": [[["wrist", 0.1, 0.2, 0.5], ["thumb", 0.3, 0.4]]]})["keypoints"]
    assert (hand.names, hand.edges) == (("wrist", "thumb"), ())
    np.testing.assert_allclose(hand.points[0], [[0.1, 0.2, 0.5], [0.3, 0.4, 1]])


@pytest.mark.parametrize("results", [PNG, {"image": PNG}, {"output": PNG}, {"mode": 3, "stylised": PNG}])
def test_a_picture_is_found_wherever_it_is(results: Any) -> None:
    found = found_in(results)
    assert list(found) == ["image"]
    np.testing.assert_array_equal(found["image"], IMAGE)


def test_a_colour_label_map_becomes_labels_and_a_palette() -> None:
    colors = np.zeros((2, 2, 3), np.uint8)
    colors[0, 0] = (0, 0, 255)
    uri = codecs.to_data_uri(codecs.encode_png(colors), "image/png")
    found = found_in({"segmentation": uri, "labels": ["a"]})["segmentation"]
    assert found.labels.tolist() == [[1, 0], [0, 0]]
    assert found.colors.tolist() == [[0, 0, 0], [0, 0, 255]]


def test_a_grey_label_map_keeps_its_numbers_and_names() -> None:
    uri = codecs.to_data_uri(codecs.encode_png(np.array([[0, 2]], np.uint8)), "image/png")
    found = found_in({"labels": uri, "names": ["none", "cat"]})["segmentation"]
    assert (found.labels.tolist(), found.names) == ([[0, 2]], ("none", "cat", "2"))


def test_several_named_results_each_find_their_port() -> None:
    found = found_in({"detections": [{"cat": "a", "bounds": [0, 0, 1, 1]}], "text": "one a", "image": PNG})
    assert sorted(found) == ["detections", "image", "text"]


@pytest.mark.parametrize("results", [None, 5, True, {"a": 1}, [1, 2], {"estimated_gazes": [[1, 2]]}, [[]], {}])
def test_other_shapes_are_left_as_they_are(results: Any) -> None:
    assert found_in(results) == {}


@pytest.mark.parametrize(
    ("results", "sentence"),
    [
        ([{"cat": "dog", "bounds": [1, 2, 3]}], "cannot reshape"),
        ([{"cat": "dog", "bounds": "here"}], "could not convert"),
        ({"humans": [[["Nose", 0.5]]]}, "not enough values"),
        ({"humans": [[5]]}, "not subscriptable"),
        ({"image": "data:image/png;base64,AAAA"}, "are not a picture"),
        ({"boxes": [[0, 0, 1, 1]], "labels": ["a", "b"]}, "Detections need boxes"),
    ],
)
def test_nonsense_in_a_known_shape_is_a_sentence(results: Any, sentence: str) -> None:
    with pytest.raises(ModelAnswerError, match=sentence):
        by_shape(results, SIZE, "It")


@pytest.mark.parametrize(
    ("kind", "results", "expected"),
    [
        ("text", [{"caption": "a cat"}], "a cat"),
        ("number", 2.5, 2.5),
        ("integer", 3.0, 3),
        ("boolean", False, False),
        ("json", {"b": [1]}, {"b": [1]}),
        ("vector", [1, 2.5], np.array([1, 2.5], np.float32)),
        ("image", PNG, IMAGE),
        ("mask", PNG, IMAGE[:, :, 0]),
        (
            "flow",
            {"shape": [1, 2, 2], "data": base64.b64encode(np.ones(4, "f4").tobytes()).decode()},
            np.ones((1, 2, 2)),
        ),
    ],
)
def test_declared_outputs_are_read_alone_or_by_name(kind: str, results: Any, expected: Any) -> None:
    for answer in (results, {"out": results, "more": 1}):
        value = by_declaration(answer, [Port("out", (kind,))], SIZE, "It")["out"]
        assert type(value) is type(expected)
        np.testing.assert_array_equal(value, expected)


@pytest.mark.parametrize(
    ("kind", "results"),
    [
        *(("image", 5), ("image", "hello"), ("detections", {"a": 1}), ("keypoints", []), ("text", {"a": 1})),
        *(("number", "5"), ("number", True), ("integer", 2.5), ("boolean", 1), ("vector", ["a"]), ("flow", [1, 2])),
        *(("segmentation", "x"), ("number", float("inf")), ("flow", {"data": "AAAA", "shape": [-2]})),
    ],
)
def test_an_answer_that_is_not_what_the_entry_promises_names_the_port(kind: str, results: Any) -> None:
    with pytest.raises(ModelAnswerError, match=f"YOLO answered something that is not {kind} on 'out': "):
        by_declaration(results, [Port("out", (kind,))], SIZE, "YOLO")


def test_values_are_checked_against_the_port() -> None:
    assert checked(Port("a", ("image", "mask")), None, "It") is None
    assert checked(Port("a", ("any",)), object, "It") is object
    assert not checked(Port("a", ("image",)), np.zeros((2, 2, 3), np.uint8), "It").flags.writeable
    with pytest.raises(ModelAnswerError, match="It answered Detections on 'a', which is declared as image or mask"):
        checked(Port("a", ("image", "mask")), Detections.of(), "It")
