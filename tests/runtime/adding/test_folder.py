import json

import pytest

from nodegraph.core.errors import DocumentError, UsageError
from nodegraph.runtime.adding.adding import apply, plan_for
from nodegraph.runtime.adding.folder import entry_of_folder
from nodegraph.runtime.adding.new_model import write_new
from nodegraph.runtime.catalog.catalog import load_catalog
from nodegraph.runtime.consent import agreed_folder, agreed_secrets


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A new model's folder."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    write_new("Warm light", tmp_path / "wl")
    return tmp_path / "wl"


def change(folder, **keys):
    path = folder / "entry.json"
    entry = json.loads(path.read_text()) | keys
    path.write_text(json.dumps({key: value for key, value in entry.items() if value is not ...}))


def facts(plan):
    return {fact.name: fact.value for fact in plan.facts}


def test_a_folder_becomes_an_entry_that_works_from_anywhere(folder, wishes, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    plan = plan_for("wl", wishes())
    said = facts(plan)
    assert said["process"] == f"python server.py in {folder}: a program that runs as you, not confined"
    assert said["image"] == f"local/warm-light:1, built from {folder / 'Dockerfile'}"
    assert said["network"].startswith("none")
    assert apply(plan, print) == ("warm-light",)
    (entry,) = load_catalog(plan.catalogue).entries
    assert entry.build.context == folder
    assert entry.process.folder == folder
    assert entry == entry_of_folder(folder) or entry.inputs == entry_of_folder(folder).inputs


def test_adding_a_folder_is_agreeing_to_build_from_it_and_to_the_secrets_it_asks_for(folder, wishes):
    change(folder, secrets=["LAMP_TOKEN"])
    plan = plan_for(str(folder), wishes())
    assert "LAMP_TOKEN" in facts(plan)["secrets"]
    assert agreed_folder("warm-light") is None
    apply(plan, print)
    assert agreed_folder("warm-light") == folder
    assert agreed_secrets("warm-light") == {"LAMP_TOKEN"}
    change(folder, secrets=[])
    apply(plan_for(str(folder), wishes(replace=True)), print)
    assert not agreed_secrets("warm-light")


def test_a_folder_says_how_much_of_it_goes_to_the_engine_and_warns_of_a_lot(folder, wishes):
    with (folder / "film.bin").open("wb") as film:
        film.truncate(2_000_000_000)
    plan = plan_for(str(folder), wishes())
    assert facts(plan)["size"].startswith("2 GB of files go to the engine")
    (problem,) = plan.problems
    assert ".dockerignore" in problem.hint
    (folder / ".dockerignore").write_text("# large\n*.bin\n")
    plan = plan_for(str(folder), wishes())
    assert " KB of files" in facts(plan)["size"]
    assert not plan.problems


def test_a_home_is_not_sent_to_an_engine(tmp_path, wishes, monkeypatch):
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY . .\n")
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    with pytest.raises(UsageError, match="is the whole disk or a home"):
        plan_for(str(tmp_path), wishes())


def test_a_folder_without_a_dockerfile_is_a_sentence(tmp_path, wishes):
    with pytest.raises(UsageError, match="has no Dockerfile"):
        plan_for(str(tmp_path), wishes())


def test_a_cog_folder_says_how_its_image_is_made(tmp_path, wishes):
    (tmp_path / "cats").mkdir()
    (tmp_path / "cats" / "cog.yaml").write_text("predict: predict.py:Predictor\n")
    with pytest.raises(UsageError) as caught:
        plan_for(str(tmp_path / "cats"), wishes())
    assert "is a Cog model" in caught.value.message
    assert "cog build -t cats" in caught.value.hint
    assert "nodegraph models add cats" in caught.value.hint


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"build": "/"}, "build.context leads out of the folder"),
        ({"build": ".."}, "build.context leads out of the folder"),
        ({"build": {"context": ".", "dockerfile": "../../Dockerfile"}}, "build leads out of the folder"),
        ({"process": {"command": ["python"], "folder": "/"}}, "process.folder leads out"),
        ({"parameters": {"image": {"type": "number"}}}, "has the name of an input"),
        ({"parameters": {"detail": {"type": "number", "default": 9, "maximum": 3}}}, "is not allowed here"),
        ({"inputs": {"image": {"type": "picture"}}}, "picture"),
        ({"name": ...}, "is missing"),
        ({"secrets": ["A B"]}, "secrets"),
    ],
)
def test_an_entry_that_lies_or_is_wrong_is_a_sentence_with_its_place(folder, wishes, keys, words):
    change(folder, **keys)
    if "name" in keys:
        change(folder, id=...)
        assert plan_for(str(folder), wishes()).title == "wl", "a folder has a name of its own"
        with pytest.raises(DocumentError, match=words):
            entry_of_folder(folder)
        return
    with pytest.raises(DocumentError, match=words) as caught:
        plan_for(str(folder), wishes())
    assert "entry.json" in caught.value.message


@pytest.mark.parametrize("text", ["[", "[1, 2]", '"x"', "", "[{}, {}]"])
def test_an_entry_file_that_holds_no_entry_is_a_sentence(folder, wishes, text):
    (folder / "entry.json").write_text(text)
    with pytest.raises(DocumentError, match=r"entry\.json"):
        plan_for(str(folder), wishes())


def test_a_build_cannot_take_the_name_of_another_image(folder, wishes):
    change(folder, tag="nodegraph/people:1", options={"image": "nodegraph/people:1"}, digest="sha256:" + "0" * 64)
    plan = plan_for(str(folder), wishes())
    apply(plan, print)
    (entry,) = load_catalog(plan.catalogue).entries
    assert (entry.tag, entry.options["image"], entry.digest) == ("local/warm-light:1", "local/warm-light:1", "")


def test_an_entry_whose_dockerfile_is_missing_is_a_sentence(folder, wishes):
    (folder / "Dockerfile").unlink()
    with pytest.raises(UsageError, match="has no Dockerfile"):
        plan_for(str(folder), wishes())


def test_weights_and_secrets_are_shown(folder, wishes):
    weights = {"name": "x.onnx", "url": "https://example.org/x.onnx", "size": ["12", "MB"], "licence": "MIT"}
    change(folder, weights=[weights], secrets=["CAT_TOKEN"], specs={"cpu": False, "gpu": True})
    said = facts(plan_for(str(folder), wishes()))
    assert said["weights"] == "x.onnx, 12 MB, MIT, from https://example.org/x.onnx"
    assert said["secrets"].startswith("CAT_TOKEN: given to it")
    assert said["folders of yours"] == "its weights, read-only"
    assert said["gpu"] == "needed"


def test_a_dockerfile_alone_says_that_it_must_be_built_and_started(folder, wishes):
    (folder / "entry.json").unlink()
    plan = plan_for(str(folder), wishes())
    assert plan.ids == ("wl",)
    assert [step.split()[0] for step in plan.steps] == ["build", "start", "write"]
    assert [problem.severity for problem in plan.problems] == ["warning"]
