"""Replicas that cannot all have the memory they may take are told of."""

import pytest

from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.launch import launch_of
from nodegraph.runtime.runners.replicas import crowded

ENTRY = ModelEntry("big", "Big", "test", protocol="native", tag="big:1")
GB = 1 << 30


@pytest.mark.parametrize(
    ("replicas", "megabytes", "told"), [(3, 8192, False), (4, 8192, True), (8, 0, False), (2, 24 * 1024, True)]
)
def test_more_replicas_than_there_is_memory_for_are_told(replicas: int, megabytes: int, told: bool) -> None:
    place = {"kind": "container", "replicas": replicas, **({"memory": megabytes} if megabytes else {})}
    said = crowded(launch_of(ENTRY, place), 24 * GB)
    assert bool(said) is told
    if told:
        assert f"{replicas} replicas of Big may take {megabytes / 1024:g} GB each, and the machine has 24 GB" in said


def test_an_engine_that_does_not_say_how_much_memory_it_has_is_believed() -> None:
    assert crowded(launch_of(ENTRY, {"kind": "container", "replicas": 9, "memory": 8192}), 0) == ""
