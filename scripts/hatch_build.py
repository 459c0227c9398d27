"""Puts what is not Python into the wheel: the catalogue, presets, models and the sample clip, as nodegraph/_data.

An editable install gets none of it: there, they are read from the checkout (nodegraph/core/resources.py).
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = ("models.json", "presets", "models", "assets/sample.mp4", "assets/presets", "assets/models")


class ShippedData(BuildHookInterface[Any]):
    """Adds the shipped files to the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before each build; `version` is "standard" or "editable"."""
        if version == "editable" or self.target_name != "wheel":
            return
        for name in SHIPPED:
            build_data["force_include"][str(Path(self.root, name))] = f"nodegraph/_data/{name}"
