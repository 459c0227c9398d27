"""spandrel, which recognises upscalers by their tensors, without the torchvision it asks for."""

import importlib
import importlib.util
import sys
import types
from typing import Any

_NAMES = ("torchvision", "torchvision.transforms", "torchvision.transforms.functional")


def spandrel() -> Any:
    """The module. Of its architectures only two fill holes and faces with torchvision; those fail when they are run.

    What stands for torchvision is gone again afterwards: others look for it to choose how they work.
    """
    if "spandrel" not in sys.modules and importlib.util.find_spec("torchvision") is None:
        stand_ins = {name: types.ModuleType(name) for name in _NAMES}
        outer, transforms, functional = stand_ins.values()
        outer.transforms, transforms.functional = transforms, functional
        functional.InterpolationMode = types.SimpleNamespace(NEAREST="nearest", BILINEAR="bilinear", BICUBIC="bicubic")
        functional.rotate = functional.normalize = functional.resize = _missing
        sys.modules.update(stand_ins)
        try:
            importlib.import_module("spandrel")
        finally:
            for name in _NAMES:
                sys.modules.pop(name, None)
    return importlib.import_module("spandrel")


def _missing(*_: Any, **__: Any) -> Any:
    raise RuntimeError("this architecture needs torchvision, which is not in the image")
