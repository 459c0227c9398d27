"""Does the server refuse with a sentence what is wrong, and go on?"""

from collections.abc import Iterator, Mapping
from typing import Any

from nodegraph.core.errors import ModelAnswerError, ModelError, ModelRefused
from nodegraph.core.spec import Param
from nodegraph.core.words import counted
from nodegraph.runtime.contract.finding import Finding, Status
from nodegraph.runtime.contract.peer import Peer

_CHECK = "refusals"


def check_refusals(peer: Peer, inputs: Mapping[str, Any]) -> Iterator[Finding]:
    """A missing input, values of a wrong type, values out of range; afterwards it must still answer."""
    if peer.entry.protocol == "runway-alpha":
        yield Finding(_CHECK, "skipped", "servers of 2018 have no way to say no")
        return
    tried, good = 0, True
    for what, wrong_inputs, params in _mistakes(peer, inputs):
        tried += 1
        fault = _fault(peer, wrong_inputs, params)
        if fault:
            good = False
            # How strict another protocol's server is, its author could not choose.
            status: Status = "failed" if peer.entry.protocol == "native" else "warning"
            yield Finding(_CHECK, status, f"{what}: {fault}", "Refuse it with a sentence: raise Refusal(...).")
    try:
        peer.ask(inputs)
    except ModelError as error:
        hint = "A request that is refused must leave the server as it was."
        yield Finding(_CHECK, "failed", f"after these it does not answer: {error.message}", hint)
        return
    if not tried:
        yield Finding(_CHECK, "skipped", "it takes nothing that could be wrong")
    elif good:
        yield Finding(_CHECK, "ok", f"{counted(tried, 'mistake')} tried, and it still answers")


def _mistakes(peer: Peer, inputs: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], dict[str, Any]]]:
    for name in inputs:
        yield f"without the input {name}", {key: value for key, value in inputs.items() if key != name}, {}
    for param in peer.entry.parameters:
        for value in _wrong_values(param):
            yield f"{param.name}={value!r}", inputs, {param.name: value}


def _wrong_values(param: Param) -> Iterator[Any]:
    if param.kind in ("number", "integer"):
        yield "much"
        if param.le is not None:
            yield param.le + 1
        if param.ge is not None:
            yield param.ge - 1
    elif param.kind == "choice":
        yield "no such choice"
    elif param.kind == "boolean":
        yield "perhaps"


def _fault(peer: Peer, inputs: Mapping[str, Any], params: dict[str, Any]) -> str:
    """What is wrong with how it took a mistake, "" for nothing."""
    try:
        peer.ask(inputs, params)
    except ModelRefused as error:
        return _not_for_people(error.message)
    except ModelAnswerError as error:
        return f"it answered nonsense ({error.message})"
    except ModelError as error:
        return error.message
    return "it was taken as if it were right"


def _not_for_people(message: str) -> str:
    if "Traceback" in message:
        return "its answer is a traceback"
    if len(message.split()) < 3:
        return f"its answer is no sentence: {message!r}"
    return ""
