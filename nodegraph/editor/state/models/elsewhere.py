"""How models stand on other Docker engines: each engine is asked on a thread of its own, while somebody looks.

One that hangs, for an address nobody answers at, keeps nothing else waiting.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from nodegraph.core.errors import NodegraphError
from nodegraph.editor.state.background import later
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.place import place_of

if TYPE_CHECKING:  # it brings Docker and HTTP along: a fifth of a second at the start
    from nodegraph.runtime.manage import ModelStatus

PERIOD: Final = 6.0
"""Seconds between two questions to an engine."""


@dataclass
class _Engine:
    """What is known of one. asked: when it last was; busy: it has not answered yet; trouble: why it does not."""

    statuses: Mapping[str, "ModelStatus"] = field(default_factory=dict)
    trouble: str = ""
    asked: float = float("-inf")
    busy: bool = False


class Elsewhere:
    """Belongs to the UI thread. revision changes with everything that is found out."""

    def __init__(
        self, entries: Callable[[], Mapping[str, ModelEntry]], post: Callable[[Callable[[], None]], None]
    ) -> None:
        self._entries, self._post = entries, post
        self._engines: dict[str, _Engine] = {}
        self.revision = 0

    def look(self, id: str, address: str) -> tuple["ModelStatus | None", str]:
        """How a model stands there, None while unknown, and why the engine says nothing. Says that somebody looks."""
        known = self._engines.setdefault(address, _Engine())
        if not known.busy and time.monotonic() - known.asked > PERIOD:
            self._ask(address, known)
        return known.statuses.get(id), known.trouble

    def hurry(self, address: str) -> None:
        """Something has changed there: ask again at the next look."""
        if address in self._engines:
            self._engines[address].asked = float("-inf")

    def _ask(self, address: str, known: _Engine) -> None:
        entries = list(self._entries().values())
        known.busy, known.asked = True, time.monotonic()

        def work() -> "dict[str, ModelStatus]":
            from nodegraph.runtime import manage

            place_of({"engine": address}, "A model")  # what is no address at all is said to be none
            return {one.id: one for one in manage.statuses(entries, address)}

        def done(found: "dict[str, ModelStatus]") -> None:
            self._found(known, found, "")

        def failed(error: NodegraphError) -> None:
            self._found(known, {}, " ".join(part for part in (error.message, error.hint) if part))

        later(self._post, work, done, failed)

    def _found(self, known: _Engine, statuses: "Mapping[str, ModelStatus]", trouble: str) -> None:
        known.busy = False
        if (statuses, trouble) != (known.statuses, known.trouble):
            known.statuses, known.trouble = statuses, trouble
            self.revision += 1
