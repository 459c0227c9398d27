import json

import pytest

CATALOGUE = """[
  { "name": "Écho 2018", "id": "echo", "tag": "somebody/echo:1", "specs": {"cpu": true},
    "inputs": ["Image"], "description": "Says what it hears.", "keywords": ["parrot"] },
  { "name": "Broken", "specs": {"cpu": "perhaps"} }
]"""


@pytest.fixture(autouse=True)
def no_engine(monkeypatch):
    """No Docker engine answers: everything here must work without one."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")


@pytest.fixture
def catalogue(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(CATALOGUE, encoding="utf-8")
    return path


def test_list_names_the_shipped_models(cli):
    result = cli("models", "list")
    assert result.code == 0
    assert "people" in result.out
    assert {"people", "faces", "flow"} <= {one["id"] for one in json.loads(cli("models", "list", "--json").out)}


def test_a_catalogue_of_ones_own_comes_first(cli, catalogue):
    result = cli("models", "list", "--models", catalogue)
    assert result.code == 0
    assert result.out.startswith("echo")
    assert "people" in result.out
    assert "mine.json[1] (Broken).specs.cpu" in result.err


def test_search_finds_words_anywhere_in_an_entry(cli, catalogue):
    assert "echo" in cli("models", "search", "parrot", "--models", catalogue).out
    result = cli("models", "search", "nothing-like-this")
    assert result.code == 1
    assert "No model matches" in result.err


def test_check_names_file_index_name_and_field(cli, catalogue):
    result = cli("models", "check", catalogue)
    assert result.code == 3
    assert "mine.json[1] (Broken)" in result.err
    document = json.loads(cli("models", "check", catalogue, "--json").out)
    assert document[str(catalogue)]["models"] == ["echo"]
    assert cli("models", "check").code == 0


def test_check_says_when_there_is_no_such_file(cli):
    result = cli("models", "check", "none.json")
    assert result.code == 2
    assert "none.json" in result.err


def test_info_describes_a_model_and_its_node(cli):
    result = cli("models", "info", "people")
    assert result.code == 0
    assert "detections" in result.out
    document = json.loads(cli("models", "info", "model.people", "--json").out)
    assert document["node"]["id"] == "model.people"


@pytest.mark.parametrize("verb", ["info", "pull", "build", "start", "stop", "logs", "remove"])
def test_an_unknown_model_gets_a_suggestion(cli, verb):
    result = cli("models", verb, "peple")
    assert result.code == 2
    assert "Did you mean people?" in result.err


@pytest.mark.parametrize("verb", ["pull", "build", "start", "stop", "remove"])
def test_without_an_engine_the_sentence_says_so(cli, verb):
    result = cli("models", verb, "people")
    assert result.code == 1
    assert "Docker engine" in result.err


def test_logs_of_a_model_that_never_ran(cli, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    result = cli("models", "logs", "faces")
    assert result.code == 0
    assert "no log yet" in result.out
