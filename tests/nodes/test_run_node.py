"""The tools a node author tests with."""

import numpy as np
import pytest

from nodegraph.core.types import NAMES
from nodegraph.sdk import Filter, Image, Mask, NodeError, Number, Stamp, param
from nodegraph.testing import run_frames, run_node, sample, sample_inputs, stamp_of


class Total(Filter, id="test.total", category="Test/Test"):
    """Add up a number, the time and a parameter, and remember it."""

    extra: float = param(0.0, "Added every time.", le=5)

    def open(self) -> None:
        self.total = 0.0

    def process(self, value: Number, other: Number | None, stamp: Stamp) -> Number:
        self.total += value + (other or 0) + stamp.index + self.extra
        return self.total


class Spoil(Filter, id="test.spoil", category="Test/Test"):
    """Write into its input, which no node may do."""

    def process(self, image: Image, mask: Mask) -> Image:
        image[:] = 0
        return image


def test_the_last_result_comes_back_and_state_is_kept_between_frames() -> None:
    assert run_node(Total, 1.0, frames=3, extra=0.5) == 3 * 1.5 + 0 + 1 + 2
    assert run_frames(Total, [(1.0, 1.0), (2.0,)]) == [2.0, 5.0]


def test_an_instance_is_copied_and_not_changed() -> None:
    node = Total(extra=1.0)
    assert run_node(node, 1.0, extra=2.0) == 3.0
    assert node.extra == 1.0


def test_a_node_that_writes_into_its_input_is_found_out() -> None:
    with pytest.raises(ValueError, match="read-only"):
        run_node(Spoil, *sample_inputs(Spoil))


def test_wrong_use_is_said() -> None:
    with pytest.raises(TypeError, match="2 inputs and was given 3"):
        run_node(Total, 1.0, 2.0, 3.0)
    with pytest.raises(NodeError, match="outside the range"):
        run_node(Total, 1.0, extra=9.0)
    with pytest.raises(ValueError, match="at least one frame"):
        run_node(Total, 1.0, frames=0)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [(160, 90), (1, 1)], ids=str)
def test_every_port_type_has_a_sample(name: str, size: tuple[int, int]) -> None:
    value = sample(name, *size)
    if isinstance(value, np.ndarray):
        assert not value.flags.writeable
        if name in ("image", "mask", "flow"):
            assert value.shape[:2] == (size[1], size[0])


def test_stamps_run_at_their_rate() -> None:
    assert stamp_of(50, 25).time == 2.0
