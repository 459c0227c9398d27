"""Starting an image once to ask which protocol its server speaks and what it is."""

import contextlib
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from nodegraph.core.errors import ModelError, ModelUnreachable
from nodegraph.runtime.adding.image_facts import exposed_ports
from nodegraph.runtime.adding.plan import Wishes
from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.container_options import CONTAINER_PORTS
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.launch import Launch, launch_of
from nodegraph.runtime.lifecycle.by_hand import Teller
from nodegraph.runtime.lifecycle.folders import log_path, state_folder
from nodegraph.runtime.limits import Limits
from nodegraph.runtime.protocols.described import Described
from nodegraph.runtime.protocols.recognise import describe
from nodegraph.runtime.state import ServerListener, Stage

PATIENCE: Final = 90.0
"""Seconds that a server may take until it says what it is."""
_PAUSE: Final = 0.2
_NETWORK: Final = re.compile(
    r"name resolution|getaddrinfo|Network is unreachable|No route to host|Max retries|ENOTFOUND"
)
_SERVE: Final = "Started by itself it must serve a model at a port; see docs/other-models.md."
_OFFLINE: Final = (
    "It wants the network, which it has not while it is asked. Start it yourself (docker run), add it by its address, "
    "or give its folder an entry.json and let a node's place turn the network on."
)
_ALPHA: Final = CONTAINER_PORTS["runway-alpha"]


def ports_of(image: str, wishes: Wishes) -> list[int]:
    """The ports where a server may listen: those its image names, else where each protocol usually does."""
    from nodegraph.runtime.engines.engines import engine_at  # imports docker, which takes its time

    named = exposed_ports(engine_at(wishes.engine).engine.image(image))
    wished = [CONTAINER_PORTS[wishes.protocol]] if wishes.protocol in CONTAINER_PORTS else []
    return named or wished or list(dict.fromkeys(CONTAINER_PORTS.values()))


def tried(
    entry: ModelEntry, ports: list[int], tell: ServerListener, cancel: Cancel, engine: str = ""
) -> tuple[int, Described]:
    """The port at which the server answers, and what it says. Its container is gone afterwards.

    It has no network but its port on this machine, and the rights a model has. Images of others that end at once under
    these are tried again with those of 2018. Raises ModelError when none answers, Cancelled.
    """
    failure: ModelError | None = None
    launch = replace(launch_of(entry, {"kind": "container"}), protocol="runway-alpha", engine=engine)
    for port in ports:
        for legacy in (False, True) if port == _ALPHA and entry.build is None else (False,):
            try:
                return port, _asked(replace(launch, port=port, legacy=legacy), tell, cancel, PATIENCE / len(ports))
            except _Ended as error:
                failure = error  # what ended by itself does not hang on the port
            except ModelError as error:
                failure = failure or error
        if isinstance(failure, _Ended):
            break
    assert failure is not None
    raise _said(failure, launch, ports)


@contextlib.contextmanager
def naming_the_log(id: str) -> Iterator[None]:
    """No catalogue has the model yet, so `models logs` would not find its log: its file is named instead."""
    try:
        yield
    except ModelError as error:
        error.hint = error.hint.replace(f"nodegraph models logs {id}", str(log_path(state_folder(), id, "container")))
        raise


class _Ended(ModelError):
    """The container ended before it could be asked."""


def _said(failure: ModelError, launch: Launch, ports: Sequence[int]) -> ModelError:
    """Why it could not be asked, and what to do."""
    what = f"The image {launch.image} could not be asked what it is."
    if isinstance(failure, _Ended):
        hint = _OFFLINE if _NETWORK.search(failure.message) else _SERVE
        return ModelError(f"{what} {failure.message}", hint)
    where = " or ".join(map(str, ports))
    hint = f"Check that its server listens at port {where}, on 0.0.0.0; name its protocol with --protocol."
    return ModelError(f"{what} {failure.message}", hint)


def first_of(said: Described, wishes: Wishes) -> dict[str, Any]:
    """The entry of what was described; of several commands the first."""
    raw = {key: value for key, value in said.entries[0].items() if key not in ("id", "name")}
    return {**raw, "protocol": wishes.protocol or said.protocol}


def _asked(launch: Launch, tell: ServerListener, cancel: Cancel, patience: float) -> Described:
    from nodegraph.runtime.runners.container import ContainerRunner

    teller = Teller(launch, tell, cancel)
    runner = ContainerRunner(launch, Limits(), adopt=False)
    try:
        runner.prepare(teller)
        endpoint = runner.start(teller)
        return _patiently(launch, endpoint.url, teller, patience)
    finally:
        runner.stop()
        teller.quiet = True


def _patiently(launch: Launch, url: str, teller: Teller, patience: float) -> Described:
    until = time.monotonic() + patience
    while True:
        teller.cancel.check()
        state = teller.record.state
        if state.stage is Stage.FAILED:
            raise _Ended(state.message)
        try:
            return describe(url, 5.0)
        except ModelError as error:
            if time.monotonic() > until:
                words = teller.tail()
                said = f'Its last words: "{words}".' if words else "It printed nothing."
                seen = f"nothing answers at its port {launch.port}."
                if not isinstance(error, ModelUnreachable):
                    seen = _lower(error.message.replace(url, f"its port {launch.port}"))
                raise ModelError(f"It runs, but {seen} {said}") from error
        time.sleep(_PAUSE)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
