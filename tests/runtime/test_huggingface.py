"""Which task a Hugging Face model is for, why some cannot be served, and the entry that serves one."""

import contextlib
import json
import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.core.errors import ModelError
from nodegraph.runtime.catalog.catalog import parse_catalog
from nodegraph.runtime.container_options import container_options
from nodegraph.runtime.huggingface import TASKS, entry_for, task_of

ROOT = Path(__file__).parents[2]
COMMIT = "066438d3d8f0da137a37b38fdf3368fd4afceced"
FILES = ["README.md", "config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json"]


def config(architecture: str, **more: Any) -> dict[str, Any]:
    return {"architectures": [architecture], **more}


def test_what_the_servers_say_is_what_the_catalogue_is_made_of() -> None:
    spec = spec_from_file_location("make_hf_tasks", ROOT / "scripts" / "make_hf_tasks.py")
    assert spec is not None
    assert spec.loader is not None
    script = module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.described() == json.loads(script.PATH.read_text()), "run python scripts/make_hf_tasks.py"


@pytest.mark.parametrize(
    ("said", "task"),
    [
        (config("DFineForObjectDetection"), "object-detection"),
        (config("YolosForObjectDetection"), "object-detection"),
        (config("Owlv2ForObjectDetection"), "zero-shot-object-detection"),
        (config("GroundingDinoForObjectDetection"), "zero-shot-object-detection"),
        (config("VitPoseForPoseEstimation"), "pose-estimation"),
        (config("DepthAnythingForDepthEstimation"), "depth-estimation"),
        (config("SegformerForSemanticSegmentation"), "semantic-segmentation"),
        (config("EomtForUniversalSegmentation"), "universal-segmentation"),
        (config("MaskFormerForInstanceSegmentation"), "universal-segmentation"),
        (config("DetrForSegmentation"), "universal-segmentation"),
        (config("SamModel", model_type="sam"), "mask-generation"),
        (config("VitMatteForImageMatting"), "image-matting"),
        (config("Swin2SRForImageSuperResolution"), "image-to-image"),
        (config("BlipForConditionalGeneration", vision_config={}), "image-text-to-text"),
        (config("GitForCausalLM", vocab_size=9), "image-text-to-text"),
        (config("VisionEncoderDecoderModel"), "image-text-to-text"),
        (config("ViTForImageClassification"), "image-classification"),
        (config("DeiTForImageClassificationWithTeacher"), "image-classification"),
        (config("CLIPModel", vision_config={}), "zero-shot-image-classification"),
        (config("Dinov2Model", patch_size=14), "image-feature-extraction"),
        (config("BertModel", vocab_size=9), "feature-extraction"),
        (config("BertForMaskedLM", vocab_size=9), "feature-extraction"),
        (config("BertForSequenceClassification", vocab_size=9), "text-classification"),
        (config("GPT2LMHeadModel"), "text-generation"),
        (config("Qwen2ForCausalLM", model_type="qwen2"), "text-generation"),
        (config("T5ForConditionalGeneration", model_type="t5"), "text-generation"),
        (config("FalconForCausalLM", model_type="falcon", auto_map={"AutoConfig": "x.Y"}), "text-generation"),
    ],
)
def test_the_networks_name_tells_the_task(said: dict[str, Any], task: str) -> None:
    assert task_of(said) == task


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(["architectures", "model_type", "auto_map", "vocab_size", "vision_config", "use_timm_backbone"])


@given(st.dictionaries(KEYS, JSON | st.just(["BertModel"])), st.dictionaries(st.just("library_name"), JSON))
def test_any_config_has_a_task_or_a_reason(said: dict[str, Any], facts: dict[str, Any]) -> None:
    with contextlib.suppress(ModelError):
        assert task_of(said, facts) in TASKS


def test_a_model_can_be_asked_for_its_features_alone() -> None:
    assert task_of(config("ViTForImageClassification", patch_size=16), None, "image-feature-extraction")
    assert task_of(config("GPT2LMHeadModel", vocab_size=9), None, "feature-extraction")


@pytest.mark.parametrize(
    ("said", "facts", "wanted", "sentence"),
    [
        ({}, {}, "", "config.json names no network"),
        ({"architectures": []}, {"library_name": "open_clip"}, "", "as a model for open_clip has none"),
        (config("WhisperForConditionalGeneration", model_type="whisper", vocab_size=9), {}, "", "is not served"),
        (config("OwnNet", auto_map={"AutoModel": "own.Net"}), {}, "", "needs Python code from its own repository"),
        (config("UNet2DConditionModel", _class_name="UNet"), {}, "", "diffusers library"),
        (config("X"), {"library_name": "diffusers"}, "", "diffusers library"),
        (config("DetrForObjectDetection", use_timm_backbone=True), {}, "", "needs the library timm"),
        (config("RfDetrForObjectDetection", model_type="rf_detr"), {}, "", "prepared by torchvision"),
        (config("OneFormerForUniversalSegmentation", model_type="oneformer"), {}, "", "its task in words"),
        (config("DFineForObjectDetection"), {}, "juggling", "There is no task 'juggling'."),
        (config("DFineForObjectDetection"), {}, "depth-estimation", "it cannot do depth-estimation"),
        (config("GPT2LMHeadModel", vocab_size=9), {}, "image-feature-extraction", "it cannot do image-feature"),
    ],
)
def test_what_cannot_be_served_is_refused_with_the_reason(
    said: dict[str, Any], facts: dict[str, Any], wanted: str, sentence: str
) -> None:
    with pytest.raises(ModelError, match=sentence) as refused:
        task_of(said, facts, wanted)
    assert refused.value.hint


