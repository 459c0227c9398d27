import json
import math

import pytest

from nodegraph.core.errors import DocumentError, UsageError
from nodegraph.core.resources import data_folder
from nodegraph.runtime.adding.adding import apply, plan_for
from nodegraph.runtime.adding.tensors import read_tensors
from nodegraph.runtime.adding.upscaler import MODEL
from nodegraph.runtime.catalog.catalog import load_catalog
from nodegraph.runtime.weights.checkpoints import checkpoint_names
from nodegraph.runtime.weights.places import weights_folder

COMPACT = {"body.0.weight": [16, 3, 3, 3], "body.0.bias": [16], "body.2.weight": [12, 16, 3, 3]}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("NODEGRAPH_WEIGHTS_HOME", str(tmp_path / "weights"))


def write(path, shapes, dtype="F16", cut=0, **lies):
    head, at = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in shapes.items():
        size = 2 * math.prod(shape)
        head[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + size], **lies}
        at += size
    text = json.dumps(head).encode()
    path.write_bytes((len(text).to_bytes(8, "little") + text + bytes(at))[: -cut or None])
    return path


def test_a_file_is_copied_to_where_the_upscaler_offers_it(tmp_path, wishes):
    path = write(tmp_path / "4x Sharp.safetensors", COMPACT)
    plan = plan_for(str(path), wishes())
    target = weights_folder(MODEL) / "checkpoints" / "4x-Sharp.safetensors"
    assert not target.exists()
    assert any(fact.name == "tensors" and fact.value.startswith("3 with 0.00218 million") for fact in plan.facts)
    assert apply(plan, print) == ()
    assert target.read_bytes() == path.read_bytes()
    assert [one.name for one in target.parent.iterdir()] == [target.name]
    assert not plan.catalogue.exists(), "a checkpoint is no entry"
    shipped = load_catalog(data_folder() / "models.json").find(MODEL)
    assert "checkpoints/4x-Sharp.safetensors" in checkpoint_names(shipped)


def test_a_file_of_that_name_is_kept_unless_it_is_to_be_replaced(tmp_path, wishes):
    path = write(tmp_path / "x.safetensors", COMPACT)
    apply(plan_for(str(path), wishes()), print)
    assert not plan_for(str(path), wishes()).can_be_done
    assert plan_for(str(path), wishes(name="other")).can_be_done
    assert plan_for(str(path), wishes(replace=True)).can_be_done


@pytest.mark.parametrize("suffix", [".pth", ".pt", ".ckpt", ".PTH"])
def test_a_pickled_file_is_not_read_and_how_to_convert_it_is_said(tmp_path, wishes, suffix):
    path = tmp_path / f"x{suffix}"
    path.write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    with pytest.raises(UsageError, match="pickled") as caught:
        plan_for(str(path), wishes())
    assert "weights_only=True" in caught.value.hint


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        ({"text.weight": [30, 20], "text.bias": [30]}, "no layer of it takes a picture"),
        ({"a.lora_down.weight": [4, 3, 3, 3], "b": [3, 4, 3, 3]}, "LoRA"),
        ({}, "no layer of it takes a picture"),
        ({"conv.weight": [64, 3, 3, 3]}, "no layer gives a picture"),
    ],
)
def test_a_file_that_is_no_upscaler_is_a_sentence(tmp_path, wishes, shapes, words):
    if "conv.weight" in shapes:
        shapes = {"conv.weight": [64, 3, 3, 3], "head.weight": [10, 64, 1, 1]}
    with pytest.raises(DocumentError, match=words):
        plan_for(str(write(tmp_path / "x.safetensors", shapes)), wishes())


def test_half_a_download_is_a_sentence(tmp_path, wishes):
    path = write(tmp_path / "x.safetensors", COMPACT, cut=50)
    with pytest.raises(DocumentError, match="half a download"):
        plan_for(str(path), wishes())


@pytest.mark.parametrize(
    "lies",
    [
        {"data_offsets": [0, 1]},
        {"data_offsets": [5, 0]},
        {"data_offsets": "ab"},
        {"shape": [-1, -1]},
        {"shape": "x"},
        {"shape": [math.inf]},
        {"dtype": "F99"},
        {"data_offsets": None},
    ],
)
def test_a_head_that_lies_is_a_sentence(tmp_path, lies):
    with pytest.raises(DocumentError, match="is not a whole safetensors file"):
        read_tensors(write(tmp_path / "x.safetensors", COMPACT, **lies))


@pytest.mark.parametrize("data", [b"", b"1234567", b"\xff" * 8, b"\x02" + bytes(7) + b"[]", b"\x02" + bytes(7) + b"{]"])
def test_what_is_no_safetensors_file_is_a_sentence(tmp_path, data):
    path = tmp_path / "x.safetensors"
    path.write_bytes(data)
    with pytest.raises(DocumentError, match="is not a whole safetensors file"):
        read_tensors(path)


def test_a_file_that_is_not_there_and_one_of_another_kind_are_sentences(tmp_path, wishes):
    with pytest.raises(UsageError, match="There is no file or folder"):
        plan_for("nothing.safetensors", wishes())
    (tmp_path / "x.zip").write_bytes(b"PK")
    with pytest.raises(UsageError, match="is not a kind of file that can be added"):
        plan_for(str(tmp_path / "x.zip"), wishes())
