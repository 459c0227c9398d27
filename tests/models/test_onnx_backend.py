"""Which library runs a network, and what is said where the wanted device is not to be had. Needs neither library."""

import ctypes
import importlib.util
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from nodegraph_kit import Refusal, notes
from onnx_kit import backend, cuda
from onnx_kit.onnxruntime_backend import is_of_device, plainly
from onnx_kit.tensors import Tensor, matched

Choose = Callable[..., str]


class Driver:
    """CUDA's driver as `cuda` asks it: its CUDA, the answer to cuInit, the GPU's compute capability."""

    def __init__(self, version: int = 12080, init: int = 0, able: tuple[int, int] = (8, 9)) -> None:
        self.version, self.init, self.able = version, init, able

    def cuDriverGetVersion(self, found: Any) -> None:
        found._obj.value = self.version

    def cuInit(self, flags: int) -> int:
        return self.init

    def cuDeviceGetName(self, name: Any, size: int, device: int) -> int:
        name.value = b"Some GPU"
        return 0

    def cuDeviceGetAttribute(self, found: Any, which: int, device: int) -> None:
        found._obj.value = self.able[which - 75]


@pytest.mark.parametrize(
    ("driver", "words"),
    [
        (Driver(), ""),
        (Driver(13000, able=(12, 0)), ""),
        (None, "no NVIDIA driver is in reach"),
        (Driver(11080), r"knows CUDA 11\.8, and 12\.0 is needed: install driver 525 or newer"),
        (Driver(init=100), r"finds no GPU that it can use \(error 100\)"),
        (Driver(able=(5, 2)), r"the GPU Some GPU is too old: compute capability 5\.2, needed is 6\.0"),
    ],
)
def test_what_cuda_lacks_is_said(monkeypatch: pytest.MonkeyPatch, driver: Driver | None, words: str) -> None:
    monkeypatch.setattr(cuda, "_driver", lambda: driver)
    if words:
        assert re.search(words, cuda.lacking())
    else:
        assert cuda.lacking() == ""
        assert cuda.name() == "Some GPU"


def test_where_there_is_no_driver_none_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr(ctypes, "CDLL", missing)
    cuda._driver.cache_clear()
    assert (cuda.name(), cuda.lacking()) == ("NVIDIA", "no NVIDIA driver is in reach of its container")
    cuda._driver.cache_clear()


@pytest.fixture
def choose(monkeypatch: pytest.MonkeyPatch) -> Choose:
    """Which library would take a file: `choose("a.onnx", wanted="gpu", has=True, lacking="")`."""

    class NoProvider(Exception):
        pass

    def onnxruntime(*_: Any) -> Any:
        if refuses:
            raise NoProvider
        return SimpleNamespace(title="ONNX Runtime", device="Some GPU")

    refuses: list[bool] = []
    openvino = SimpleNamespace(OpenVino=lambda *_: SimpleNamespace(title="OpenVINO", device="CPU"))
    monkeypatch.setitem(sys.modules, "onnx_kit.openvino_backend", openvino)
    other = SimpleNamespace(OnnxRuntime=onnxruntime, NoProvider=NoProvider)
    monkeypatch.setitem(sys.modules, "onnx_kit.onnxruntime_backend", other)
    monkeypatch.setattr(notes, "_said", {})

    def choose(file: str, wanted: str = "", has: bool = True, lacking: str = "", refused: bool = False) -> str:
        if wanted:
            monkeypatch.setenv("NODEGRAPH_DEVICE", wanted)
        refuses[:] = [True] * refused
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if has else None)
        monkeypatch.setattr(cuda, "lacking", lambda: lacking)
        return backend.backend_of(Path(file), file, precise=True, static=True).title

    monkeypatch.delenv("NODEGRAPH_DEVICE", raising=False)
    return choose


def test_an_onnx_file_runs_on_the_gpu_where_the_image_and_the_machine_can_and_it_is_said(choose: Choose) -> None:
    assert choose("a.onnx") == choose("a.onnx", "gpu") == "ONNX Runtime"
    assert notes.notes() == "Runs on the GPU Some GPU, by CUDA."


def test_openvinos_own_files_stay_on_the_processor_and_so_does_what_is_told_to(choose: Choose) -> None:
    assert choose("a.xml", "gpu") == choose("a.onnx", "cpu") == choose("a.onnx", "auto", has=False) == "OpenVINO"
    assert notes.notes() == ""


def test_a_gpu_that_cannot_be_used_is_a_note_or_where_it_must_be_one_a_refusal(choose: Choose) -> None:
    assert choose("a.onnx", lacking="the driver is old") == "OpenVINO"
    assert notes.notes() == "Runs on the CPU, though a GPU was offered: the driver is old."
    with pytest.raises(Refusal, match=r"a\.onnx is to run on a GPU and cannot: the driver is old\. Set the device to"):
        choose("a.onnx", "gpu", lacking="the driver is old")
    with pytest.raises(Refusal, match="could not use CUDA, its log says why"):
        choose("a.onnx", "gpu", refused=True)
    with pytest.raises(Refusal, match="its image has OpenVINO alone"):
        choose("a.onnx", "gpu", has=False)


def test_a_tensor_is_known_by_any_of_its_names_and_must_have_the_shape() -> None:
    ports = [Tensor(("x", "old"), (1, 3, 0, 0)), Tensor(("y",), None)]
    assert matched(ports, {"new|old": (1, 3, 8, 8), "y": (5,)}) == {"new": 0, "y": 1}
    assert matched(ports, {"x": (1, 4, 0, 0), "y": (5,)}) is None
    assert matched(ports, {"x": (1, 3, 0), "y": (5,)}) is None
    assert matched(ports, {"z": (1,), "y": (5,)}) is None
    assert matched(ports[:1], {"anything": (1, 3, 0, 0)}) == {"anything": 0}
    assert [str(port) for port in (*ports, Tensor((), (0, 2)))] == ["x 1×3×?×?", "y of any shape", "without a name ?×2"]


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        (
            (
                "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Non-zero status code while running Reshape node. "
                "Status Message: /src/reshape_helper.h:55 a == b was false. It cannot be reshaped. Input shape:{1,10}\n"
            ),
            "It cannot be reshaped. Input shape:{1,10}",
        ),
        (
            (
                "[ONNXRuntimeError] : 2 : INVALID_ARGUMENT : Got invalid dimensions for input: x\n index: 2 Got: 9 "
                "Expected: 8\n Please fix either the inputs/outputs or the model."
            ),
            "Got invalid dimensions for input: x index: 2 Got: 9 Expected: 8",
        ),
        ("Failed to allocate memory", "Failed to allocate memory"),
    ],
)
def test_what_onnx_runtime_says_is_told_without_its_sources(said: str, plain: str) -> None:
    assert plainly(said) == plain


def test_a_gpu_without_memory_is_not_taken_for_a_damaged_file() -> None:
    assert is_of_device("CUDA failure 2: out of memory ; GPU=0 ; expr=cudaMalloc(&p, size);")
    assert is_of_device("BFCArena: Failed to allocate memory for requested buffer of size 4096")
    assert not is_of_device("Load model from /weights/cuda.onnx failed: Protobuf parsing failed.")
