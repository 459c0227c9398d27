"""Wires into parameters: of every kind of node, beside changes by hand, and when the wire goes."""

from collections.abc import Iterator
from pathlib import Path

from nodegraph.core.graph import GraphNode, Wire
from nodegraph.core.node import Filter, Source, Stamped, param
from nodegraph.core.types import Boolean, File, Image, Integer, Number
from nodegraph.engine.run import Run
from tests.engine.support import REGISTRY, graph_of, picture, registry_of, values
from tests.engine.test_live import until


class Third(Filter, id="t.third", category="Test"):
    """The image's value, of every third frame."""

    def process(self, image: Image) -> Number | None:
        value = float(image[0, 0, 0])
        return value if value % 3 == 0 else None


class Keeps(Filter, id="t.keeps", category="Test"):
    """Shows its parameter; has state."""

    by: int = param(50, "What it shows.", ge=0, le=200)
    kind: int = param(0, "Needs it opened anew.", restart=True)

    def open(self) -> None:
        self.opened_with = self.kind

    def process(self, image: Image) -> Image:
        return picture(self.by + self.opened_with)


class Shown(Source, id="t.shown", category="Test"):
    """Images of a value that is a parameter; `base` needs the source begun anew."""

    value: int = param(1, "The value.")
    base: int = param(0, "Added to it.", restart=True)

    def stream(self) -> Iterator[Stamped[Image]]:
        base = self.base
        for number in range(10):
            yield Stamped(picture(base + self.value), number / 1000, 1000.0)


class Whole(Filter, id="t.number", category="Test"):
    """A number."""

    value: int = param(7, "It.")

    def process(self) -> Integer:
        return self.value


class Says(Filter, id="t.says", category="Test"):
    """Remembers its texts."""

    text: str = param("", "A text.")
    on: bool = param(False, "On or off.")
    heard: tuple[str, bool] = ("", False)

    def open(self) -> None:
        pass

    def process(self, image: Image) -> Image:
        Says.heard = self.text, self.on
        return image


class Where(Filter, id="t.where", category="Test"):
    """A path."""

    def process(self) -> File:
        return Path("/some where/clip.mp4")


class Bright(Filter, id="t.bright", category="Test"):
    """A truth of numpy's kind."""

    def process(self, image: Image) -> Boolean:
        return image[0, 0, 0] >= 0


class Half(Filter, id="t.half", category="Test"):
    """A half."""

    def process(self) -> Number:
        return 0.5


NODES = REGISTRY.with_definitions(
    registry_of(Third, Keeps, Shown, Whole, Says, Where, Bright, Half).definitions.values()
)
TEN = GraphNode("in", "t.frames", {"count": 10})
ENDLESS = GraphNode("in", "t.frames", {"count": 0})


def rendered(graph: object) -> Run:
    run = Run(graph, NODES, "offline", workers=3)  # type: ignore[arg-type]
    with run:
        assert run.wait(60), "the run did not end"
    assert run.failure is None
    return run


def test_a_driven_parameter_keeps_its_newest_value_when_the_wire_carries_nothing() -> None:
    for kind, shown in (("add", [0, 1, 2, 6, 7, 8, 12, 13, 14, 18]), ("keeps", [0, 0, 0, 3, 3, 3, 6, 6, 6, 9])):
        graph = graph_of(
            {"in": TEN, "third": "third", "n": kind, "out": "collect"},
            "in.image third.image",
            "in.image n.image",
            "third.number n.by",
            "n.image out.image",
        )
        assert values(rendered(graph)) == shown


def test_a_wire_wins_over_a_change_by_hand_which_counts_again_when_the_wire_goes() -> None:
    graph = graph_of(
        {"in": ENDLESS, "s": "number", "n": "keeps", "out": "collect"},
        "in.image n.image",
        "s.integer n.by",
        "n.image out.image",
    )
    with Run(graph, NODES, "live") as run:
        until(lambda: 7 in values(run), run)
        run.set_param("n", "by", 90)
        count = len(values(run))
        until(lambda: len(values(run)) > count + 10, run)
        assert set(values(run)[count:]) == {7}
        run.update(run._graph.without_wire(Wire("s", "integer", "n", "by")))
        until(lambda: values(run)[-1] == 90, run)


def test_a_driven_parameter_that_needs_it_reopens_the_node() -> None:
    graph = graph_of(
        {"in": TEN, "s": "number", "n": "keeps", "out": "collect"},
        "in.image n.image",
        "s.integer n.kind",
        "n.image out.image",
    )
    assert set(values(rendered(graph))) == {57}


def test_wires_drive_the_parameters_of_a_source() -> None:
    graph = graph_of({"s": "number", "in": "shown", "out": "collect"}, "s.integer in.value", "in.image out.image")
    assert values(rendered(graph)) == [7] * 10
    graph = graph_of({"s": "number", "in": "shown", "out": "collect"}, "s.integer in.base", "in.image out.image")
    assert values(rendered(graph)) == [8] * 10


def test_a_still_that_changes_begins_the_source_it_drives_anew() -> None:
    graph = graph_of({"s": "number", "in": ENDLESS, "out": "collect"}, "s.integer in.first", "in.image out.image")
    with Run(graph, NODES, "live") as run:
        until(lambda: values(run)[:1] == [7], run)
        run.set_param("s", "value", 200)
        until(lambda: 200 in values(run), run)


def test_another_source_drives_a_source_the_same_way_each_time() -> None:
    graph = graph_of(
        {"a": TEN, "level": "level", "in": "shown", "out": "collect"},
        "a.image level.image",
        "level.number in.value",
        "in.image out.image",
    )
    graph = graph_of({**graph.nodes, "a": GraphNode("a", "t.frames", {"count": 10})}, *map(_wire, graph.wires))
    first = values(rendered(graph))
    assert len(set(first)) > 5
    assert all(values(rendered(graph)) == first for _ in range(5))


def _wire(wire: Wire) -> str:
    return f"{wire.source}.{wire.output} {wire.target}.{wire.input}"


def test_texts_and_truths_drive_parameters_as_people_write_them() -> None:
    for source, port, said in (
        ("where", "file", "/some where/clip.mp4"),
        ("half", "number", "0.5"),
    ):
        graph = graph_of(
            {"in": TEN, "s": source, "n": "says", "out": "collect"},
            "in.image n.image",
            f"s.{port} n.text",
            "n.image out.image",
        )
        rendered(graph)
        assert Says.heard[0] == said
    graph = graph_of(
        {"in": TEN, "b": "bright", "n": "says", "out": "collect"},
        "in.image n.image",
        "in.image b.image",
        "b.boolean n.on",
        "n.image out.image",
    )
    rendered(graph)
    assert Says.heard[1] is True
