"""The View menu: the camera, the layout, and what is kept in the settings."""

from collections.abc import Iterator
from itertools import combinations

import pytest

from nodegraph.editor.state.canvas.camera import overlap
from nodegraph.editor.state.commands.table import BY_ID, run
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.edits.moving import move_to
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import groups, placement
from tests.editor.state.support import editor_of, select, undo_all


@pytest.fixture
def editor() -> Iterator[Editor]:
    with editor_of("starter") as editor:
        yield editor


def test_auto_layout_is_one_step_and_leaves_nothing_on_top_of_something(editor: Editor) -> None:
    space = editor.workspace
    space.do("Mess up", move_to(space.document, {Item("node", id): (0.0, 0.0) for id in space.document.graph.nodes}))
    messy = space.document
    run(editor, "view.layout")
    editor.canvas.scene.refresh()
    rects = [editor.canvas.scene.rect(id) for id in space.document.graph.nodes]
    assert not [pair for pair in combinations(rects, 2) if overlap(*pair)]
    assert space.undo() == "Auto-layout"
    assert space.document == messy


def test_auto_layout_of_a_selection_leaves_the_rest_where_it_is(editor: Editor) -> None:
    before = editor.workspace.document
    select(editor, "glow", "trails")
    run(editor, "view.layout")
    after = editor.workspace.document
    others = set(before.graph.nodes) - {"glow", "trails"}
    assert {placement(before, id) for id in others} == {placement(after, id) for id in others}


def test_frames_go_along_with_what_is_in_them(editor: Editor) -> None:
    space = editor.workspace
    select(editor, "night")
    run(editor, "edit.group")
    run(editor, "edit.select_all")
    space.do("Move", move_to(space.document, {Item("node", "clip"): (4000.0, 4000.0)}))
    space.select([])
    run(editor, "view.layout")
    frame = groups(space.document)[0]
    editor.canvas.scene.refresh()
    rect = (frame.x, frame.y, frame.x + frame.width, frame.y + frame.height)
    assert Item("node", "night") in editor.canvas.scene.inside(rect)
    undo_all(editor)


def test_zoom_keeps_the_middle_and_stays_within_its_range(editor: Editor) -> None:
    camera = editor.canvas.camera
    middle = camera.center
    run(editor, "view.zoom_in")
    assert camera.center == pytest.approx(middle)
    for _ in range(40):
        run(editor, "view.zoom_out")
    assert camera.zoom == 0.25
    run(editor, "view.zoom_100")
    assert camera.zoom == 1


@pytest.mark.parametrize("id", ["snap", "minimap", "left", "right", "bottom"])
def test_a_switch_is_checked_when_it_is_on_and_remembered(editor: Editor, id: str) -> None:
    command = BY_ID[f"view.{id}"]
    assert command.checked is not None
    assert command.checked(editor)
    run(editor, command.id)
    assert not command.checked(editor)
    editor.settings.save()
    assert type(editor.settings).load(editor.settings.file).snap == editor.settings.snap


def test_theme_and_scale_are_chosen(editor: Editor) -> None:
    run(editor, "view.theme_light")
    run(editor, "view.scale_150")
    assert (editor.settings.theme, editor.settings.scale) == ("light", 1.5)
    checked = [one.id for one in BY_ID.values() if one.submenu in ("Theme", "Scale") and one.checked]
    on = [id for id in checked if BY_ID[id].checked(editor)]  # type: ignore[misc]
    assert on == ["view.theme_light", "view.scale_150"]
