"""What the inspector changes: one undo step each, and undoing gives back what was."""

from collections.abc import Callable, Iterator

import pytest

from nodegraph.core.graph import Wire
from nodegraph.core.preset import Preset
from nodegraph.core.spec import Param
from nodegraph.editor.state.edits.nodes import add_node, set_param
from nodegraph.editor.state.edits.sheets import add_note, sheet_of
from nodegraph.editor.state.edits.wires import connect
from nodegraph.editor.state.inspector.changes import Changes, tags_of
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.workspace import Workspace
from nodegraph.session import Session

NOTE = Item("note", "note")


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    """An LFO that drives the radius of `gaussian_blur`; another blur; a model; a note."""
    with Session() as session:
        document = Preset()
        for type in ("control.lfo", "filter.gaussian_blur", "filter.gaussian_blur", "model.lineart"):
            found = session.registry.find(type)
            assert found is not None
            document, _ = add_node(document, found.spec, (0, 0))
        document, _ = add_note(document, (0, 0), "Hello")
        document = connect(document, session.registry, Wire("lfo", "number", "gaussian_blur", "radius"))
        document = set_param(document, "gaussian_blur2", "radius", 5.0)
        yield Workspace(session.registry, document)


def radius(workspace: Workspace) -> Param:
    spec = workspace.spec("gaussian_blur2")
    assert spec is not None
    param = spec.param("radius")
    assert param is not None
    return param


CHANGES: dict[str, Callable[[Workspace, Changes], None]] = {
    "Set radius": lambda workspace, changes: changes.set_param(["gaussian_blur2"], radius(workspace), 7.5),
    "Reset radius": lambda workspace, changes: changes.reset_param(["gaussian_blur2"], radius(workspace)),
    "Detach": lambda workspace, changes: changes.detach(workspace.document.graph.wires_into("gaussian_blur")),
    "Rename": lambda _, changes: changes.rename("lfo", "Slow wave"),
    "Mute": lambda _, changes: changes.set_state(["lfo", "gaussian_blur"], "mute"),
    "Set what is shown on failure": lambda _, changes: changes.set_failure(["lfo"], "black"),
    "Set inputs in step": lambda _, changes: changes.set_sync(["lfo"], "match"),
    "Set the model's place": lambda _, changes: changes.set_place("lineart", kind="url", url="http://there:1"),
    "Change note": lambda _, changes: changes.set_sheet(NOTE, text="Bye", color="#112233"),
    "Set title": lambda _, changes: changes.set_about("title", "Dusk"),
    "Set tags": lambda _, changes: changes.set_about("tags", "night, glow"),
}


@pytest.mark.parametrize("label", CHANGES)
def test_every_change_is_one_step_and_can_be_undone_and_redone(workspace: Workspace, label: str) -> None:
    before = workspace.document
    CHANGES[label](workspace, Changes(workspace))
    after = workspace.document
    assert after != before
    assert workspace.undo_label == label
    assert workspace.undo() == label
    assert workspace.document == before
    assert not workspace.undo()
    assert workspace.redo() == label
    assert workspace.document == after


def test_values_of_one_drag_are_one_step_and_the_next_drag_is_another(workspace: Workspace) -> None:
    changes = Changes(workspace)
    for value in (6.0, 8.0, 11.0):
        changes.set_param(["gaussian_blur2"], radius(workspace), value)
    changes.seal()
    changes.set_param(["gaussian_blur2"], radius(workspace), 12.0)
    workspace.undo()
    assert workspace.document.graph.nodes["gaussian_blur2"].params["radius"] == 11.0
    workspace.undo()
    assert workspace.document.graph.nodes["gaussian_blur2"].params["radius"] == 5.0
    assert not workspace.undo()


def test_several_nodes_are_set_in_one_step(workspace: Workspace) -> None:
    Changes(workspace).set_param(["gaussian_blur", "gaussian_blur2"], radius(workspace), 30.0)
    values = {workspace.document.graph.nodes[id].params["radius"] for id in ("gaussian_blur", "gaussian_blur2")}
    assert values == {30.0}
    workspace.undo()
    assert not workspace.undo_label


def test_a_widget_that_speaks_of_a_node_that_is_gone_changes_nothing(workspace: Workspace) -> None:
    changes, before, param = Changes(workspace), workspace.document, radius(workspace)
    changes.set_param(["gone"], param, 3.0)
    changes.reset_param(["gone"], param)
    changes.rename("gone", "x")
    changes.set_place("gone", kind="url")
    changes.set_sheet(Item("note", "gone"), text="x")
    assert workspace.document == before
    assert not workspace.undo_label


def test_what_is_emptied_of_a_place_goes(workspace: Workspace) -> None:
    changes = Changes(workspace)
    changes.set_place("lineart", kind="container", memory=2000, network="on")
    changes.set_place("lineart", kind="", memory=0, network=None)
    assert workspace.document.graph.nodes["lineart"].place == {}


def test_a_note_keeps_its_other_fields(workspace: Workspace) -> None:
    Changes(workspace).set_sheet(NOTE, width=400.0)
    sheet = sheet_of(workspace.document, NOTE)
    assert sheet is not None
    assert (sheet.text, sheet.width) == ("Hello", 400.0)


def test_tags_are_read_with_commas_between_and_once_each() -> None:
    assert tags_of(" night ,glow,, night , slow  light") == ("night", "glow", "slow light")


@pytest.mark.parametrize("typed", [float("nan"), float("inf"), [1.0, float("nan")]])
def test_a_number_that_no_document_can_hold_changes_nothing(workspace: Workspace, typed: object) -> None:
    before = workspace.document
    Changes(workspace).set_param(["gaussian_blur2"], radius(workspace), typed)
    assert workspace.document is before
