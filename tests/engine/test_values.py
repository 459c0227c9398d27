"""What nodes give: wrong values are their own fault, and failures show what the policy says."""

from typing import Any, NamedTuple

import numpy as np
import pytest

from nodegraph.core.graph import GraphNode
from nodegraph.core.node import Filter, Sink
from nodegraph.core.types import Flow, Image, Integer, Mask, Number
from nodegraph.engine.run import Run
from tests.engine.support import GATES, REGISTRY, graph_of, not_ready, registry_of, values
from tests.engine.test_live import ENDLESS, until


class Both(NamedTuple):
    first: Image
    second: Number


class Wrong(Filter, id="t.wrong", category="Test"):
    """Gives something that is not what it says."""

    what: str = "short"

    def process(self, image: Image) -> Both:
        answers: dict[str, Any] = {"short": (image,), "list": [image, 1.0], "array": image, "text": ("x", 1.0)}
        return answers[Wrong.what]


class WrongImage(Filter, id="t.wrong_image", category="Test"):
    """Gives a list for an image."""

    def process(self, image: Image) -> Image:
        return image.tolist()


class NotANumber(Filter, id="t.nan", category="Test"):
    """NaN, from a stream or (unwired) as a still."""

    def process(self, image: Image | None = None) -> Number:
        return float("nan") if image is None or image[0, 0, 0] >= 3 else 1.0


class Count(Filter, id="t.count", category="Test"):
    """Takes a whole number, and an image to pass."""

    def process(self, image: Image, number: Integer) -> Image:
        return image


class Whole(Filter, id="t.whole", category="Test"):
    """A whole number as it is."""

    def process(self, number: Integer) -> Integer:
        return number


class Motion(Filter, id="t.motion", category="Test"):
    """Flow out of an image."""

    def process(self, image: Image) -> Flow:
        return np.zeros((*image.shape[:2], 2), np.float32)


class DrawFlow(Filter, id="t.draw_flow", category="Test"):
    """Fails to draw."""

    def process(self, flow: Flow) -> Image:
        raise ValueError("no pen")


class Either(Filter, id="t.either", category="Test"):
    """An image out of an image or a mask."""

    def process(self, picture: Image | Mask) -> Image:
        raise AssertionError("is bypassed")


class Cut(Filter, id="t.cut", category="Test"):
    """A mask out of an image."""

    def process(self, image: Image) -> Mask:
        return np.ascontiguousarray(image[..., 0])


class Shapes(Sink, id="t.shapes", category="Test"):
    """Remembers the kind of picture it got."""

    def open(self) -> None:
        self.got: list[Any] = []

    def process(self, image: Image) -> None:
        self.got.append((image.dtype, image.shape))


NODES = REGISTRY.with_definitions(
    registry_of(Wrong, WrongImage, NotANumber, Count, Whole, Motion, DrawFlow, Either, Cut, Shapes).definitions.values()
)
TEN = GraphNode("in", "t.frames", {"count": 10})


def finished(run: Run) -> Run:
    with run:
        assert run.wait(60), "the run did not end"
    return run


@pytest.mark.parametrize("what", ["short", "list", "array", "text"])
def test_a_node_that_gives_the_wrong_outputs_is_blamed_and_not_its_user(what: str) -> None:
    Wrong.what = what
    graph = graph_of({"in": TEN, "w": "wrong", "add": "add", "out": "collect"})
    graph = graph_of(
        dict(graph.nodes), "in.image w.image", "w.first add.image", "add.image out.image", "w.second add.by"
    )
    run = finished(Run(graph, NODES, "offline"))
    assert run.failure is not None
    assert run.failure.node == "w"
    assert "Wrong gave" in run.failure.message


def test_a_node_that_gives_no_array_for_an_image_is_blamed() -> None:
    graph = graph_of({"in": TEN, "w": "wrong_image", "out": "collect"}, "in.image w.image", "w.image out.image")
    run = finished(Run(graph, NODES, "offline"))
    assert run.failure is not None
    assert (run.failure.node, run.failure.message) == (
        "w",
        "Wrong Image gave a list where its output 'image' is image.",
    )


