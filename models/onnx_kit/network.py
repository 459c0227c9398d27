"""A network's file, run by OpenVINO: ONNX, or OpenVINO's own .xml with its .bin beside it."""

import logging
import os
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from nodegraph_kit import Refusal
from nodegraph_kit.cores import cores
from numpy.typing import NDArray

log = logging.getLogger("onnx_kit")
Shape = tuple[int, ...]
"""Sizes of a tensor; 0 stands for any."""
KEPT = 3
"""How many picture sizes stay prepared; another size takes some tenths of a second once."""


class Network:
    """A network that has the inputs and outputs a model needs. Call it with arrays by input name.

    path: the file. inputs, outputs: the shapes by name that it must have; ``"a|b"`` accepts either name and is called
    `a`; where one is wanted, its name does not matter. precise: 32-bit numbers also where the processor is faster with
    16 (`$NODEGRAPH_PRECISION` = float32 makes all of them precise). static: run it at exactly the sizes given, which is
    fastest; a network with loops inside cannot. Not thread-safe. Raises Refusal (kind ``failed``) for another file.
    """

    def __init__(
        self,
        path: Path | bytes,
        inputs: Mapping[str, Shape],
        outputs: Mapping[str, Shape],
        *,
        name: str = "",
        precise: bool = True,
        static: bool = True,
    ) -> None:
        import openvino  # only in the models' images

        self.name = name or (path.name if isinstance(path, Path) else "The network")
        self._core = openvino.Core()
        self._static = static
        self._precise = precise or os.environ.get("NODEGRAPH_PRECISION") == "float32"
        self._model = self._read(path)
        self._inputs = self._matched("inputs", self._model.inputs, inputs)
        self._outputs = self._matched("outputs", self._model.outputs, outputs)
        self._prepared: OrderedDict[tuple[Shape, ...], Any] = OrderedDict()

    def __call__(self, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """The outputs by name, for inputs by name. Raises Refusal when it does not work at that size."""
        given = {index: arrays[name] for name, index in self._inputs.items()}
        compiled = self._compiled(tuple(array.shape for array in given.values()))
        ports = compiled.inputs
        ready = {i: np.ascontiguousarray(a, ports[i].get_element_type().to_dtype()) for i, a in given.items()}
        results = compiled(ready)
        return {name: np.array(results[compiled.outputs[index]]) for name, index in self._outputs.items()}

    def size(self) -> tuple[int, int] | None:
        """Height and width of the first input (N, C, H, W) when the file fixes them."""
        sizes = self._model.inputs[0].get_partial_shape()[2:]
        high, wide = (0 if one.is_dynamic else one.get_length() for one in sizes)
        return (high, wide) if high and wide else None

    def channels(self) -> int:
        """Size of the first output's second axis; 0 when the file leaves it open."""
        second = self._model.outputs[0].get_partial_shape()[1]
        return 0 if second.is_dynamic else int(second.get_length())

    def _read(self, path: Path | bytes) -> Any:
        try:
            if isinstance(path, Path):
                return self._core.read_model(str(path))
            return self._core.read_model(path, b"")
        except Exception as error:
            log.info("%s: %s", self.name, error)
            sentence = f"{self.name} is no network that OpenVINO can read: it is damaged, or another kind of file."
            raise Refusal(f"{sentence} Remove it and fetch it again.", "failed") from error

    def _matched(self, kind: str, ports: list[Any], wanted: Mapping[str, Shape]) -> dict[str, int]:
        """Which of `ports` is meant by each name. Raises Refusal when one is missing or shaped otherwise."""
        found = {}
        for names, shape in wanted.items():
            known = names.split("|")
            index = next((i for i, port in enumerate(ports) if _names(port).intersection(known)), None)
            if index is None and len(wanted) == 1 and ports:
                index = 0
            if index is None or not _fits(ports[index].get_partial_shape(), shape):
                has = ", ".join(f"{_shown(port)}" for port in ports) or "none"
                needs = ", ".join(f"{name.split('|')[0]} {_sizes(one)}" for name, one in wanted.items())
                sentence = (
                    f"{self.name} is another network than this model needs: its {kind} are {has}; needed: {needs}."
                )
                raise Refusal(sentence, "failed")
            found[known[0]] = index
        if kind == "inputs" and len(ports) != len(found):
            raise Refusal(f"{self.name} is another network: it has {len(ports)} inputs, not {len(found)}.", "failed")
        return found

    def _compiled(self, shapes: tuple[Shape, ...]) -> Any:
        key = shapes if self._static else ()
        if key not in self._prepared:
            self._prepared[key] = self._compile(self._sized(shapes) if self._static else self._model, shapes)
            if len(self._prepared) > KEPT:
                self._prepared.popitem(last=False)
        self._prepared.move_to_end(key)
        return self._prepared[key]

    def _sized(self, shapes: tuple[Shape, ...]) -> Any:
        model = self._model.clone()
        try:
            model.reshape({index: list(shape) for index, shape in zip(self._inputs.values(), shapes, strict=True)})
        except Exception as error:
            raise self._refused(shapes, error) from error
        return model

    def _compile(self, model: Any, shapes: tuple[Shape, ...]) -> Any:
        """On a graphics processor that OpenVINO sees, else on the processor."""
        hints = {"PERFORMANCE_HINT": "LATENCY"} | ({"INFERENCE_PRECISION_HINT": "f32"} if self._precise else {})
        if any(device.startswith("GPU") for device in self._core.available_devices):
            try:
                return self._core.compile_model(model, "GPU", hints)
            except Exception as error:
                log.warning("%s runs on the CPU; the GPU cannot take it: %s", self.name, error)
        try:
            return self._core.compile_model(model, "CPU", hints | {"INFERENCE_NUM_THREADS": cores()})
        except Exception as error:
            raise self._refused(shapes, error) from error

    def _refused(self, shapes: tuple[Shape, ...], error: Exception) -> Refusal:
        log.info("%s: %s", self.name, error)
        at = " and ".join(_sizes(shape) for shape in shapes)
        reason = next((line for line in str(error).splitlines()[::-1] if line.strip()), "")[:200]
        return Refusal(f"{self.name} does not work with an input of {at}: OpenVINO says: {reason}", "request")


def _names(port: Any) -> set[str]:
    """Names of a tensor and of the operation it belongs to, which older files have instead."""
    node = port.get_node()
    inner = node.input_value(0).get_node() if node.get_type_name() == "Result" else node
    return {*port.get_names(), inner.get_friendly_name()}


def _fits(shape: Any, wanted: Shape) -> bool:
    if shape.rank.is_dynamic:
        return True
    sizes = zip(shape, wanted, strict=False)
    same = all(size.is_dynamic or not one or size.get_length() == one for size, one in sizes)
    return len(shape) == len(wanted) and same


def _shown(port: Any) -> str:
    name = next(iter(sorted(port.get_names())), "") or "without a name"
    shape = port.get_partial_shape()
    sizes = () if shape.rank.is_dynamic else tuple(0 if one.is_dynamic else one.get_length() for one in shape)
    return f"{name} {_sizes(sizes)}"


def _sizes(shape: Shape) -> str:
    return "×".join(str(size or "?") for size in shape) or "of any shape"
