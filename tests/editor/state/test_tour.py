"""The guided start, done by hand; and what an empty canvas says."""

from collections.abc import Iterator

import pytest

from nodegraph.core.graph import Wire
from nodegraph.editor.state.commands.table import BY_ID, run
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.edits.nodes import set_param
from nodegraph.editor.state.edits.wires import connect
from nodegraph.editor.state.hints import BUTTONS, HINTS, shows_hints
from nodegraph.editor.state.tour import STEPS
from tests.editor.state.support import editor_of, pin, select


@pytest.fixture
def editor() -> Iterator[Editor]:
    with editor_of("starter") as editor:
        editor.tour.start()
        yield editor


def title(editor: Editor) -> str:
    editor.tick()
    return editor.tour.step.title if editor.tour.step else ""


def test_doing_what_each_step_says_leads_to_the_end(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    space = editor.workspace
    assert title(editor) == "A graph is a recipe"
    editor.tour.skip()
    assert title(editor) == "Look around"
    editor.canvas.wheel(1, (100, 100))
    assert title(editor) == "Make it run"
    monkeypatch.setattr(type(editor.player), "state", property(lambda _: "running"))
    assert title(editor) == "Choose a node"
    select(editor, "glow")
    assert title(editor) == "Change something"
    space.do("Set amount", set_param(space.document, "glow", "amount", 2.5))
    assert title(editor) == "Take it back"
    space.undo()
    assert title(editor) == "Add a node"
    editor.palette.open((2000, 300), (0, 0), pin(editor, "vignette", "out", "image"))
    editor.palette.query = "kal"
    editor.palette.choose()
    assert title(editor) == "Send it on"
    space.do("Connect", connect(space.document, space.registry, Wire("kaleidoscope", "image", "video", "image")))
    assert title(editor) == "With and without"
    run(editor, "edit.bypass")
    assert title(editor) == "It is yours now"
    editor.tour.skip()
    assert title(editor) == ""
    assert editor.settings.hints_seen == ["tour"]


def test_steps_can_be_skipped_and_gone_back_to(editor: Editor) -> None:
    for step in STEPS:
        assert editor.tour.step is step
        editor.tour.skip()
    editor.tour.start()
    editor.tour.skip()
    editor.tour.back()
    editor.tour.back()
    assert editor.tour.index == 0
    assert editor.tour.progress == 0


def test_the_tour_can_be_ended_at_any_time(editor: Editor) -> None:
    editor.tour.skip()
    editor.tour.stop()
    assert editor.tour.step is None
    editor.tick()


def test_what_was_so_before_a_step_began_does_not_count(editor: Editor) -> None:
    space = editor.workspace
    space.do("Set amount", set_param(space.document, "glow", "amount", 2.5))
    for _ in range(4):
        editor.tour.skip()
    assert title(editor) == "Change something"


def test_the_command_begins_it_on_the_starter() -> None:
    with editor_of() as editor:
        run(editor, "help.tour")
        assert "glow" in editor.workspace.document.graph.nodes
        assert editor.tour.index == 0
        assert editor.workspace.path is None


def test_unsaved_work_is_asked_about_before_the_tour() -> None:
    with editor_of("melt") as editor:
        run(editor, "edit.select_all")
        run(editor, "edit.delete")
        run(editor, "edit.note")
        run(editor, "help.tour")
        assert editor.dialogs.current is not None
        assert editor.tour.index is None


def test_the_glow_the_tour_speaks_of_is_in_the_starter(editor: Editor) -> None:
    assert editor.workspace.title("glow") == "Glow"
    assert editor.workspace.title("vignette") == "Vignette"


def test_an_empty_canvas_says_how_to_begin() -> None:
    with editor_of() as editor:
        assert shows_hints(editor)
        editor.palette.open((0, 0), (0, 0))
        assert not shows_hints(editor)
        editor.palette.choose()
        assert not shows_hints(editor)
        run(editor, "edit.undo")
        assert shows_hints(editor)


def test_the_hints_name_commands_and_keys_that_there_are() -> None:
    keys = {one.shortcut for one in BY_ID.values()}
    assert set(BUTTONS) <= set(BY_ID)
    assert {hint.keys for hint in HINTS} & keys == {"Ctrl+Enter", "?"}
