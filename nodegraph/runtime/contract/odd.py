"""Pictures that are unusual but real: the model may refuse them with a sentence, and must not die of them."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodegraph.core.errors import ModelError, ModelRefused
from nodegraph.runtime.contract.finding import Finding
from nodegraph.runtime.contract.peer import Peer
from nodegraph.runtime.contract.samples import picture

_CHECK = "odd pictures"


def check_odd_pictures(peer: Peer, inputs: Mapping[str, Any]) -> Iterator[Finding]:
    """One pixel, a line, 4K, grey and black pictures, and one with alpha where the protocol can carry it."""
    names = [port.name for port in peer.entry.inputs if port.name in inputs and "image" in port.types]
    if not names:
        yield Finding(_CHECK, "skipped", "it takes no picture")
        return
    taken, refused, failed = [], [], False
    for what, image in _pictures(peer.entry.protocol == "native"):
        try:
            peer.ask({**inputs, **dict.fromkeys(names, image)})
            taken.append(what)
        except ModelRefused as error:
            refused.append(f"{what} ({error.message[:120]})")
        except ModelError as error:
            failed = True
            yield Finding(_CHECK, "failed", f"{what}: {error.message}", "Refuse it with a sentence, or take it.")
    if refused:
        yield Finding(_CHECK, "warning", f"refused: {'; '.join(refused)}")
    if not failed:
        yield Finding(_CHECK, "ok", f"taken: {', '.join(taken) or 'none'}")


def _pictures(alpha: bool) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    yield "1×1", np.full((1, 1, 3), 128, np.uint8)
    yield "400×1", picture(400, 1)
    yield "3840×2160", picture(3840, 2160)
    yield "grey", np.repeat(picture()[:, :, :1], 3, axis=2)
    yield "black", np.zeros((240, 320, 3), np.uint8)
    if alpha:
        yield "with alpha", np.dstack([picture(), np.full((240, 320), 100, np.uint8)])
