"""Nodes added from the library: in the middle of what is seen, never exactly on top of each other."""

from itertools import combinations

from nodegraph.core.graph import Wire
from nodegraph.editor.state.adding import add_in_view, drop
from nodegraph.editor.state.canvas.camera import overlap
from nodegraph.editor.state.edits.wires import connect
from tests.editor.state.support import editor_of, undo_all


def test_nodes_added_one_after_the_other_lie_beside_each_other() -> None:
    with editor_of() as editor:
        before = editor.workspace.document
        ids = [add_in_view(editor, "filter.gaussian_blur") for _ in range(8)]
        editor.canvas.scene.refresh()
        rects = [editor.canvas.scene.rect(id) for id in ids]
        assert not any(overlap(one, other) for one, other in combinations(rects, 2))
        assert len(editor.workspace.history.undos) == 8
        undo_all(editor)
        assert editor.workspace.document.graph == before.graph


def test_where_all_is_full_none_lies_exactly_on_another() -> None:
    with editor_of() as editor:
        ids = [add_in_view(editor, "filter.gaussian_blur") for _ in range(20)]
        editor.canvas.scene.refresh()
        corners = [editor.canvas.scene.corners[id] for id in ids]
        assert all(abs(a[0] - b[0]) >= 16 or abs(a[1] - b[1]) >= 16 for a, b in combinations(corners, 2))


def test_the_first_one_is_in_the_middle_and_counts_as_used() -> None:
    with editor_of() as editor:
        editor.canvas.camera.x, editor.canvas.camera.y = 500.0, 300.0
        id = add_in_view(editor, "filter.gaussian_blur")
        editor.canvas.scene.refresh()
        box, (x, y) = editor.canvas.scene.boxes[id], editor.canvas.scene.corners[id]
        middle = editor.canvas.camera.center
        assert abs(x + box.width / 2 - middle[0]) < 1
        assert abs(y + 14 - middle[1]) < 1
        assert editor.settings.usage == {"filter.gaussian_blur": 1}


def test_a_type_that_is_not_there_adds_nothing() -> None:
    with editor_of() as editor:
        assert add_in_view(editor, "no.such") == ""
        assert editor.workspace.document.graph.nodes == {}


def test_a_node_dropped_on_a_wire_is_put_into_it_in_one_step() -> None:
    with editor_of() as editor:
        camera = editor.canvas.camera
        source = editor.add_node("source.test_pattern", (0.0, 0.0))
        sink = editor.add_node("sink.preview", (800.0, 0.0))
        workspace = editor.workspace
        workspace.do("Connect", connect(workspace.document, workspace.registry, Wire(source, "image", sink, "image")))
        before = workspace.document
        editor.canvas.scene.refresh()
        curve = editor.canvas.scene.curve(before.graph.wires[0])
        assert curve is not None
        middle = ((curve[0][0] + curve[3][0]) / 2, (curve[0][1] + curve[3][1]) / 2)
        id = drop(editor, "filter.gaussian_blur", camera.to_screen(middle))
        wires = {str(wire) for wire in workspace.document.graph.wires}
        assert wires == {f"{source}.image -> {id}.image", f"{id}.image -> {sink}.image"}
        workspace.undo()
        assert workspace.document.graph == before.graph
