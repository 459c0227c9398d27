"""A loaded model at its best on this machine: on its device, in the precision that is faster, warmed up."""

import logging
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import torch

from torch_kit.device import device

log = logging.getLogger("torch_kit")
_PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}


class Network:
    """A model, its device and its precision. `run` in what takes it is a frame as the model will get it.

    The precision is float32, or bfloat16 where the processor has it, the model stands it and the warm-up shows that it
    is faster; without a warm-up it stays float32. $NODEGRAPH_PRECISION (float32 or bfloat16) decides it instead, for
    answers that are the same everywhere.
    Raises Refusal (kind ``failed``) when it must run on a GPU and cannot.
    """

    def __init__(self, model: Any) -> None:
        self.device = device()
        self.model = model.to(self.device)
        self.dtype = torch.float32
        if (wanted := os.environ.get("NODEGRAPH_PRECISION", "")) in _PRECISIONS:
            self._become(_PRECISIONS[wanted])

    def inputs(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """`values` on the device; those that are fractions in the model's precision, whole numbers as they are."""
        return {name: self.moved(value) for name, value in values.items()}

    def moved(self, value: Any) -> Any:
        """One value on the device, in the model's precision when it is a tensor of fractions."""
        if not torch.is_tensor(value):
            return value
        return value.to(self.device, self.dtype) if value.is_floating_point() else value.to(self.device)

    def warm_up(self, run: Callable[[], Any], reduced: bool = True) -> None:
        """Run two frames, which makes the third as fast as all others; and choose the precision.

        reduced: the model may be run in bfloat16.
        """
        if os.environ.get("NODEGRAPH_PRECISION", "") in _PRECISIONS:
            _seconds(run)
        elif reduced and _has_bfloat16(self.device):
            full, exact = _seconds(run), _tensors(self.model)
            self._become(torch.bfloat16)
            half = _seconds(run)
            if half > 0.9 * full:  # without a clear gain the more exact one
                self._become(torch.float32)
                _put_back(exact)
            log.info("a frame takes %.0f ms of all cores in float32, %.0f ms in bfloat16", full * 1000, half * 1000)
        else:
            _seconds(run)
        log.info("runs on %s in %s with %d threads", self.device, self.dtype, torch.get_num_threads())

    def _become(self, dtype: torch.dtype) -> None:
        self.model.to(dtype)
        self.dtype = dtype


def _tensors(model: torch.nn.Module) -> list[tuple[torch.nn.Module, str, torch.Tensor]]:
    """All weights of a model as they are; making them bfloat16 and float32 again would leave them rounded."""
    found = []
    for module in model.modules():
        found += [(module, name, weight.data) for name, weight in module.named_parameters(recurse=False)]
        found += [(module, name, buffer) for name, buffer in module.named_buffers(recurse=False)]
    return found


def _put_back(tensors: list[tuple[torch.nn.Module, str, torch.Tensor]]) -> None:
    for module, name, tensor in tensors:
        held = getattr(module, name)
        if isinstance(held, torch.nn.Parameter):
            held.data = tensor
        else:
            setattr(module, name, tensor)


def _has_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def _seconds(run: Callable[[], Any]) -> float:
    """How long the second of two runs takes; on processors their own time, which others that use them do not spoil."""
    on_gpu = torch.cuda.is_available()
    clock = time.perf_counter if on_gpu else time.process_time
    seconds = 0.0
    for _ in range(2):
        begun = clock()
        with torch.inference_mode():
            run()
        if on_gpu:
            torch.cuda.synchronize()
        seconds = clock() - begun
    return seconds
