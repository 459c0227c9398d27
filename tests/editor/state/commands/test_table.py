"""The one table of commands: complete, without clashes, and each command works without a window."""

from collections import Counter
from collections.abc import Iterator

import pytest

from nodegraph.editor.state.commands.command import MENUS, Command, belongs_to_text, shown
from nodegraph.editor.state.commands.table import BY_ID, COMMANDS, in_menu, match, run, shortcut_of
from nodegraph.editor.state.editor import Editor
from tests.editor.state.support import editor_of


@pytest.fixture
def editor() -> Iterator[Editor]:
    with editor_of("kaleidoscope") as editor:
        yield editor


def test_no_two_commands_share_a_shortcut_or_an_id() -> None:
    counts = Counter(keys for one in COMMANDS for keys in one.shortcuts)
    assert [keys for keys, count in counts.items() if count > 1] == []
    assert len(BY_ID) == len(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.id)
def test_every_command_has_a_title_and_a_sentence_of_help(command: Command) -> None:
    assert command.title
    assert command.help.endswith((".", "…"))
    assert command.id.startswith(command.menu.lower())
    for keys in command.shortcuts:
        *held, _ = keys.rstrip("+").split("+")
        assert held == [one for one in ("Ctrl", "Alt", "Shift") if one in held], "modifiers in this order"


def test_every_menu_has_commands_and_its_sections_in_order() -> None:
    for menu in MENUS:
        sections = [one.section for one in in_menu(menu)]
        assert sections
        assert sections == sorted(sections)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.id)
@pytest.mark.parametrize("selected", [False, True])
def test_every_command_works_without_a_window(editor: Editor, command: Command, selected: bool) -> None:
    before = editor.workspace.document
    if selected:
        run(editor, "edit.select_all")
    command.title_in(editor)
    if command.checked:
        command.checked(editor)
    run(editor, command.id)
    editor.tick()
    assert not [one for one in editor.notices.log if one.kind == "error"]
    while editor.workspace.undo():
        pass
    assert editor.workspace.document == before or command.id in ("file.new", "help.tour")


def test_every_command_works_on_an_empty_document() -> None:
    with editor_of() as editor:
        for command in COMMANDS:
            run(editor, command.id)
            editor.tick()
        assert not [one for one in editor.notices.log if one.kind == "error"]


@pytest.mark.parametrize(
    ("key", "mods", "id"),
    [
        ("Z", {"ctrl": True}, "edit.undo"),
        ("Z", {"ctrl": True, "shift": True}, "edit.redo"),
        ("Y", {"ctrl": True}, "edit.redo"),
        ("Home", {}, "view.fit_all"),
        ("F", {}, "view.fit_selection"),
        ("/", {"shift": True}, "help.sheet"),
        ("Enter", {"ctrl": True, "shift": True}, "run.to_selection"),
        ("F1", {"shift": True}, "help.node"),
        ("Backspace", {}, "edit.delete"),
        ("Q", {}, None),
        ("Z", {"ctrl": True, "alt": True}, None),
    ],
)
def test_keys_find_their_command(key: str, mods: dict[str, bool], id: str | None) -> None:
    found = match(key, **mods)
    assert (found.id if found else None) == id


@pytest.mark.parametrize(
    ("key", "mods", "works"),
    [
        ("F", {}, False),
        ("Delete", {}, False),
        ("Tab", {}, False),
        ("/", {"shift": True}, False),
        ("Z", {"ctrl": True}, False),
        ("V", {"ctrl": True}, False),
        ("S", {"ctrl": True}, True),
        ("Enter", {"ctrl": True}, True),
        ("F1", {"shift": True}, True),
        ("F2", {}, True),
    ],
)
def test_a_text_field_keeps_the_keys_that_are_its_own(key: str, mods: dict[str, bool], works: bool) -> None:
    assert match(key, **mods, typing=False) is not None
    assert (match(key, **mods, typing=True) is not None) == works


def test_shortcuts_are_written_as_people_write_them() -> None:
    assert shown("Shift+/") == "?"
    assert shortcut_of("help.sheet") == "?"
    assert shortcut_of("view.zoom_in") == "Ctrl++"
    assert not belongs_to_text("Ctrl+=")
