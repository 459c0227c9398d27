"""Sinks whose file can be written in parts, each by a process of its own, and put together afterwards."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nodegraph.core.node import Stamp


class InParts(ABC):
    """Mixed into a Sink, says that it can do this: ``class Table(Sink, InParts, id=...)``.

    The instance that writes a part gets `origin` before `open`, and sees the frames of its part with the stamps they
    have in the whole film. Another instance, which is never opened, then puts the parts together.
    """

    origin: Stamp | None = None
    """The stamp of the film's first frame, in an instance that writes a part."""

    def whole(self) -> str:
        """Why this file must be written in one piece with these parameters, as a sentence; "" when it need not."""
        return ""

    @abstractmethod
    def join(self, parts: Sequence[Path], stamps: Sequence[Stamp], given: Mapping[str, Any]) -> None:
        """Write `path` from `parts`, in order.

        stamps: of every frame of the film. given: by name, the inputs that are the same for every frame and were kept
        from the parts. Raises NodeError; then nothing is left behind and an older file stays.
        """
