"""What can be added, and to which port of it a pin goes."""

import time

import pytest

from nodegraph.core.registry import Definition, Registry
from nodegraph.core.spec import NodeSpec, Param, Port
from nodegraph.editor.state.insertables import Direction, Insertable, first_fit, fitting, insertables, search


def spec(id: str, inputs: str = "", outputs: str = "", params: str = "", **more: object) -> NodeSpec:
    """Ports as "name:type name:type|type", parameters as "name:kind"."""

    def ports(text: str) -> tuple[Port, ...]:
        pairs = (part.split(":") for part in text.split())
        return tuple(Port(name, tuple(types.split("|"))) for name, types in pairs)

    made = tuple(Param(name, kind, 0) for name, kind in (part.split(":") for part in params.split()))  # type: ignore[arg-type]
    values = {"title": id.title(), "kind": "filter", "category": "Filter/Test", "description": "One.\n\nTwo.", **more}
    return NodeSpec(id, inputs=ports(inputs), outputs=ports(outputs), params=made, **values)  # type: ignore[arg-type]


SPECS = [
    spec("blur", "image:image", "image:image", "radius:number"),
    spec("edges", "image:image", "mask:mask"),
    spec("blend", "mask:mask layer:image", "image:image", "mode:choice"),
    spec("collect", "a:any", "json:json"),
    spec("clip", "", "image:image file:file", kind="source", keywords=("movie",)),
    spec("number", "", "number:number", "value:number"),
    spec("pose", "image:image", "keypoints:keypoints", extra={"model": "pose"}),
    spec("flowing", "flow:flow", ""),
    spec("raw", "", "", "data:json"),
]
REGISTRY = Registry({one.id: Definition(one, lambda params, place: None, "test") for one in SPECS})  # type: ignore[arg-type,return-value]
BY_ID = {one.id: one for one in SPECS}
ITEMS = insertables(REGISTRY)


def ids(items: list[Insertable]) -> list[str]:
    return [one.type_id for one in items]


@pytest.mark.parametrize(
    ("node", "types", "direction", "name"),
    [
        ("blur", "image", "out", "image"),
        ("blur", "mask", "out", "image"),
        ("blur", "number", "out", "radius"),
        ("blur", "boolean", "out", "radius"),
        ("blur", "keypoints", "out", None),
        ("blend", "image", "out", "layer"),
        ("blend", "mask", "out", "mask"),
        ("blend", "text", "out", "mode"),
        ("clip", "image", "in", "image"),
        ("clip", "file", "in", "file"),
        ("clip", "text", "in", "file"),
        ("clip", "image", "out", None),
        ("edges", "image", "in", "mask"),
        ("edges", "flow", "in", None),
        ("collect", "keypoints", "out", "a"),
        ("flowing", "image", "in", None),
        ("raw", "number", "out", None),
    ],
)
def test_a_pin_goes_to_the_port_that_fits_it_best(node: str, types: str, direction: Direction, name: str) -> None:
    assert first_fit(BY_ID[node], (types,), direction) == name


def test_what_fits_best_is_listed_first() -> None:
    assert ids(fitting(ITEMS, ("mask",), "out")) == ["blend", "blur", "edges", "pose", "collect"]
    assert ids(fitting(ITEMS, ("number",), "out")) == ["collect", "blur", "number", "blend"]


def test_nothing_fits_a_type_nobody_knows() -> None:
    assert fitting(ITEMS, ("smell",), "in") == []


def test_a_source_may_be_called_a_filter_by_its_spec_and_a_model_is_a_model() -> None:
    kinds = {one.type_id: one.kind for one in ITEMS}
    assert kinds["clip"] == kinds["number"] == "source"
    assert kinds["pose"] == "model"
    assert kinds["blur"] == "filter"


def test_the_description_is_the_first_paragraph() -> None:
    assert {one.description for one in ITEMS} == {"One."}


def test_the_most_used_come_first_without_a_query() -> None:
    assert ids(search("", ITEMS, {"edges": 3, "clip": 40}))[:2] == ["clip", "edges"]


def test_use_decides_between_equals_but_not_against_a_better_match() -> None:
    assert ids(search("b", ITEMS, {"blur": 5}))[0] == "blur"
    assert ids(search("b", ITEMS, {"blend": 5}))[0] == "blend"
    assert ids(search("blur", ITEMS, {"blend": 100_000}))[0] == "blur"


def test_keywords_find_too() -> None:
    assert ids(search("movie", ITEMS, {})) == ["clip"]


def test_300_types_are_filtered_and_searched_in_less_than_5_ms() -> None:
    many = [
        Insertable(f"{one.type_id}{n}", f"{one.title} {n}", one.category, one.keywords, "", one.kind, one.spec)
        for n in range(34)
        for one in ITEMS
    ]

    def once() -> float:
        begun = time.process_time()
        search("bl", fitting(many, ("image",), "out"), {})
        return time.process_time() - begun

    assert min(once() for _ in range(5)) < 0.005
