"""A stateful model that serves two nodes keeps their streams apart."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pictures import draw_scene

from nodegraph.runtime.catalog.catalog import load_catalog
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.model_node import ModelNode
from nodegraph.runtime.model_spec import spec_of
from nodegraph.runtime.servers import Servers

ROOT = Path(__file__).resolve().parents[2]
FLOW = next(entry for entry in load_catalog(ROOT / "models.json").entries if entry.id == "flow")
RIGHT = [np.roll(draw_scene(), 3 * step, axis=1) for step in range(4)]
DOWN = [np.roll(draw_scene(), 5 * step, axis=0)[:, :200] for step in range(4)]


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    with Servers(linger=0, folder=tmp_path) as servers:
        yield servers


def opened(entry: ModelEntry, servers: Servers) -> ModelNode:
    node = ModelNode(spec_of(entry), entry, {"kind": "process"}, servers, {"smoothing": 0.5})
    node.wait = 60
    node.open()
    return node


def alone(frames: list[np.ndarray], servers: Servers) -> list[np.ndarray]:
    node = opened(FLOW, servers)
    answers = [node.process(frame)[0] for frame in frames]
    node.close()
    return answers


def test_two_nodes_with_different_streams_get_what_each_would_get_alone(servers: Servers) -> None:
    expected = [alone(RIGHT, servers), alone(DOWN, servers)]
    first, second = opened(FLOW, servers), opened(FLOW, servers)
    together = [(first.process(one)[0], second.process(other)[0]) for one, other in zip(RIGHT, DOWN, strict=True)]
    assert len(servers.states()) == 1
    for number, answers in enumerate(expected):
        assert np.abs(answers[-1]).max() > 1, "the pictures move"
        for step, answer in enumerate(answers):
            np.testing.assert_array_equal(together[step][number], answer)
    first.close()
    second.close()


def test_a_second_run_starts_with_an_empty_memory(tmp_path: Path) -> None:
    with Servers(linger=30, folder=tmp_path) as servers:
        first = alone(RIGHT, servers)
        again = alone(RIGHT, servers)
    assert not first[0].any()
    assert not again[0].any()
