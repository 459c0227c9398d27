"""A converted network, run by OpenVINO on the processor."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import openvino
from numpy.typing import NDArray

NETWORK: Final = "network.xml"
INPUT: Final = "pixel_values"


class Compiled:
    """The network in `folder`, ready to run. Not thread-safe.

    precision: ``f32`` or ``bf16``. Raises RuntimeError for files that are no network.
    """

    def __init__(self, folder: Path, precision: str, threads: int) -> None:
        core = openvino.Core()
        settings = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": precision,
            "INFERENCE_NUM_THREADS": threads,
        }
        self._compiled = core.compile_model(core.read_model(str(folder / NETWORK)), "CPU", settings)
        self._names = {port.get_any_name(): port for port in self._compiled.outputs}

    def __call__(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float32]]:
        """The outputs by name, for `inputs` (N, ...) of the one shape it was made for; one after the other if N > 1."""
        parts = [self._one(inputs[INPUT][at : at + 1]) for at in range(len(inputs[INPUT]))]
        return (
            parts[0] if len(parts) == 1 else {name: np.concatenate([one[name] for one in parts]) for name in parts[0]}
        )

    def _one(self, values: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
        found = self._compiled([np.ascontiguousarray(values, np.float32)])
        return {name: np.array(found[port], np.float32) for name, port in self._names.items()}


def precision(reduced: bool) -> str:
    """What the processor is fastest in: ``bf16`` where it has it and the network stands it, else ``f32``."""
    able = openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return "bf16" if reduced and "BF16" in able else "f32"


def processor() -> str:
    """The processor's name."""
    return str(openvino.Core().get_property("CPU", "FULL_DEVICE_NAME"))
