"""A licence is asked for before the first use, remembered, and asked for again when it changes."""

from dataclasses import dataclass, field, replace

from nodegraph.core.graph import Graph, GraphNode
from nodegraph.editor.state.dialogs import Dialogs
from nodegraph.editor.state.models.consent import Consent, LicenceDialog
from nodegraph.editor.state.models.licences import accept, unaccepted
from nodegraph.runtime.entry import Description, ModelEntry

ENTRY = ModelEntry("birds", "Birds", "", tag="birds:1", description=Description(licence="MIT"))
GRAPH = Graph({"b": GraphNode("b", "model.birds"), "blur": GraphNode("blur", "filter.gaussian_blur")})


@dataclass
class Accepted:
    licences: dict[str, str] = field(default_factory=dict)
    saved: int = 0

    def changed(self) -> None:
        self.saved += 1


def consent(accepted: Accepted, dialogs: Dialogs) -> Consent:
    return Consent(lambda type: ENTRY if type == "model.birds" else None, accepted, dialogs)


def test_an_accepted_licence_is_not_asked_for_again() -> None:
    accepted = Accepted()
    assert unaccepted([ENTRY], accepted) == [ENTRY]
    accept([ENTRY], accepted)
    assert unaccepted([ENTRY], accepted) == []
    assert accepted.saved == 1


def test_a_changed_licence_or_image_is_asked_for_again() -> None:
    accepted = Accepted()
    accept([ENTRY], accepted)
    assert unaccepted([replace(ENTRY, description=Description(licence="GPL"))], accepted)
    assert unaccepted([replace(ENTRY, tag="birds:2")], accepted)


def test_until_accepted_a_model_is_muted_and_the_rest_runs() -> None:
    accepted, dialogs = Accepted(), Dialogs()
    asking = consent(accepted, dialogs)
    allowed = asking.allowed(GRAPH)
    assert {id: node.state for id, node in allowed.nodes.items()} == {"b": "mute", "blur": "on"}
    assert asking.allowed(GRAPH) is allowed
    asking.ask()
    assert isinstance(dialogs.current, LicenceDialog)
    dialogs.current.accept()
    assert asking.allowed(GRAPH) is GRAPH


def test_a_refusal_holds_until_it_is_run_anew() -> None:
    dialogs = Dialogs()
    asking = consent(Accepted(), dialogs)
    asking.allowed(GRAPH)
    asking.ask()
    dialog = dialogs.current
    assert isinstance(dialog, LicenceDialog)
    dialogs.close(dialog)
    dialog.refuse()
    asking.ask()
    assert dialogs.current is None
    assert asking.waits("model.birds")
    asking.ask(anew=True)
    assert dialogs.current is not None


def test_a_graph_without_models_asks_nothing() -> None:
    dialogs = Dialogs()
    asking = consent(Accepted(), dialogs)
    graph = GRAPH.without_nodes(["b"])
    assert asking.allowed(graph) is graph
    asking.ask(anew=True)
    assert dialogs.current is None
