import json

import pytest

from nodegraph.core.errors import ModelError, UsageError
from nodegraph.runtime.adding.adding import apply, plan_for
from nodegraph.runtime.catalog.catalog import load_catalog

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NAME = "someone/tiny-depth"
CONFIG = {"architectures": ["DPTForDepthEstimation"], "model_type": "dpt"}
FILES = {"config.json": 900, "preprocessor_config.json": 400, "model.safetensors": 5_000_000, "pytorch_model.bin": 9}


def info(**more):
    siblings = [{"rfilename": name, "size": size} for name, size in more.pop("files", FILES).items()]
    return {"sha": COMMIT, "siblings": siblings, "cardData": {"license": "mit"}, "gated": False, **more}


@pytest.fixture
def hub(web, monkeypatch):
    """hub(facts, config): a model hub with one model."""

    def begin(facts, config=CONFIG, revision="main"):
        pages = {f"/api/models/{NAME}/revision/{revision}": facts, f"/{NAME}/resolve/{COMMIT}/config.json": config}
        monkeypatch.setenv("HF_ENDPOINT", web(pages))

    return begin


def test_a_model_is_pinned_to_its_commit_with_licence_and_size(hub, web, wishes):
    hub(info())
    plan = plan_for(f"hf:{NAME}", wishes())
    said = {fact.name: fact.value for fact in plan.facts}
    assert plan.kind == "hub"
    assert said["weights"] == f"tiny-depth, 5 MB, mit, from hf:{NAME}@{COMMIT}"
    assert "mit" in said["licence"]
    assert COMMIT[:12] in said["model"]
    assert "depth-estimation" in said["model"]
    assert plan.problems == ()
    assert len(web.asked) == 2, "nothing but the page of the model and its config is asked for"
    apply(plan, print)
    (entry,) = load_catalog(plan.catalogue).entries
    assert entry.id == plan.ids[0] == "someone.tiny-depth"
    assert entry.weights[0].url == f"hf:{NAME}@{COMMIT}"
    assert entry.build.dockerfile.name == "Dockerfile"
    assert entry.build.dockerfile.is_file()


def test_a_revision_can_be_named(hub, wishes):
    hub(info(), revision="v2")
    assert plan_for(f"hf:{NAME}", wishes(revision="v2")).can_be_done
    with pytest.raises(ModelError, match="There is no model someone/tiny-depth"):
        plan_for(f"hf:{NAME}", wishes())
    with pytest.raises(UsageError, match="is no revision"):
        plan_for(f"hf:{NAME}", wishes(revision="../../x"))


@pytest.mark.parametrize(
    ("facts", "config", "words"),
    [
        (info(), {**CONFIG, "model_type": "own", "auto_map": {"AutoModel": "x.Y"}}, "needs Python code"),
        (info(files={"config.json": 1, "pytorch_model.bin": 5, "preprocessor_config.json": 1}), CONFIG, "safetensors"),
        (info(), {"architectures": ["WhisperForConditionalGeneration"], "model_type": "whisper"}, "not served"),
        (info(library_name="diffusers"), CONFIG, "diffusers"),
        (info(files={"model_index.json": 5}), CONFIG, "diffusers"),
        (info(sha="x"), CONFIG, "is not there|is not a commit|There is no model"),
        ([1, 2], CONFIG, "does not answer as a model hub does"),
        ((200, "text/html", "<html>"), CONFIG, "does not answer as a model hub does"),
        ((401, "text/plain", "no"), CONFIG, "There is no model .* or only people who are logged in may see it"),
        (info(gated="manual"), (403, "text/plain", "no"), "needs a login"),
        ((404, "text/plain", "no"), CONFIG, "There is no model someone/tiny-depth"),
        ((500, "text/plain", "no"), CONFIG, "cannot answer now"),
        (info(), [1], "does not answer as a model hub does"),
    ],
)
def test_a_model_that_cannot_be_served_is_a_sentence(hub, wishes, facts, config, words):
    hub(facts, config)
    with pytest.raises(ModelError, match=words):
        plan_for(f"hf:{NAME}", wishes())


def test_what_to_read_before_using_it_is_a_warning(hub, wishes):
    hub(info(gated="auto", cardData={}))
    plan = plan_for(f"hf:{NAME}", wishes())
    assert plan.can_be_done
    assert ["logged in" in problem.message for problem in plan.problems] == [True, False]
    assert "says no licence" in plan.problems[1].message


def test_nonsense_in_what_the_hub_says_is_survived(hub, wishes):
    hub(info(files={}) | {"siblings": [1, {"rfilename": 3}, {"rfilename": "config.json", "size": -4}], "cardData": 7})
    with pytest.raises(ModelError):
        plan_for(f"hf:{NAME}", wishes())


@pytest.mark.parametrize("name", ["", "x", "a/b/c", "../x", "a /b", "a/b?x", "ä/b", "https://huggingface.co/a/b"])
def test_what_is_no_name_of_a_model_is_a_sentence(wishes, name):
    with pytest.raises(UsageError, match="is not the name of a Hugging Face model"):
        plan_for(f"hf:{name}", wishes())


def test_a_hub_that_cannot_be_reached_is_a_sentence(monkeypatch, wishes):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(ModelError, match=r"127\.0\.0\.1:1 cannot be reached") as caught:
        plan_for(f"hf:{NAME}", wishes())
    assert "while its page can be read" in caught.value.hint


def test_the_token_goes_to_the_hub_and_into_no_plan(hub, wishes, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret_123456")
    hub(info())
    plan = plan_for(f"hf:{NAME}", wishes())
    apply(plan, print)
    assert "hf_secret" not in json.dumps([fact.value for fact in plan.facts]) + plan.catalogue.read_text()
