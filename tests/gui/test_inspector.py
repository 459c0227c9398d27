"""The right panel in the real window: fields change the document in single steps, and follow it."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.gui.conftest import begin
from tests.gui.graphs import write
from tests.gui.harness import Window

pytestmark = pytest.mark.display
SLIDERS = "[dpg.get_value(one) for one in dpg.get_all_items() if dpg.get_item_type(one).endswith('mvSliderDouble')]"


def select(gui: Window, *ids: str) -> None:
    item = "__import__('nodegraph.editor.state.items', fromlist=['Item']).Item"
    gui.ask(f"editor.workspace.select([{item}('node', id) for id in {ids!r}])")
    gui.frames(4)


def param(gui: Window, node: str, name: str) -> Any:
    return gui.nodes()[node].get("params", {}).get(name)


def undo_label(gui: Window) -> str:
    label: str = gui.ask("editor.workspace.undo_label")
    return label


def test_a_slider_dragged_is_one_step_and_the_slider_follows_undo_and_redo(gui: Window) -> None:
    select(gui, "blur")
    (first,) = gui.ask(SLIDERS)
    gui.drag("beside('Radius', 0.1)", "beside('Radius', 0.6)", steps=6)
    value = param(gui, "blur", "radius")
    assert value > 40
    assert gui.ask(SLIDERS) == [value]
    assert undo_label(gui) == "Set radius"
    gui.move("canvas()")
    gui.key("ctrl+z")
    assert param(gui, "blur", "radius") is None
    assert undo_label(gui) == ""
    assert gui.ask(SLIDERS) == [first]
    gui.key("ctrl+y")
    assert gui.ask(SLIDERS) == [value]


def test_two_drags_are_two_steps(gui: Window) -> None:
    select(gui, "blur")
    gui.drag("beside('Radius', 0.1)", "beside('Radius', 0.3)")
    first = param(gui, "blur", "radius")
    gui.drag("beside('Radius', 0.3)", "beside('Radius', 0.8)")
    gui.move("canvas()")
    gui.key("ctrl+z")
    assert param(gui, "blur", "radius") == first
    gui.key("ctrl+z")
    assert param(gui, "blur", "radius") is None


def test_a_dragged_value_is_played_in_the_frame_it_arrives_in(gui: Window) -> None:
    select(gui, "blur")
    gui.move("beside('Radius', 0.5)")
    gui.press()
    value = gui.ask("document().graph.nodes['blur'].params['radius']")
    assert gui.ask("editor.player._wish.graph.nodes['blur'].params['radius']") == value
    gui.release()


def test_a_number_is_typed_with_ctrl_click_and_set_back_with_a_button(gui: Window) -> None:
    select(gui, "blur")
    with gui.held("ctrl"):
        gui.click("beside('Radius')")
    gui.key("ctrl+a")
    gui.type("12.25")
    gui.key("Return")
    assert param(gui, "blur", "radius") == 12.25
    gui.click("beside('Radius', nth=2)")
    assert param(gui, "blur", "radius") is None
    assert undo_label(gui) == "Reset radius"


def test_a_field_follows_a_drag_on_the_canvas(gui: Window) -> None:
    select(gui, "blur")
    gui.drag("row('blur', 'radius', 0.3)", "row('blur', 'radius', 0.7)")
    assert gui.ask(SLIDERS) == [param(gui, "blur", "radius")]


def test_a_text_typed_is_one_step_and_letters_are_no_shortcuts(gui: Window, tmp_path: Path) -> None:
    begin(gui, write(tmp_path, {"caption": ("filter.text_overlay", {}, (0, 0))}))
    select(gui, "caption")
    gui.click("field(1, 'right')")
    gui.key("ctrl+a")
    gui.type("fm dusk")
    assert param(gui, "caption", "caption") == "fm dusk"
    gui.click("canvas(0.9, 0.9)")
    gui.key("ctrl+z")
    assert param(gui, "caption", "caption") is None
    assert undo_label(gui) == ""


def test_a_driven_parameter_names_its_wire_and_is_detached_with_a_button(gui: Window, tmp_path: Path) -> None:
    nodes: dict[str, Any] = {"lfo": ("control.lfo", {}, (0, 0)), "blur": ("filter.gaussian_blur", {}, (300, 0))}
    begin(gui, write(tmp_path, nodes, "lfo.number blur.radius"))
    select(gui, "blur")
    gui.until("places.shows('LFO.number')")
    assert gui.ask(SLIDERS) == []
    gui.click("button('unlink')")
    assert gui.wires() == set()
    gui.until("places.shows('Radius')")
    assert len(gui.ask(SLIDERS)) == 1
    gui.key("ctrl+z")
    assert gui.wires() == {"lfo.number -> blur.radius"}


def test_a_node_is_renamed_muted_and_told_what_to_do_when_it_fails(gui: Window) -> None:
    select(gui, "blur")
    gui.click("field(0, 'right')")
    gui.key("ctrl+a")
    gui.type("Soft focus")
    gui.key("Return")
    assert gui.nodes()["blur"]["title"] == "Soft focus"
    gui.click("button('Mute')")
    assert gui.nodes()["blur"]["state"] == "mute"
    assert gui.ask("places.shows('It gives nothing')")
    gui.click("button('Black')")
    assert gui.nodes()["blur"]["failure"] == "black"
    for _ in range(3):
        gui.key("ctrl+z")
    assert set(gui.nodes()["blur"]) <= {"type", "params"}


def test_data_that_is_no_json_is_answered_and_the_document_keeps_what_it_had(gui: Window, tmp_path: Path) -> None:
    begin(gui, write(tmp_path, {"data": ("source.json", {"value": {"a": 1}}, (0, 0))}))
    select(gui, "data")
    gui.click("field(1, 'right')")
    gui.key("ctrl+a")
    gui.type("[1, 2")
    gui.key("Return")
    gui.until("places.shows('This is not JSON')")
    assert param(gui, "data", "value") == {"a": 1}
    gui.click("field(1, 'right')")
    gui.key("ctrl+End")
    gui.type("]")
    gui.key("Return")
    gui.frames(3)
    assert param(gui, "data", "value") == [1, 2]
    assert not gui.ask("places.shows('This is not JSON')")


def test_several_nodes_of_one_type_are_set_together(gui: Window, tmp_path: Path) -> None:
    nodes: dict[str, Any] = {
        "one": ("filter.gaussian_blur", {}, (0, 0)),
        "two": ("filter.gaussian_blur", {"radius": 9}, (300, 0)),
    }
    begin(gui, write(tmp_path, nodes))
    select(gui, "one", "two")
    assert gui.ask("places.shows('2 nodes')")
    gui.drag("beside('Radius ≠', 0.1)", "beside('Radius ≠', 0.5)")
    assert param(gui, "one", "radius") == param(gui, "two", "radius") > 30
    gui.key("ctrl+z")
    assert param(gui, "one", "radius") is None
    assert param(gui, "two", "radius") == 9


def test_without_a_selection_the_document_is_described_in_steps_of_a_field(gui: Window) -> None:
    select(gui)
    gui.click("beside('Author')")
    gui.type("Somebody")
    gui.click("beside('Tags')")
    gui.type("night, glow")
    gui.click("canvas(0.9, 0.9)")
    about = gui.document()
    assert (about["author"], about["tags"]) == ("Somebody", ["night", "glow"])
    gui.key("ctrl+z")
    assert "tags" not in gui.document()
    gui.key("ctrl+z")
    assert undo_label(gui) == ""


def test_a_problem_of_the_document_leads_to_its_node(gui: Window) -> None:
    select(gui)
    gui.click("button('warning')")
    assert gui.ask("editor.workspace.selected_nodes") == ["invert"]


def test_a_note_is_written_in_the_panel(gui: Window) -> None:
    sheets = "__import__('nodegraph.editor.state.edits.sheets', fromlist=['add_note'])"
    item = "__import__('nodegraph.editor.state.items', fromlist=['Item']).Item"
    gui.ask(
        f"editor.workspace.do('Add note', {sheets}.add_note(document(), (0, 250))[0], select=[{item}('note', 'note')])"
    )
    gui.frames(4)
    note = "list(editor.workspace.document.layout['notes'].values())[0]"
    assert gui.ask("places.shows('Note')")
    gui.click("field(0, 'right')")
    gui.type("Hello")
    assert gui.ask(f"{note}['text']") == "Hello"
    gui.drag("beside('Width', 0.4)", "beside('Width', 0.6)")
    assert gui.ask(f"{note}['width']") > 240
    gui.key("ctrl+z")
    assert gui.ask(f"{note}['width']") == 240
    assert gui.ask(f"{note}['text']") == "Hello"


def test_selecting_this_and_that_for_long_leaves_nothing_behind(gui: Window) -> None:
    for id in ("blur", "pattern", "screen"):
        select(gui, id)
    count = gui.ask("len(dpg.get_all_items())")
    for _ in range(10):
        for id in ("blur", "pattern", "screen"):
            select(gui, id)
    assert gui.ask("len(dpg.get_all_items())") <= count + 8
    gui.ask("editor.workspace.select([])")
    gui.frames(2)


def test_a_file_is_chosen_in_the_dialog_and_its_picture_is_shown(gui: Window, tmp_path: Path) -> None:
    Image.new("RGB", (64, 48), (255, 0, 0)).save(tmp_path / "red.png")
    begin(gui, write(tmp_path, {"still": ("source.image_file", {}, (0, 0))}))
    select(gui, "still")
    gui.click("button('folder')")
    gui.until("type(editor.dialogs.current).__name__ == 'FileDialog'")
    chosen = f"__import__('pathlib').Path({str(tmp_path / 'red.png')!r})"
    gui.ask(f"(editor.dialogs.current.choose, editor.dialogs.close())[0]({chosen})")
    gui.until("places.shows('64 × 48')")
    assert param(gui, "still", "path") == "red.png"
    assert undo_label(gui) == "Set path"


def test_a_colour_typed_as_hex_is_one_step(gui: Window, tmp_path: Path) -> None:
    begin(gui, write(tmp_path, {"plain": ("source.solid_color", {}, (0, 0))}))
    select(gui, "plain")
    gui.click("beside('Color', 0.3)")
    gui.key("ctrl+a")
    gui.type("12ab34")
    gui.key("Return")
    assert param(gui, "plain", "color") == "#12ab34"
    gui.key("ctrl+z")
    assert param(gui, "plain", "color") is None
    assert undo_label(gui) == ""
