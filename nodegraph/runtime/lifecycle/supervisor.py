"""Keeping a server of ours alive: prepare, start, wait, watch, restart with back-off, give up, stop."""

import time
from dataclasses import replace

from nodegraph.core.errors import ModelError, ModelTimeout
from nodegraph.runtime.backoff import Backoff
from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.health import Health, ask
from nodegraph.runtime.launch import Launch
from nodegraph.runtime.lifecycle.keeper import Keeper, Request
from nodegraph.runtime.lifecycle.link import Connect
from nodegraph.runtime.lifecycle.record import Record
from nodegraph.runtime.limits import Limits
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.runners import Runner, Scaled
from nodegraph.runtime.state import Stage
from nodegraph.runtime.watcher import Exit


class Supervisor(Keeper):
    """Keeps one server alive with the help of a runner."""

    def __init__(self, launch: Launch, runner: Runner, connect: Connect, record: Record, limits: Limits) -> None:
        super().__init__(launch, connect, record, limits)
        self._runner = runner
        self._timeouts: list[float] = []
        self._life = 0
        self._born = 0.0  # when this life began, after what had to be fetched

    def scale(self, count: int) -> None:
        """Replicas that run are kept; no frame is lost for it."""
        if isinstance(self._runner, Scaled) and count != self.launch.replicas:
            self.launch = self.record.launch = replace(self.launch, replicas=count)
            self._runner.scale(count)
            self._mail.put(Request(tell=True))  # on our thread, as everything is told

    def heard(self, life: int, exit: Exit) -> None:
        """The runner says that its server ended."""
        self._mail.put(replace(exit, life=life))

    def _next_mail(self, timeout: float | None) -> Exit | Request | None:
        """Late news of an earlier life is no news."""
        mail = super()._next_mail(timeout)
        return None if isinstance(mail, Exit) and mail.life != self._life else mail

    def _live(self) -> None:
        backoff = Backoff(self._limits)
        while True:
            try:
                fault = self._live_once()
            except ModelError as error:  # trying again at once would not help
                self._rest(error.message, error.hint)
                backoff.reset()
                continue
            if fault.wanted:
                self._pause(fault, 0.0)
                continue
            pause = backoff.after(time.monotonic() - self._born)
            if pause is None:
                often = f" It failed {backoff.failures} times in a row." if backoff.failures > 1 else ""
                self._rest(fault.message + often, fault.hint)
                backoff.reset()
            else:
                self._pause(fault, pause)

    def _live_once(self) -> Exit:
        """One life of the server, from preparing to its end; why it ended. Raises ModelError if trying is no use."""
        self._life += 1
        watcher = _Watcher(self, self._life)
        self._runner.prepare(watcher)
        self.cancel.check()
        self.record.book.remark(f"starting {self.launch.name} ({self.launch.kind})")
        self._born = time.monotonic()
        endpoint = self._runner.start(watcher)
        ended = self._until_ready(endpoint)
        if ended is not None:
            return ended
        self._serve(endpoint)
        return self._until_ended(endpoint)

    def _until_ready(self, endpoint: Endpoint) -> Exit | None:
        self.record.enter(Stage.LOADING)
        began = time.monotonic()
        while True:
            health = ask(endpoint, self.launch.protocol, self._limits.answer, self.cancel)
            if health.state == "ready":
                self._note(health.note)
                return None
            if health.state == "failed":
                raise ModelError(f"{self.launch.name} cannot load: {health.message}", self._hint)
            if health.state == "loading":
                self.record.enter(Stage.LOADING, message=health.message)
            mail = self._next_mail(self._limits.poll)
            if isinstance(mail, Exit):
                return mail
            if mail is not None and mail.restart:
                return _AS_ASKED
            # Large models load for minutes, and servers that say so are not dead.
            patience = self._limits.loading if health.state == "loading" else self._limits.ready
            if time.monotonic() > began + patience:
                raise ModelError(self._never_ready(health, patience), self._hint)

    def _note(self, said: str) -> None:
        """What the server says about how it runs, after what we had to say."""
        ours = self.record.state.note
        if said and said not in ours:
            self.record.note(f"{ours} {said}".strip())

    def _until_ended(self, endpoint: Endpoint) -> Exit:
        while True:
            mail = self._next_mail(None)
            if isinstance(mail, Exit):
                return mail
            if mail is not None:
                fault = self._answer(endpoint, mail)
                if fault is not None:
                    return fault

    def _answer(self, endpoint: Endpoint, request: Request) -> Exit | None:
        if request.restart:
            return _AS_ASKED
        if request.tell:
            self.record.repeat()
        return self._examine(endpoint, request.error) if request.error else None

    def _examine(self, endpoint: Endpoint, error: Exception) -> Exit | None:
        """Whether a failed call means that the server must be restarted, and why."""
        health = ask(endpoint, self.launch.protocol, self._limits.hang, self.cancel)
        deadline = time.monotonic() + self._limits.hang
        while _may_come_back(health, endpoint) and time.monotonic() < deadline:
            mail = self._next_mail(0.2)  # it may have ended; else the way to it is being made anew
            if isinstance(mail, Exit):
                return mail
            if mail is not None and mail.restart:
                return _AS_ASKED
            health = ask(endpoint, self.launch.protocol, self._limits.answer, self.cancel)
        name = self.launch.name
        if health.state == "ready":
            if isinstance(error, ModelTimeout) and self._too_many_timeouts():
                often = f"{self._limits.timeouts} calls were not answered in time"
                hint = f"If it is only slow, raise `timeout` of its entry. {self._hint}"
                return Exit(f"{name} hangs: {often}.", hint)
            self._serve(endpoint)
            return None
        mail = self._next_mail(0.2)  # when it died, the news of that is on its way and says more
        if isinstance(mail, Exit):
            return mail
        if health.state == "silent":
            return Exit(f"{name} hangs: it did not answer within {self._limits.hang:g} s.", self._hint)
        if health.state == "absent":
            return Exit(f"{name} does not answer any more.", self._hint)
        return Exit(f"{name} says that it cannot work any more: {health.message or health.state}.", self._hint)

    def _serve(self, endpoint: Endpoint) -> None:
        self._link.open(endpoint)
        self.record.enter(Stage.READY)

    def _too_many_timeouts(self) -> bool:
        now = time.monotonic()
        self._timeouts = [*(then for then in self._timeouts if now - then < self._limits.timeout_window), now]
        return len(self._timeouts) >= self._limits.timeouts

    def _pause(self, fault: Exit, seconds: float) -> None:
        """Clear away what is left of the server, wait, and count the restart."""
        self.record.book.remark(fault.message)
        self._release()
        self.record.restarts += 1
        self.record.enter(Stage.RESTARTING, message=fault.message.rstrip("."), hint=fault.hint)
        self._runner.stop()
        self._wait_for_request(seconds)

    def _rest(self, message: str, hint: str) -> None:
        """It does not run; wait until somebody asks for it again."""
        self._release()
        self._runner.stop()
        self.record.fail(message, hint)
        self._wait_for_request(None)
        self.record.restarts += 1

    def _end(self) -> None:
        self._release()
        self.record.enter(Stage.STOPPING)
        self._runner.stop()
        self.record.enter(Stage.STOPPED)

    def _release(self) -> None:
        self._life += 1
        self._timeouts.clear()
        self._link.close()

    def _wait_for_request(self, seconds: float | None) -> None:
        """Wait, but no longer than until somebody wants it back. Raises Cancelled."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while deadline is None or time.monotonic() < deadline:
            mail = self._next_mail(None if deadline is None else max(0.001, deadline - time.monotonic()))
            if isinstance(mail, Request) and (mail.restart or mail.wake):
                return

    def _never_ready(self, health: Health, patience: float) -> str:
        seen = {
            "absent": "nothing answers at its address",
            "silent": "it takes connections but does not answer",
            "loading": "it still says that it is loading",
        }[health.state]
        tail = self.record.book.tail()
        words = f'Its last words: "{tail}".' if tail else "It printed nothing."
        return f"{self.launch.name} did not become ready in {patience:g} s: {seen}. {words}"

    @property
    def _hint(self) -> str:
        return f"Its whole log: nodegraph models logs {self.launch.id}"


def _may_come_back(health: Health, endpoint: Endpoint) -> bool:
    """Whether it is out of reach and not necessarily gone: on another machine, or all replicas of it at once."""
    if endpoint.roster is not None:
        return health.state != "ready"
    return health.state == "absent" and not endpoint.local


_AS_ASKED = Exit("Somebody asked for a restart.", wanted=True)


class _Watcher:
    """What one life of the server tells its supervisor; see runners.Watcher."""

    def __init__(self, supervisor: Supervisor, life: int) -> None:
        self._supervisor = supervisor
        self._record = supervisor.record
        self._life = life

    @property
    def cancel(self) -> Cancel:
        return self._supervisor.cancel

    def stage(self, stage: Stage, done: int = 0, total: int = 0, message: str = "") -> None:
        self._record.enter(stage, done, total, message)

    def note(self, text: str) -> None:
        self._record.note(text)

    def log(self, line: str) -> None:
        self._record.log(line)

    def tail(self) -> str:
        return self._record.book.tail()

    def exited(self, exit: Exit) -> None:
        self._supervisor.heard(self._life, exit)
