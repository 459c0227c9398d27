"""The contract between a model's server and nodegraph, tried against a live server."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.core.errors import ModelError, ModelRefused
from nodegraph.runtime.contract.answers import check_answers, check_parameters
from nodegraph.runtime.contract.description import check_description
from nodegraph.runtime.contract.finding import Finding, Report
from nodegraph.runtime.contract.load import check_concurrency, measure
from nodegraph.runtime.contract.odd import check_odd_pictures
from nodegraph.runtime.contract.peer import Peer
from nodegraph.runtime.contract.refusals import check_refusals
from nodegraph.runtime.contract.samples import inputs_for
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.lifecycle.folders import log_path, state_folder
from nodegraph.runtime.limits import Limits
from nodegraph.runtime.protocols import SEE_LOG
from nodegraph.runtime.state import ServerListener


def check_server(
    entry: ModelEntry,
    place: Mapping[str, Any],
    calls: int = 200,
    tell: ServerListener | None = None,
    limits: Limits | None = None,
    image: NDArray[np.uint8] | None = None,
) -> Report:
    """Start the server of `entry` at `place`, try everything, stop it again.

    calls: over how many memory is watched. tell: hears what the server does. limits: patience with its start. image:
    the picture to try it with (uint8 H×W×3 BGR) instead of a drawn one. Raises ModelError only for a place that makes
    no sense; a server that does not start is a finding.
    """
    findings: list[Finding] = []
    figures: dict[str, float] = {}
    peer = Peer(entry, place, tell, limits)
    where = peer.launch.url or peer.launch.kind
    began = time.monotonic()
    try:
        with peer:
            figures["start"] = time.monotonic() - began
            findings.append(Finding("start", "ok", f"ready after {figures['start']:.1f} s"))
            findings.extend(_all(peer, calls, figures, image))
            findings += _survived(peer)
    except ModelError as error:
        findings.append(Finding("start", "failed", error.message, error.hint))
    return Report(entry.name, where, tuple(_with_log(one, peer) for one in findings), figures)


def _all(peer: Peer, calls: int, figures: dict[str, float], image: NDArray[np.uint8] | None) -> Iterator[Finding]:
    try:
        inputs = inputs_for(peer.entry.inputs, image)
    except KeyError as kind:
        yield Finding("answers", "skipped", f"no value of the type {kind.args[0]} can be made to try it with")
        return
    start = time.perf_counter()
    first = _first(peer, inputs)
    figures["first"] = time.perf_counter() - start
    yield from check_description(peer)
    if first is not None:
        yield first
        return
    checks: tuple[tuple[str, Callable[[], Iterator[Finding]]], ...] = (
        ("answers", lambda: check_answers(peer, inputs)),
        ("parameters", lambda: check_parameters(peer, inputs)),
        ("refusals", lambda: check_refusals(peer, inputs)),
        ("8 at once", lambda: check_concurrency(peer, inputs)),
        ("latency", lambda: measure(peer, inputs, calls, figures)),
        ("odd pictures", lambda: check_odd_pictures(peer, inputs)),
    )
    for name, check in checks:
        try:
            yield from check()
        except ModelError as error:
            yield Finding(name, "failed", error.message, error.hint)


def _first(peer: Peer, inputs: Mapping[str, Any]) -> Finding | None:
    """The first answer, which may take longer; what is wrong when there is none."""
    try:
        peer.ask(inputs)
    except ModelRefused as error:
        if error.hint:  # not the picture's fault: the model failed over it
            return Finding("answers", "failed", error.message, f"Nothing else can be tried until it answers. {SEE_LOG}")
        hint = "Nothing else could be tried. Give a picture that it takes: --picture FILE."
        return Finding("answers", "failed", f"it refuses what it was tried with: {error.message}", hint)
    except ModelError as error:
        return Finding("answers", "failed", error.message, error.hint or "Nothing else can be tried until it answers.")
    return None


def _with_log(finding: Finding, peer: Peer) -> Finding:
    """No catalogue need have the model, so `models logs` would not find its log."""
    log = log_path(state_folder(), peer.entry.id, peer.launch.kind, peer.launch.engine)
    hint = finding.hint.replace(f"nodegraph models logs {peer.entry.id}", str(log)).replace(SEE_LOG, f"Its log: {log}")
    return replace(finding, hint=hint if peer.launch.kind != "url" else finding.hint)


def _survived(peer: Peer) -> list[Finding]:
    if not peer.restarts:
        return []
    words = peer.last_words()
    said = f"it crashed or hung and had to be started again {_times(peer.restarts)}"
    return [Finding("survival", "failed", f'{said}; its last words: "{words}"', SEE_LOG)]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
