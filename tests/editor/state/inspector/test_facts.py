"""What the inspector shows of the selection."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from nodegraph.core.graph import GraphNode, Wire
from nodegraph.core.preset import Preset
from nodegraph.core.registry import Registry
from nodegraph.editor.state.edits.nodes import add_node, set_param, with_graph
from nodegraph.editor.state.edits.sheets import add_group, add_note
from nodegraph.editor.state.edits.wires import connect
from nodegraph.editor.state.inspector.facts import (
    DocumentFacts,
    NodesFacts,
    ParamFacts,
    SheetFacts,
    inspect,
)
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.workspace import Workspace
from nodegraph.session import Session


@pytest.fixture(scope="module")
def registry() -> Iterator[Registry]:
    with Session() as session:
        yield session.registry


def graph_of(registry: Registry, *types: str) -> Preset:
    """Nodes of these types; ids are the last part of the type, counted on."""
    document = Preset()
    for type in types:
        found = registry.find(type)
        assert found is not None
        document, _ = add_node(document, found.spec, (0, 0))
    return document


def selecting(registry: Registry, document: Preset, *ids: str) -> NodesFacts:
    workspace = Workspace(registry, document)
    workspace.select([Item("node", id) for id in ids])
    facts = inspect(workspace)
    assert isinstance(facts, NodesFacts)
    return facts


def row(facts: NodesFacts, name: str) -> ParamFacts:
    return next(one for one in facts.rows if one.param.name == name)


def test_a_node_shows_its_parameters_with_their_defaults(registry: Registry) -> None:
    facts = selecting(registry, graph_of(registry, "filter.gaussian_blur"), "gaussian_blur")
    assert facts.title == "Gaussian Blur"
    assert facts.name == ""
    radius = row(facts, "radius")
    assert radius.title == "Radius"
    assert radius.is_default
    assert radius.value == radius.param.default


def test_a_changed_value_is_no_default_and_a_value_set_to_the_default_is_one(registry: Registry) -> None:
    document = graph_of(registry, "filter.gaussian_blur")
    changed = selecting(registry, set_param(document, "gaussian_blur", "radius", 9), "gaussian_blur")
    assert row(changed, "radius").value == 9.0
    assert not row(changed, "radius").is_default
    same = row(changed, "radius").param.default
    set_back = selecting(registry, set_param(document, "gaussian_blur", "radius", same), "gaussian_blur")
    assert row(set_back, "radius").is_default


def test_a_value_that_cannot_be_used_is_said_at_its_parameter_and_the_default_is_shown(registry: Registry) -> None:
    document = set_param(graph_of(registry, "filter.gaussian_blur"), "gaussian_blur", "radius", "wide")
    facts = selecting(registry, document, "gaussian_blur")
    radius = row(facts, "radius")
    assert radius.value == radius.param.default
    assert radius.problem.startswith("'wide' is not a number")
    assert not radius.is_default
    assert all("wide" not in problem for problem in facts.problems)


def test_an_input_that_is_not_connected_is_said_with_its_name(registry: Registry) -> None:
    facts = selecting(registry, graph_of(registry, "filter.gaussian_blur"), "gaussian_blur")
    assert facts.problems == ("“image”: This input is not connected. Connect something that gives image.",)


def test_a_parameter_names_what_drives_it(registry: Registry) -> None:
    document = graph_of(registry, "control.lfo", "filter.gaussian_blur")
    wire = Wire("lfo", "number", "gaussian_blur", "radius")
    facts = selecting(registry, connect(document, registry, wire), "gaussian_blur")
    (driver,) = row(facts, "radius").drivers
    assert (driver.text, driver.wire) == ("LFO.number", wire)


def test_several_nodes_of_one_type_share_their_parameters(registry: Registry) -> None:
    document = graph_of(registry, "filter.gaussian_blur", "filter.gaussian_blur")
    document = set_param(document, "gaussian_blur2", "radius", 20)
    facts = selecting(registry, document, "gaussian_blur", "gaussian_blur2")
    assert facts.title == "2 nodes"
    assert facts.kinds == (("Gaussian Blur", 2),)
    assert row(facts, "radius").differs


def test_nodes_of_different_types_show_no_parameters_and_say_where_they_differ(registry: Registry) -> None:
    document = graph_of(registry, "filter.gaussian_blur", "filter.invert")
    invert = replace(document.graph.nodes["invert"], state="mute")
    document = with_graph(document, document.graph.with_node(invert))
    facts = selecting(registry, document, "gaussian_blur", "invert")
    assert facts.rows == ()
    assert facts.state is None
    assert facts.failure == "hold"
    assert dict(facts.kinds) == {"Gaussian Blur": 1, "Invert": 1}


def test_a_node_of_an_unknown_type_keeps_its_parameters_in_sight(registry: Registry) -> None:
    document = with_graph(Preset(), Preset().graph.with_node(GraphNode("x", "gone.thing", {"depth": 3})))
    facts = selecting(registry, document, "x")
    assert facts.spec is None
    assert facts.lost == (("depth", 3),)
    assert "no node type 'gone.thing'" in facts.problems[0]


def test_a_model_is_known_by_its_catalogue_id(registry: Registry) -> None:
    assert selecting(registry, graph_of(registry, "model.lineart"), "lineart").model == "lineart"
    assert selecting(registry, graph_of(registry, "filter.invert"), "invert").model == ""


def test_a_note_is_shown_when_it_is_selected_alone(registry: Registry) -> None:
    document, note = add_note(Preset(), (0, 0), "Hello")
    workspace = Workspace(registry, document)
    workspace.select([note])
    facts = inspect(workspace)
    assert isinstance(facts, SheetFacts)
    assert facts.sheet.text == "Hello"


def test_nodes_are_shown_before_the_frame_that_is_selected_with_them(registry: Registry) -> None:
    document, frame = add_group(graph_of(registry, "filter.invert"), (0, 0, 100, 100))
    workspace = Workspace(registry, document)
    workspace.select([frame, Item("node", "invert")])
    assert isinstance(inspect(workspace), NodesFacts)


def test_without_a_selection_the_document_is_shown_with_counts_and_problems(registry: Registry) -> None:
    document = replace(graph_of(registry, "filter.invert"), title="Dusk", tags=("a", "b"))
    facts = inspect(Workspace(registry, document))
    assert isinstance(facts, DocumentFacts)
    assert (facts.title, facts.tags, facts.counts) == ("Dusk", ("a", "b"), "1 node")
    (trouble,) = facts.troubles
    assert trouble.node == "invert"
    assert trouble.text.startswith("Invert: This input is not connected.")
