"""What Docker and the images of models look like now, asked on one thread of its own.

A Docker that hangs makes only this thread wait; what is shown says so meanwhile. Nothing is asked while nobody looks.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from nodegraph.core.errors import ModelError
from nodegraph.editor.state.models.weights import Stock, stock_of
from nodegraph.runtime.entry import ModelEntry

if TYPE_CHECKING:  # it brings Docker and HTTP along: a fifth of a second at the start
    from nodegraph.runtime.manage import EngineStatus, ModelStatus

CLOSELY: Final = 3.0
"""Seconds between two looks at the engine, while somebody looks at models."""
NOW_AND_THEN: Final = 20.0
"""Seconds between two looks while somebody only sees the status bar."""
LATE: Final = 8.0
"""Seconds after which an engine that has not answered is said not to."""
_FIRST: Final = 1.5
"""Seconds before the first look: the window opens first."""
_SLOW_TEXT: Final = "It was asked {:.0f} s ago. Is it busy or stuck? Models that run as local processes go on."


@dataclass(frozen=True)
class EngineShow:
    """The Docker engine, for the status bar. answers is None until it was asked."""

    answers: bool | None = None
    text: str = "Docker …"
    hint: str = ""
    gpu: bool | None = None


class Looker:
    """Its methods belong to the UI thread; what the thread finds arrives through `post`.

    revision changes with everything that is found out.
    """

    def __init__(
        self,
        entries: Callable[[], Mapping[str, ModelEntry]],
        post: Callable[[Callable[[], None]], None],
    ) -> None:
        self._entries, self._post = entries, post
        self.revision = 0
        self.statuses: dict[str, ModelStatus] = {}
        self.stocks: dict[str, Stock] = {}
        self._engine = EngineShow()
        self._looked = self._asked = 0.0
        self._hurried = self._closing = False
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    # --- the UI thread ----------------------------------------------------------------------------------------------

    @property
    def engine(self) -> EngineShow:
        """The engine as it was when it last answered, or that it is late."""
        asked = self._asked
        if asked and time.monotonic() - asked > LATE:
            return EngineShow(False, "Docker does not answer", _SLOW_TEXT.format(time.monotonic() - asked))
        return self._engine

    def look(self, closely: bool) -> None:
        """Somebody looks at models (closely) or only at the engine. Call it as often as they do."""
        if closely:
            if time.monotonic() - self._looked > 2 * CLOSELY:
                self._wake.set()
            self._looked = time.monotonic()
        if self._thread is None and not self._closing:
            self._thread = threading.Thread(target=self._run, name="models", daemon=True)
            self._thread.start()

    def learn(self, id: str, status: "ModelStatus | None", stock: Stock) -> None:
        """A model's weights, and if not None its status, are known from what was done with it."""
        self.stocks = {**self.stocks, id: stock}
        if status is not None:
            self.statuses = {**self.statuses, id: status}
        self.revision += 1

    def hurry(self) -> None:
        """Something has changed: look now."""
        self._hurried = True
        self._wake.set()

    def close(self) -> None:
        """End the thread, as soon as the engine lets it."""
        self._closing = True
        self._wake.set()

    # --- the thread -------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        self._wake.wait(_FIRST)
        asked = float("-inf")
        while not self._closing:
            self._wake.clear()
            now = time.monotonic()
            closely = now - self._looked < 2 * CLOSELY
            if self._hurried or now - asked >= (CLOSELY if closely else NOW_AND_THEN):
                self._hurried = False
                self._count()
                self._ask()
                asked = time.monotonic()
            self._wake.wait(CLOSELY)

    def _count(self) -> None:
        """The weights: they are on the disk, whatever the engine does."""
        try:
            stocks = {id: stock_of(entry) for id, entry in self._entries().items()}
        except Exception:  # whatever the disk says to this: the thread goes on, and counts again
            return
        self._post(partial(self._counted, stocks))

    def _counted(self, stocks: dict[str, Stock]) -> None:
        if stocks != self.stocks:
            self.stocks = stocks
            self.revision += 1

    def _ask(self) -> None:
        from nodegraph.runtime import manage

        self._asked = time.monotonic()
        statuses: Iterable[ModelStatus] = ()
        try:
            engine = _engine_show(_asked_about_gpu(manage.engine_status(probe_gpu=False)))
            statuses = manage.statuses(self._entries().values()) if engine.answers else ()
        except Exception as error:  # whatever it says: the thread goes on, and the person sees why
            why = error.message if isinstance(error, ModelError) else f"{type(error).__name__}: {error}"
            engine = EngineShow(False, "Docker does not answer", why)
        self._asked = 0.0
        self._post(partial(self._found, engine, {one.id: one for one in statuses}))

    def _found(self, engine: EngineShow, statuses: "dict[str, ModelStatus]") -> None:
        if (engine, statuses) != (self._engine, self.statuses):
            self._engine, self.statuses = engine, statuses
            self.revision += 1


def _asked_about_gpu(status: "EngineStatus") -> "EngineStatus":
    """Also whether it has a GPU to give; where this machine has none, its own engine need not be tried."""
    from nodegraph.runtime import manage
    from nodegraph.runtime.runners.device import machine_has_gpu

    if not status.answers or status.gpu is not None:
        return status
    if status.address.startswith("unix:") and not machine_has_gpu():
        return replace(status, gpu=False)
    return manage.engine_status(probe_gpu=True)


def _engine_show(status: "EngineStatus") -> EngineShow:
    if not status.answers:
        return EngineShow(False, "Docker does not answer", status.message)
    version = ".".join(status.version.partition("-")[0].split(".")[:2])
    gpu = {True: " · GPU", False: " · no GPU", None: ""}[status.gpu]
    hint = f"Docker {status.version} on {status.system}, {status.memory / 1e9:.0f} GB, at {status.address}"
    return EngineShow(True, f"Docker {version}{gpu}", hint, status.gpu)
