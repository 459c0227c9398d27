"""A network run by ONNX Runtime, on an NVIDIA GPU by CUDA. Its image is built upon ``base-onnx-gpu``."""

import logging
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from nodegraph_kit import Refusal
from nodegraph_kit.cores import cores
from numpy.typing import NDArray

from onnx_kit import cuda
from onnx_kit.tensors import Shape, Tensor

log = logging.getLogger("onnx_kit")
CUDA = "CUDAExecutionProvider"
_KINDS = {
    "tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(double)": np.float64, "tensor(bool)": np.bool_,
    "tensor(uint8)": np.uint8, "tensor(int8)": np.int8, "tensor(int32)": np.int32, "tensor(int64)": np.int64,
}  # fmt: skip


class NoProvider(Exception):
    """ONNX Runtime took another device than it was told to; its log says why."""


class OnnxRuntime:
    """See `Backend`. provider: where it runs; what that cannot do runs on the processor, operation by operation.

    A file that fixes its sizes takes others too when it is `static` (in `Network`'s sense), as with OpenVINO: its
    sizes are then opened. Raises Refusal for a file it cannot read, NoProvider when `provider` is not to be had.
    """

    title = "ONNX Runtime"

    def __init__(self, file: Path | bytes, name: str, precise: bool, static: bool, provider: str = CUDA) -> None:
        import onnxruntime  # only in the models' images

        if provider == CUDA:
            onnxruntime.preload_dlls()  # pip put CUDA's libraries where the system does not look
        self.device = cuda.name() if provider == CUDA else "CPU"
        self._file, self._name, self._resizes = file, name, static
        self._providers = [(provider, cuda.options(precise) if provider == CUDA else {})]
        self._session = self._opened(str(file) if isinstance(file, Path) else file)
        if provider not in self._session.get_providers():
            raise NoProvider(f"ONNX Runtime does not run {name} by {provider}.")
        self._any_size: Any = None
        self._opened_axes: frozenset[tuple[str, int]] = frozenset()
        ports = self._session.get_inputs()
        self._kinds = [_KINDS.get(port.type, np.float32) for port in ports]
        self.inputs = [_tensor(port) for port in ports]
        self.outputs = [_tensor(port) for port in self._session.get_outputs()]

    def __call__(self, arrays: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        named = zip(self.inputs, arrays, self._kinds, strict=True)
        ready = {port.names[0]: np.ascontiguousarray(array, kind) for port, array, kind in named}
        session = self._at({name: array.shape for name, array in ready.items()})
        try:
            return [np.asarray(one) for one in session.run(None, ready)]
        except Exception as error:
            raise RuntimeError(plainly(str(error))) from error

    def _at(self, shapes: Mapping[str, Shape]) -> Any:
        """The session for inputs of these shapes: the file's own, or one whose file has these sizes open."""
        other = frozenset(
            (port.names[0], axis)
            for port in self.inputs
            for axis, (has, size) in enumerate(zip(port.shape or (), shapes[port.names[0]], strict=False))
            if has not in (0, size)
        )
        if not other or not self._resizes:
            return self._session
        if self._any_size is None or not other <= self._opened_axes:
            self._opened_axes |= other
            self._any_size = self._opened(with_open_sizes(self._file, self._opened_axes))
        return self._any_size

    def _opened(self, file: str | bytes) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = cores()
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # the editor needs these cores, too
        try:
            return onnxruntime.InferenceSession(file, options, providers=self._providers)
        except Exception as error:
            log.info("%s: %s", self._name, error)
            if is_of_device(str(error)):
                raise NoProvider(plainly(str(error))) from error
            sentence = f"{self._name} is no network that ONNX Runtime can read: it is damaged, or another kind of file."
            raise Refusal(f"{sentence} Remove it and fetch it again.", "failed") from error


def is_of_device(words: str) -> bool:
    """Whether it is the GPU that failed (no memory left, a library that is missing) and not the file that is bad."""
    return re.search(r"CUDA (failure|error)|CUBLAS_|CUDNN_|out of memory|Failed to allocate", words) is not None


def plainly(words: str) -> str:
    """What ONNX Runtime says, without its code, the place in its sources, and the line that says to mend the file."""
    words = re.sub(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ", "", " ".join(words.split()))
    return words.rpartition("was false. ")[2].removesuffix("Please fix either the inputs/outputs or the model.").strip()


def with_open_sizes(file: Path | bytes, axes: frozenset[tuple[str, int]]) -> bytes:
    """The ONNX file with sizes of its inputs open, given by name and axis; what it says of later sizes is left out."""
    import onnx

    model = onnx.load(file) if isinstance(file, Path) else onnx.load_from_string(file)
    for port in model.graph.input:
        for axis, size in enumerate(port.type.tensor_type.shape.dim):
            if (port.name, axis) in axes:
                size.dim_param = f"{port.name}_{axis}"
    del model.graph.value_info[:]
    for port in model.graph.output:
        for size in port.type.tensor_type.shape.dim:
            size.Clear()
    return bytes(model.SerializeToString())


def _tensor(port: Any) -> Tensor:
    """ONNX Runtime has no shape, which is also how it writes a single number, for what the file leaves open."""
    shape = tuple(size if isinstance(size, int) and size > 0 else 0 for size in port.shape or ())
    return Tensor((port.name,), shape or None)
