"""CPU or GPU: what a model can use, what the person wants, what the place has, and the sentence when they differ."""

import sys
from pathlib import Path

from nodegraph.core.errors import ModelError
from nodegraph.runtime.launch import Launch
from nodegraph.runtime.watcher import Watcher

_LINUX_GPUS = ("/dev/nvidia0", "/dev/kfd", "/dev/dxg")  # NVIDIA, AMD, and either under Windows' Linux


def wants_gpu(launch: Launch) -> bool:
    """Whether a GPU is to be used where there is one."""
    return launch.device == "gpu" or (launch.device == "auto" and launch.gpu)


def machine_has_gpu() -> bool:
    """Whether a local process may find a GPU; where that cannot be told cheaply, we let it try."""
    return sys.platform != "linux" or any(Path(name).exists() for name in _LINUX_GPUS)


def settle_for_cpu(launch: Launch, watcher: Watcher, lacking: str, hint: str) -> None:
    """Say that it runs on the CPU, and why. Raises ModelError when it must not.

    lacking: who has no GPU, as the beginning of a sentence's second half: ``this machine has none``.
    """
    name = launch.name
    if wants_gpu(launch):
        if launch.device == "gpu" or not launch.cpu:
            raise ModelError(f"{name} needs a GPU, and {lacking}.", f"{hint} Or set the device to cpu to try without.")
        watcher.note(f"{name} runs on the CPU: it could use a GPU, but {lacking}.")
    elif not launch.cpu:
        watcher.note(f"{name} is made for a GPU; it is tried on the CPU as asked.")
