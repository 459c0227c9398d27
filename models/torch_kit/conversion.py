"""A conversion: what is to be made of a checkpoint, and having it made by a process of its own."""

import dataclasses
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

WANTED: Final = "conversion.json"
PICTURE: Final = "picture.npy"
FOUND: Final = "found.json"
POLITENESS: Final = 5
"""Nice: calls take three quarters of a core that they want as well; at 19 it would not end beside live video."""
PATIENCE: Final = 1800
"""Seconds it may take beside a server that is busy."""


@dataclass(frozen=True)
class Conversion:
    """A network of transformers with one picture as its input.

    folder, automatic, spare: as for `load_model`; `automatic` is the class's name. outputs: the names that are wanted.
    unordered: a detector's, see alike.py. precision: ``f32`` or ``bf16``.
    """

    folder: str
    automatic: str
    spare: str
    outputs: tuple[str, ...]
    unordered: bool
    precision: str

    @classmethod
    def read(cls, folder: Path) -> "Conversion":
        """The one that is to be done in `folder`."""
        told = json.loads((folder / WANTED).read_text("utf-8"))
        return cls(**told | {"outputs": tuple(told["outputs"])})

    def identity(self, processor: str) -> str:
        """What its result depends on besides the size of the picture, as the name of a folder."""
        folder = Path(self.folder)
        files = [(path.name, path.stat().st_size, int(path.stat().st_mtime)) for path in sorted(folder.glob("*.*"))]
        versions = [version(name) for name in ("torch", "transformers", "openvino")]
        told = [processor, versions, files, self.automatic, self.outputs, self.precision]
        return f"{folder.name}-{hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]}"

    def done(self, folder: Path, picture: NDArray[np.float32]) -> dict[str, Any]:
        """Have it done for `picture` (1, 3, height, width): the network is in `folder`, if it is good.

        What convert.py found out is returned. Raises RuntimeError when it fails.
        """
        (folder / WANTED).write_text(json.dumps(dataclasses.asdict(self)), "utf-8")
        np.save(folder / PICTURE, picture)
        _run(["nice", "-n", str(POLITENESS), sys.executable, "-m", "torch_kit.convert", str(folder)])
        found: dict[str, Any] = json.loads((folder / FOUND).read_text("utf-8"))
        for path in folder.iterdir():
            if found["wrong"] or path.suffix not in (".xml", ".bin"):
                path.unlink()
        return found


def _run(command: list[str]) -> None:
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    leash, ours = os.pipe()  # closed when this process ends, however it does: the other one ends with it
    try:
        done = subprocess.run(
            command, env=variables, stdin=leash, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"converting took more than {PATIENCE // 60} minutes.") from None
    finally:
        os.close(leash)
        os.close(ours)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [f"the converter ended with status {done.returncode}."]
        raise RuntimeError(f"converting failed: {last[0]}")
