"""What will happen if a model is added, as plain data: shown to the person, who agrees or not, before it happens."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from nodegraph.core.errors import Problem
from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.state import ServerListener

Kind = Literal["server", "image", "folder", "hub", "upscaler"]
Written = list[dict[str, Any]]
"""Entries as models.json holds them."""
TAKES_PLACE: Final = "was added before; this one takes its place."
Work = Callable[[ServerListener, Cancel], Written]
"""Pulls, builds, starts or copies what the plan says; the entries to write. Raises ModelError, Cancelled."""


@dataclass(frozen=True)
class Wishes:
    """What a person may say beside the thing itself; "" leaves it to us.

    catalogue: the file it is written to. taken: ids of other catalogues and who has them. replace: an entry with the
    same id in `catalogue` is replaced. protocol: what an image speaks. task, revision: of a Hugging Face model.
    engine: DOCKER_HOST of the engine that is asked.
    """

    catalogue: Path
    id: str = ""
    name: str = ""
    protocol: str = ""
    task: str = ""
    revision: str = ""
    replace: bool = False
    engine: str = ""
    taken: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fact:
    """A line of what a person should know before they agree: ``network``, ``none``."""

    name: str
    value: str


@dataclass(frozen=True)
class Plan:
    """What adding `what` means. Nothing was pulled, built, started or written to make it.

    ids: of the entries, as far as they are known. facts: what will run. steps: what will be done, in order. problems:
    errors forbid it, warnings are to be read.
    """

    what: str
    kind: Kind
    title: str
    ids: tuple[str, ...]
    facts: tuple[Fact, ...]
    steps: tuple[str, ...]
    catalogue: Path
    replace: bool
    work: Work = field(repr=False, compare=False)
    problems: tuple[Problem, ...] = ()

    @property
    def replaces(self) -> bool:
        """Whether something that was added before would go."""
        return any(one.message == TAKES_PLACE for one in self.problems)

    @property
    def can_be_done(self) -> bool:
        """Whether no problem forbids it."""
        return all(one.severity != "error" for one in self.problems)
