"""What the player says of nodes and runs: which wait, fail, are off, and why."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from nodegraph.core.errors import NodeError
from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.node import Filter, Sink, Source, Stamped, param
from nodegraph.core.registry import Registry
from nodegraph.core.types import File, Image
from nodegraph.editor.state.running.runnable import WRITES_LATER
from nodegraph.editor.state.running.shows import sentence
from nodegraph.session import Session
from tests.editor.state.running.support import (
    CHAIN,
    ENDLESS,
    FLAT,
    HERE,
    TestSession,
    Told,
    pixel,
    playing,
    start,
    until,
)
from tests.engine.support import GATES, REGISTRY, Frames, graph_of, not_ready, picture, registry_of


def test_what_cannot_run_says_why_on_the_node_and_runs_once_it_is_mended() -> None:
    with playing() as player:
        start(player, CHAIN)
        cut = CHAIN.without_wire(Wire("in", "image", "add", "image"))
        player.show(cut, HERE)
        until(lambda: player.node("add").state == "skipped")
        assert player.node("add").message == "Its input image is not connected. Connect something that gives image."
        assert player.node("out").message == "It waits for Add, which does not run."
        until(lambda: player.state == "running")
        player.show(CHAIN, HERE)
        until(lambda: player.node("add").state == "running")
        assert player.node("add").message == ""


def test_a_failing_node_is_shown_counted_and_forgotten_when_it_works_again() -> None:
    graph = graph_of(
        {"in": ENDLESS, "bad": GraphNode("bad", "t.fails", {"on": 300}), "out": "collect"},
        "in.image bad.image",
        "bad.image out.image",
    ).with_param("in", "count", 6)
    graph = graph.with_param("in", "loop", True).with_param("in", "speed", 0.1)
    with playing() as player:
        start(player, graph)
        until(lambda: player.node("bad").state == "running")
        player.show(graph.with_param("bad", "on", 5), HERE)
        until(lambda: player.node("bad").state == "failed")
        until(lambda: player.problems and player.problems[0].node == "bad")
        show = player.node("bad")
        assert show.message == "Failed: ValueError: no good." or show.state == "running"
        player.show(graph, HERE)
        until(lambda: player.node("bad").state == "running")
        until(lambda: player.problems == ())


def test_a_waiting_model_is_shown_as_waiting() -> None:
    GATES["wait"] = not_ready
    graph = graph_of(
        {"in": ENDLESS, "m": GraphNode("m", "t.model", {"name": "wait"}), "out": "collect"},
        "in.image m.image",
        "m.image out.image",
    )
    with playing() as player:
        start(player, graph)
        until(lambda: player.node("m").state == "waiting")
        assert player.node("m").message == "It is loading."
        until(lambda: player.problems == ())


def test_a_model_that_failed_and_loads_again_is_shown_as_waiting() -> None:
    def refuse(_: object) -> None:
        raise NodeError("Its checkpoint is damaged.")

    GATES["again"] = refuse
    graph = graph_of(
        {"in": ENDLESS, "m": GraphNode("m", "t.model", {"name": "again"}), "out": "collect"},
        "in.image m.image",
        "m.image out.image",
    )
    with playing() as player:
        start(player, graph)
        until(lambda: player.node("m").state == "failed")
        until(lambda: player.problems)
        GATES["again"] = not_ready
        until(lambda: player.node("m").state == "waiting")
        until(lambda: player.problems == ())


def test_a_sentence_begins_with_a_capital_unless_a_name_begins_it() -> None:
    assert sentence("it is being built") == "It is being built."
    assert sentence("im2txt is loading.") == "im2txt is loading."
    assert sentence(" ") == ""


def test_muted_and_bypassed_nodes_say_so() -> None:
    graph = CHAIN.with_node(replace(CHAIN.nodes["add"], state="bypass"))
    graph = graph.with_node(replace(CHAIN.nodes["out"], state="mute"))
    with playing() as player:
        player.show(graph, HERE)
        assert (player.node("add").state, player.node("out").state) == ("bypassed", "muted")
        player.play()
        until(lambda: player.latest("in") is not None)
        assert (player.node("add").state, player.node("out").state) == ("bypassed", "muted")


def test_a_document_of_which_nothing_can_run_waits_for_an_edit() -> None:
    with playing() as player:
        player.show(Graph(), HERE)
        player.play()
        until(lambda: player.state == "running")
        assert player.note.startswith("Nothing can run yet")
        player.show(CHAIN, HERE)
        until(lambda: player.latest("out") is not None)
        player.show(Graph(), HERE)
        until(lambda: player.latest("out") is None)
        until(lambda: player.state == "running")


class Broken(Source, id="t.broken", category="Test"):
    """Cannot be opened unless it is told to work."""

    works: bool = param(False, "Whether it works.", restart=True)

    def stream(self) -> Iterator[Stamped[Image]]:
        if not self.works:
            raise ValueError("no such file")
        yield from Frames(count=0, rate=200.0).stream()


class Written(Sink, id="t.written", category="Test"):
    """Writes a file."""

    path: Path = param(Path(), "Where to.", restart=True)

    def open(self) -> None:
        self.count = 0

    def process(self, image: Image) -> None:
        self.count += 1

    def close(self) -> None:
        self.path.write_text(str(self.count))


class Reads(Filter, id="t.reads", category="Test"):
    """Reads a file."""

    path: Path = param(Path(), "Where from.")

    def process(self) -> File:
        return self.path


MORE = TestSession(Registry({**REGISTRY.definitions, **registry_of(Broken, Written, Reads).definitions}))


def test_a_source_that_cannot_begin_is_left_out_and_the_rest_runs() -> None:
    graph = FLAT.with_node(GraphNode("bad", "t.broken")).with_node(GraphNode("after", "t.add"))
    graph = graph.with_wire(Wire("bad", "image", "after", "image"))
    with playing(MORE) as player:
        player.show(graph, HERE)
        player.play()
        until(lambda: pixel(player) == 8 and player.node("bad").state == "failed" and player.state == "running")
        until(lambda: player.node("after").state == "skipped")  # the run that fails still runs for a moment
        assert player.node("bad").message == "Failed: ValueError: no such file."
        assert player.node("after").message == "It waits for Broken, which does not run."
        assert [one.node for one in player.problems] == ["bad"]
        player.show(graph.with_param("bad", "works", True), HERE)
        until(lambda: player.latest("after") is not None)
        until(lambda: player.node("bad").state == "running")
        until(lambda: player.problems == ())


def test_when_the_only_source_cannot_begin_it_has_failed_until_an_edit() -> None:
    graph = graph_of({"in": GraphNode("in", "t.broken"), "out": "collect"}, "in.image out.image")
    with playing(MORE) as player:
        player.show(graph, HERE)
        player.play()
        until(lambda: player.state == "failed")
        assert player.note.startswith("Failed: ValueError: no such file.")
        player.show(graph.with_param("in", "works", True), HERE)
        until(lambda: player.state == "running")
        assert player.note == ""


def test_a_node_that_stops_the_run_by_its_policy_fails_it_and_play_tries_again() -> None:
    bad = GraphNode("bad", "t.fails", {"on": 5}, failure="stop")
    graph = graph_of({"in": ENDLESS, "bad": bad}, "in.image bad.image")
    told = Told()
    with playing(told=told) as player:
        player.show(graph, HERE)
        player.play()
        until(lambda: player.state == "failed")
        assert player.node("bad").state == "failed"
        assert told.lines[0][:2] == ("error", "failed: ValueError: no good")
        player.play()
        until(lambda: len(told.lines) == 2)
        player.show(graph.with_param("bad", "on", 300), HERE)
        until(lambda: player.state == "running")


def test_files_are_written_only_when_recording(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    node = GraphNode("file", "t.written", {"path": str(target)})
    graph = CHAIN.with_node(node).with_wire(Wire("add", "image", "file", "image"))
    with playing(MORE) as player:
        start(player, graph)
        until(lambda: player.latest("add") is not None)
        assert (player.node("file").state, player.node("file").message) == ("idle", WRITES_LATER)
        assert player.latest("file") is not None
        assert not target.exists()
        player.recording = True
        until(lambda: player.node("file").state == "running")
        player.recording = False
        until(target.exists)
        until(lambda: target.read_text() != "")
        until(lambda: player.state == "running")
        assert int(target.read_text()) > 0


def test_a_file_that_is_read_and_written_is_said_on_its_node(tmp_path: Path) -> None:
    path = str(tmp_path / "same.txt")
    graph = CHAIN.with_node(GraphNode("read", "t.reads", {"path": path}))
    graph = graph.with_node(GraphNode("file", "t.written", {"path": path})).with_wire(
        Wire("add", "image", "file", "image")
    )
    with playing(MORE) as player:
        player.recording = True
        start(player, graph)
        until(lambda: player.latest("add") is not None)
        assert player.node("file").state == "skipped"
        assert "is used by the node read already" in player.node("file").message
        assert not Path(path).exists()


def test_real_nodes_play_and_a_missing_clip_is_a_sentence(tmp_path: Path) -> None:
    with Session() as session, playing(session) as player:
        graph = Graph().with_node(GraphNode("in", "source.video_file", {"path": "gone.mp4"}))
        graph = graph.with_node(GraphNode("out", "sink.preview")).with_wire(Wire("in", "image", "out", "image"))
        player.show(graph, tmp_path)
        player.play()
        until(lambda: player.state == "failed")
        assert "gone.mp4" in player.node("in").message
        player.show(graph.with_param("in", "path", "asset:sample.mp4"), tmp_path)
        until(lambda: player.latest("out") is not None)
        assert player.latest("in", "image").shape == player.latest("out").shape
        assert player.latest("in", "nothing") is None


class Vanishing(Source, id="t.vanishing", category="Test"):
    """A looping source whose file is gone when it begins again."""

    loop: bool = param(True, "Begin again.")

    def stream(self) -> Iterator[Stamped[Image]]:
        yield Stamped(picture(1), 0.0, 100.0)
        raise NodeError("the clip does not exist.", "Choose another.")


def test_a_clip_that_vanishes_while_it_plays_is_said_and_play_tries_again() -> None:
    graph = graph_of({"in": GraphNode("in", "t.vanishing"), "add": "add"}, "in.image add.image")
    with playing(TestSession(Registry({**REGISTRY.definitions, **registry_of(Vanishing).definitions}))) as player:
        player.show(graph, HERE)
        player.play()
        until(lambda: player.state == "failed")
        assert [(one.node, one.sentence) for one in player.problems] == [("in", "The clip does not exist.")]
        assert player.node("in").state == "failed"
        player.play()
        until(lambda: player.state == "failed")
        player.stop()
        until(lambda: player.problems == ())
