"""Makes a .safetensors file of an upscaler's .pth file: python server.py convert IN.pth OUT.safetensors."""

import pickle
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from architectures import spandrel
from nodegraph_kit import Refusal
from safetensors import SafetensorError
from safetensors.torch import save_file
from upscaler import check


def main(arguments: Sequence[str]) -> int:
    """The command; its exit code."""
    if len(arguments) != 2 or not arguments[1].endswith(".safetensors"):
        print("How to use it: python server.py convert IN.pth OUT.safetensors", file=sys.stderr)
        return 2
    source, target = map(Path, arguments)
    try:
        print(convert(source, target))
    except Refusal as error:
        print(error.message, file=sys.stderr)
        return 1
    return 0


def convert(source: Path, target: Path) -> str:
    """Write the tensors of `source` to `target`; a sentence about what it is. Raises Refusal.

    Only tensors are read: torch's restricted unpickler refuses everything else before anything of it is run.
    """
    tensors = _tensors(source)
    library = spandrel()
    try:
        net = check(library.ModelLoader(device="cpu").load_from_state_dict(dict(tensors)), source)
    except library.UnsupportedModelError as error:
        raise Refusal(f"{source.name} is of no architecture known to spandrel; nothing was written.") from error
    try:
        save_file(tensors, str(target), metadata={"format": "pt"})
        target.chmod(0o644)  # it is written for its owner alone; servers in containers are somebody else
    except OSError as error:
        raise Refusal(f"{target} cannot be written: {error}.") from error
    return f"Wrote {target}: {net.architecture.name}, {net.scale} times larger."


def _tensors(source: Path) -> dict[str, torch.Tensor]:
    try:
        found: Any = torch.load(source, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        words = "it holds more than tensors, which could be a program"
        raise Refusal(f"{source.name} was not opened: {words}; nothing was written.") from error
    except (SafetensorError, OSError, RuntimeError, EOFError, ValueError) as error:
        raise Refusal(f"{source.name} cannot be read: {' '.join(str(error).split())[:200]}.") from error
    found = spandrel().canonicalize_state_dict(found) if isinstance(found, dict) else found
    if not isinstance(found, dict) or not found or not all(torch.is_tensor(value) for value in found.values()):
        raise Refusal(f"{source.name} holds no network's tensors; nothing was written.")
    return {name: value.clone().contiguous() for name, value in found.items()}
