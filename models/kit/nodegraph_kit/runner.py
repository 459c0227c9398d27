"""Runs the command: loading in the background, a limit on how many at once, failures as sentences."""

import logging
import threading
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nodegraph_kit.command import Command
from nodegraph_kit.describe import describe
from nodegraph_kit.errors import Refusal
from nodegraph_kit.notes import notes
from nodegraph_kit.types import Memory

log = logging.getLogger("nodegraph_kit")
MEMORIES = 32
"""How many clients a stateful model remembers; the one unheard of for longest is forgotten first."""


@dataclass(frozen=True)
class Result:
    """Outputs by port name, and the milliseconds the command itself took."""

    outputs: dict[str, Any]
    milliseconds: float


class Runner:
    """One command being served. Thread-safe."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self.state = "loading"
        self.error = ""
        self._function: Callable[..., Any] | None = None
        self._turns = threading.Semaphore(command.max_inflight)
        self._memories: OrderedDict[str, Memory] = OrderedDict()
        self._lock = threading.Lock()
        self._begun: dict[int, float] = {}

    def load(self) -> None:
        """Run the command's setup; afterwards `state` is ready or failed. Call it on a thread of its own."""
        try:
            self._function = self.command.load()
        except Refusal as refusal:  # said by the model itself: where in its code is of no use to anybody
            log.error("setup failed: %s", refusal.message)
            self.error = refusal.message
            self.state = "failed"
        except Exception as error:
            log.exception("setup failed")
            self.error = _sentence(error)
            self.state = "failed"
        else:
            self.state = "ready"

    def describe(self) -> dict[str, Any]:
        """What ``GET /`` answers."""
        return describe(self.command, self.state, self.error)

    def health(self) -> dict[str, Any]:
        """What ``GET /health`` answers; `longest` is how many seconds the oldest request has been worked on.

        `note` is what the model has to say about how it runs.
        """
        begun = list(self._begun.values())
        longest = time.perf_counter() - min(begun) if begun else 0.0
        told = {"state": self.state, "error": self.error, "note": notes()}
        return {**told, "running": len(begun), "longest": round(longest, 3)}

    def run(
        self,
        inputs: Mapping[str, Any],
        parameters: Mapping[str, Any],
        client: str = "",
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> Result:
        """Run once, waiting for a turn; then `is_wanted` says whether anybody still waits for the answer.

        Raises Refusal for wrong arguments, before it is ready, when it is not wanted, and when it fails.
        """
        function = self._ready()
        arguments = {**self._inputs(inputs), **self.command.arguments(parameters)}
        with self._turns:
            if self.command.memory:
                arguments[self.command.memory] = self._memory(client)
            if not is_wanted():
                raise Refusal("Nobody waits for the answer any more.", "busy")
            value, milliseconds = self._call(function, arguments)
        return Result(self._outputs(value), milliseconds)

    def _call(self, function: Callable[..., Any], arguments: dict[str, Any]) -> tuple[Any, float]:
        """The function's result and its milliseconds; whatever it raises becomes a Refusal."""
        begun = self._begun[threading.get_ident()] = time.perf_counter()
        try:
            return function(**arguments), (time.perf_counter() - begun) * 1000
        except Refusal:
            raise
        except Exception as error:
            log.exception("%s failed", self.command.name)
            # The traceback holds the frames' arguments alive, and with them memory shared with the client.
            traceback.clear_frames(error.__traceback__)
            raise Refusal(f"{self.command.title} failed: {_sentence(error)}", "model") from None
        finally:
            del self._begun[threading.get_ident()]

    def _ready(self) -> Callable[..., Any]:
        if self.state == "loading":
            raise Refusal(f"{self.command.title} is still loading.", "loading")
        if self._function is None:
            raise Refusal(f"{self.command.title} could not start: {self.error}", "failed")
        return self._function

    def _inputs(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        names = [port.name for port in self.command.inputs]
        for name in inputs:
            if name not in names:
                raise Refusal(f"{self.command.title} has no input {name!r}. It has: {', '.join(names) or 'none'}.")
        for port in self.command.inputs:
            if inputs.get(port.name) is None and not port.optional:
                raise Refusal(f"The input {port.name} ({port.type}) is missing.")
        return {name: inputs.get(name) for name in names}

    def _outputs(self, value: Any) -> dict[str, Any]:
        names = [port.name for port in self.command.outputs]
        if len(names) == 1 and not hasattr(value, "_fields"):
            return {names[0]: value}
        if tuple(getattr(value, "_fields", ())) != tuple(names):
            raise Refusal(f"{self.command.title} gave {type(value).__name__}, not {', '.join(names)}.", "model")
        return dict(zip(names, value, strict=True))

    def _memory(self, client: str) -> Memory:
        with self._lock:
            memory = self._memories.pop(client, None) or Memory()
            self._memories[client] = memory
            if len(self._memories) > MEMORIES:
                self._memories.popitem(last=False)
            return memory


def _sentence(error: BaseException) -> str:
    text = " ".join(str(error).split())[:500]
    return f"{type(error).__name__}: {text}" if text else f"{type(error).__name__}."
