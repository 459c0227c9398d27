"""Renders: every frame into the file, progress, cancel, one after another, beside the live run."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import pytest

from nodegraph.core.errors import NodegraphError
from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.editor.state.running.render import RenderJob, Renders
from nodegraph.editor.state.running.render_graph import Order, render_graph, with_output
from nodegraph.session import Session
from tests.editor.state.running.support import HERE, Told, playing, until


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with Session() as session:
        yield session


def pattern(seconds: float = 1.0, kind: str = "sink.preview", **params: object) -> Graph:
    """A small test pattern, inverted, and a sink."""
    size = {"width": 64, "height": 36, "duration": seconds, "fps": 25.0}
    graph = Graph().with_node(GraphNode("in", "source.test_pattern", size))
    graph = graph.with_node(GraphNode("blur", "filter.box_blur")).with_wire(Wire("in", "image", "blur", "image"))
    return graph.with_node(GraphNode("out", kind, params)).with_wire(Wire("blur", "image", "out", "image"))


def frames_in(path: Path) -> int:
    with av.open(path) as container:
        return sum(1 for _ in container.decode(video=0))


def rendered(session: Session, *orders: Order) -> tuple[list[RenderJob], Told]:
    """Render these to the end."""
    told = Told()
    renders = Renders(session, told.post, told.tell)
    jobs = [renders.add(order) for order in orders]
    until(lambda: len(told.lines) == len(jobs), 60)
    assert renders.current is None
    renders.close()
    return jobs, told


def test_every_frame_goes_into_the_chosen_file(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    (job,), told = rendered(session, Order(pattern(), HERE, path))
    assert frames_in(path) == 25
    assert (job.now.state, job.now.done, job.now.total, job.now.share) == ("done", 25, 25, 1.0)
    assert job.now.sentence.startswith("Wrote film.mp4: 25 frames in ")
    assert told.lines == [("good", job.now.sentence, "")]


def test_the_documents_own_sink_is_used_when_no_file_is_chosen(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "own.mp4"
    rendered(session, Order(pattern(0.2, "sink.video_file", path=str(path)), HERE))
    assert frames_in(path) == 5


def test_limits_end_an_endless_source(session: Session, tmp_path: Path) -> None:
    first, second = tmp_path / "a.mp4", tmp_path / "b.mkv"
    orders = Order(pattern(0), HERE, first, frames=7), Order(pattern(0), HERE, second, seconds=0.4)
    jobs, _ = rendered(session, *orders)
    assert [job.now.total for job in jobs] == [7, 10]
    assert (frames_in(first), frames_in(second)) == (7, 10)


def test_a_cancelled_render_leaves_a_file_that_plays_and_the_next_one_runs(session: Session, tmp_path: Path) -> None:
    told = Told()
    renders = Renders(session, told.post, told.tell)
    endless = renders.add(Order(pattern(0), HERE, tmp_path / "long.mp4"))
    next_one = renders.add(Order(pattern(0.2), HERE, tmp_path / "short.mp4"))
    never = renders.add(Order(pattern(0.2), HERE, tmp_path / "never.mp4"))
    until(lambda: endless.now.done > 10)
    assert (endless.now.state, next_one.now.state) == ("running", "queued")
    assert renders.current is endless
    assert endless.now.total is None
    assert endless.now.eta is None
    never.cancel()
    endless.cancel()
    until(lambda: next_one.now.state == "done")
    assert endless.now.sentence == f"Stopped: long.mp4 holds the first {endless.now.done:,} frames."
    assert frames_in(tmp_path / "long.mp4") == endless.now.done
    assert never.now.state == "cancelled"
    assert not (tmp_path / "never.mp4").exists()
    renders.clear()
    assert renders.jobs == ()
    renders.close()


def test_progress_knows_speed_and_time_left(session: Session, tmp_path: Path) -> None:
    told = Told()
    renders = Renders(session, told.post, told.tell)
    job = renders.add(Order(pattern(600), HERE, tmp_path / "long.mp4"))
    until(lambda: job.now.eta is not None)
    assert job.now.total == 15000
    assert job.now.fps > 0
    assert job.now.share is not None
    assert 0 < job.now.share < 1
    renders.close()
    assert job.now.state == "cancelled"


def test_a_render_goes_on_beside_the_live_run(session: Session, tmp_path: Path) -> None:
    with playing(session) as player:
        player.show(pattern(0), HERE)
        player.play()
        until(lambda: player.latest("out") is not None)
        before = player.latest("out")
        rendered(session, Order(pattern(1), HERE, tmp_path / "film.webm"))
        until(lambda: player.latest("out") is not before)
        assert player.state == "running"


def test_a_failing_node_ends_the_render_with_its_name_and_frame(session: Session, tmp_path: Path) -> None:
    graph = pattern().with_node(GraphNode("in", "source.video_file", {"path": "gone.mp4"}, title="My clip"))
    (job,), told = rendered(session, Order(graph, tmp_path, tmp_path / "film.mp4"))
    assert job.now.state == "failed"
    assert job.now.sentence.startswith("My clip, frame 1: ")
    assert "gone.mp4" in job.now.sentence
    assert told.lines[0][0] == "error"


@pytest.mark.parametrize(
    ("graph", "output", "sentence"),
    [
        (Graph(), "film.mp4", "There is no picture to render yet."),
        (pattern(), None, "Nothing in this graph writes a file."),
        (pattern(), "film.xyz", "No node takes 'film.xyz' here."),
        (
            pattern(1, "sink.video_file", path="x.mp4").without_wire(Wire("in", "image", "blur", "image")),
            None,
            "Video File Out cannot run: It waits for Box Blur, which does not run.",
        ),
    ],
)
def test_what_cannot_be_rendered_is_said(session: Session, graph: Graph, output: str | None, sentence: str) -> None:
    order = Order(graph, HERE, Path(output) if output else None)
    (job,), _ = rendered(session, order)
    assert job.now.state == "failed"
    assert job.now.sentence == sentence
    with pytest.raises(NodegraphError):
        Renders(session, Told().post, Told().tell).existing(order)


def test_files_that_would_be_written_over_are_listed(session: Session, tmp_path: Path) -> None:
    renders = Renders(session, Told().post, Told().tell)
    order = Order(pattern(), HERE, tmp_path / "film.mp4")
    assert renders.existing(order) == []
    (tmp_path / "film.mp4").write_bytes(b"old")
    assert renders.existing(order) == [tmp_path / "film.mp4"]


def test_windows_and_what_no_file_needs_are_left_out_of_a_render(session: Session, tmp_path: Path) -> None:
    graph = pattern(1, "sink.video_file", path=str(tmp_path / "x.mp4"))
    graph = graph.with_node(GraphNode("win", "sink.window")).with_wire(Wire("blur", "image", "win", "image"))
    graph = graph.with_node(GraphNode("odd", "no.such"))
    assert set(render_graph(Order(graph, HERE), session.registry).nodes) == {"in", "blur", "out"}


def test_the_chosen_file_goes_where_the_picture_is_shown(session: Session) -> None:
    graph = pattern().with_node(GraphNode("also", "sink.preview")).with_wire(Wire("in", "image", "also", "image"))
    made = with_output(graph, session.registry, Path("/x/film.gif"))
    sinks = [node for node in made.nodes.values() if node.type.startswith("sink.")]
    assert [(node.type, node.params["path"]) for node in sinks] == [("sink.animation", "/x/film.gif")]
    assert made.wires_into(sinks[0].id)[0].source == "blur"
    bare = graph.without_nodes(["out", "also"])
    assert with_output(bare, session.registry, Path("a.png")).nodes["render"].type == "sink.image_file"


def test_of_several_sinks_the_one_that_can_writes_the_chosen_file(session: Session) -> None:
    graph = pattern(1, "sink.video_file", path="a.mp4").with_node(GraphNode("gif", "sink.animation", {"path": "a.gif"}))
    graph = graph.with_wire(Wire("blur", "image", "gif", "image"))
    made = with_output(graph, session.registry, Path("/x/b.gif"))
    assert (made.nodes["gif"].params["path"], made.nodes["out"].params["path"]) == ("/x/b.gif", "a.mp4")
    with pytest.raises(NodegraphError, match="No node of this graph writes"):
        with_output(graph, session.registry, Path("b.csv"))
    muted = graph.with_node(replace(graph.nodes["out"], state="mute"))
    assert set(render_graph(Order(muted, HERE), session.registry).nodes) == {"in", "blur", "gif"}
