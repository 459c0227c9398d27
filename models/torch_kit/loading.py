"""Loading a checkpoint of transformers from a folder: only safetensors, none of its own code, nothing missing."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from nodegraph_kit import Refusal
from safetensors import SafetensorError

_PLAINLY = (
    (
        r"auto_map|trust_remote_code|custom code",
        "It needs program code from its own repository, which is not run here.",
    ),
    (r"Unrecognized configuration class .*AutoModel", "Its network is not made for the task it is to do."),
    (r"(?i)torchvision", "Only the library torchvision, which is not here, can prepare pictures for it."),
    (r"(?i)\btimm\b", "It needs the library timm, which is not here. Some models have a revision without it."),
    (
        r"load image processor|preprocessor_config",
        "It does not say how to prepare pictures: no preprocessor_config.json.",
    ),
    (r"load tokenizer|backend tokenizer", "There is no tokenizer in it, which makes numbers of words."),
)
"""What transformers says at length -> what a user can make use of."""
_SAFE = {"local_files_only": True, "trust_remote_code": False}


def load_model(automatic: Any, folder: Path, spare: str = "") -> Any:
    """The checkpoint in `folder` as a model of `automatic` (an Auto class), float32, ready to be used.

    spare: a regular expression for names of tensors that may be missing, because the caller makes no use of them.
    Raises Refusal (kind ``failed``) with what is wrong with the folder.
    """
    check_folder(folder)
    model, found = _said(
        folder,
        lambda: automatic.from_pretrained(
            str(folder), use_safetensors=True, dtype=torch.float32, output_loading_info=True, **_SAFE
        ),
    )
    unused = re.compile(spare or r"(?!)")  # the latter matches nothing
    missing = sorted(key for key in found["missing_keys"] if not unused.search(key))
    missing += sorted(str(key) for key in found["mismatched_keys"])
    if missing:  # transformers would fill them with random numbers
        shown = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
        raise _bad(folder, f"It lacks tensors that {type(model).__name__} needs: {shown}.")
    return model.eval()


def load_processor(folder: Path, kind: str = "AutoProcessor") -> Any:
    """What prepares pictures and words for the checkpoint in `folder`. Raises Refusal (kind ``failed``).

    kind: the Auto class; AutoImageProcessor or AutoTokenizer where only pictures or only words are needed.
    """
    import transformers

    check_folder(folder)
    options = _SAFE if kind == "AutoTokenizer" else {**_SAFE, "backend": "pil"}
    return _said(folder, lambda: getattr(transformers, kind).from_pretrained(str(folder), **options))


def check_folder(folder: Path) -> None:
    """Raise Refusal unless `folder` looks like a checkpoint whose weights are safetensors."""
    if not folder.is_dir():
        raise _bad(folder, "It is not a folder; a checkpoint of transformers is one, with a config.json.")
    if not (folder / "config.json").is_file():
        raise _bad(folder, "There is no config.json in it.")
    if any(folder.glob("*.safetensors")):
        return
    pickles = sorted(path.name for path in folder.iterdir() if path.suffix in (".bin", ".pt", ".pth", ".ckpt"))
    if pickles:
        words = f"Its weights, {pickles[0]}, are a pickle, which can run any program; they are not opened."
        raise _bad(folder, f"{words} Use a revision of it that has model.safetensors.")
    raise _bad(folder, "There is no .safetensors file in it.")


def _said(folder: Path, load: Callable[[], Any]) -> Any:
    """What `load` gives; what goes wrong in the file or the libraries as a sentence."""
    try:
        return load()
    except SafetensorError as error:
        raise _bad(folder, f"Its weights are damaged ({error}). Fetch them again.") from error
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, ImportError, AttributeError) as error:
        said = " ".join(str(error).split())
        words = next((plain for pattern, plain in _PLAINLY if re.search(pattern, said)), said[:300])
        raise _bad(folder, words if words.endswith(".") else words + ".") from error


def _bad(folder: Path, words: str) -> Refusal:
    return Refusal(f"The checkpoint {folder.name} cannot be used. {words}", "failed")
