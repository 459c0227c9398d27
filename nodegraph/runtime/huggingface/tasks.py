"""The tasks that models/hf serves, with the ports and parameters of each.

tasks.json beside this file is what its servers say about themselves; `python scripts/make_hf_tasks.py` writes it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, Literal

Reader = Literal["image processor", "tokenizer"]


@dataclass(frozen=True)
class Task:
    """What a model can be for.

    id: as the Hub calls it. title, description: for people. inputs, outputs, parameters: as in models.json. category:
    of the entry. reads: what has to be saved beside the network for it to be asked. cache: some of its networks are
    converted into faster ones, which are kept.
    """

    id: str
    title: str
    description: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    parameters: Mapping[str, Any]
    cache: bool
    category: str
    reads: tuple[Reader, ...]


def _category(inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> str:
    """Pictures into pictures, something out of text, or facts."""
    given = {port["type"] for port in outputs.values()}
    if "image" in given:
        return "transform"
    return "generate" if given == {"text"} and "image" not in inputs else "extract"


def _reads(inputs: Mapping[str, Any]) -> tuple[Reader, ...]:
    """A picture needs its processor; a text needs a tokenizer."""
    kinds: tuple[tuple[str, Reader], ...] = (("image", "image processor"), ("text", "tokenizer"))
    return tuple(reader for port, reader in kinds if port in inputs)


def _read() -> dict[str, Task]:
    said = json.loads(files(__package__).joinpath("tasks.json").read_text("utf-8"))
    return {
        id: Task(id=id, **one, category=_category(one["inputs"], one["outputs"]), reads=_reads(one["inputs"]))
        for id, one in said.items()
    }


TASKS: Final[Mapping[str, Task]] = _read()
"""Every task by its id, in the order that help texts list them."""
