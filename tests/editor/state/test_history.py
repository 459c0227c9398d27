"""Undo and redo: every step is taken back exactly, whatever the steps are."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.core.graph import Wire
from nodegraph.core.preset import Preset
from nodegraph.editor.state.delta import difference
from nodegraph.editor.state.edits import moving, nodes, pasting, sheets, wires
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import items_of
from nodegraph.editor.state.workspace import Workspace
from tests.editor.state.hand import REGISTRY, graph_of, rich, survives, undone

TYPES = sorted(REGISTRY.definitions)


@st.composite
def edits(draw: st.DrawFn, document: Preset) -> Preset:
    """The document after any one edit."""
    items = sorted(items_of(document))
    ids = sorted(document.graph.nodes)
    some = draw(st.sets(st.sampled_from(items))) if items else set()
    number = draw(st.floats(-500, 500, allow_nan=False))
    kind = draw(st.integers(0, 11))
    if kind == 0 or not ids:
        definition = REGISTRY.find(draw(st.sampled_from(TYPES)))
        assert definition is not None
        return nodes.add_node(document, definition.spec, (number, -number))[0]
    id = draw(st.sampled_from(ids))
    if kind == 1:
        return nodes.remove(document, some)
    if kind == 2:
        return moving.move(document, some, number, number / 2)
    if kind == 3:
        return nodes.set_param(document, id, draw(st.sampled_from(["radius", "edge"])), number)
    if kind == 4:
        return pasting.paste(document, pasting.clip_of(document, some), (number, 0.0), draw(st.booleans()))[0]
    if kind == 5:
        return nodes.rename(document, id, draw(st.text(st.characters(codec="ascii"), max_size=5)))
    if kind == 6:
        return nodes.set_state(document, [id], draw(st.sampled_from(["on", "mute", "bypass"])))
    if kind == 7:
        return nodes.collapse(document, [id], draw(st.booleans()))
    if kind == 8:
        return sheets.add_note(document, (number, number), "words")[0]
    if kind == 9:
        return sheets.add_group(document, (0.0, 0.0, abs(number), 50.0))[0]
    if kind == 10:
        return wires.disconnect(document, draw(st.sets(st.sampled_from([*document.graph.wires, Wire("", "", "", "")]))))
    return _connected(document, id, draw(st.sampled_from(ids)))


def _connected(document: Preset, source: str, target: str) -> Preset:
    try:
        return wires.connect(document, REGISTRY, Wire(source, "image", target, "image"))
    except wires.WireRefused:
        return document


@given(st.data())
def test_any_edits_can_be_undone_and_redone(data: st.DataObject) -> None:
    start = data.draw(st.sampled_from([rich(), Preset(), graph_of("camera blur", "camera.image blur.image")]))
    workspace = Workspace(REGISTRY, start)
    for step in range(data.draw(st.integers(1, 12))):
        merge = data.draw(st.sampled_from(["", "", "a", "b"]))
        workspace.do(f"Step {step}", data.draw(edits(workspace.document)), merge)
        if data.draw(st.integers(0, 4)) == 0:
            workspace.undo()
        assert workspace.selection <= items_of(workspace.document)
    undone(workspace, start)


@given(st.data())
def test_a_step_and_its_inverse_give_the_document_again(data: st.DataObject) -> None:
    start = rich()
    changed = data.draw(edits(start))
    step = difference(start, changed, "Step")
    again, back = step.apply(start)
    assert again == changed
    assert back.apply(again)[0] == start
    assert step.is_empty == (start == changed)


def moved(document: Preset, x: float) -> Preset:
    return moving.move_to(document, {Item("node", "camera"): (x, 0.0)})


def test_steps_with_one_merge_key_are_one_step() -> None:
    start = graph_of("camera")
    workspace = Workspace(REGISTRY, start)
    for x in (1, 2, 3):
        workspace.do("Move", moved(workspace.document, x), merge="move")
    assert workspace.undo() == "Move"
    assert workspace.document == start
    assert workspace.undo_label == ""


def test_a_sealed_step_does_not_merge() -> None:
    workspace = Workspace(REGISTRY, graph_of("camera"))
    workspace.do("Move", moved(workspace.document, 1), merge="move")
    workspace.seal()
    workspace.do("Move", moved(workspace.document, 2), merge="move")
    assert len(workspace.history.undos) == 2


def test_what_comes_back_to_its_start_leaves_no_step_and_merges_with_no_other() -> None:
    start = graph_of("camera")
    workspace = Workspace(REGISTRY, start)
    workspace.do("Rename", nodes.rename(start, "camera", "Eye"))
    for x in (1, 0, 2):
        workspace.do("Move", moved(workspace.document, x), merge="move")
        assert workspace.history.undos[0].label == "Rename"
    assert workspace.undo() == "Move"
    assert workspace.undo() == "Rename"
    assert workspace.document == start


def test_an_edit_that_changes_nothing_is_no_step_and_keeps_what_can_be_redone() -> None:
    workspace = Workspace(REGISTRY, graph_of("camera"))
    workspace.do("Move", moved(workspace.document, 1))
    workspace.undo()
    workspace.do("Move", moved(workspace.document, 0))
    assert workspace.redo_label == "Move"


def test_a_new_edit_forgets_what_was_undone() -> None:
    workspace = Workspace(REGISTRY, graph_of("camera"))
    workspace.do("Move", moved(workspace.document, 1))
    workspace.undo()
    workspace.do("Rename", nodes.rename(workspace.document, "camera", "Eye"))
    assert workspace.redo() == ""


def test_going_back_to_a_moment_leaves_no_trace() -> None:
    workspace = Workspace(REGISTRY, graph_of("camera"))
    heard: list[Any] = []
    workspace.do("Rename", nodes.rename(workspace.document, "camera", "Eye"))
    workspace.do("Move", moved(workspace.document, 1), select=[Item("node", "camera")])
    workspace.undo()
    before, moment = workspace.document, workspace.moment()
    workspace.listeners.append(heard.append)
    workspace.do("Move", moved(workspace.document, 9), merge="move", select=[])
    workspace.back_to(moment)
    assert workspace.document is before
    assert (workspace.undo_label, workspace.redo_label) == ("Rename", "Move")
    assert workspace.selection == {Item("node", "camera")}
    assert len(heard) == 2, "the journal hears of both ways"
    workspace.back_to(moment)
    assert len(heard) == 2


def test_a_moment_of_another_document_changes_nothing() -> None:
    workspace = Workspace(REGISTRY, graph_of("camera"))
    moment = workspace.moment()
    other = graph_of("blur")
    workspace.load(other, None)
    workspace.back_to(moment)
    assert workspace.document is other


def test_what_is_saved_is_clean_until_it_is_changed_and_again_when_that_is_undone(tmp_path: Path) -> None:
    workspace = Workspace(REGISTRY, graph_of("camera"))
    found = [workspace.dirty]
    for step in (lambda: workspace.do("Move", moved(workspace.document, 1)), workspace.undo, workspace.redo):
        step()
        found.append(workspace.dirty)
    assert found == [False, True, False, True]
    workspace.mark_saved(tmp_path / "eye.json")
    found = [workspace.dirty]
    workspace.undo()
    assert [*found, workspace.dirty] == [False, True]
    assert (workspace.name, workspace.base) == ("eye", tmp_path)


def test_a_recovered_document_is_dirty() -> None:
    workspace = Workspace(REGISTRY)
    workspace.load(graph_of("camera"), None, dirty=True)
    assert workspace.dirty


def test_listeners_hear_each_step_that_changes_something() -> None:
    workspace = Workspace(REGISTRY, graph_of("camera"))
    heard: list[Any] = []
    workspace.listeners.append(heard.append)
    workspace.do("Nothing", workspace.document)
    workspace.do("Move", moved(workspace.document, 1))
    workspace.undo()
    workspace.redo()
    workspace.redo()
    assert [step.label for step in heard] == ["Move", "Move", "Move"]


def test_only_what_is_there_is_selected() -> None:
    workspace = Workspace(REGISTRY, rich())
    workspace.select([Item("node", "camera"), Item("node", "gone"), Item("note", "note")])
    assert workspace.selection == {Item("node", "camera"), Item("note", "note")}
    workspace.do("Delete", nodes.remove(workspace.document, [Item("node", "camera")]))
    assert workspace.selection == {Item("note", "note")}


def test_problems_are_found_once_per_document() -> None:
    workspace = Workspace(REGISTRY, graph_of("camera blur nothing"))
    problems = workspace.problems
    assert any("nothing" in problem.where for problem in problems)
    assert workspace.problems is problems
    workspace.registry = REGISTRY.with_definitions([])
    assert workspace.problems is not problems


@pytest.mark.parametrize("title", ["", "Eye"])
def test_a_node_is_called_by_its_title_its_types_title_or_its_type(title: str) -> None:
    workspace = Workspace(REGISTRY, nodes.rename(graph_of("camera other"), "camera", title))
    assert workspace.title("camera") == (title or "Camera")
    assert workspace.title("other") == "t.other"
    survives(workspace.document)
