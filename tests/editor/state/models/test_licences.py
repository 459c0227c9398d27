"""A licence is asked for before the first use, remembered, and asked for again when it changes."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from nodegraph.core.graph import Graph, GraphNode
from nodegraph.editor.state.dialogs import Dialogs
from nodegraph.editor.state.models.consent import Consent, LicenceDialog
from nodegraph.editor.state.models.licences import Use, accept, unaccepted
from nodegraph.editor.state.models.terms import terms_of
from nodegraph.runtime.consent import agreed_secrets
from nodegraph.runtime.entry import Build, Description, ModelEntry, Process
from nodegraph.runtime.launch import launch_of

ENTRY = ModelEntry("birds", "Birds", "", tag="birds:1", description=Description(licence="MIT"))
USE = Use(ENTRY)
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
    assert unaccepted([USE, USE], accepted) == [USE]
    accept([USE], accepted)
    assert unaccepted([USE], accepted) == []
    assert accepted.saved == 1


def test_a_changed_licence_image_or_command_is_asked_for_again() -> None:
    accepted = Accepted()
    accept([USE], accepted)
    assert unaccepted([Use(replace(ENTRY, description=Description(licence="GPL")))], accepted)
    assert unaccepted([Use(replace(ENTRY, tag="birds:2"))], accepted)
    assert unaccepted([Use(replace(ENTRY, server="http://birds.example"))], accepted)
    assert unaccepted([Use(replace(ENTRY, image_id="sha256:2"))], accepted)
    assert unaccepted([Use(replace(ENTRY, secrets=("TOKEN",)))], accepted)
    assert unaccepted([Use(replace(ENTRY, process=Process(("rm",), Path())))], accepted)


def test_the_same_command_in_another_folder_is_another_program(tmp_path: Path) -> None:
    first, second = (replace(ENTRY, process=Process(("{python}", "serve.py"), tmp_path / name)) for name in "ab")
    accepted = Accepted()
    accept([Use(first)], accepted)
    assert unaccepted([Use(first)], accepted) == []
    assert unaccepted([Use(second)], accepted)


def test_another_base_for_the_gpu_is_asked_for_again() -> None:
    built = replace(ENTRY, build=Build(Path(), Path(), gpu={"BASE": "one"}))
    accepted = Accepted()
    accept([Use(built)], accepted)
    assert unaccepted([Use(built)], accepted) == []
    assert unaccepted([Use(replace(built, build=Build(Path(), Path(), gpu={"BASE": "two"})))], accepted)


@pytest.mark.parametrize(
    ("device", "runs"),
    [("auto", "birds:1, or where there is a GPU birds:1-gpu"), ("gpu", "birds:1-gpu"), ("cpu", "birds:1")],
)
def test_the_terms_name_the_image_for_the_device(device: str, runs: str) -> None:
    entry = replace(ENTRY, gpu=True, build=Build(Path(), Path(), gpu={"BASE": "other"}))
    assert terms_of(entry, {"kind": "container", "device": device}).runs == f"the image {runs}"


@pytest.mark.parametrize(
    ("place", "key"),
    [
        ({}, "birds"),
        ({"kind": "process"}, "birds"),
        ({"kind": "container", "engine": "unix:///run/docker.sock"}, "birds"),
        ({"kind": "url", "url": "http://localhost:9000"}, "birds"),
        ({"kind": "url", "url": "http://gpu.example:9000/birds"}, "birds at gpu.example:9000"),
        ({"kind": "container", "engine": "ssh://me@gpu.example"}, "birds at me@gpu.example"),
        ({"kind": "url", "url": "http://[broken"}, "birds at http://[broken"),
        ({"network": "on"}, "birds, network on"),
        ({"kind": "process", "network": "on"}, "birds"),
        ({"kind": "container", "network": "off"}, "birds"),
    ],
)
def test_a_server_elsewhere_is_asked_about_on_its_own(place: dict[str, str], key: str) -> None:
    assert Use(ENTRY, place).key == key


def test_another_address_than_the_entrys_own_is_asked_about_also_where_the_place_names_no_kind() -> None:
    served = replace(ENTRY, server="http://birds.example")
    assert launch_of(served, {"url": "http://other.example"}).url == "http://other.example"
    assert Use(served, {"url": "http://other.example"}).key == "birds at other.example"
    assert Use(served, {}).key == "birds"


def test_until_accepted_a_model_is_muted_and_the_rest_runs() -> None:
    accepted, dialogs = Accepted(), Dialogs()
    asking = consent(accepted, dialogs)
    allowed = asking.allowed(GRAPH)
    assert {id: node.state for id, node in allowed.nodes.items()} == {"b": "mute", "blur": "on"}
    assert asking.allowed(GRAPH) is allowed
    asking.ask()
    assert isinstance(dialogs.current, LicenceDialog)
    assert dialogs.current.names == ["Birds"]
    assert asking.waiting == {"b"}
    dialogs.current.accept()
    assert asking.allowed(GRAPH) is GRAPH
    assert asking.waiting == frozenset()


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


def test_a_model_that_is_switched_off_asks_nothing_and_stays_off() -> None:
    dialogs = Dialogs()
    asking = consent(Accepted(), dialogs)
    graph = GRAPH.with_node(replace(GRAPH.nodes["b"], state="bypass"))
    assert asking.allowed(graph) is graph
    asking.ask(anew=True)
    assert dialogs.current is None


def test_a_button_asks_first_and_goes_on_once_accepted() -> None:
    accepted, dialogs, done = Accepted(), Dialogs(), []
    asking = consent(accepted, dialogs)
    asking.before(ENTRY, "download", lambda: done.append("first"))
    dialog = dialogs.current
    assert isinstance(dialog, LicenceDialog)
    assert (dialog.verb, done) == ("download", [])
    dialogs.close(dialog)
    dialog.accept()
    assert done == ["first"]
    asking.before(ENTRY, "download", lambda: done.append("second"))
    assert (done, dialogs.current) == (["first", "second"], None)


@pytest.mark.parametrize(
    ("place", "runs", "where", "reach"),
    [
        ({}, "the image birds:1", "In a container on this computer's Docker engine", "cannot reach the internet"),
        ({"network": "on"}, "the image birds:1", "It is downloaded first", "can reach the internet, not your files"),
        ({"kind": "url", "url": "http://x.example"}, "http://x.example", "your pictures are sent there", "sends it"),
        ({"engine": "ssh://gpu.example"}, "the image birds:1", "engine at ssh://gpu.example", "nor your files"),
        ({"kind": "moon"}, "nothing", "cannot run at 'moon'", ""),
    ],
)
def test_the_terms_say_what_runs_where_and_what_it_can_reach(
    place: dict[str, str], runs: str, where: str, reach: str
) -> None:
    terms = terms_of(ENTRY, place)
    assert terms.runs == runs
    assert where in terms.where
    assert reach in terms.reach
    assert terms.licence == "MIT"


def test_a_local_process_is_said_to_reach_what_any_program_can() -> None:
    entry = ModelEntry("birds", "Birds", "", process=Process(("python", "server.py"), Path("models/birds")))
    terms = terms_of(entry, {})
    assert terms.runs == f"python server.py in {Path('models/birds')}"
    assert "your files and the network" in terms.reach
    assert "names none" in terms.licence


def test_accepting_lets_the_server_have_the_secrets_that_were_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    entry = replace(ENTRY, secrets=("TOKEN",))
    accept([Use(entry, {"kind": "url", "url": "http://h:1"})], Accepted())
    assert not agreed_secrets(ENTRY.id), "its sheet named none: a server elsewhere is not given any"
    accept([Use(entry)], Accepted())
    assert agreed_secrets(ENTRY.id) == {"TOKEN"}


def test_a_folder_of_ones_own_that_it_is_built_from_is_named_and_another_one_is_asked_about(tmp_path: Path) -> None:
    accepted = Accepted()
    first, second = (replace(ENTRY, process=None, build=Build(tmp_path / n, tmp_path / n / "Dockerfile")) for n in "ab")
    assert str(tmp_path / "a") in terms_of(first, {"kind": "container"}).where
    accept([Use(first)], accepted)
    assert unaccepted([Use(second)], accepted)
    assert not unaccepted([Use(first)], accepted)


def test_secrets_that_a_server_is_given_are_named_before() -> None:
    assert terms_of(ENTRY, {}).secrets == ""
    assert terms_of(replace(ENTRY, secrets=("HF_TOKEN", "KEY")), {}).secrets.startswith("HF_TOKEN, KEY: its server")
    assert terms_of(replace(ENTRY, secrets=("KEY",)), {"kind": "url", "url": "http://h:1"}).secrets == ""
