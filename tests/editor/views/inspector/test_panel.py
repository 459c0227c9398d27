"""The inspector without a window: every type of node, alone and in pairs, at every width."""

import json
from collections.abc import Iterator
from pathlib import Path

import dearpygui.dearpygui as dpg
import pytest

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.edits.nodes import add_node, set_place
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.models.elsewhere import Elsewhere
from nodegraph.editor.state.models.licences import Use, accept
from nodegraph.editor.views.inspector.panel import Inspector
from nodegraph.editor.views.look import Look
from tests.editor.state.support import editor_of


@pytest.fixture
def panel() -> Iterator[tuple[Editor, Inspector, int | str]]:
    with editor_of() as editor:
        dpg.create_context()
        try:
            look = Look("dark", 1.0)
            parent = dpg.add_child_window(parent=dpg.add_window(), width=320, height=600)
            view = Inspector(editor, look)
            view.build(parent)
            yield editor, view, parent
        finally:
            dpg.destroy_context()


Panel = tuple[Editor, Inspector, int | str]


def select(editor: Editor, *ids: str) -> None:
    editor.workspace.select([Item("node", id) for id in ids])


def test_every_type_of_node_has_a_page_wide_and_narrow_and_in_pairs(panel: Panel) -> None:
    editor, view, parent = panel
    document = editor.workspace.document
    pairs = []
    for found in editor.workspace.registry.definitions.values():
        document, one = add_node(document, found.spec, (0, 0))
        document, two = add_node(document, found.spec, (0, 0))
        pairs.append((one, two))
    editor.workspace.do("Add", document)
    for one, two in pairs:
        for width in (320, 200):
            dpg.configure_item(parent, width=width)
            select(editor, one)
            view.update()
            assert dpg.get_item_children(parent, 1)
        select(editor, one, two)
        view.update()


@pytest.mark.parametrize("kind", ["process", "container", "url"])
def test_a_model_has_a_page_at_every_place(panel: Panel, kind: str) -> None:
    editor, view, _ = panel
    id = editor.add_node("model.lineart", (0, 0))
    view.update()
    document = set_place(editor.workspace.document, [id], {"kind": kind, "memory": 512, "device": "cpu"})
    editor.workspace.do("Place", document)
    view.update()
    editor.workspace.undo()
    view.update()


def test_limits_of_a_model_follow_the_document(panel: Panel) -> None:
    editor, view, _ = panel
    id = editor.add_node("model.lineart", (0, 0))
    editor.workspace.do("Place", set_place(editor.workspace.document, [id], {"kind": "container"}))
    view.update()
    assert {key: dpg.get_value(one) for key, one in numbers().items()} == {"memory": 0, "replicas": 1}
    place = {"kind": "container", "replicas": 3, "memory": 512}
    editor.workspace.do("Place", set_place(editor.workspace.document, [id], place))
    view.update()
    assert {key: dpg.get_value(one) for key, one in numbers().items()} == {"memory": 512, "replicas": 3}
    replicas = numbers()["replicas"]
    dpg.get_item_callback(replicas)(replicas, 1, "replicas")
    assert editor.workspace.document.graph.nodes[id].place == {"kind": "container", "memory": 512}


def test_how_frames_travel_is_chosen_for_a_model_elsewhere(panel: Panel) -> None:
    editor, view, _ = panel
    id = editor.add_node("model.lineart", (0, 0))
    editor.workspace.do("Place", set_place(editor.workspace.document, [id], {"kind": "container"}))
    view.update()
    assert button("As JPEG") is None
    place = {"kind": "container", "engine": "ssh://me@other"}
    editor.workspace.do("Place", set_place(editor.workspace.document, [id], place))
    view.update()
    for word, frames in (("As JPEG", "jpeg"), ("Exactly", "raw"), ("Faster", None)):
        pressed = button(word)
        assert pressed is not None
        dpg.get_item_callback(pressed)(pressed, None, dpg.get_item_user_data(pressed))
        assert editor.workspace.document.graph.nodes[id].place.get("frames") == frames
        view.update()


def button(word: str) -> int | None:
    found = (one for one in dpg.get_all_items() if dpg.get_item_type(one) == "mvAppItemType::mvButton")
    return next((one for one in found if dpg.get_item_label(one) == word), None)


def test_another_engine_is_chosen_from_the_docker_contexts(
    panel: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor, view, _ = panel
    meta = tmp_path / "contexts" / "meta" / "a" / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text(json.dumps({"Name": "studio", "Endpoints": {"docker": {"Host": "ssh://me@studio"}}}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    id = editor.add_node("model.lineart", (0, 0))
    place = {"kind": "container", "engine": "ssh://me@other"}
    editor.workspace.do("Place", set_place(editor.workspace.document, [id], place))
    view.update()
    combos = [one for one in dpg.get_all_items() if dpg.get_item_type(one) == "mvAppItemType::mvCombo"]
    lines = ["context:studio  ssh://me@studio"]
    (contexts,) = [one for one in combos if dpg.get_item_configuration(one)["items"] == lines]
    dpg.get_item_callback(contexts)(contexts, lines[0])
    assert editor.workspace.document.graph.nodes[id].place["engine"] == "context:studio"
    view.update()
    fields = [one for one in dpg.get_all_items() if dpg.get_item_type(one) == "mvAppItemType::mvInputText"]
    assert "context:studio" in [dpg.get_value(one) for one in fields]


def test_a_machine_that_a_document_names_is_asked_nothing_before_the_person_agreed(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor, view, _ = panel
    asked: list[str] = []

    def look(elsewhere: Elsewhere, id: str, address: str) -> tuple[None, str]:
        asked.append(address)
        return None, ""

    monkeypatch.setattr(Elsewhere, "look", look)
    id = editor.add_node("model.lineart", (0, 0))
    place = {"kind": "container", "engine": "ssh://me@other"}
    editor.workspace.do("Place", set_place(editor.workspace.document, [id], place))
    editor.tick()
    view.update()
    assert asked == []
    entry = editor.models.entries["lineart"]
    accept([Use(entry, place)], editor.settings)
    editor.tick()
    view.update()
    assert set(asked) == {"ssh://me@other"}


def numbers() -> dict[str, int]:
    """The whole-number fields of a model's place, by key."""
    drags = [one for one in dpg.get_all_items() if dpg.get_item_type(one) == "mvAppItemType::mvDragInt"]
    return {key: one for one in drags if (key := dpg.get_item_user_data(one))}


def test_items_of_a_page_go_with_it(panel: Panel) -> None:
    editor, view, _ = panel
    blur, curves = editor.add_node("filter.gaussian_blur", (0, 0)), editor.add_node("filter.curves", (0, 0))
    counts = []
    for _ in range(4):
        for id in (blur, curves):
            select(editor, id)
            view.update()
        counts.append(len(dpg.get_all_items()))
    assert counts[1] == counts[-1]


def test_what_has_not_changed_costs_no_new_items(panel: Panel) -> None:
    editor, view, _ = panel
    editor.add_node("filter.gaussian_blur", (0, 0))
    view.update()
    before = dpg.get_all_items()
    for _ in range(5):
        view.update()
    assert dpg.get_all_items() == before
