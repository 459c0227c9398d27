"""What every built-in node promises, checked on all of them."""

import copy
import importlib
import itertools
import json
import pkgutil
import re
from collections import Counter
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nodes
from nodegraph.core.node import Filter, Node, Source
from nodegraph.core.spec import NodeSpec, Param
from nodegraph.core.types import Detections, Keypoints, Segmentation
from nodegraph.sdk import NodeError
from nodegraph.testing import call, sample_inputs, stamp_of


def every_node() -> list[type[Node]]:
    """Every class below the package `nodes` that declares an id, in the order of their ids."""
    for module in pkgutil.walk_packages(nodes.__path__, "nodes."):
        importlib.import_module(module.name)
    found: list[type[Node]] = []
    waiting: list[type[Node]] = [Node]
    while waiting:
        children = waiting.pop().__subclasses__()
        waiting += children
        found += [one for one in children if "spec" in vars(one) and one.__module__.startswith("nodes.")]
    return sorted(found, key=lambda one: one.spec.id)


ALL = every_node()
# A filter that reads a file has nothing to show without one; it is tested where its file is made.
FILTERS = [one for one in ALL if issubclass(one, Filter) and one.spec.id not in ("source.image_file", "source.file")]
STATELESS = [one for one in FILTERS if not one.spec.stateful]
STATEFUL = [one for one in FILTERS if one.spec.stateful]
# Sources that need no file and no device; the others are tested with files of their own.
SYNTHETIC = [
    one
    for one in ALL
    if issubclass(one, Source) and not one.spec.live and all(known.kind != "file" for known in one.spec.params)
]
SIZES = [(160, 90), (7, 5), (1, 1)]


def named(node: type[Node]) -> str:
    return node.spec.id


def settings_to_try(node: type[Node]) -> list[dict[str, Any]]:
    """The defaults, then one parameter at a time at its limits, choices and both truths."""
    return [{}] + [{one.name: value} for one in node.spec.params for value in values_to_try(one)]


def values_to_try(declared: Param) -> list[Any]:
    if declared.kind == "boolean":
        return [True, False]
    if declared.kind == "choice":
        return list(declared.choices)
    return [limit for limit in (declared.ge, declared.le) if limit is not None]


def run(node: type[Node], inputs: tuple[Any, ...], settings: dict[str, Any], frames: int = 1) -> list[Any]:
    """Results of some frames; a NodeError (a sentence for the person) is an allowed answer to extreme settings only."""
    instance = node(**settings)
    instance.open()
    try:
        return [call(instance, inputs, stamp_of(index)) for index in range(frames)]
    except NodeError:
        if not settings:
            raise
        return []
    finally:
        instance.close()


def assert_given(node: type[Node], result: Any) -> None:
    ports = node.spec.outputs
    if result is None or not ports:
        return
    values = result if isinstance(result, tuple) and hasattr(result, "_fields") else (result,)
    assert len(values) == len(ports)
    for port, value in zip(ports, values, strict=True):
        assert any(CHECKS[name](value) for name in port.types), f"{port.name} ({port.types}) was {describe(value)}"


def describe(value: Any) -> str:
    return f"{value.dtype} {value.shape}" if isinstance(value, np.ndarray) else repr(value)


def is_array(value: Any, dtype: type, dimensions: int) -> bool:
    return isinstance(value, np.ndarray) and value.dtype == dtype and value.ndim == dimensions and value.size > 0


def is_image(value: Any) -> bool:
    return is_array(value, np.uint8, 3) and value.shape[2] in (3, 4) and bool(value.flags.c_contiguous)


CHECKS: dict[str, Any] = {
    "image": is_image,
    "mask": lambda value: is_array(value, np.uint8, 2) and bool(value.flags.c_contiguous),
    "flow": lambda value: is_array(value, np.float32, 3) and value.shape[2] == 2,
    "segmentation": lambda value: isinstance(value, Segmentation),
    "detections": lambda value: isinstance(value, Detections),
    "keypoints": lambda value: isinstance(value, Keypoints),
    "text": lambda value: type(value) is str,
    "category": lambda value: type(value) is str,
    "number": lambda value: type(value) in (float, int) and np.isfinite(value),
    "integer": lambda value: type(value) is int,
    "boolean": lambda value: type(value) is bool,
    "vector": lambda value: isinstance(value, np.ndarray) and value.dtype == np.float32 and value.ndim == 1,
    "json": lambda value: json.dumps(value) is not None,
    "file": lambda value: isinstance(value, Path),
    "any": lambda value: True,
}


def arrays_in(value: Any) -> list[Any]:
    if isinstance(value, np.ndarray):
        return [value]
    if is_dataclass(value):
        return [part for field in fields(value) for part in arrays_in(getattr(value, field.name))]
    return []


def test_every_port_type_has_a_check() -> None:
    given = {name for node in ALL for port in node.spec.outputs for name in port.types}
    assert given <= set(CHECKS)


def test_there_are_at_least_forty_filters() -> None:
    assert sum(node.spec.id.startswith("filter.") for node in ALL) >= 55


def test_ids_are_unique_and_so_are_titles_within_a_category() -> None:
    twice = [name for name, times in Counter(node.spec.id for node in ALL).items() if times > 1]
    assert not twice
    titles = Counter((node.spec.category, node.spec.title) for node in ALL)
    assert not [title for title, times in titles.items() if times > 1]


