"""Models of one's own in the real window: a server's address becomes a node that runs, a file becomes a checkpoint."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.editor.state.models.test_newcomer import upscaler
from tests.gui.conftest import begin
from tests.gui.graphs import SMALL, write
from tests.gui.harness import Window
from tests.gui.harness.hands import add, beside, connect, select
from tests.models.serving import Server, start_servers  # noqa: F401

pytestmark = pytest.mark.display


def look_up(gui: Window, what: str) -> None:
    """Open the dialog from the library, type what is meant, press Enter; it is looked at."""
    gui.click(f"button('Models ({gui.ask('len(editor.models.cards)')})')")
    gui.click("button('Add a model…')")
    gui.until("places.shows('What can be added')")
    gui.frames(4)
    gui.type(what)
    gui.key("Return")
    gui.until("editor.dialogs.current.phase == 'planned' or editor.dialogs.current.message")
    assert gui.ask("editor.dialogs.current.message") == ""
    gui.until("places.shows('This will')")


def test_the_address_of_a_running_server_becomes_a_node_of_the_running_graph(
    gui: Window, tmp_path: Path, start: Callable[..., Server]
) -> None:
    url = start("lineart").wait().url
    ends = {"pattern": ("source.test_pattern", SMALL, (0, 0)), "screen": ("sink.preview", {}, (600, 0))}
    begin(gui, write(tmp_path, ends, "pattern.image screen.image"))
    gui.ask("editor.player.play()")
    gui.until("editor.player.latest('screen') is not None")
    models = gui.ask("len(editor.models.cards)")
    look_up(gui, url)
    assert gui.ask(f"places.shows({url!r})")
    gui.click("button('Add it')")
    gui.until("editor.dialogs.current is None")
    assert gui.ask("len(editor.models.cards)") == models + 1
    assert gui.ask("editor.player.state") == "running"
    (name,) = gui.ask("[one.name for one in editor.models.cards if one.places == ('url',)]")
    node = add(gui, name, "canvas(0.5, 0.6)")
    gui.until("places.shows('Accept and run')")
    gui.frames(4)
    gui.click("button('Accept and run')")
    connect(gui, f"pattern.image -> {node}.image")
    gui.until(f"editor.player.node({node!r}).rate > 0", 60)


def test_an_upscaler_file_becomes_a_checkpoint_in_the_inspector(gui: Window, tmp_path: Path) -> None:
    file = upscaler(tmp_path / "2xOwn.safetensors")
    gui.ask("editor.player.stop()")
    node = gui.ask("editor.add_node('model.upscale', (300, 250))")
    select(gui, node)
    look_up(gui, str(file))
    gui.click("button('Add it')")
    gui.until("editor.dialogs.current is None")
    beside(gui, "Checkpoint")
    every = "[one for one in dpg.get_all_items() if 'mvCombo' in dpg.get_item_type(one)]"
    combos = f"[dpg.get_item_configuration(one)['items'] for one in {every}]"
    gui.until(f"any('checkpoints/2xOwn.safetensors' in items for items in {combos})")


def test_what_models_take_on_disk_is_counted_and_closed(gui: Window) -> None:
    gui.ask("__import__('nodegraph.editor.state.commands.table', fromlist=['run']).run(editor, 'run.models_disk')")
    gui.until("places.shows('What models take on disk')")
    gui.until("editor.dialogs.current.room is not None", 60)
    gui.key("Escape")
    gui.until("editor.dialogs.current is None")
