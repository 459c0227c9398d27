"""A model's modules, read from its folder without starting its server."""

import importlib
import sys
from types import ModuleType

from catalogue import ROOT


def module(model: str, name: str) -> ModuleType:
    """The module `name` of models/`model`; those of other models that have the same name do not get in the way."""
    folder = ROOT / "models" / model
    mine = [path.stem for path in folder.glob("*.py")]
    before = {one: sys.modules.pop(one) for one in mine if one in sys.modules}
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))
        for one in mine:
            sys.modules.pop(one, None)
        sys.modules.update(before)