@pytest.mark.parametrize("node", ALL, ids=named)
def test_a_node_is_well_named_and_documented(node: type[Node]) -> None:
    spec = node.spec
    assert re.fullmatch(r"(source|filter|control|sink)\.[a-z][a-z0-9_]*", spec.id)
    assert re.fullmatch(r"(Source|Filter|Control|Data|Sink)/[A-Z][A-Za-z ]+", spec.category)
    assert spec.title[0].isupper()
    assert len(spec.description) > 20
    assert spec.description.splitlines()[0].endswith((".", ":"))
    for declared in spec.params:
        assert declared.description.endswith("."), f"{declared.name} needs a sentence of help"


@pytest.mark.parametrize("node", ALL, ids=named)
def test_defaults_are_valid_and_of_their_own_type(node: type[Node]) -> None:
    for declared in node.spec.params:
        checked = declared.check(declared.default)
        assert checked == declared.default
        assert type(checked) is type(declared.default) or isinstance(checked, Path), declared.name
    assert node(**node.spec.defaults()).spec is node.spec


@pytest.mark.parametrize("node", ALL, ids=named)
def test_a_spec_survives_json(node: type[Node]) -> None:
    assert NodeSpec.from_json(json.loads(json.dumps(node.spec.to_json()))) == node.spec


@pytest.mark.parametrize("alpha", [False, True], ids=["bgr", "bgra"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("node", FILTERS, ids=named)
def test_a_filter_gives_what_it_declares_and_leaves_its_inputs_alone(
    node: type[Filter], size: tuple[int, int], alpha: bool
) -> None:
    inputs = sample_inputs(node, *size, alpha=alpha)
    before = [array.copy() for value in inputs for array in arrays_in(value)]
    for result in run(node, inputs, {}, frames=3):
        assert_given(node, result)
    after = [array for value in inputs for array in arrays_in(value)]
    assert all(
        np.array_equal(one, other, equal_nan=one.dtype != np.uint8) for one, other in zip(before, after, strict=True)
    )


@pytest.mark.parametrize("size", [(33, 18), (7, 5), (1, 1)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("node", FILTERS, ids=named)
def test_a_filter_stands_the_ends_of_every_parameter(node: type[Filter], size: tuple[int, int]) -> None:
    inputs = sample_inputs(node, *size, alpha=True)
    for settings in settings_to_try(node):
        for result in run(node, inputs, settings, frames=3 if node.spec.stateful else 1):
            assert_given(node, result)


@pytest.mark.parametrize("node", [one for one in FILTERS if len(one.spec.inputs) > 1], ids=named)
def test_inputs_of_different_sizes_and_channels_are_brought_together(node: type[Filter]) -> None:
    small, large = sample_inputs(node, 31, 17), sample_inputs(node, 64, 48, alpha=True)
    for first, others in ((small, large), (large, small)):
        for result in run(node, (first[0], *others[1:]), {}, frames=2):
            assert_given(node, result)


@pytest.mark.parametrize("node", FILTERS, ids=named)
def test_optional_inputs_may_be_missing(node: type[Filter]) -> None:
    given = sample_inputs(node, 31, 17)
    inputs = tuple(None if port.optional else value for port, value in zip(node.spec.inputs, given, strict=True))
    for result in run(node, inputs, {}, frames=2):
        assert_given(node, result)


@pytest.mark.parametrize("node", STATELESS, ids=named)
def test_a_stateless_filter_keeps_nothing_and_repeats_itself(node: type[Filter]) -> None:
    instance = node()
    before = copy.copy(instance.__dict__)
    inputs = sample_inputs(node, 33, 18)
    first, second = (call(instance, inputs, stamp_of(4)) for _ in range(2))
    assert instance.__dict__ == before
    assert_same(first, second)


@pytest.mark.parametrize("node", SYNTHETIC, ids=named)
def test_the_times_of_a_source_strictly_increase_and_its_values_are_what_it_declares(node: type[Source]) -> None:
    stream = node().stream()
    frames = [frame for frame in itertools.islice(stream, 20) if frame is not None]
    stream.close()  # type: ignore[attr-defined]  # every stream is a generator: that is how its device is released
    assert len(frames) > 1
    assert all(earlier.time < later.time for earlier, later in itertools.pairwise(frames))
    for frame in frames:
        assert_given(node, frame.value)


@pytest.mark.parametrize("node", STATEFUL, ids=named)
def test_a_stateful_filter_starts_from_nothing_when_opened_again(node: type[Filter]) -> None:
    instance = node()
    inputs = sample_inputs(node, 33, 18)
    runs = []
    for _ in range(2):
        instance.open()
        runs.append([call(instance, inputs, stamp_of(index)) for index in range(3)])
        instance.close()
    for one, other in zip(*runs, strict=True):
        assert_same(one, other)


@pytest.mark.parametrize("node", STATEFUL, ids=named)
def test_a_stateful_filter_survives_a_change_of_size_and_channels(node: type[Filter]) -> None:
    instance = node()
    instance.open()
    for index, (size, alpha) in enumerate([((33, 18), False), ((33, 18), True), ((20, 40), True), ((33, 18), False)]):
        assert_given(node, call(instance, sample_inputs(node, *size, alpha=alpha), stamp_of(index)))
    instance.close()


def assert_same(one: Any, other: Any) -> None:
    if isinstance(one, tuple) and hasattr(one, "_fields"):
        for part, counterpart in zip(one, other, strict=True):
            assert_same(part, counterpart)
    elif arrays_in(one):
        for part, counterpart in zip(arrays_in(one), arrays_in(other), strict=True):
            np.testing.assert_array_equal(part, counterpart)
    elif not is_dataclass(one):
        assert one == other
