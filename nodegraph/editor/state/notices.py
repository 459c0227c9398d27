"""What the editor tells the person: short notices that fade, and a log that keeps them."""

import time
from collections import deque
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["info", "good", "warning", "error"]

KEPT: Final = 500
_SECONDS: Final = {"info": 4.0, "good": 3.0, "warning": 7.0, "error": 10.0}


@dataclass(frozen=True)
class Notice:
    """One thing told. at: seconds since the epoch. count: how often in a row it was told."""

    text: str
    kind: Kind = "info"
    hint: str = ""
    at: float = 0.0
    count: int = 1

    @property
    def fades_at(self) -> float:
        """When it needs no longer be on screen."""
        return self.at + _SECONDS[self.kind]


class Notices:
    """The newest notices, oldest first. `revision` changes with each."""

    def __init__(self) -> None:
        self.log: deque[Notice] = deque(maxlen=KEPT)
        self.revision = 0
        self._dismissed = 0.0

    def tell(self, text: str, kind: Kind = "info", hint: str = "") -> None:
        """Add a notice; the same one again only counts."""
        now, count = time.time(), 1
        if self.log and (self.log[-1].text, self.log[-1].kind) == (text, kind):
            count = self.log.pop().count + 1
        self.log.append(Notice(text, kind, hint, now, count))
        self.revision += 1

    def on_screen(self, now: float | None = None) -> list[Notice]:
        """Those that have not faded yet, at most the newest four."""
        moment = time.time() if now is None else now
        fresh = [one for one in self.log if one.fades_at > moment and one.at > self._dismissed]
        return fresh[-4:]

    def dismiss(self) -> None:
        """Take all off the screen; the log keeps them."""
        self._dismissed = time.time()
        self.revision += 1
