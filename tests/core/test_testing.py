"""The helpers that authors of nodes test with."""

from collections.abc import Iterator

import numpy as np
import pytest

from nodegraph.sdk import Filter, Image, Sink, Source, Stamped, param
from nodegraph.testing import GraphBuilder


class Ramp(Source, id="guide.ramp", category="Test"):
    """Pictures of rising brightness."""

    count: int = param(5, "How many.", ge=1)

    def stream(self) -> Iterator[Stamped[Image]]:
        for number in range(self.count):
            yield Stamped(np.full((2, 2, 3), number, np.uint8), number / 10, 10.0)


class Double(Filter, id="guide.double", category="Test"):
    """Twice as bright."""

    def process(self, image: Image) -> Image:
        return image * np.uint8(2)


class Keep(Sink, id="guide.keep", category="Test"):
    """Keeps what it got."""

    def open(self) -> None:
        self.got: list[int] = []

    def process(self, image: Image) -> None:
        self.got.append(int(image[0, 0, 0]))


def test_a_graph_is_built_from_classes_and_run() -> None:
    builder = GraphBuilder().add("in", Ramp, count=3).add("x", Double).add("out", Keep)
    run = builder.wire("in.image -> x.image").wire("x.image -> out.image").run()
    assert run.nodes["out"].instance.got == [0, 2, 4]


def test_a_wire_that_is_no_wire_is_refused() -> None:
    with pytest.raises(ValueError, match="is not like"):
        GraphBuilder().wire("in.image out.image")
