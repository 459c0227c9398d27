"""The shipped catalogue as the tests of its models read it."""

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE: dict[str, dict[str, Any]] = {
    entry["id"]: entry for entry in json.loads((ROOT / "models.json").read_text(encoding="utf-8"))
}
PROCESSES = [name for name, entry in CATALOGUE.items() if "process" in entry]
"""Models that run in our own Python, too; the others need their image and weights."""


def folder_of(name: str) -> Path:
    """Where the model's server, README and example are."""
    build = CATALOGUE[name]["build"]
    return (ROOT / str(build["context"]) / str(build["dockerfile"])).parent
