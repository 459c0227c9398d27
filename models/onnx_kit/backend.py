"""Which library runs a network, and on what: OpenVINO on the processor, ONNX Runtime on an NVIDIA GPU.

A .onnx file runs on the GPU where the image has ONNX Runtime (``base-onnx-gpu``) and CUDA can be had. OpenVINO's own
files (.xml with .bin) only OpenVINO reads: those stay on the processor, in that image too. `$NODEGRAPH_DEVICE` is what
the person wants: ``cpu``, ``gpu`` (then a .onnx file that cannot have one is refused), or ``auto``, the default.
"""

import importlib.util
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from nodegraph_kit import Refusal, note
from numpy.typing import NDArray

from onnx_kit import cuda
from onnx_kit.tensors import Tensor

log = logging.getLogger("onnx_kit")


class Backend(Protocol):
    """A network that one library has read. title: the library. device: what it runs on, for people."""

    title: str
    device: str
    inputs: Sequence[Tensor]
    outputs: Sequence[Tensor]

    def __call__(self, arrays: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """All outputs for all inputs, in order. Raises what the library raises when it does not work at that size."""


def backend_of(file: Path | bytes, name: str, precise: bool, static: bool) -> Backend:
    """`file` read by the library that runs it best here; see `Network` for `precise` and `static`.

    Raises Refusal (kind ``failed``) for a file it cannot read, and where a GPU is wanted that cannot be had.
    """
    wanted = os.environ.get("NODEGRAPH_DEVICE", "auto")
    portable = isinstance(file, bytes) or file.suffix != ".xml"
    if portable and wanted != "cpu" and importlib.util.find_spec("onnxruntime"):
        found = _on_gpu(file, name, precise, static, must=wanted == "gpu")
        if found is not None:
            return found
    from onnx_kit.openvino_backend import OpenVino

    made = OpenVino(file, name, precise, static)
    if portable and wanted == "gpu" and made.device == "CPU":
        raise _without_gpu(name, "its image has OpenVINO alone, which sees none")
    return made


def _on_gpu(file: Path | bytes, name: str, precise: bool, static: bool, must: bool) -> Backend | None:
    """By ONNX Runtime on the GPU; None when none is to be had, said aloud. Raises Refusal when there `must` be one."""
    from onnx_kit.onnxruntime_backend import NoProvider, OnnxRuntime

    lacking = cuda.lacking()
    if not lacking:
        try:
            made = OnnxRuntime(file, name, precise, static)
        except NoProvider as error:
            log.warning("%s: %s", name, error)
            lacking = "ONNX Runtime could not use CUDA, its log says why"
        else:
            note(f"Runs on the GPU {made.device}, by CUDA.")
            return made
    if must:
        raise _without_gpu(name, lacking)
    note(f"Runs on the CPU, though a GPU was offered: {lacking}.")
    log.warning("%s runs on the CPU: %s.", name, lacking)
    return None


def _without_gpu(name: str, lacking: str) -> Refusal:
    sentence = f"{name} is to run on a GPU and cannot: {lacking}."
    return Refusal(f"{sentence} Set the device to auto or cpu to run it on the processor.", "failed")
