"""The starter gallery: a card for each shipped preset, with its picture and whether it runs on this machine now."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from nodegraph.core.graph import Graph
from nodegraph.core.resources import data_folder
from nodegraph.editor.state.documents.missing import missing
from nodegraph.editor.state.documents.paths_in import file_params
from nodegraph.editor.state.documents.sketch import Sketch, sketch_of
from nodegraph.session import Found, Session, shipped_presets


@dataclass(frozen=True)
class Card:
    """One preset. picture: a JPEG of at most 480×270 from a real run, None when there is none: then `sketch` is shown.

    models: their names. why_not: a sentence when it does not run here now.
    """

    id: str
    path: Path
    title: str
    description: str
    tags: tuple[str, ...]
    picture: Path | None
    models: tuple[str, ...]
    runs_here: bool
    sketch: Sketch
    why_not: str = ""

    def matches(self, words: str) -> bool:
        """Whether every word is in what it says about itself."""
        text = " ".join((self.title, self.description, *self.tags, *self.models)).lower()
        return all(word in text for word in words.lower().split())


def cards(session: Session) -> list[Card]:
    """Every shipped preset, the starter first, then those that run.

    Looks at devices and asks Docker: not for the UI thread.
    """
    every = [_card(one, session) for one in shipped_presets()[0]]
    return sorted(every, key=lambda one: (one.id != "starter", not one.runs_here, one.title))


def has_camera() -> bool:
    """Whether a camera is plugged in."""
    from cv2_enumerate_cameras import enumerate_cameras

    try:
        return bool(enumerate_cameras())
    except (OSError, NotImplementedError):
        return False


def has_window() -> bool:
    """Whether output windows can be opened: their library is an extra."""
    return importlib.util.find_spec("pygame") is not None


def _card(found: Found, session: Session) -> Card:
    preset = found.preset
    picture = data_folder() / "assets" / "presets" / f"{preset.id}.jpg"
    types = {node.type: None for node in preset.graph.nodes.values()}
    specs = [one.spec for type in types if (one := session.registry.find(type))]
    models = tuple(spec.title for spec in specs if spec.blocking)
    why = _why_not(found, session)
    there = picture if picture.is_file() else None
    drawn = sketch_of(preset.graph, session.registry)
    about = (preset.id, found.path, preset.title, preset.description, preset.tags)
    return Card(*about, there, models, not why, drawn, why)


def _why_not(found: Found, session: Session) -> str:
    """The first thing that keeps it from running, as a sentence, "" for nothing."""
    preset = found.preset
    lacking = missing(preset.graph, session.registry, session, preset.requires)
    if lacking:
        return f"{lacking[0].title}: {lacking[0].state}. {lacking[0].detail}"
    for one in file_params(preset, session.registry):
        if not one.writes and one.found(found.base) is None:
            return f"Needs files of yours: choose {one.param} of {one.node}."
    return _device_missing(preset.graph)


def _device_missing(graph: Graph) -> str:
    types = {node.type for node in graph.nodes.values()}
    if "source.webcam" in types and not has_camera():
        return "Needs a camera, and none is plugged in."
    if "sink.window" in types and not has_window():
        return 'Needs windows for output: pip install "nodegraph[window]".'
    return ""
