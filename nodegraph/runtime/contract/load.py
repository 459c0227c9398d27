"""How fast the server answers, whether eight may ask at once, and whether its memory grows."""

import statistics
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from nodegraph.core.errors import ModelError
from nodegraph.core.words import counted
from nodegraph.runtime.contract.finding import Finding
from nodegraph.runtime.contract.peer import Peer
from nodegraph.runtime.contract.same import same

_AT_ONCE: Final = 8
_PATIENCE: Final = 120.0
"""Seconds after which a slow model has been asked often enough."""
_GROWTH: Final = 32 << 20
"""Bytes a server may gain once it is warm: caches settle, leaks do not."""


def check_concurrency(peer: Peer, inputs: Mapping[str, Any]) -> Iterator[Finding]:
    """Eight requests at once get the answers that one gets alone."""
    alone = peer.ask(inputs)

    def ask(_: int) -> dict[str, Any] | ModelError:
        try:
            return peer.ask(inputs)
        except ModelError as error:
            return error

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = list(pool.map(ask, range(_AT_ONCE)))
    errors = [one for one in answers if isinstance(one, ModelError)]
    hint = "Guard what threads share, or take one at a time (max_inflight=1)."
    if errors:
        yield Finding("8 at once", "failed", f"{len(errors)} of 8 failed: {errors[0].message}", hint)
    elif not all(same(one, alone) for one in answers) and not peer.stateful:
        yield Finding("8 at once", "failed", "requests at the same time got other answers than one alone", hint)
    else:
        yield Finding("8 at once", "ok", "all answered")


def measure(peer: Peer, inputs: Mapping[str, Any], calls: int, figures: dict[str, float]) -> Iterator[Finding]:
    """Ask `calls` times (at most two minutes long); adds to `figures`. `first` is there already."""
    times: list[float] = []
    warm, seen = None, 0
    began = time.monotonic()
    while len(times) < calls and time.monotonic() - began < _PATIENCE:
        start = time.perf_counter()
        peer.ask(inputs)
        times.append(time.perf_counter() - start)
        if warm is None and len(times) >= calls // 4:
            warm, seen = peer.memory(), len(times)
    figures |= {"calls": len(times), "median": statistics.median(times)}
    figures["p95"] = sorted(times)[min(len(times) - 1, int(0.95 * len(times)))]
    parts = (f"{name} {1000 * figures[name]:.1f} ms" for name in ("first", "median", "p95") if name in figures)
    yield Finding("latency", "ok", ", ".join(parts))
    yield _growth(peer, warm, len(times) - seen, figures)


def _growth(peer: Peer, warm: int | None, calls: int, figures: dict[str, float]) -> Finding:
    now = peer.memory()
    if warm is None or now is None or not calls:
        return Finding("memory", "skipped", "the memory of a server elsewhere cannot be seen")
    figures |= {"memory": now, "growth": now - warm}
    said = f"{now / 2**20:.0f} MB, {(now - warm) / 2**20:+.1f} MB over {counted(calls, 'call')}"
    if now - warm > max(_GROWTH, warm // 10):
        hint = "It keeps something of each request: a list that grows, or graphs of gradients (use no_grad)."
        return Finding("memory", "failed", said, hint)
    return Finding("memory", "ok", said)
