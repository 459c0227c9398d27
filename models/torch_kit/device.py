"""The processor or the GPU: what the person wants, what PyTorch can have, and the sentence when they differ.

`$NODEGRAPH_DEVICE` is what the person wants: ``cpu``, ``gpu`` (refused when there is none), or ``auto``, the default.
"""

import logging
import os
from pathlib import Path
from typing import Final

import torch
from nodegraph_kit import Refusal, note

log = logging.getLogger("torch_kit")
_OFFERED: Final = Path("/dev/nvidiactl")
"""There in a container that was given an NVIDIA GPU."""


def device() -> torch.device:
    """Where networks run. Raises Refusal (kind ``failed``) when it must be a GPU and none can be had."""
    wanted = os.environ.get("NODEGRAPH_DEVICE", "auto")
    if wanted == "cpu":
        return torch.device("cpu")
    if torch.cuda.is_available():
        return torch.device("cuda")
    if wanted == "gpu":
        sentence = f"It is to run on a GPU and cannot: {_lacking()}."
        raise Refusal(f"{sentence} Set the device to auto or cpu to run it on the processor.", "failed")
    if _OFFERED.exists():
        note(f"Runs on the CPU, though a GPU was offered: {_lacking()}.")
        log.warning("runs on the CPU: %s", _lacking())
    return torch.device("cpu")


def _lacking() -> str:
    if torch.version.cuda is None:
        return "its image was built with a PyTorch for processors only"
    return f"PyTorch {torch.__version__} finds no NVIDIA GPU that it can use, or a driver that is too old"
