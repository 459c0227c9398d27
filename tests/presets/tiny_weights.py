"""Tiny weights for every model of the catalogue that has none here, and the catalogue that takes them.

They are networks of the real architectures with planted or random answers (tests/models); the real files have hashes,
so the catalogue's copy has neither hashes nor addresses: what lies in the weights folder is used as it is.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nodegraph.runtime import manage
from nodegraph.runtime.catalog.catalog import load_catalog

MODELS = Path(__file__).resolve().parents[1] / "models"
ROOT = MODELS.parents[1]
sys.path.insert(0, str(MODELS))
from test_onnx_models import put  # noqa: E402

TORCH = {
    "im2txt": {"blip": "plain/blip", "git": "plain/git"},
    "densecap": {"florence2-base": "plain/florence2-base"},
    "upscale": {"2xNomosUni_span_multijpg.safetensors": "plain/compact_x2.safetensors"},
    "depth": {"depth-anything-v2-small": "hf/depth_anything"},
    "dfine": {"dfine-nano": "hf/d_fine"},
    "vitpose": {"vitpose-base-simple": "hf/vitpose"},
}
"""The weights of a model, and what stands in for each."""


def make(home: Path, scratch: Path) -> None:
    """Fill `home`, a folder as $NODEGRAPH_WEIGHTS_HOME names one. Builds the images of a model of each base first."""
    for entry in load_catalog(ROOT / "models.json").entries:
        if entry.id in ("upscale", "yolo"):
            manage.build(entry, lambda event: None)
    light = scratch / "light"
    light.mkdir(parents=True)
    put(light)
    _in_image("nodegraph/base-onnx:1", MODELS / "openvino_files.py", light, "0", "0", "0", "-1")
    for name, script in (("plain", MODELS / "torch_checkpoints.py"), ("hf", MODELS / "hf" / "checkpoints.py")):
        (scratch / name).mkdir()
        _in_image("nodegraph/base-torch:1", script, scratch / name)
    for id, files in _wanted().items():
        (home / id).mkdir(parents=True)
        for name in files:
            source = scratch / TORCH[id][name] if name in TORCH.get(id, ()) else light / name
            if source.is_dir():
                shutil.copytree(source, home / id / name)
            elif source.is_file():
                shutil.copy(source, home / id / name)


def _in_image(image: str, script: Path, out: Path, *arguments: str) -> None:
    """Run a script that writes into `out`, where the libraries are that it needs."""
    code = {"/app/nodegraph_kit": "kit/nodegraph_kit", "/app/torch_kit": "torch_kit", "/app/up": "upscale"}
    mounts = [f"--volume={ROOT / 'models' / path}:{place}:ro" for place, path in code.items()]
    subprocess.run(
        [
            "docker", "run", "--rm", "--network=none", f"--user={os.getuid()}:{os.getgid()}",
            "--env=PYTHONPATH=/app:/app/up", *mounts, f"--volume={script}:/make.py:ro", f"--volume={out}:/out",
            image, "python", "/make.py", "/out", *arguments,
        ],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip


def _wanted() -> dict[str, list[str]]:
    """The names of all weights and checkpoints of each model that has some."""
    entries: list[dict[str, Any]] = json.loads((ROOT / "models.json").read_text("utf-8"))
    kinds = ("weights", "checkpoints")
    return {
        one["id"]: names for one in entries if (names := [each["name"] for kind in kinds for each in one.get(kind, [])])
    }


def catalogue(path: Path) -> Path:
    """A copy of the shipped catalogue that takes what lies in the weights folders."""
    entries = json.loads((ROOT / "models.json").read_text("utf-8"))
    for entry in entries:
        for kind in ("weights", "checkpoints"):
            if entry.get(kind):
                entry[kind] = [{"name": one["name"], "licence": one["licence"]} for one in entry[kind]]
        for kind in ("build", "process"):
            if isinstance(entry.get(kind), Mapping):
                folder = "context" if kind == "build" else "folder"
                entry[kind][folder] = str(ROOT / entry[kind][folder])
    path.write_text(json.dumps(entries), "utf-8")
    return path
