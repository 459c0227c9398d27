"""Edits: each gives a new document, keeps what it does not know, and is one step that can be undone."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from nodegraph.core.graph import Wire
from nodegraph.core.preset import Preset
from nodegraph.core.spec import NodeSpec
from nodegraph.editor.state.edits import nodes
from nodegraph.editor.state.edits.pasting import Clip, clip_of, paste
from nodegraph.editor.state.edits.sheets import add_group, add_note, change_sheet, sheet_of
from nodegraph.editor.state.edits.wires import (
    WireRefused,
    adapter,
    connect,
    disconnect,
    input_types,
    insert_on_wire,
    reconnected,
    refusal,
)
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import items_of, placement
from nodegraph.editor.state.workspace import Workspace
from tests.editor.state.hand import REGISTRY, WIRE, graph_of, item, rich, survives, undone


def spec(id: str) -> NodeSpec:
    found = REGISTRY.find(id)
    assert found is not None
    return found.spec


def wires(document: Preset) -> list[str]:
    return [str(wire) for wire in document.graph.wires]


EDITS: dict[str, Callable[[Preset], Preset]] = {
    "add": lambda it: nodes.add_node(it, spec("t.blur"), (5.0, 6.0), {"radius": 3.0})[0],
    "remove all": lambda it: nodes.remove(it, items_of(it)),
    "remove": lambda it: nodes.remove(it, [item("blur"), item("note")]),
    "parameter": lambda it: nodes.set_param(it, "blur", "tint", (1, 2, 3)),
    "file": lambda it: nodes.set_param(it, "blur", "file", Path("a.png")),
    "rename": lambda it: nodes.rename(it, "blur", "  Soft  "),
    "state": lambda it: nodes.set_state(it, ["blur", "blend", "gone"], "bypass"),
    "failure": lambda it: nodes.set_failure(it, ["blur"], "black"),
    "sync": lambda it: nodes.set_sync(it, ["blend"], "match"),
    "place": lambda it: nodes.set_place(it, ["blur"], {"kind": "process"}),
    "collapse": lambda it: nodes.collapse(it, ["blur"], True),
    "disconnect": lambda it: disconnect(it, [WIRE]),
    "connect": lambda it: connect(it, REGISTRY, Wire("camera", "image", "blend", "layer")),
    "replace a wire": lambda it: connect(it, REGISTRY, Wire("blend", "image", "screen", "image")),
    "reconnect": lambda it: reconnected(it, REGISTRY, ["blur"]),
    "paste": lambda it: paste(it, clip_of(it, items_of(it)), (9.0, 9.0))[0],
    "paste with inputs": lambda it: paste(it, clip_of(it, [item("blur")]), (9.0, 9.0), with_inputs=True)[0],
    "note": lambda it: add_note(it, (1.0, 2.0), "Hello\nyou")[0],
    "frame": lambda it: add_group(it, (0.0, 0.0, 9.0, 9.0))[0],
    "frame's title": lambda it: change_sheet(it, item("group"), text="New", color="#112233"),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_one_step_and_keeps_what_it_does_not_know(name: str) -> None:
    start = rich()
    workspace = Workspace(REGISTRY, start)
    workspace.do(name, EDITS[name](start))
    assert start == rich(), "an edit leaves the document it starts from alone"
    now = workspace.document
    assert (now.unknown, now.graph_unknown, now.layout["zoom"]) == ({"mood": "calm"}, {"rate": 30}, 2)
    if "blur" in now.graph.nodes:
        assert now.graph.nodes["blur"].unknown == {"since": 3}
        assert now.layout["nodes"]["blur"]["pinned"] is True
    assert set(now.wire_unknown) <= set(now.graph.wires)
    assert len(workspace.history.undos) == 1 or name == "replace a wire"
    undone(workspace, start)


def test_an_added_node_has_an_id_of_its_own_and_its_place() -> None:
    document, first = nodes.add_node(Preset(), spec("t.blur"), (5.0, 6.0))
    document, second = nodes.add_node(document, spec("t.blur"), (7.0, 8.0), {"radius": 3.0})
    assert (first, second) == ("blur", "blur2")
    assert (placement(document, second).x, placement(document, second).y) == (7.0, 8.0)
    assert document.graph.nodes["blur2"].params == {"radius": 3.0}


def test_a_removed_node_takes_its_wires_its_place_and_what_was_known_of_the_wires() -> None:
    document = nodes.remove(rich(), [item("camera")])
    assert wires(document) == ["blur.image -> blend.base", "wave.value -> blur.radius", "blend.image -> screen.image"]
    assert "camera" not in document.layout["nodes"]
    assert document.wire_unknown == {}


def test_a_removed_frame_leaves_its_content() -> None:
    document = nodes.remove(rich(), [item("group")])
    assert document.graph.groups == ()
    assert list(document.graph.nodes) == list(rich().graph.nodes)


def test_parameters_become_what_a_document_can_hold_and_go_back_to_their_default() -> None:
    document = nodes.set_param(nodes.set_param(rich(), "blur", "tint", (1, 2, 3)), "blur", "file", Path("a") / "b")
    assert document.graph.nodes["blur"].params == {"tint": [1, 2, 3], "file": str(Path("a") / "b")}
    assert nodes.reset_param(document, "blur", "tint").graph.nodes["blur"].params == {"file": str(Path("a") / "b")}
    survives(document)


def test_what_is_known_of_a_wire_goes_with_it_and_follows_its_copies() -> None:
    assert disconnect(rich(), [WIRE]).wire_unknown == {}
    assert connect(rich(), REGISTRY, Wire("blend", "image", "screen", "image")).wire_unknown == {WIRE: {"delay": 2}}
    replaced = graph_of("camera blur blur2", "camera.image blur.image")
    replaced = replace(replaced, wire_unknown={WIRE: {"delay": 2}})
    assert connect(replaced, REGISTRY, Wire("blur2", "image", "blur", "image")).wire_unknown == {}
    both, _ = paste(rich(), clip_of(rich(), [item("camera"), item("blur")]), (0.0, 0.0))
    assert both.wire_unknown == {WIRE: {"delay": 2}, Wire("camera2", "image", "blur2", "image"): {"delay": 2}}
    one, _ = paste(rich(), clip_of(rich(), [item("blur")]), (0.0, 0.0), with_inputs=True)
    assert one.wire_unknown == {WIRE: {"delay": 2}, Wire("camera", "image", "blur2", "image"): {"delay": 2}}


# --- wires ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wire", "why"),
    [
        ("camera.image blend.layer", ""),
        ("wave.value blur.passes", ""),
        ("blur.image blur.image", "A node cannot feed itself; put a Frame Delay between."),
        ("screen.image blur.image", "Screen has no such port."),
        ("camera.image blur.nothing", "Blur has no such port."),
        ("wave.value screen.image", "This gives number; Screen takes image here."),
        ("camera.image lost.image", "What this node takes is not known here: its type is missing."),
        ("blend.image blur.image", "This would make a loop; put a Frame Delay into it."),
        ("blend.image delay.image", ""),
    ],
)
def test_a_refused_wire_has_its_reason(wire: str, why: str) -> None:
    document = graph_of("camera blur blend wave screen delay lost", "blur.image blend.base", "delay.image blur.image")
    source, target = (end.split(".") for end in wire.split())
    made = Wire(*source, *target)
    assert refusal(document.graph, REGISTRY, made) == why
    if why:
        with pytest.raises(WireRefused):
            connect(document, REGISTRY, made)
    else:
        assert made in connect(document, REGISTRY, made).graph.wires


def test_an_input_has_one_wire() -> None:
    document = graph_of("camera camera2 blur", "camera.image blur.image")
    document = connect(document, REGISTRY, Wire("camera2", "image", "blur", "image"))
    assert wires(document) == ["camera2.image -> blur.image"]


def test_a_wire_that_converts_says_so() -> None:
    graph = graph_of("wave words camera blur").graph
    found = adapter(graph, REGISTRY, Wire("wave", "value", "words", "text"))
    assert found is not None
    assert (found.source, found.target) == ("number", "text")
    same = adapter(graph, REGISTRY, Wire("camera", "image", "blur", "image"))
    assert same is not None
    assert same.source == same.target
    assert adapter(graph, REGISTRY, Wire("camera", "image", "blur", "gone")) is None
    assert input_types(spec("t.blur"), "gone") == ()


def test_a_node_is_put_into_a_wire_where_it_fits() -> None:
    document = graph_of("camera screen blur wave", "camera.image screen.image")
    wire = document.graph.wires[0]
    done = insert_on_wire(document, REGISTRY, "blur", wire)
    assert wires(done) == ["camera.image -> blur.image", "blur.image -> screen.image"]
    assert insert_on_wire(document, REGISTRY, "wave", wire) is document
    assert insert_on_wire(document, REGISTRY, "blur", Wire("a", "b", "c", "d")) is document


def test_what_fed_a_removed_node_feeds_what_came_after_it() -> None:
    document = graph_of(
        "camera blur blur2 screen", "camera.image blur.image", "blur.image blur2.image", "blur2.image screen.image"
    )
    chosen = ["blur", "blur2"]
    done = nodes.remove(reconnected(document, REGISTRY, chosen), [item(id) for id in chosen])
    assert wires(done) == ["camera.image -> screen.image"]


def test_a_number_does_not_take_an_images_place() -> None:
    document = graph_of("wave blur screen", "wave.value blur.radius", "blur.image screen.image")
    assert wires(nodes.remove(reconnected(document, REGISTRY, ["blur"]), [item("blur")])) == []


# --- copies ---------------------------------------------------------------------------------------------------------


def test_a_copy_has_ids_of_its_own_its_inner_wires_and_its_shape() -> None:
    document, came = paste(rich(), clip_of(rich(), [item("blur"), item("blend"), item("note")]), (1000.0, 50.0))
    assert came == [Item("node", "blur2"), Item("node", "blend2"), Item("note", "note2")]
    assert "blur2.image -> blend2.base" in wires(document)
    assert not [wire for wire in document.graph.wires if wire.source == "camera" and wire.target == "blur2"]
    assert placement(document, "blend2").x - placement(document, "blur2").x == 320
    assert (placement(document, "blur2").x, placement(document, "blur2").y) == (1320.0, 50.0), "the note is the corner"
    note = sheet_of(document, Item("note", "note2"))
    assert note is not None
    assert (note.text, note.y) == ("Look", 450.0)


def test_a_copy_with_inputs_has_the_wires_from_outside() -> None:
    document, _ = paste(rich(), clip_of(rich(), [item("blur")]), (0.0, 0.0), with_inputs=True)
    assert {"camera.image -> blur2.image", "wave.value -> blur2.radius"} <= set(wires(document))
    elsewhere, _ = paste(Preset(), clip_of(rich(), [item("blur")]), (0.0, 0.0), with_inputs=True)
    assert wires(elsewhere) == []


def test_a_copy_of_a_copy_counts_on() -> None:
    document = graph_of("blur")
    for _ in range(2):
        document, came = paste(document, clip_of(document, [Item("node", list(document.graph.nodes)[-1])]), (0.0, 0.0))
    assert list(document.graph.nodes) == ["blur", "blur2", "blur3"]
    assert came == [Item("node", "blur3")]


def test_nodes_without_places_stand_beside_each_other() -> None:
    clip = Clip(graph_of("camera blur screen").graph.nodes)
    document, _ = paste(Preset(), clip, (10.0, 20.0))
    assert [(placement(document, id).x, placement(document, id).y) for id in clip.nodes] == [
        (10, 20),
        (250, 20),
        (490, 20),
    ]


def test_an_empty_clip_changes_nothing() -> None:
    start = rich()
    document, came = paste(start, clip_of(start, []), (0.0, 0.0))
    assert (document, came) == (start, [])
    assert clip_of(start, []).is_empty


# --- notes and frames -----------------------------------------------------------------------------------------------


def test_a_note_and_a_frame_can_be_changed() -> None:
    document, note = add_note(rich(), (5.0, 6.0), "One")
    assert note == Item("note", "note2")
    changed = change_sheet(document, note, text="Two", width=300.0)
    sheet = sheet_of(changed, note)
    assert sheet is not None
    assert (sheet.text, sheet.width, sheet.x) == ("Two", 300.0, 5.0)
    assert change_sheet(document, Item("note", "gone"), text="x") is document
    assert sheet_of(document, Item("node", "blur")) is None
