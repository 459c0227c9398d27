"""Node classes, specs and parameters: the signature is the schema."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pytest

from nodegraph.core.errors import NodeError
from nodegraph.core.node import Color, Filter, Sink, Source, Stamp, Stamped, param
from nodegraph.core.spec import NodeSpec, Param, Port
from nodegraph.core.types import Detections, Image, Keypoints, Mask, Number


class Two(NamedTuple):
    """Two outputs."""

    image: Image
    level: Number


class Everything(Filter, id="t.everything", category="Test", keywords=("all",), replaces=("t.old",)):
    """Has one of each."""

    radius: float = param(3.0, "How wide.", ge=0, le=10, step=0.5, unit="px")
    count: int = param(2, "How many.", ge=1)
    on: bool = param(True, "Whether.")
    label: str = param("a", "Which.", multiline=True)
    mode: Literal["soft", "hard"] = param("soft", "How.")
    color: Color = param((255, 0, 0), "Colour.")
    path: Path = param(Path("x.png"), "File.", accept=(".png",), restart=True)
    curve: tuple[float, ...] = param((0.0, 1.0), "Points.")

    def process(self, image: Image, extra: Image | Mask | None = None, *, stamp: Stamp) -> Two:
        return Two(image, self.radius)


class Heartbeat(Source, id="t.heartbeat", category="Test"):
    """Yields None at times."""

    def stream(self) -> Iterator[Stamped[Two] | None]:
        yield None


def test_the_signature_declares_ports_parameters_and_time() -> None:
    spec = Everything.spec
    assert [(port.name, port.types, port.optional) for port in spec.inputs] == [
        ("image", ("image",), False),
        ("extra", ("image", "mask"), True),
    ]
    assert [(port.name, port.types) for port in spec.outputs] == [("image", ("image",)), ("level", ("number",))]
    assert spec.timed
    assert not spec.stateful
    assert {one.name: one.kind for one in spec.params} == {
        "radius": "number",
        "count": "integer",
        "on": "boolean",
        "label": "text",
        "mode": "choice",
        "color": "color",
        "path": "file",
        "curve": "vector",
    }
    assert spec.params[0].unit == "px"
    assert spec.params[4].choices == ("soft", "hard")


def test_a_source_may_yield_none_as_a_heartbeat() -> None:
    assert [port.name for port in Heartbeat.spec.outputs] == ["image", "level"]


def test_a_spec_survives_json() -> None:
    spec = Everything.spec
    assert NodeSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec


def test_a_node_with_open_is_stateful_and_so_is_every_sink() -> None:
    class Keeps(Filter, id="t.keeps", category="Test"):
        """Keeps."""

        def open(self) -> None:
            self.seen = 0

        def process(self, image: Image) -> Image:
            return image

    class Eats(Sink, id="t.eats", category="Test"):
        """Eats."""

        def process(self, image: Image) -> None:
            pass

    assert Keeps.spec.stateful
    assert Eats.spec.stateful


def test_an_input_and_a_parameter_of_one_name_are_refused() -> None:
    with pytest.raises(TypeError, match="share one set of names"):

        class Twice(Filter, id="t.twice", category="Test"):
            """Twice."""

            image: int = param(1, "Same name.")

            def process(self, image: Image) -> Image:
                return image


def test_a_port_must_have_a_port_type() -> None:
    with pytest.raises(TypeError, match="not a port type"):

        class Odd(Filter, id="t.odd_type", category="Test"):
            """Odd."""

            def process(self, image: complex) -> Image:
                raise AssertionError


@pytest.mark.parametrize(
    ("name", "good", "becomes"),
    [
        ("radius", 2, 2.0),
        ("count", 3.0, 3),
        ("mode", "hard", "hard"),
        ("color", "#102030", (0x30, 0x20, 0x10)),
        ("color", [1, 2, 3], (1, 2, 3)),
        ("path", "a b.png", Path("a b.png")),
        ("curve", [1, 2], (1.0, 2.0)),
    ],
)
def test_good_values_become_the_parameter_s_own_type(name: str, good: Any, becomes: Any) -> None:
    node = Everything(**{name: good})
    assert getattr(node, name) == becomes
    assert type(getattr(node, name)) is type(becomes)


@pytest.mark.parametrize(
    ("name", "bad", "hint"),
    [
        ("radius", 11, "Use 0 to 10 px."),
        ("radius", float("nan"), "Use 0 to 10 px."),
        ("radius", True, "Use 0 to 10 px."),
        ("radius", "3", "Use 0 to 10 px."),
        ("count", 0, "Use 1 or more."),
        ("count", 1.5, "Use 1 or more."),
        ("count", float("inf"), "Use 1 or more."),
        pytest.param("count", 10**400, "Use 1 or more.", id="huge"),
        ("on", 1, "Use true or false."),
        ("label", 3, "Put it in quotes."),
        ("mode", "loud", "Use one of soft, hard."),
        ("mode", ["soft"], "Use one of soft, hard."),
        ("color", "#12345", "Use #rrggbb"),
        ("color", [1, 2, 300], "Use #rrggbb"),
        ("path", 5, "Use a file name"),
        ("path", "a\0b", "Use a file name"),
        ("curve", ["x"], ""),
    ],
)
def test_bad_values_are_refused_with_what_is_allowed(name: str, bad: Any, hint: str) -> None:
    node = Everything()
    with pytest.raises(NodeError) as refused:
        node.configure({"on": False, name: bad})
    assert hint in refused.value.hint
    assert node.on, "one bad value must leave all parameters as they were"


def test_an_unknown_parameter_is_named() -> None:
    with pytest.raises(NodeError, match="no parameter 'radios'"):
        Everything(radios=3)


def test_with_params_leaves_the_original_alone() -> None:
    node = Everything()
    other = node.with_params({"radius": 9})
    assert (node.radius, other.radius) == (3.0, 9.0)


def test_detections_and_keypoints_check_their_shapes() -> None:
    assert len(Detections.of([[0, 0, 1, 1]], ["cat"])) == 1
    assert len(Detections.of()) == 0
    with pytest.raises(ValueError, match="boxes"):
        Detections(np.zeros((2, 4), np.float32), ("a",), np.zeros(2, np.float32))
    with pytest.raises(ValueError, match="points"):
        Keypoints(np.zeros((2, 3), np.float32))
    with pytest.raises(ValueError, match="names"):
        Keypoints(np.zeros((1, 2, 3), np.float32), ("one",))


def test_a_spec_of_a_newer_version_is_read_without_what_is_new() -> None:
    port = Port("image", ("image",))
    spec = NodeSpec("t.x", "X", "filter", "Test", "X.", (port,), (port,), (Param("by", "number", 1.0),))
    data = spec.to_json()
    data["new"] = data["inputs"][0]["new"] = data["outputs"][0]["new"] = data["params"][0]["new"] = 1
    assert NodeSpec.from_json(data) == spec
