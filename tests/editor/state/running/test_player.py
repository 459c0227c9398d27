"""The player: runs what can run, follows edits, says what is wrong, and never dies."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.editor.state.running.player import Player
from nodegraph.editor.state.running.runnable import NOT_SELECTED
from tests.editor.state.running.support import CHAIN, FLAT, HERE, Told, pixel, playing, start, until


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
        until(lambda: player.state == "running")


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
        until(lambda: player.problems == ())


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


def running(player: Player) -> Any:
    """The run behind a player."""
    run = player._going.run
    assert run is not None
    return run