def test_a_value_that_cannot_be_adapted_shows_what_the_policy_says() -> None:
    graph = graph_of(
        {"in": "polite", "nan": "nan", "count": "count", "out": "collect"},
        "in.image nan.image",
        "in.image count.image",
        "nan.number count.number",
        "count.image out.image",
    )
    run = finished(Run(graph, NODES, "live", frames=10))
    assert values(run)[:5] == [0, 1, 2, 2, 2]  # holds the last good one
    assert [failure.count for failure in run.failures] == [1]


def test_a_still_whose_value_cannot_be_adapted_fails_alone() -> None:
    graph = graph_of(
        {"in": TEN, "out": "collect", "nan": "nan", "whole": "whole", "next": "whole"},
        "in.image out.image",
        "nan.number whole.number",
        "whole.integer next.number",
    )
    with Run(graph.with_node(ENDLESS), NODES, "live") as run:
        until(lambda: bool(run.failures) and len(values(run)) > 10, run)
    assert run.failure is None
    assert [failure.node for failure in run.failures] == ["whole"]
    run = finished(Run(graph, NODES, "offline"))
    assert run.failure is not None
    assert run.failure.node == "whole"


def test_black_is_an_image_also_where_the_input_is_none() -> None:
    graph = graph_of(
        {"in": TEN, "m": "motion", "d": GraphNode("d", "t.draw_flow", failure="black"), "out": "shapes"},
        "in.image m.image",
        "m.flow d.flow",
        "d.image out.image",
    )
    run = finished(Run(graph, NODES, "live"))
    assert set(run.nodes["out"].instance.got) == {(np.dtype(np.uint8), (3, 4, 3))}


def test_a_bypassed_node_does_not_pass_a_mask_as_an_image() -> None:
    graph = graph_of(
        {"in": TEN, "cut": "cut", "e": GraphNode("e", "t.either", state="bypass"), "out": "shapes"},
        "in.image cut.image",
        "cut.mask e.picture",
        "e.image out.image",
    )
    assert finished(Run(graph, NODES, "offline")).nodes["out"].instance.got == []


def test_a_bypassed_delay_passes_its_input() -> None:
    graph = graph_of(
        {"in": TEN, "d": GraphNode("d", "t.delay", state="bypass"), "out": "collect"},
        "in.image d.image",
        "d.image out.image",
    )
    assert values(finished(Run(graph, NODES, "offline"))) == list(range(10))


def test_what_hangs_on_a_delay_in_a_loop_keeps_the_time_of_the_loop() -> None:
    graph = graph_of(
        {"in": TEN, "blend": "blend", "d": "delay", "out": "collect"},
        "in.image blend.image",
        "d.image blend.before",
        "blend.image d.image",
        "d.image out.image",
    )
    run = finished(Run(graph, NODES, "offline"))
    assert [index for index, _ in run.nodes["out"].instance.got] == list(range(1, 10))


def test_a_delay_of_a_still_is_the_still() -> None:
    graph = graph_of({"s": "still", "d": "delay", "out": "collect"}, "s.image d.image", "d.image out.image")
    assert values(finished(Run(graph, NODES, "offline"))) == [7]


def test_a_render_does_not_pass_frames_by_a_model_that_is_not_ready() -> None:
    GATES[""] = not_ready
    graph = graph_of({"in": TEN, "m": "model", "out": "collect"}, "in.image m.image", "m.image out.image")
    run = finished(Run(graph, NODES, "offline"))
    assert run.failure is not None
    assert run.failure.node == "m"
    assert values(run) == []


def test_the_engines_own_clock_does_not_keep_a_render_going() -> None:
    class Numbers(Sink, id="t.numbers", category="Test"):
        """Takes numbers."""

        def process(self, number: Number) -> None:
            pass

    nodes = NODES.with_definitions(registry_of(Numbers).definitions.values())
    graph = graph_of(
        {"in": TEN, "out": "collect", "t": "seconds", "log": "numbers"}, "in.image out.image", "t.number log.number"
    )
    assert len(values(finished(Run(graph, nodes, "offline")))) == 10


def test_nothing_yet_is_no_picture_to_look_at() -> None:
    GATES[""] = not_ready
    graph = graph_of(
        {"in": GraphNode("in", "t.frames", {"count": 0}), "w": GraphNode("w", "t.wrong", state="bypass")},
        "in.image w.image",
    )
    with Run(graph, NODES, "live") as run:
        until(lambda: run.latest("w", "first") is not None, run)
        assert run.latest("w", "second") is None
