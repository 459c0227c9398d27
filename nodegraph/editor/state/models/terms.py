"""What a person is told before a model's first use: what will run, where, what it can reach, under which licence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nodegraph.core.errors import ModelError
from nodegraph.editor.state.models.directory import ModelCard, card_of
from nodegraph.editor.state.models.licences import Use
from nodegraph.editor.state.models.weights import WeightFile, weights_of
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.images.variant import gpu_variant
from nodegraph.runtime.launch import Launch, launch_of
from nodegraph.runtime.runners.device import wants_gpu

NO_LICENCE = "The entry names none. Ask its authors before you publish what it makes."


@dataclass(frozen=True)
class Terms:
    """One model on the licence sheet. runs: image, command or address; where and reach: sentences; size: an image's.

    weights: a line for each file it needs; others: the checkpoints that could be chosen instead, in a line. secrets:
    the variables its server is given, in a sentence.
    """

    card: ModelCard
    runs: str
    where: str
    reach: str
    size: str = ""
    weights: tuple[str, ...] = ()
    others: str = ""
    secrets: str = ""

    @property
    def licence(self) -> str:
        """The licence's text, or that there is none."""
        return self.card.licence or NO_LICENCE


def terms_of(entry: ModelEntry, place: Mapping[str, Any], checkpoint: str = "") -> Terms:
    """The terms of a model at a place and with a checkpoint as a node has them."""
    card = card_of(entry)
    try:
        launch = launch_of(entry, place)
    except ModelError as error:  # the document's problem: it cannot run there
        return Terms(card, "nothing", error.message, "")
    size = card.size if launch.kind == "container" else ""
    files = weights_of(entry, checkpoint) if launch.kind != "url" else ()
    lines = tuple(_line(one) for one in files if one.wanted)
    more = [one for one in files if not (one.wanted or one.own)]
    others = ", ".join(f"{one.name} ({one.licence or 'no licence named'})" for one in more)
    secrets = _secrets(Use(entry, place, checkpoint))
    return Terms(card, _runs(launch), _where(launch), _reach(launch), size, lines, others, secrets)


def _secrets(use: Use) -> str:
    names = ", ".join(use.secrets)
    return f"{names}: its server is given what your keyring or environment holds under this name." if names else ""


def _line(file: WeightFile) -> str:
    return f"{file.name}: {file.about}; {'here already' if file.here else 'fetched first'}."


def _runs(launch: Launch) -> str:
    if launch.kind == "url":
        return launch.url or "no address yet"
    if launch.kind == "container":
        return f"the image {_image(launch)}" if launch.image else "no image"
    return f"{' '.join(launch.command)} in {launch.folder}"


def _image(launch: Launch) -> str:
    other = gpu_variant(launch) if wants_gpu(launch) else None
    if other is None:
        return launch.image
    return other.image if launch.device == "gpu" else f"{launch.image}, or where there is a GPU {other.image}"


def _where(launch: Launch) -> str:
    if launch.kind == "url":
        return "On a server of somebody else's: your pictures are sent there."
    if launch.kind == "process":
        return "On this computer, as a program of yours."
    at = f"on the Docker engine at {launch.engine}" if launch.engine else "on this computer's Docker engine"
    made = f"It is built from {launch.build.context} first." if launch.build else "It is downloaded first."
    return f"In a container {at}. {made}"


def _reach(launch: Launch) -> str:
    if launch.kind == "url":
        return "It sees what the graph sends it."
    if launch.kind == "process":
        return "It can reach your files and the network, like any program you start."
    network = "It can reach the internet" if launch.internet else "It cannot reach the internet"
    return f"{network}, nor your files." if not launch.internet else f"{network}, not your files."
