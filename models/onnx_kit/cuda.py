"""What CUDA's driver says about the GPU, asked before anything large is loaded."""

import ctypes
from functools import cache
from typing import Any

NEEDED = 12
"""The CUDA of `base-onnx-gpu`; its driver is 525 or newer."""
OLDEST = (6, 0)
"""Pascal: that ONNX Runtime has no code for GPUs before it (newer than Hopper: compiled at the first start)."""
_MAJOR, _MINOR = 75, 76  # CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_...
_FIRST = 0


def lacking() -> str:
    """Why CUDA cannot be had here, as the second half of a sentence; "" when nothing is lacking."""
    driver = _driver()
    if driver is None:
        return "no NVIDIA driver is in reach of its container"
    version = ctypes.c_int()
    driver.cuDriverGetVersion(ctypes.byref(version))
    if version.value < NEEDED * 1000:
        known = f"{version.value // 1000}.{version.value % 1000 // 10}"
        return f"the NVIDIA driver knows CUDA {known}, and {NEEDED}.0 is needed: install driver 525 or newer"
    code = driver.cuInit(0)
    if code:
        return f"the NVIDIA driver finds no GPU that it can use (error {code})"
    able = _attribute(driver, _MAJOR), _attribute(driver, _MINOR)
    if able < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        return f"the GPU {name()} is too old: compute capability {able[0]}.{able[1]}, needed is {oldest}"
    return ""


def name() -> str:
    """The first GPU's name, such as ``NVIDIA GeForce RTX 4070``; "NVIDIA" when it does not say."""
    driver, text = _driver(), ctypes.create_string_buffer(100)
    if driver is None or driver.cuInit(0) or driver.cuDeviceGetName(text, len(text), _FIRST):
        return "NVIDIA"
    return text.value.decode("utf-8", "replace")


def options(precise: bool) -> dict[str, str]:
    """How ONNX Runtime is to use it. A picture of another size must not stall a film for a search among algorithms,
    and other models want memory, too. TF32 has 10 bits instead of 23: only where that is asked for.
    """
    return {
        "device_id": str(_FIRST),
        "cudnn_conv_algo_search": "HEURISTIC",
        "arena_extend_strategy": "kSameAsRequested",
        "use_tf32": "0" if precise else "1",
    }


def _attribute(driver: Any, which: int) -> int:
    value = ctypes.c_int()
    driver.cuDeviceGetAttribute(ctypes.byref(value), which, _FIRST)
    return value.value


@cache
def _driver() -> Any:
    """The driver's library; the toolkit puts it into a container that was given a GPU."""
    try:
        return ctypes.CDLL("libcuda.so.1")
    except OSError:
        return None
