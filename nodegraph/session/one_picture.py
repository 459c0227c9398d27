"""How many frames to make of a graph that has no end and writes one picture."""

from typing import Final

from nodegraph.core.graph import Graph
from nodegraph.session.ends import file_param
from nodegraph.session.session import Session

_PICTURE: Final = "sink.image_file"


def frames_wanted(session: Session, graph: Graph, asked: int | None, seconds: float | None) -> int | None:
    """How many frames to make: as asked, else one where a single picture is made of what never ends.

    A photograph before a background that moves is such a graph; the one picture would be written again and again.
    """
    if asked or seconds or session.frames_of(graph, None, None) is not None:
        return asked
    specs = {id: found.spec for id, node in graph.nodes.items() if (found := session.registry.find(node.type))}
    sinks = [one.id for id, one in specs.items() if one.kind == "sink" and graph.nodes[id].state == "on"]
    films = [one for one in specs.values() if one.kind == "source" and file_param(one)]
    return 1 if not films and set(sinks) == {_PICTURE} else None
