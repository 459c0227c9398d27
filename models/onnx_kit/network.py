"""A network's file, run on the processor or a GPU: ONNX, or OpenVINO's own .xml with its .bin beside it."""

import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nodegraph_kit import Refusal
from numpy.typing import NDArray

from onnx_kit.backend import backend_of
from onnx_kit.tensors import Shape, Tensor, listed, matched, sizes

log = logging.getLogger("onnx_kit")


class Network:
    """A network that has the inputs and outputs a model needs. Call it with arrays by input name.

    path: the file. inputs, outputs: the shapes by name that it must have; ``"a|b"`` accepts either name and is called
    `a`; where one is wanted, its name does not matter. precise: 32-bit numbers also where the device is faster with
    less (`$NODEGRAPH_PRECISION` = float32 makes all of them precise). static: run it at exactly the sizes given, which
    is fastest; a network with loops inside cannot. Not thread-safe. What runs it: see `backend`. Raises Refusal (kind
    ``failed``) for another file, and where a GPU is wanted that cannot be had.
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
        self.name = name or (path.name if isinstance(path, Path) else "The network")
        precise = precise or os.environ.get("NODEGRAPH_PRECISION") == "float32"
        self._backend = backend_of(path, self.name, precise, static)
        self._inputs = self._matched("inputs", self._backend.inputs, inputs)
        self._outputs = self._matched("outputs", self._backend.outputs, outputs)
        log.info("%s runs by %s on %s", self.name, self._backend.title, self._backend.device)

    def __call__(self, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """The outputs by name, for inputs by name. Raises Refusal when it does not work at that size."""
        given = [arrays[name] for name in sorted(self._inputs, key=self._inputs.__getitem__)]
        try:
            results = self._backend(given)
        except Exception as error:
            raise self._refused([array.shape for array in given], error) from error
        return {name: results[index] for name, index in self._outputs.items()}

    def size(self) -> tuple[int, int] | None:
        """Height and width of the first input (N, C, H, W) when the file fixes them."""
        high, wide = (self._backend.inputs[0].shape or (0, 0, 0, 0))[2:]
        return (high, wide) if high and wide else None

    def _matched(self, kind: str, tensors: Sequence[Tensor], wanted: Mapping[str, Shape]) -> dict[str, int]:
        """Which of `tensors` is meant by each name. Raises Refusal when one is missing or shaped otherwise."""
        found = matched(tensors, wanted)
        if found is None:
            has = ", ".join(map(str, tensors)) or "none"
            sentence = f"{self.name} is another network than this model needs: its {kind} are {has}; needed:"
            raise Refusal(f"{sentence} {listed(wanted)}.", "failed")
        if kind == "inputs" and len(tensors) != len(found):
            raise Refusal(f"{self.name} is another network: it has {len(tensors)} inputs, not {len(found)}.", "failed")
        return found

    def _refused(self, shapes: Sequence[Shape], error: Exception) -> Refusal:
        log.info("%s: %s", self.name, error)
        at = " and ".join(map(sizes, shapes))
        reason = next((line for line in str(error).splitlines()[::-1] if line.strip()), "")[:200]
        says = f"{self._backend.title} says: {reason}"
        return Refusal(f"{self.name} does not work with an input of {at}: {says}", "request")