def test_the_page_lists_every_task_and_its_entry_is_one() -> None:
    page = (ROOT / "docs" / "hugging-face.md").read_text("utf-8")
    assert re.findall(r"^\| ([a-z-]+-[a-z-]+) \|", page, re.MULTILINE) == list(TASKS)
    catalog = parse_catalog(page.split("```json\n")[1].split("```")[0])
    assert catalog.problems == ()
    assert len(catalog.entries) == 1


@pytest.mark.parametrize("task", TASKS)
def test_every_task_makes_an_entry_that_the_catalogue_takes(task: str) -> None:
    made = entry_for("someone/Some-Model_v2", COMMIT, FILES, task, "MIT", 15_000_000)
    catalog = parse_catalog(json.dumps([made]), "models.json", ROOT)
    assert catalog.problems == ()
    [entry] = catalog.entries
    assert entry.id == "someone.some-model_v2"
    assert [port.name for port in entry.inputs] == list(TASKS[task].inputs)
    assert [port.name for port in entry.outputs] == list(TASKS[task].outputs)
    assert {param.name for param in entry.parameters} == set(TASKS[task].parameters)
    assert container_options(entry).env == (f"NODEGRAPH_TASK={task}",)
    assert entry.weights[0].url == f"hf:someone/Some-Model_v2@{COMMIT}"
    assert (entry.weights[0].name, entry.weights[0].size) == ("Some-Model_v2", 15_000_000)
    assert entry.build is not None
    assert entry.build.dockerfile.is_file()
    assert "MIT" in entry.description.licence
    assert entry.cache == (task in ("object-detection", "pose-estimation", "depth-estimation"))
    assert entry.size == 1_300_000_000  # of the image and the weights


def test_a_long_name_still_gives_an_id() -> None:
    made = entry_for(f"{'o' * 40}/{'n' * 90}", COMMIT, FILES, "object-detection")
    assert parse_catalog(json.dumps([made])).entries[0].id == f"{'o' * 40}.{'n' * 23}"


def test_an_author_who_says_no_licence_is_not_given_one() -> None:
    made = entry_for("someone/thing", COMMIT, FILES, "object-detection")
    assert made["description"]["licence"] == "The weights: its author does not say."
    assert made["weights"] == [{"name": "thing", "url": f"hf:someone/thing@{COMMIT}"}]


@pytest.mark.parametrize(
    ("id", "commit", "files", "task", "sentence"),
    [
        ("thing", COMMIT, FILES, "object-detection", "not the name of a Hugging Face model"),
        ("../../etc/passwd", COMMIT, FILES, "object-detection", "not the name of a Hugging Face model"),
        ("a/b", "main", FILES, "object-detection", "'main' is not a commit"),
        ("a/b", COMMIT, ["pytorch_model.bin"], "object-detection", "only pytorch_model.bin"),
        ("a/b", COMMIT, ["README.md"], "object-detection", "no weights of transformers at all"),
        ("a/b", COMMIT, ["onnx/model.safetensors"], "object-detection", "no weights of transformers at all"),
        ("a/b", COMMIT, ["model.safetensors"], "object-detection", "has no image processor"),
        ("a/b", COMMIT, ["model.safetensors"], "text-generation", "has no tokenizer"),
        ("a/b", COMMIT, ["model.safetensors"], "juggling", "There is no task 'juggling'."),
    ],
)
def test_a_repository_that_lacks_something_is_refused_with_what(
    id: str, commit: str, files: list[str], task: str, sentence: str
) -> None:
    with pytest.raises(ModelError, match=sentence) as refused:
        entry_for(id, commit, files, task)
    assert refused.value.hint


def test_shipped_entries_say_what_the_server_says_but_for_usual_sizes() -> None:
    entries = {one["id"]: one for one in json.loads((ROOT / "models.json").read_text())}
    for id, task in (("depth", "depth-estimation"), ("dfine", "object-detection"), ("vitpose", "pose-estimation")):
        entry, said = entries[id], TASKS[task]
        assert entry["inputs"] == said.inputs
        assert entry["outputs"] == said.outputs
        assert entry["options"]["Env"] == [f"NODEGRAPH_TASK={task}"]
        assert entry["parameters"].keys() == said.parameters.keys()
        for name, parameter in entry["parameters"].items():
            for key in ("type", "minimum", "maximum"):
                assert parameter.get(key) == said.parameters[name].get(key)
