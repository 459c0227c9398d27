"""The list of problems: of the graph, of the run, of what could not be loaded."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.preset import Preset
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.models.consent import NOT_ACCEPTED, LicenceDialog
from nodegraph.editor.state.problem_rows import ProblemRows, place_of
from nodegraph.editor.state.settings import Settings
from nodegraph.session import Session
from tests.editor.state.running.support import TestSession, until
from tests.engine.support import graph_of


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Editor]:
    with TestSession() as session:
        editor = Editor(session, Settings(tmp_path / "settings.json"))
        yield editor
        editor.close()


def load(editor: Editor, graph: Graph) -> ProblemRows:
    editor.load(Preset(graph=graph))
    return ProblemRows(editor)


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ("nodes.blur.radius", ("blur", "radius")),
        ("nodes.a.b.radius", ("a.b", "radius")),
        ("nodes.a.b", ("a.b", "")),
        ("wires (a.b.image -> blur.image)", ("blur", "")),
        ("wires (a.image -> gone.image)", ("", "")),
        ("models.json[3]", ("", "")),
    ],
)
def test_places_name_nodes(where: str, place: tuple[str, str]) -> None:
    assert place_of(where, ["blur", "a.b", "a"]) == place


def test_a_graph_without_problems_has_no_rows(editor: Editor) -> None:
    rows = load(editor, graph_of({"in": "frames", "out": "collect"}, "in.image out.image"))
    assert rows.rows == ()
    assert rows.errors == 0


def test_problems_of_the_graph_come_with_title_sentence_and_what_to_do(editor: Editor) -> None:
    graph = Graph().with_node(GraphNode("add", "t.add", {"by": 500, "odd": 1}, title="Brighter"))
    rows = load(editor, graph)
    assert [(row.severity, row.node, row.title) for row in rows.rows] == [
        ("error", "add", "Brighter"),
        ("warning", "add", "Brighter"),
        ("warning", "add", "Brighter"),
    ]
    assert rows.rows[0].sentence == "By: 500 is outside the range."
    assert rows.rows[0].hint == "Use 0 to 100."
    assert rows.errors == 1


def test_the_same_object_comes_while_nothing_changes(editor: Editor) -> None:
    rows = load(editor, graph_of({"add": "add"}))
    assert rows.rows is rows.rows
    before = rows.rows
    editor.workspace.do("Add", Preset(graph=graph_of({"add": "add", "more": "add"})))
    assert rows.rows is not before
    assert len(rows.rows) == 2


def test_failures_of_the_run_are_listed_and_go_when_they_are_mended(editor: Editor) -> None:
    source = GraphNode("in", "t.frames", {"count": 0, "rate": 100.0})
    graph = graph_of({"in": source, "bad": GraphNode("bad", "t.fails", {"on": 5})}, "in.image bad.image")
    rows = load(editor, graph.with_param("in", "first", 5).with_param("in", "count", 1).with_param("in", "loop", True))
    editor.player.play()

    def listed() -> bool:
        editor.tick()
        return bool(rows.rows)

    until(listed)
    assert rows.rows[0].node == "bad"
    assert rows.rows[0].sentence == "Failed: ValueError: no good."
    editor.workspace.do("Mend", Preset(graph=graph))

    def mended() -> bool:
        editor.tick()
        return not rows.rows

    until(mended)


def test_paths_that_cannot_be_used_are_listed_while_running(tmp_path: Path) -> None:
    with Session() as session:
        editor = Editor(session, Settings(tmp_path / "settings.json"))
        graph = Graph().with_node(GraphNode("in", "source.video_file", {"path": "asset:../x.mp4"}))
        graph = graph.with_node(GraphNode("out", "sink.preview")).with_wire(Wire("in", "image", "out", "image"))
        rows = load(editor, graph)
        editor.player.play()

        def listed() -> bool:
            editor.tick()
            return any("x.mp4" in row.sentence for row in rows.rows)

        until(listed)
        assert all("waits" not in row.sentence for row in rows.rows)
        editor.close()


def test_an_input_without_a_wire_is_a_thing_to_do_and_no_mistake(editor: Editor) -> None:
    rows = load(editor, Graph().with_node(GraphNode("add", "t.add")))
    assert [(row.severity, row.sentence) for row in rows.rows] == [("warning", "Image: this input is not connected.")]
    assert rows.errors == 0


def test_a_model_whose_licence_was_refused_says_so_while_the_rest_runs(tmp_path: Path) -> None:
    with Session() as session:
        editor = Editor(session, Settings(tmp_path / "settings.json"))
        wires = (Wire("pattern", "image", "lines", "image"),)
        graph = Graph(
            {"pattern": GraphNode("pattern", "source.test_pattern"), "lines": GraphNode("lines", "model.lineart")},
            wires,
        )
        rows = load(editor, graph)
        editor.tick()
        assert rows.rows == ()
        editor.player.play()
        editor.tick()
        dialog = editor.dialogs.current
        assert isinstance(dialog, LicenceDialog)
        editor.dialogs.close(dialog)
        dialog.refuse()
        editor.tick()
        assert [(row.severity, row.node, row.sentence) for row in rows.rows] == [("warning", "lines", NOT_ACCEPTED)]
        assert editor.shown("lines").state == "waiting"
        editor.close()
