import pytest

from nodegraph.core.errors import ModelUnreachable
from nodegraph.core.graph import Graph, GraphNode
from nodegraph.editor.state.documents.missing import Missing, missing
from nodegraph.runtime import manage
from nodegraph.runtime.manage import ModelStatus
from nodegraph.session import Session

CATALOGUE = """[
  {"id": "local", "name": "Local", "tag": "x/local:1", "protocol": "native",
   "process": {"command": ["true"], "folder": "."}, "size": ["1", "GB"], "description": {"licence": "MIT"}},
  {"id": "pulled", "name": "Pulled", "tag": "x/pulled:1", "protocol": "native", "digest": "sha256:NEW",
   "size": ["2", "GB"], "description": {"licence": "Apache-2.0"}},
  {"id": "built", "name": "Built", "protocol": "native", "build": {"context": "here", "dockerfile": "Dockerfile"}},
  {"id": "later", "name": "Later", "tag": "x/later:1", "available": false}
]""".replace("NEW", "a" * 64)


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    path = tmp_path_factory.mktemp("catalogue") / "models.json"
    path.write_text(CATALOGUE)
    with Session([path], node_folders=[]) as session:
        yield session


@pytest.fixture
def engine(monkeypatch):
    """How a Docker engine answers: what images it has by model id, or None."""
    here: dict[str, bool | None] = {}

    def statuses(entries, engine=""):
        return [ModelStatus(one.id, one.name, "image", here.get(one.id), 0, 0, bool(one.process)) for one in entries]

    monkeypatch.setattr(manage, "statuses", statuses)
    return here


def look(session: Session, *nodes: GraphNode, requires: dict[str, object] | None = None) -> list[Missing]:
    return missing(Graph({node.id: node for node in nodes}), session.registry, session, requires)


def test_what_is_all_here_lacks_nothing(session, engine):
    assert look(session, GraphNode("a", "model.local"), GraphNode("b", "filter.invert")) == []
    engine["pulled"] = True
    assert look(session, GraphNode("a", "model.pulled")) == []


def test_an_unknown_type_is_told_once_for_all_its_nodes(session, engine):
    (one,) = look(session, GraphNode("a", "their.magic_wand"), GraphNode("b", "their.magic_wand"))
    assert (one.title, one.state, one.nodes) == ("Magic wand", "missing", ("a", "b"))
    assert (one.action, one.button) == ("show", "Show them")


def test_an_unknown_type_with_nearly_the_same_name_can_be_exchanged(session, engine):
    (one,) = look(session, GraphNode("a", "filter.gausian_blur"))
    assert (one.action, one.argument, one.button) == ("replace", "filter.gaussian_blur", "Use Gaussian Blur")


def test_an_image_that_is_not_here_is_downloaded_or_built(session, engine):
    engine.update(pulled=False, built=False)
    first, second = look(session, GraphNode("a", "model.pulled"), GraphNode("b", "model.built"))
    assert (first.state, first.action, first.argument) == ("not downloaded", "pull", "pulled")
    assert (first.size, first.licence) == ("2 GB", "Apache-2.0")
    assert (second.state, second.action) == ("not built", "build")


def test_without_an_engine_a_model_with_a_local_process_can_do_without(session, engine):
    first, second = look(
        session, GraphNode("a", "model.local", place={"kind": "container"}), GraphNode("b", "model.pulled")
    )
    assert (first.state, first.action) == ("engine off", "process")
    assert (second.state, second.action) == ("engine off", "docker help")


def test_an_engine_elsewhere_that_does_not_answer_hides_nothing_else(session, engine, monkeypatch):
    here = manage.statuses

    def statuses(entries, engine=""):
        if engine == "ssh://off":
            raise ModelUnreachable("Nothing answers at ssh://off.", "Switch it on.")
        return here(entries, engine)

    monkeypatch.setattr(manage, "statuses", statuses)
    engine["pulled"] = False
    places = [{"kind": "container", "engine": address} for address in ("ssh://off", "ssh://on")]
    first, second, third = look(
        session,
        GraphNode("a", "model.local", place=places[0]),
        GraphNode("b", "model.pulled", place=places[1]),
        GraphNode("c", "model.pulled"),
    )
    assert (first.state, first.detail) == ("engine off", "Nothing answers at ssh://off. Switch it on.")
    assert (second.state, second.engine) == ("not downloaded", "ssh://on")
    assert (third.state, third.engine) == ("not downloaded", "")


def test_a_machine_that_may_not_be_asked_is_not(session, monkeypatch):
    monkeypatch.setattr(manage, "statuses", lambda *_: pytest.fail("it was asked"))
    node = GraphNode("a", "model.pulled", place={"kind": "container", "engine": "ssh://anybody"})
    assert missing(Graph({"a": node}), session.registry, session, None, lambda entry, place: False) == []


def test_a_place_that_a_model_does_not_have_is_missing(session, engine):
    (one,) = look(session, GraphNode("a", "model.pulled", place={"kind": "process"}))
    assert (one.state, one.action) == ("missing", "show")
    assert look(session, GraphNode("a", "model.pulled", place={"kind": "url", "url": "http://h"})) == []


def test_an_announced_model_and_another_version_are_told(session, engine):
    engine["pulled"] = True
    wanted = {"models": {"pulled": {"digest": "sha256:" + "b" * 64}}}
    first, second = look(session, GraphNode("a", "model.later"), GraphNode("b", "model.pulled"), requires=wanted)
    assert (first.state, second.state) == ("announced", "version differs")


def test_requirements_of_any_shape_do_no_harm(session, engine):
    engine["pulled"] = True
    for requires in ({"models": 3}, {"models": {"pulled": []}}, {"models": {"pulled": {"digest": 1}}}):
        assert look(session, GraphNode("b", "model.pulled"), requires=requires) == []
