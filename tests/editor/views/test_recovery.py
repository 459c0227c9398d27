"""A real window is killed in the middle of work, and what was done in it is there again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from nodegraph.editor.state.documents.recovery import found, recover
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.state.settings import Settings
from nodegraph.session import Session

ROOT = Path(__file__).resolve().parents[3]
WORK = """
import time
from nodegraph.editor.state.documents.opening import read_document
from nodegraph.editor.state.editor import Editor
from nodegraph.editor.views.app import App
from nodegraph.session import Session

editor = Editor(Session(node_folders=[]))
app = App(editor, 640, 480)
app.open()
editor.files.show(read_document("moving-colour"))
editor.player.stop()

def edit():
    id = editor.add_node("filter.invert", (10.0, 10.0))
    if len(editor.workspace.document.graph.nodes) > 60:
        editor.workspace.undo()
    print(time.time(), len(editor.workspace.document.graph.nodes), flush=True)

app.run(edit)
"""


def test_after_kill_9_the_work_is_offered_and_recovered(display: str, tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), "DISPLAY": display}
    command = [sys.executable, "-X", "faulthandler", "-c", WORK]
    lines: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as window:
        assert window.stdout is not None
        for line in window.stdout:
            lines.append(line)
            if len(lines) == 30:
                os.kill(window.pid, signal.SIGKILL)
    (one,) = found(tmp_path / "state" / "nodegraph" / "journal")
    saved, newest = recover(one)
    kept = len(newest.graph.nodes)
    lost = [float(line.split()[0]) for line in lines if int(line.split()[1]) > kept]
    assert kept > len(saved.graph.nodes)
    assert not lost or lost[-1] - lost[0] < 0.5
    with Session(node_folders=[]) as session:
        editor = Editor(session, Settings.load(tmp_path / "settings.json"))
        editor.documents.recover(one)
        assert len(editor.workspace.document.graph.nodes) == kept
        assert editor.workspace.dirty
        assert editor.workspace.undo() == "Recover unsaved changes"
        editor.quitting = True
        editor.close()
