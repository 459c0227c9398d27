"""The File menu."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nodegraph.editor.state.commands.command import Command
from nodegraph.editor.state.settings import MAX_RECENT

if TYPE_CHECKING:
    from nodegraph.editor.state.editor import Editor

_OLDER: Final = 10


def _new(editor: "Editor") -> None:
    editor.files.new()


def _open(editor: "Editor") -> None:
    editor.files.open()


def _gallery(editor: "Editor") -> None:
    editor.files.gallery()


def _save(editor: "Editor") -> None:
    editor.files.save()


def _save_as(editor: "Editor") -> None:
    editor.files.save_as()


def _revert(editor: "Editor") -> None:
    editor.files.revert()


def _export(editor: "Editor") -> None:
    editor.files.sharing.open()


def _missing(editor: "Editor") -> None:
    editor.files.mending.look(editor.workspace.name, told_when_nothing=True)


def _quit(editor: "Editor") -> None:
    editor.files.quit()


def _recent(number: int) -> Command:
    """A file that was opened lately: there are as many commands as files are remembered."""

    def name(editor: "Editor") -> str:
        names = editor.settings.recent
        return names[number] if number < len(names) else ""

    return Command(
        f"file.recent_{number + 1}",
        f"Recent file {number + 1}",
        "File",
        lambda editor: editor.files.open_name(name(editor)),
        "Open it again.",
        submenu="Open recent",
        enabled=lambda editor: bool(name(editor)) and Path(name(editor)).is_file(),
        label=lambda editor: Path(name(editor)).name,
        visible=lambda editor: bool(name(editor)),
    )


def _older(number: int) -> Command:
    """A version that saving replaced."""

    def version(editor: "Editor") -> Path | None:
        found = editor.documents.older if editor.workspace.path else []
        return found[number] if number < len(found) else None

    def label(editor: "Editor") -> str:
        path = version(editor)
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(path.stat().st_mtime)) if path else ""

    def restore(editor: "Editor") -> None:
        path = version(editor)
        if path is not None:
            editor.documents.restore(path)

    return Command(
        f"file.older_{number + 1}",
        f"Older version {number + 1}",
        "File",
        restore,
        "Go back to how the file was; this can be undone.",
        submenu="Older versions",
        section=1,
        label=label,
        enabled=lambda editor: version(editor) is not None,
        visible=lambda editor: version(editor) is not None,
    )


FILE: Final = (
    Command("file.new", "New", "File", _new, "An empty graph.", ("Ctrl+N",)),
    Command(
        "file.open", "Open…", "File", _open, "Open a preset, a picture that carries one, or a bundle.", ("Ctrl+O",)
    ),
    *(_recent(number) for number in range(MAX_RECENT)),
    Command(
        "file.gallery", "Starter gallery…", "File", _gallery, "Presets to begin with, with pictures.", ("Ctrl+Shift+O",)
    ),
    Command("file.save", "Save", "File", _save, "Save the graph to its file.", ("Ctrl+S",), section=1),
    Command("file.save_as", "Save as…", "File", _save_as, "Save to another file.", ("Ctrl+Shift+S",), section=1),
    Command(
        "file.revert",
        "Revert to the saved file",
        "File",
        _revert,
        "Go back to what is in the file; this can be undone.",
        section=1,
        enabled=lambda editor: editor.workspace.path is not None and editor.workspace.dirty,
    ),
    *(_older(number) for number in range(_OLDER)),
    Command(
        "file.export",
        "Export for sharing…",
        "File",
        _export,
        "A picture, a JSON file or a bundle for others: without paths and passwords of yours.",
        ("Ctrl+Shift+E",),
        section=2,
    ),
    Command(
        "file.missing",
        "What is missing…",
        "File",
        _missing,
        "Nodes and models this document needs and this machine lacks, each with what to do.",
        section=2,
    ),
    Command("file.quit", "Quit", "File", _quit, "Close the editor.", ("Ctrl+Q",), section=3),
)
"""The commands, in the order of the menu."""
