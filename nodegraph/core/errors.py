"""What can go wrong, said in sentences for people.

NodegraphError            message + hint; the command line prints both and no traceback
├── UsageError            the command or call itself is wrong (exit code 2)
├── DocumentError         a preset or catalogue cannot be used (exit code 3); carries Problems
├── NodeError             a node cannot do its work with these inputs or parameters
└── ModelError            a model's server failed
    ├── ModelNotReady     it is still being pulled, started or loaded: expected, not a failure
    ├── ModelUnreachable  no server answers, or the connection broke
    ├── ModelTimeout      it did not answer in time
    ├── ModelRefused      it answered that it cannot do this
    └── ModelAnswerError  it answered something that is not what its entry promises
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Problem:
    """Something a person should know about a document, and what they can do about it.

    `where` names the place: ``nodes.blur.radius``, ``models.json[3] (YOLO).specs.gpu``, ``wires[4]``.
    """

    where: str
    message: str
    hint: str = ""
    severity: Severity = "error"

    def __str__(self) -> str:
        tail = f" {self.hint}" if self.hint else ""
        return f"{self.where}: {self.message}{tail}" if self.where else f"{self.message}{tail}"


class NodegraphError(Exception):
    """A failure with a sentence for the person (`message`) and what to do about it (`hint`)."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class UsageError(NodegraphError):
    """The command or call itself is wrong."""


class DocumentError(NodegraphError):
    """A preset or catalogue cannot be used; `problems` says why, one by one."""

    def __init__(self, message: str, hint: str = "", problems: Iterable[Problem] = ()) -> None:
        super().__init__(message, hint)
        self.problems = tuple(problems)


class NodeError(NodegraphError):
    """A node cannot do its work with these inputs or parameters."""


class ModelError(NodegraphError):
    """A model's server failed."""


class ModelNotReady(ModelError):
    """The model is still being pulled, started or loaded; waiting is normal."""


class ModelUnreachable(ModelError):
    """No server answers, or the connection broke in the middle."""


class ModelTimeout(ModelError):
    """The model did not answer in time."""


class ModelRefused(ModelError):
    """The model answered that it cannot do this."""


class ModelAnswerError(ModelError):
    """The model answered something that is not what its entry promises."""
