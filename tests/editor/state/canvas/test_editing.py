"""Typing on the canvas: what a text means, one step for all of it, and none when it is given up."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.core.errors import NodeError
from nodegraph.core.spec import Param
from nodegraph.editor.state.canvas.editing import ParamEditing, TextEditing
from nodegraph.editor.state.canvas.typed import range_text, text_of, typed
from nodegraph.editor.state.edits import nodes
from nodegraph.editor.state.workspace import Workspace
from tests.editor.state.hand import REGISTRY, item, rich, undone

RADIUS = Param("radius", "number", 5.0, ge=0, le=100, unit="px")
COUNT = Param("count", "integer", 1, ge=-5)


@pytest.mark.parametrize(
    ("text", "value"),
    [("7", 7.0), (" 7.5 px", 7.5), ("7,5", 7.5), ("1/4", 0.25), ("2*(3+4)-1", 13.0), ("1e1", 10.0), ("+3", 3.0)],
)
def test_a_number_is_typed_with_its_unit_or_as_a_sum(text: str, value: float) -> None:
    assert typed(RADIUS, text) == value


@pytest.mark.parametrize(
    "text",
    ["", "x", "1/0", "2**9", "__import__('os')", "1,2,3", "9" * 300, "1e999", "nan", "True", "'a'", "(" * 150, "1j"],
)
def test_what_is_no_number_says_so(text: str) -> None:
    with pytest.raises(NodeError, match="not a number"):
        typed(RADIUS, text)


def test_a_number_out_of_range_says_the_range() -> None:
    with pytest.raises(NodeError) as caught:
        typed(RADIUS, "101")
    assert caught.value.hint == "Use 0 to 100 px."


def test_whole_numbers() -> None:
    assert typed(COUNT, "−4") == -4
    assert isinstance(typed(COUNT, "8/2"), int)
    with pytest.raises(NodeError, match="whole"):
        typed(COUNT, "1.5")


def test_ranges_in_words() -> None:
    assert range_text(RADIUS) == "0 to 100 px"
    assert range_text(COUNT) == "-5 or more"
    assert range_text(Param("a", "number", 0.0, le=3)) == "3 or less"
    assert range_text(Param("a", "number", 0.0, unit="s")) == "s"


@given(st.floats(-1e6, 1e6))
def test_a_number_is_shown_as_it_would_be_typed(value: float) -> None:
    param = Param("a", "number", 0.0)
    assert typed(param, text_of(param, value)) == pytest.approx(value, rel=1e-9)


@given(st.text(max_size=40))
def test_nothing_typed_breaks_anything(text: str) -> None:
    editing = ParamEditing(Workspace(REGISTRY, rich()), "blur", RADIUS)
    assert editing.typed(text) is (editing.problem == "")


def editing(name: str) -> tuple[Workspace, ParamEditing]:
    workspace = Workspace(REGISTRY, rich())
    spec = workspace.spec("blur")
    assert spec is not None
    param = spec.param(name)
    assert param is not None
    return workspace, ParamEditing(workspace, "blur", param)


@pytest.mark.parametrize(("name", "values"), [("radius", [1.0, 2.0]), ("edge", ["mirror"]), ("tint", [(1, 2, 3)] * 2)])
def test_an_edit_is_one_step_whatever_happened_meanwhile(name: str, values: list[Any]) -> None:
    workspace, one = editing(name)
    for value in values:
        one.give(value)
        assert one.value == value
    one.finish()
    one.finish()
    assert len(workspace.history.undos) == 1
    undone(workspace, rich())


def test_an_edit_given_up_leaves_no_trace() -> None:
    workspace, one = editing("tint")
    start = workspace.document
    one.give((9, 9, 9))
    one.cancel()
    assert workspace.document is start
    assert workspace.undo_label == ""
    one.finish()


def test_a_wrong_text_says_why_and_changes_nothing() -> None:
    workspace, one = editing("radius")
    assert not one.typed("500")
    assert one.problem == "500 is outside the range. Use 0 to 100 px."
    assert workspace.undo_label == ""
    assert one.typed("50")
    assert one.problem == ""
    assert one.typed("")
    assert one.value == 50.0


def test_an_undo_under_an_edit_ends_it() -> None:
    workspace, one = editing("radius")
    one.give(1.0)
    workspace.undo()
    one.give(2.0)
    one.cancel()
    one.finish()
    assert workspace.document.graph.nodes["blur"].params == {}
    assert workspace.redo_label == "Set radius"
    workspace.do("Delete", nodes.remove(workspace.document, [item("blur")]))
    assert one.value == 5.0


def test_texts_of_nodes_notes_and_frames() -> None:
    workspace = Workspace(REGISTRY, rich())
    for id, text in (("blur", "Soft"), ("note", "One\nTwo"), ("group", "Left")):
        one = TextEditing(workspace, item(id))
        for end in range(1, len(text) + 1):
            one.typed(text[:end])
        one.finish()
        assert one.text == text
    assert len(workspace.history.undos) == 3
    undone(workspace, rich())


def test_a_node_called_like_its_type_has_no_title() -> None:
    workspace = Workspace(REGISTRY, rich())
    one = TextEditing(workspace, item("blur"))
    assert one.text == "Blur"
    assert one.color == ""
    one.typed("Soft")
    one.typed("Blur")
    one.finish()
    assert workspace.undo_label == ""


def test_a_colour_and_a_text_are_one_step() -> None:
    workspace = Workspace(REGISTRY, rich())
    one = TextEditing(workspace, item("group"))
    one.paint("#112233")
    one.typed("New")
    one.finish()
    assert one.color == "#112233"
    assert len(workspace.history.undos) == 1
    undone(workspace, rich())
