"""A Hugging Face model as an entry of models.json, served by models/hf."""

import re
from collections.abc import Iterable
from typing import Any, Final

from nodegraph.core.errors import ModelError
from nodegraph.runtime.huggingface.tasks import TASKS, Reader, Task

IMAGE: Final = "nodegraph/hf:1"
IMAGE_BYTES: Final = 1_270_000_000
HUB: Final = "https://huggingface.co"
_SINGLE: Final = ("model.safetensors", "model.safetensors.index.json")
_FILES: Final[dict[Reader, tuple[str, ...]]] = {
    "image processor": ("preprocessor_config.json", "processor_config.json"),
    "tokenizer": ("tokenizer.json", "tokenizer_config.json", "tokenizer.model", "vocab.txt", "vocab.json"),
}
_ID: Final = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
_LONGEST_ID: Final = 64  # letters, as the catalogue has it
_COMMIT: Final = re.compile(r"[0-9a-f]{40}")


def entry_for(
    id: str, commit: str, files: Iterable[str], task: str, licence: str = "", size: int = 0, context: str = "models"
) -> dict[str, Any]:
    """A whole entry for the model `id` (``owner/name``) at `commit`, doing `task` (one of TASKS).

    files: the names in its repository. licence: as its author says, "" when not said. size: bytes of what is
    downloaded, 0 when unknown. context: the folder with our models, relative to the catalogue or absolute.
    Raises ModelError when something the server needs is not among `files`, and for an id, commit or task that is none.
    """
    if not _ID.fullmatch(id):
        raise ModelError(f"{id!r} is not the name of a Hugging Face model.", "Write it as owner/name.")
    if not _COMMIT.fullmatch(commit):
        raise ModelError(f"{commit!r} is not a commit.", "An entry is for one commit: its 40 hexadecimal digits.")
    if task not in TASKS:
        raise ModelError(f"There is no task {task!r}.", f"Tasks are {', '.join(TASKS)}.")
    said = TASKS[task]
    _check_files(id, set(files), said)
    owner, name = id.split("/")
    weights = {"name": name, "url": f"hf:{id}@{commit}", "size": size, "licence": licence}
    return {
        "id": f"{owner}.{name}".lower()[:_LONGEST_ID],
        "name": name.replace("-", " ").replace("_", " "),
        "available": True,
        "category": said.category,
        "keywords": [task, *re.split(r"[-_]", name.lower())],
        "shortDescription": said.description,
        "tag": IMAGE,
        "specs": {"cpu": True, "gpu": True},
        "size": [f"{(IMAGE_BYTES + size) / 1e9:.1f}", "GB"],
        "protocol": "native",
        "maxInflight": 1,
        **({"cache": True} if said.cache else {}),
        "inputs": dict(said.inputs),
        "outputs": dict(said.outputs),
        "parameters": dict(said.parameters),
        "weights": [{key: value for key, value in weights.items() if value}],
        "build": {"context": context, "dockerfile": "hf/Dockerfile"},
        "options": {
            "image": IMAGE,
            "Env": [f"NODEGRAPH_TASK={task}"],
            "ExposedPorts": {"33000/tcp": {}},
        },
        "needsTraining": False,
        "description": _description(id, commit, said, licence),
    }


def _check_files(id: str, names: set[str], task: Task) -> None:
    if not names.intersection(_SINGLE):
        other = sorted(name for name in names if name.endswith((".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack")))
        has = f"it has only {', '.join(other[:3])}" if other else "it has no weights of transformers at all"
        hint = "Such files can run code when they are read, so they are not. "
        hint += f"Look at {HUB}/{id}/discussions for a conversion, and name its commit with --revision."
        raise ModelError(f"{id} has no weights as safetensors: {has}.", hint if other else "Choose another model.")
    for reader in task.reads:
        if not names.intersection(_FILES[reader]):
            message = f"{id} has no {reader}: none of {', '.join(_FILES[reader])} is in its repository."
            raise ModelError(message, f"A model for {task.id} cannot be asked without one; choose another revision.")


def _description(id: str, commit: str, task: Task, licence: str) -> dict[str, str]:
    owner = id.partition("/")[0]
    return {
        "first": task.description,
        "second": f"{id} at the commit {commit[:12]}, for the task {task.id}. Added from the Hugging Face Hub; what it "
        "was trained on and how good it is, its page there tells.",
        "authors": owner,
        "organization": owner,
        "framework": "PyTorch (transformers)",
        "github": f"{HUB}/{id}",
        "licence": f"The weights: {licence}." if licence else "The weights: its author does not say.",
    }
