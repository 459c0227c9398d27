"""A network run by OpenVINO: ONNX, or OpenVINO's own .xml with its .bin beside it."""

import logging
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from nodegraph_kit import Refusal
from nodegraph_kit.cores import cores
from numpy.typing import NDArray

from onnx_kit.tensors import Shape, Tensor

log = logging.getLogger("onnx_kit")
KEPT = 3
"""How many picture sizes stay prepared; another size takes some tenths of a second once."""


class OpenVino:
    """See `Backend`. It runs on a graphics processor that OpenVINO sees, else on the processor."""

    title = "OpenVINO"

    def __init__(self, file: Path | bytes, name: str, precise: bool, static: bool) -> None:
        import openvino  # only in the models' images

        self._core = openvino.Core()
        self._name, self._precise, self._static = name, precise, static
        self._model = self._read(file)
        self.inputs = [_tensor(port) for port in self._model.inputs]
        self.outputs = [_tensor(port) for port in self._model.outputs]
        self.device = "GPU" if any(one.startswith("GPU") for one in self._core.available_devices) else "CPU"
        self._prepared: OrderedDict[tuple[Shape, ...], Any] = OrderedDict()

    def __call__(self, arrays: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        compiled = self._compiled(tuple(array.shape for array in arrays))
        kinds = [port.get_element_type().to_dtype() for port in compiled.inputs]
        ready = {i: np.ascontiguousarray(one, kind) for i, (one, kind) in enumerate(zip(arrays, kinds, strict=True))}
        results = compiled(ready)
        return [np.array(results[port]) for port in compiled.outputs]

    def _read(self, file: Path | bytes) -> Any:
        try:
            return self._core.read_model(*([str(file)] if isinstance(file, Path) else [file, b""]))
        except Exception as error:
            log.info("%s: %s", self._name, error)
            sentence = f"{self._name} is no network that OpenVINO can read: it is damaged, or another kind of file."
            raise Refusal(f"{sentence} Remove it and fetch it again.", "failed") from error

    def _compiled(self, shapes: tuple[Shape, ...]) -> Any:
        key = shapes if self._static else ()
        if key not in self._prepared:
            self._prepared[key] = self._compile(self._sized(shapes) if self._static else self._model)
            if len(self._prepared) > KEPT:
                self._prepared.popitem(last=False)
        self._prepared.move_to_end(key)
        return self._prepared[key]

    def _sized(self, shapes: tuple[Shape, ...]) -> Any:
        model = self._model.clone()
        model.reshape({index: list(shape) for index, shape in enumerate(shapes)})
        return model

    def _compile(self, model: Any) -> Any:
        hints = {"PERFORMANCE_HINT": "LATENCY"} | ({"INFERENCE_PRECISION_HINT": "f32"} if self._precise else {})
        if self.device == "GPU":
            try:
                return self._core.compile_model(model, "GPU", hints)
            except Exception as error:
                log.warning("%s runs on the CPU; the GPU cannot take it: %s", self._name, error)
                self.device = "CPU"
        return self._core.compile_model(model, "CPU", hints | {"INFERENCE_NUM_THREADS": cores()})


def _tensor(port: Any) -> Tensor:
    """Its names are those of the tensor and of the operation it belongs to, which older files have instead."""
    node = port.get_node()
    inner = node.input_value(0).get_node() if node.get_type_name() == "Result" else node
    shape = port.get_partial_shape()
    known = None if shape.rank.is_dynamic else tuple(0 if one.is_dynamic else one.get_length() for one in shape)
    return Tensor((*sorted(port.get_names()), inner.get_friendly_name()), known)
