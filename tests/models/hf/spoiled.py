"""Checkpoints that must be refused with a sentence: made of good ones by spoiling them."""

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

REMOTE = """
import pathlib
pathlib.Path("/s/remote-code-was-run").touch()
from transformers import PretrainedConfig
class Config(PretrainedConfig):
    model_type = "its-own-kind"
"""


def make_all(root: Path) -> None:
    """Every spoiled checkpoint, in a folder of its name."""
    for name in ("pickle", "remote", "truncated", "incomplete", "unprepared", "unsaid"):
        shutil.copytree(root / "vit", root / name)
    pickled(root / "pickle")
    remote(root / "remote")
    weights = root / "truncated" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[: weights.stat().st_size // 2])
    incomplete(root / "incomplete" / "model.safetensors")
    (root / "unprepared" / "preprocessor_config.json").unlink()
    (root / "unsaid" / "config.json").unlink()


def pickled(folder: Path) -> None:
    """Only a pickle, as old repositories have."""
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def remote(folder: Path) -> None:
    """A network of the repository's own; its code leaves a trace when it is run."""
    (folder / "code.py").write_text(REMOTE)
    config = json.loads((folder / "config.json").read_text())
    own = {"model_type": "its-own-kind", "auto_map": {"AutoConfig": "code.Config"}, "architectures": ["Own"]}
    (folder / "config.json").write_text(json.dumps(config | own))


def incomplete(weights: Path) -> None:
    """Without the layer that decides."""
    tensors = {name: tensor for name, tensor in load_file(weights).items() if not name.startswith("classifier")}
    save_file(tensors, weights, {"format": "pt"})
