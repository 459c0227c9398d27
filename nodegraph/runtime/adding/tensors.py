"""The head of a safetensors file, read without any library: names, types and shapes, and that nothing is missing.

The format: 8 bytes little-endian length, a JSON object {name: {dtype, shape, data_offsets}}, then the numbers
(https://github.com/huggingface/safetensors, Apache-2.0; written anew).
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nodegraph.core.errors import DocumentError

_BYTES: Final = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}
_LARGEST: Final = 100_000_000


@dataclass(frozen=True)
class Tensor:
    """One array of the file."""

    dtype: str
    shape: tuple[int, ...]


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors of a file, none of their numbers. Raises DocumentError for what is no whole safetensors."""
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            length = int.from_bytes(file.read(8), "little")
            head = file.read(length) if size >= 8 and 2 <= length <= min(_LARGEST, size - 8) else b""
    except OSError as error:
        raise DocumentError(f"{path} cannot be read: {error.strerror}.", "Check the path.") from error
    try:
        said = json.loads(head)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise _wrong(path, "its head is not that of one")
    said.pop("__metadata__", None)
    return {name: _tensor(path, name, one, size - 8 - length) for name, one in said.items()}


def _tensor(path: Path, name: str, said: Any, room: int) -> Tensor:
    try:
        dtype, shape, (start, end) = str(said["dtype"]), tuple(map(int, said["shape"])), said["data_offsets"]
        good = 0 <= start <= end and min(shape, default=0) >= 0
        good = good and end - start == math.prod(shape) * _BYTES.get(dtype, -1 if end > start else 0)
    except (KeyError, TypeError, ValueError, OverflowError):  # shapes may be infinite, too
        good = False
    if not good:
        raise _wrong(path, f"what it says of {name[:80]!r} makes no sense")
    if end > room:
        raise _wrong(path, "it ends too early, like half a download")
    return Tensor(dtype, shape)


def _wrong(path: Path, why: str) -> DocumentError:
    return DocumentError(f"{path} is not a whole safetensors file: {why}.", "Download or convert it again.")
