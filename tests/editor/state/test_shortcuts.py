"""The shortcut sheet."""

from nodegraph.editor.state.commands.table import COMMANDS
from nodegraph.editor.state.shortcuts import sheet


def test_every_command_with_keys_is_on_the_sheet() -> None:
    rows = {row for _, rows in sheet() for row in rows}
    for command in COMMANDS:
        if command.shortcuts:
            assert any(does == command.title.rstrip("…") and command.shortcut in keys for keys, does in rows), (
                command.id
            )


def test_no_row_is_there_twice_and_none_is_empty() -> None:
    rows = [row for _, rows in sheet() for row in rows]
    assert len(set(rows)) == len(rows)
    assert all(keys and does for keys, does in rows)
    assert not [keys for keys, _ in rows if "++ or" in keys]
