"""A player of test nodes, and waiting for what it does."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nodegraph.core.graph import Graph, GraphNode
from nodegraph.core.registry import Registry
from nodegraph.editor.state.running.player import Player
from nodegraph.session import Session
from tests.engine.support import REGISTRY, graph_of


class TestSession(Session):
    """A session that knows other nodes."""

    __test__ = False

    def __init__(self, registry: Registry = REGISTRY) -> None:
        super().__init__([], [])
        self.__dict__["registry"] = registry


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for a condition that another thread makes true."""
    never = threading.Event()
    for _ in range(int(seconds / 0.005)):
        if condition():
            return
        never.wait(0.005)
    raise AssertionError("it did not come true in time")


class Told:
    """What a person was told, and `post` for a test without a window."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, str]] = []

    def post(self, job: Callable[[], None]) -> None:
        job()

    def tell(self, text: str, kind: str = "info", hint: str = "") -> None:
        self.lines.append((kind, text, hint))


@contextmanager
def playing(session: Session | None = None, told: Told | None = None) -> Iterator[Player]:
    """A player, closed in the end."""
    told = told or Told()
    with session or TestSession() as session:
        player = Player(session, told.post, told.tell)
        try:
            yield player
        finally:
            player.close()


HERE = Path()
ENDLESS = GraphNode("in", "t.frames", {"count": 0, "rate": 200.0})
CHAIN = graph_of({"in": ENDLESS, "add": "add", "out": "collect"}, "in.image add.image", "add.image out.image")
FLAT = graph_of({"in": "still", "add": "add"}, "in.image add.image")


def pixel(player: Player, node: str = "add") -> int | None:
    """The value of a node's newest picture."""
    value = player.latest(node)
    return None if value is None else int(value[0, 0, 0])


def start(player: Player, graph: Graph) -> None:
    """Play a graph and wait until it does."""
    player.show(graph, HERE)
    player.play()
    until(lambda: player.state == "running")
