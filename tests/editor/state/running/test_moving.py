"""A model's place is changed while the graph runs: the node moves, and the graph runs on."""

from pathlib import Path

import pytest

from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.session import Session
from tests.editor.state.running.support import playing, until

pytestmark = [pytest.mark.docker, pytest.mark.timeout(300)]
ENDS = {
    "in": GraphNode("in", "source.test_pattern", {"width": 160, "height": 90}),
    "out": GraphNode("out", "sink.preview"),
}
WIRES = (Wire("in", "image", "lines", "image"), Wire("lines", "lines", "out", "image"))


def at(**place: str) -> Graph:
    return Graph({**ENDS, "lines": GraphNode("lines", "model.lineart", place=place)}, WIRES)


def test_a_node_moves_from_a_process_to_a_container_and_back_while_the_graph_runs(
    docker_engine: str, tmp_path: Path
) -> None:
    with playing(Session()) as player:

        def is_on(kind: str) -> bool:
            figures = player.sample.nodes.get("lines")
            extra = figures.extra if figures else {}
            return extra.get("place") == {"kind": kind} and extra.get("state") == "ready"

        player.show(at(kind="process"), tmp_path)
        player.play()
        until(lambda: player.latest("out") is not None, 60)
        run = player._going.run
        assert run is not None
        source = run.nodes["in"]
        for kind in ("container", "process"):
            player.show(at(kind=kind), tmp_path)
            old = player.latest("in")
            until(lambda old=old: player.latest("in") is not old)  # whether its server is ready or not
            until(lambda kind=kind: is_on(kind), 200)
            until(lambda: player.node("lines").state == "running")
        assert player._going.run is run
        assert run.nodes["in"] is source
        until(lambda: player.problems == ())
