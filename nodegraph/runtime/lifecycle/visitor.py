"""Looking after a server that is not ours: seeing that it answers, saying so when not, connecting again."""

from nodegraph.core.errors import ModelError
from nodegraph.runtime.health import Health, ask
from nodegraph.runtime.lifecycle.keeper import Keeper
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.runners.attached import attached
from nodegraph.runtime.state import Stage


class Visitor(Keeper):
    """Asks every `limits.watch` seconds, and at once when a call failed. Never stops anything."""

    def _live(self) -> None:
        while True:
            try:
                endpoint = attached(self.launch)
            except ModelError as error:
                self.record.fail(error.message, error.hint)
                self._next_mail(None)
                continue
            self._visit(endpoint)

    def _visit(self, endpoint: Endpoint) -> None:
        self.record.enter(Stage.LOADING)
        while True:
            self._heed(endpoint, ask(endpoint, self.launch.protocol, self._limits.answer, self.cancel))
            self._next_mail(self._limits.watch)

    def _heed(self, endpoint: Endpoint, health: Health) -> None:
        ready = self.record.state.stage is Stage.READY
        if health.state == "ready" and not ready:
            self._link.open(endpoint)
            self.record.enter(Stage.READY)
        elif health.state in ("absent", "failed"):
            self._link.close()
            self._complain(health)
        elif health.state in ("loading", "silent") and not ready:
            # A server of 2018 that works on a frame answers nothing else: silence alone proves nothing.
            self.record.enter(Stage.LOADING, message=health.message or "it does not answer yet")

    def _complain(self, health: Health) -> None:
        what = "cannot be reached" if health.state == "absent" else f"does not work: {health.message}"
        message = f"The server of {self.launch.name} at {self.launch.url} {what.rstrip('.')}."
        if self.record.state.message != message:  # once, not at every look
            self.record.fail(message, "Check its address and that it runs; it is tried again by itself.")

    def _end(self) -> None:
        self._link.close()
        self.record.enter(Stage.STOPPED)
