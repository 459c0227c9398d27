"""A signature becomes a description, and arguments are checked against it."""

from typing import Annotated, Literal, NamedTuple

import numpy as np
import pytest
from nodegraph_kit import Detections, Image, Mask, Memory, Refusal, Text, model, param
from nodegraph_kit.describe import describe
from nodegraph_kit.runner import Runner


class Two(NamedTuple):
    mask: Annotated[Mask, "What was found."]
    caption: Text


@model(title="Demo", description="A demo.")
def demo(
    image: Annotated[Image, "A street."],
    mask: Mask | None = None,
    level: float = param(0.5, "How much.", ge=0, le=1, unit="x"),
    count: int = param(3, "How many.", ge=1),
    deep: bool = False,
    mode: Literal["a", "b"] = param("b", "Which."),
) -> Two:
    return Two(np.full(image.shape[:2], count, np.uint8), f"{level} {deep} {mode} {mask is None}")


def ready(command: object) -> Runner:
    runner = Runner(command)  # type: ignore[arg-type]  # whatever `model` gave
    runner.load()
    return runner


PIXEL = np.zeros((1, 1, 3), np.uint8)


def test_a_signature_is_the_whole_description() -> None:
    said = describe(demo, "ready", "")
    assert said["inputs"] == {
        "image": {"type": "image", "description": "A street.", "optional": False},
        "mask": {"type": "mask", "description": "", "optional": True},
    }
    assert [port["type"] for port in said["outputs"].values()] == ["mask", "text"]
    assert said["parameters"]["level"] == {
        "type": "number",
        "default": 0.5,
        "description": "How much.",
        "minimum": 0,
        "maximum": 1,
        "unit": "x",
    }
    assert said["parameters"]["mode"]["choices"] == ["a", "b"]
    assert said["parameters"]["deep"]["type"] == "boolean"
    assert (said["status"], said["query_route"], said["protocol"]) == ("200", "/query", "native")


def test_missing_parameters_have_their_defaults() -> None:
    outputs = ready(demo).run({"image": PIXEL}, {"level": 1}).outputs
    assert outputs["caption"] == "1.0 False b True"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("level", 2, "from 0 to 1 x"),
        ("level", "much", "a number"),
        ("level", float("nan"), "a number"),
        ("level", True, "a number"),
        ("count", 1.5, "a whole number"),
        ("count", 0, "from 1 to inf"),
        ("deep", 1, "true or false"),
        ("mode", "c", "one of a, b"),
        ("mode", ["a"], "one of a, b"),
        ("colour", 1, "no parameter 'colour'"),
    ],
)
def test_a_wrong_parameter_is_refused_with_what_is_allowed(name: str, value: object, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        ready(demo).run({"image": PIXEL}, {name: value})


def test_a_missing_and_an_unknown_input_are_named() -> None:
    with pytest.raises(Refusal, match=r"input image \(image\) is missing"):
        ready(demo).run({}, {})
    with pytest.raises(Refusal, match="no input 'video'"):
        ready(demo).run({"image": PIXEL, "video": PIXEL}, {})


def test_a_default_outside_its_range_is_the_authors_mistake_at_once() -> None:
    with pytest.raises(Refusal, match="level must be from 0 to 1"):

        @model()
        def wrong(image: Image, level: float = param(2.0, "", ge=0, le=1)) -> Image:
            return image


def test_an_argument_or_result_without_a_type_is_the_authors_mistake_at_once() -> None:
    with pytest.raises(TypeError, match="argument image of wrong needs a type"):

        @model()
        def wrong(image) -> Image:  # type: ignore[no-untyped-def]  # the mistake
            return image

    with pytest.raises(TypeError, match="needs a return type"):

        @model()
        def silent(image: Image):  # type: ignore[no-untyped-def]  # the mistake
            return image


def test_a_class_loads_once_and_setup_that_fails_is_said_in_a_sentence() -> None:
    @model()
    class Broken:
        def setup(self) -> None:
            raise FileNotFoundError("weights.onnx is missing")

        def run(self, image: Image) -> Detections:
            return Detections.of()

    runner = ready(Broken)
    assert runner.state == "failed"
    assert runner.describe()["message"] == "broken failed: FileNotFoundError: weights.onnx is missing"
    with pytest.raises(Refusal, match=r"could not start: FileNotFoundError: weights\.onnx is missing"):
        runner.run({"image": PIXEL}, {})


def test_each_client_has_a_memory_of_its_own() -> None:
    @model()
    def counting(image: Image, memory: Memory) -> Text:
        memory["count"] = memory.get("count", 0) + 1
        return str(memory["count"])

    runner = ready(counting)
    said = [runner.run({"image": PIXEL}, {}, client).outputs["text"] for client in ("a", "a", "b", "a")]
    assert said == ["1", "2", "1", "3"]
    assert describe(counting, "ready", "")["stateful"] is True


def test_an_exception_of_the_model_is_a_refusal_with_its_sentence() -> None:
    @model(title="Fragile")
    def fragile(image: Image) -> Text:
        raise ZeroDivisionError("too plain")

    with pytest.raises(Refusal, match="Fragile failed: ZeroDivisionError: too plain") as caught:
        ready(fragile).run({"image": PIXEL}, {})
    assert caught.value.kind == "model"


def test_a_model_is_still_an_ordinary_function() -> None:
    assert demo(PIXEL, count=9).mask[0, 0] == 9
