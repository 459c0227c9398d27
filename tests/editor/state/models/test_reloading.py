"""A model that is added to a catalogue becomes a node at once, also in a graph that runs."""

import json
from pathlib import Path

import pytest

from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.preset import Preset
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.models.licences import Use, accept
from nodegraph.editor.state.settings import Settings
from nodegraph.session import Session
from tests.editor.state.running.support import until

ENTRY = {"name": "Later", "id": "later", "protocol": "native", "process": {"command": ["{python}", "none.py"]}}


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    path = tmp_path / "models.json"
    path.write_text("[]")
    return path


def test_a_model_that_is_added_while_the_graph_runs_joins_it(catalogue: Path, tmp_path: Path) -> None:
    nodes = {"bars": GraphNode("bars", "source.test_pattern"), "model": GraphNode("model", "model.later")}
    wires = (Wire("bars", "image", "model", "image"),)
    with Session([catalogue], []) as session:
        editor = Editor(session, Settings(tmp_path / "editor.json"))
        editor.load(Preset(graph=Graph(nodes, wires)))
        editor.tick()
        editor.player.play()
        until(lambda: editor.player.latest("bars", "image") is not None)
        assert "model.later" in editor.player.node("model").message
        catalogue.write_text(json.dumps([ENTRY]))
        editor.reload_models()
        assert editor.models.card("later") is not None
        assert editor.consent.waiting == {"model"}, "nothing runs before its licence was accepted"
        accept([Use(editor.models.entries["later"])], editor.settings)
        editor.tick()
        until(lambda: "Later" in editor.player.node("model").message)
        editor.quitting = True
        editor.close()


def test_opening_a_document_with_models_says_how_to_run_it(tmp_path: Path, catalogue: Path) -> None:
    catalogue.write_text(json.dumps([ENTRY]))
    with Session([catalogue], []) as session:
        editor = Editor(session, Settings(tmp_path / "editor.json"))
        editor.load(Preset(graph=Graph({"model": GraphNode("model", "model.later")})))
        assert any("does not run yet" in one.text and "Ctrl+Enter" in one.hint for one in editor.notices.log)
        assert editor.player.state == "stopped"
        editor.quitting = True
        editor.close()
