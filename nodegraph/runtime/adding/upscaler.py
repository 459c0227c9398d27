"""A file of weights for the upscaler: looked at, then copied to where `upscale` offers it as a checkpoint."""

import os
import re
import shutil
from pathlib import Path
from typing import Final

from nodegraph.core.errors import DocumentError, NodegraphError, Problem, UsageError
from nodegraph.runtime.adding.facts import size_text
from nodegraph.runtime.adding.plan import TAKES_PLACE, Fact, Plan, Wishes, Written
from nodegraph.runtime.adding.tensors import Tensor, read_tensors
from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.state import ServerListener
from nodegraph.runtime.weights.places import weights_folder

MODEL: Final = "upscale"
"""The entry whose checkpoints upscaler files are."""
PICKLED: Final = (".pth", ".pt", ".ckpt", ".bin", ".pkl")
_CHUNK: Final = 8 << 20
_CONVERT: Final = (
    "Convert it where you trust it, in a Python with torch and safetensors: "
    "python -c \"import torch, safetensors.torch as s; d = torch.load('IN.pth', weights_only=True); "
    "d = d.get('params_ema', d.get('params', d)); "
    "s.save_file({k: v.contiguous() for k, v in d.items()}, 'OUT.safetensors')\""
)


def plan_upscaler(path: Path, wishes: Wishes) -> Plan:
    """Look at the file and plan its copy. Raises UsageError for a kind of file that is not loaded, DocumentError."""
    if path.suffix.lower() in PICKLED:
        message = f"{path} is a pickled file: reading one can run any program that is hidden in it, so none is read."
        raise UsageError(message, _CONVERT)
    if path.suffix.lower() != ".safetensors":
        hint = "Upscalers are .safetensors files; for other models write a server: `nodegraph models new NAME`."
        raise UsageError(f"{path} is not a kind of file that can be added.", hint)
    tensors = read_tensors(path)
    _check_upscaler(path, tensors)
    target = weights_folder(MODEL) / "checkpoints" / _name(path, wishes)
    size = path.stat().st_size
    count = sum(_count(one) for one in tensors.values())
    facts = (
        Fact("file", f"{path}, {size_text(size)}"),
        Fact("tensors", f"{len(tensors)} with {count / 1e6:.3g} million numbers, for a network that takes pictures"),
        Fact("node", f"model.{MODEL}: one more choice of its checkpoint"),
        Fact("licence", "a file does not say: see where you have it from"),
    )
    step = f"copy it to {target}; nothing is started"

    def work(tell: ServerListener, cancel: Cancel) -> Written:
        _copy(path, target, cancel)
        return []

    return Plan(
        str(path),
        "upscaler",
        target.stem,
        (),
        facts,
        (step,),
        wishes.catalogue,
        wishes.replace,
        work,
        tuple(_taken(target, wishes)),
    )


def _taken(target: Path, wishes: Wishes) -> list[Problem]:
    if not target.exists():
        return []
    if wishes.replace:
        return [Problem(target.stem, TAKES_PLACE, severity="warning")]
    return [Problem(target.name, f"is in {target.parent} already.", "Give it another --name, or --replace that.")]


def _check_upscaler(path: Path, tensors: dict[str, Tensor]) -> None:
    """Every upscaler begins and ends with convolutions on pictures; other files (texts, LoRAs, detectors) do not."""
    kernels = [one.shape for one in tensors.values() if len(one.shape) == 4 and one.shape[2] == one.shape[3]]
    takes = any(shape[1] in (1, 3, 4, 12, 48) for shape in kernels)
    gives = any(shape[0] % 3 == 0 or shape[0] in (1, 4, 16) for shape in kernels)
    lora = any("lora" in name.lower() for name in tensors)
    if not (takes and gives) or lora:
        what = "it is a LoRA" if lora else "no layer of it takes a picture" if not takes else "no layer gives a picture"
        hint = "Upscalers are networks such as ESRGAN, Compact, SwinIR, DAT or SPAN, saved as safetensors."
        raise DocumentError(f"{path} is no upscaler: {what}.", hint)


def _name(path: Path, wishes: Wishes) -> str:
    name = re.sub(r"[^\w.+-]+", "-", wishes.name or path.stem).strip("-.")
    if not name:
        raise UsageError(f"{path.name!r} gives no name for a checkpoint.", "Give one with --name.")
    return f"{name[:100]}.safetensors"


def _count(one: Tensor) -> int:
    count = 1
    for size in one.shape:
        count *= size
    return count


def _copy(source: Path, target: Path, cancel: Cancel) -> None:
    """Whole or not at all. Raises NodegraphError, Cancelled."""
    part = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(target.parent).free < source.stat().st_size:
            raise OSError(28, "the disk is full")
        with source.open("rb") as reading, part.open("wb") as writing:
            while chunk := reading.read(_CHUNK):
                cancel.check()
                writing.write(chunk)
        part.chmod(0o644)
        os.replace(part, target)
    except OSError as error:
        raise NodegraphError(f"{source} cannot be copied to {target}: {error.strerror}.", "Check the disk.") from error
    finally:
        part.unlink(missing_ok=True)
