"""The player: runs what can run, follows edits, says what is wrong, and never dies."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nodegraph.core.errors import NodeError
from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.node import Filter, Sink, Source, Stamped, param
from nodegraph.core.registry import Registry
from nodegraph.core.types import File, Image
from nodegraph.editor.state.running.player import Player
from nodegraph.editor.state.running.runnable import NOT_SELECTED, WRITES_LATER
from nodegraph.editor.state.running.shows import sentence
from nodegraph.session import Session
from tests.editor.state.running.support import HERE, TestSession, Told, playing, until
from tests.engine.support import GATES, REGISTRY, Frames, graph_of, not_ready, picture, registry_of

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


def test_play_runs_the_document_and_stop_ends_it() -> None:
    with playing() as player:
        assert player.state == "stopped"
        start(player, CHAIN)
        until(lambda: player.latest("out") is not None)
        until(lambda: player.node("add").state == "running")
        until(lambda: player.node("add").rate > 1)
        player.stop()
        assert player.state == "stopped"
        until(lambda: player.latest("out") is None)
        assert player.node("add").state == "idle"


def test_a_document_may_be_shown_before_or_after_play() -> None:
    with playing() as player:
        player.play()
        player.show(CHAIN, HERE)
        until(lambda: player.latest("out") is not None)


def test_what_is_played_right_after_a_stop_is_a_run_of_its_own() -> None:
    """Another document gets nothing of the one before it, not even its failures."""
    with playing() as player:
        start(player, CHAIN)
        until(lambda: player.latest("out") is not None)
        before = player._going.run
        player.stop()
        assert player.latest("add") is None, "both documents have a node of this name"
        player.show(FLAT, HERE)
        player.play()
        until(lambda: player.latest("add") is not None and player._going.run is not before)
        assert player._going.run is not before


def test_toggle_runs_and_stops() -> None:
    with playing() as player:
        player.show(CHAIN, HERE)
        player.toggle()
        until(lambda: player.state == "running")
        player.toggle()
        assert player.state == "stopped"


def test_a_moved_parameter_arrives() -> None:
    with playing() as player:
        start(player, FLAT)
        until(lambda: pixel(player) == 8)
        player.show(FLAT.with_param("add", "by", 51), HERE)
        until(lambda: pixel(player) == 58)


def test_a_moved_parameter_arrives_within_two_frames() -> None:
    graph = CHAIN.with_param("in", "rate", 20.0)
    with playing() as player:
        start(player, graph)
        add = running(player).nodes["add"]
        until(lambda: add.meter.runs > 3)
        shown = add.meter.runs
        player.show(graph.with_param("add", "by", 90), HERE)
        until(lambda: add.instance.by == 90)
        assert add.meter.runs - shown <= 2


def test_the_source_counts_on_through_every_kind_of_edit() -> None:
    with playing() as player:
        start(player, CHAIN)
        first = running(player)
        sink = first.nodes["out"].instance
        edits = [
            CHAIN.with_node(GraphNode("more", "t.add")).with_wire(Wire("add", "image", "more", "image")),
            CHAIN.with_node(GraphNode("odd", "t.unknown")).with_wire(Wire("add", "image", "odd", "image")),
            CHAIN.with_node(GraphNode("lost", "t.add")),
            CHAIN.with_param("add", "by", 7),
            CHAIN.with_node(replace(CHAIN.nodes["add"], state="bypass")),
            CHAIN,
        ]
        for graph in edits:
            seen = len(sink.got)
            player.show(graph, HERE)
            until(lambda seen=seen: len(sink.got) > seen + 5)
        assert running(player) is first
        indices = [index for index, _ in sink.got]
        assert indices == sorted(set(indices))


def test_what_cannot_run_says_why_on_the_node_and_runs_once_it_is_mended() -> None:
    with playing() as player:
        start(player, CHAIN)
        cut = CHAIN.without_wire(Wire("in", "image", "add", "image"))
        player.show(cut, HERE)
        until(lambda: player.node("add").state == "skipped")
        assert player.node("add").message == "Its input image is not connected. Connect something that gives image."
        assert player.node("out").message == "It waits for Add, which does not run."
        assert player.state == "running"
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
        assert player.problems == ()


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
        assert player.problems == ()


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


def test_run_to_selection_can_be_switched_while_running() -> None:
    with playing() as player:
        start(player, CHAIN)
        until(lambda: player.latest("out") is not None)
        player.only = ["add"]
        until(lambda: "out" not in running(player).nodes)
        assert player.node("out").message == NOT_SELECTED
        until(lambda: player.latest("add") is not None)
        player.only = None
        until(lambda: "out" in running(player).nodes)


def test_sources_loop_while_editing_unless_the_document_says_otherwise() -> None:
    short = CHAIN.with_param("in", "count", 3)
    with playing() as player:
        start(player, short)
        sink = running(player).nodes["out"].instance
        until(lambda: len(sink.got) > 12)
        player.stop()
        player.show(short.with_param("in", "loop", False), HERE)
        player.play()
        until(lambda: player.state == "ended")
        assert player.note == "Every source has come to its end."
        player.show(short, HERE)
        until(lambda: player.state == "running")


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
        assert player.state == "running"


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
        assert player.problems == ()


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
        assert player.state == "running"
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


def test_pausing_holds_the_picture_and_an_edit_is_still_seen() -> None:
    with playing() as player:
        start(player, CHAIN)
        until(lambda: player.latest("out") is not None)
        player.pause()
        until(lambda: player.state == "paused" and not running(player)._flow.going.is_set())
        stream = running(player).streams["in"]
        until(lambda: stream.credits.in_flight == 0)
        player.show(CHAIN.with_param("add", "by", 52), HERE)
        until(lambda: (pixel(player) or 0) == ((pixel(player, "in") or 0) + 52) % 256)
        given = stream.frames_in
        for by in range(10, 20):
            player.show(CHAIN.with_param("add", "by", by), HERE)
        until(lambda: (pixel(player) or 0) == ((pixel(player, "in") or 0) + 19) % 256)
        assert stream.frames_in <= given + 1  # the one that was on its way
        player.resume()
        until(lambda: stream.frames_in > given + 5)
        assert player.state == "running"


def test_a_player_that_begins_paused_shows_one_frame() -> None:
    with playing() as player:
        start(player, CHAIN)
        player.pause()
        player.show(CHAIN.with_node(GraphNode("new", "t.frames", {"count": 0})), HERE)
        until(lambda: player.latest("new") is not None)
        assert player.state == "paused"


def test_only_the_newest_of_many_edits_is_applied() -> None:
    applied = []
    with playing() as player:
        start(player, FLAT)
        until(lambda: pixel(player) == 8)
        run, gate = running(player), threading.Event()
        update = run.update

        def slowly(graph: Graph) -> None:
            applied.append(graph.nodes["add"].params.get("by"))
            gate.wait(60)
            update(graph)

        run.update = slowly  # type: ignore[method-assign]
        for by in range(2, 60):
            player.show(FLAT.with_param("add", "by", by), HERE)
            if by == 2:
                until(lambda: applied)
        gate.set()
        until(lambda: pixel(player) == 66)
    assert applied == [2, 59]


def test_a_mistake_of_ours_is_said_and_the_next_edit_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told()
    with playing(told=told) as player:
        player.show(CHAIN, HERE)
        with monkeypatch.context() as patch:
            patch.setattr("nodegraph.editor.state.running.going.prepare", lambda wish, registry: 1 / 0)
            player.play()
            until(lambda: player.state == "failed")
        assert "ZeroDivisionError" in told.lines[0][1]
        assert "ZeroDivisionError" in player.problems[0].sentence
        player.show(CHAIN.with_param("add", "by", 2), HERE)
        until(lambda: player.state == "running" and player.latest("out") is not None)
        assert player.problems == ()


def test_an_edit_the_engine_chokes_on_begins_the_run_anew() -> None:
    with playing() as player:
        start(player, CHAIN)
        first = running(player)

        def choke(graph: Graph) -> None:
            raise RuntimeError("half done")

        first.update = choke  # type: ignore[method-assign]
        player.show(CHAIN.with_param("add", "by", 3), HERE)
        until(lambda: player.state == "running" and running(player) is not first)
        until(lambda: player.latest("out") is not None)


def test_closing_ends_every_thread() -> None:
    before = threading.active_count()
    with playing() as player:
        start(player, CHAIN)
    until(lambda: threading.active_count() <= before)


def test_shows_are_the_same_object_while_nothing_changes() -> None:
    with playing() as player:
        player.show(CHAIN, HERE)
        assert player.node("add") is player.node("add")
        assert player.node("not there").state == "idle"


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


def running(player: Player) -> Any:
    """The run behind a player."""
    run = player._going.run
    assert run is not None
    return run


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
