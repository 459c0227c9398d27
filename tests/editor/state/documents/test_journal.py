import os
import resource
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.core.errors import DocumentError
from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.preset import Preset, to_text
from nodegraph.editor.state.documents import journal as journals
from nodegraph.editor.state.documents.journal import Journal
from nodegraph.editor.state.documents.recovery import Recovered, discard, found, recover

ROOT = Path(__file__).resolve().parents[4]
ABOUT = {"name": "Mine", "path": "", "base": "/", "stamp": "s"}


def nodes(count: int) -> Preset:
    every = {f"n{at}": GraphNode(f"n{at}", "filter.invert", {"amount": at / 8}) for at in range(count)}
    wires = tuple(Wire(f"n{at}", "image", f"n{at + 1}", "image") for at in range(count - 1))
    layout = {"nodes": {id: {"x": 10.0 * at, "y": 0.0} for at, id in enumerate(every)}}
    return Preset(id="mine", title="Mine", graph=Graph(every, wires), layout=layout)


class Kept:
    """A journal in a folder, its failures in a list."""

    def __init__(self, folder: Path) -> None:
        self.failures: list[str] = []
        self.folder = folder
        self.journal = Journal(self.failures.append, folder)

    def die(self) -> Recovered:
        """As if the process ended: its lock goes, its file stays."""
        self.journal.flush()
        book = self.journal._book
        book._syncing.join()
        book._file.close()
        (one,) = found(self.folder)
        return one


@pytest.fixture
def kept(tmp_path) -> Kept:
    return Kept(tmp_path / "journal")


def test_a_document_without_changes_leaves_no_file(kept):
    kept.journal.begin(nodes(3), ABOUT)
    kept.journal.flush()
    assert not kept.folder.exists()


def test_every_change_is_there_after_the_process_is_gone(kept):
    document = nodes(3)
    kept.journal.begin(document, {**ABOUT, "path": "/a/mine.json"})
    steps = [
        nodes(5),
        replace(nodes(5), title="Other", graph=nodes(5).graph.without_nodes(["n1"])),
        replace(nodes(5), layout={"nodes": {"n0": {"x": 1.5, "y": -3.0}}, "notes": {"a": {"text": "ü\ud800"}}}),
        replace(nodes(4), graph=replace(nodes(4).graph, groups=({"id": "g", "title": "G"},)), tags=("a", "b")),
        replace(nodes(4), unknown={"x": 1}, wire_unknown={nodes(4).graph.wires[0]: {"color": "red"}}),
        replace(nodes(4), wire_unknown={nodes(4).graph.wires[1]: {"color": "blue"}}),
    ]
    for step in steps:
        kept.journal.record(step)
        kept.journal.flush()
    one = kept.die()
    assert (one.name, one.path, one.edits, one.stamp) == ("Mine", Path("/a/mine.json"), 6, "s")
    saved, newest = recover(one)
    assert to_text(saved) == to_text(document)
    assert to_text(newest) == to_text(steps[-1])
    assert kept.failures == []


def test_the_file_of_a_living_editor_is_not_offered(kept):
    kept.journal.begin(nodes(1), ABOUT)
    kept.journal.record(nodes(2))
    kept.journal.flush()
    assert found(kept.folder) == []
    assert list(kept.folder.glob("*.jsonl"))


def test_a_torn_last_line_costs_only_itself(kept):
    kept.journal.begin(nodes(1), ABOUT)
    for count in (2, 3):
        kept.journal.record(nodes(count))
        kept.journal.flush()
    one = kept.die()
    one.file.write_bytes(one.file.read_bytes()[:-20])
    (one,) = found(kept.folder)
    assert (one.edits, recover(one)[1]) == (1, nodes(2))


@given(cut=st.floats(0, 1))
def test_a_file_cut_anywhere_gives_some_earlier_document_or_a_sentence(tmp_path_factory, cut):
    kept = Kept(tmp_path_factory.mktemp("journal"))
    kept.journal.begin(nodes(1), ABOUT)
    for count in (2, 3, 4):
        kept.journal.record(nodes(count))
        kept.journal.flush()
    one = kept.die()
    data = one.file.read_bytes()
    one.file.write_bytes(data[: int(len(data) * cut)])
    whole_lines = one.file.read_bytes().count(b"\n")
    if whole_lines == 0:
        with pytest.raises(DocumentError, match="damaged"):
            recover(one)
    else:
        assert recover(one)[1] == nodes(whole_lines)


def test_saving_and_a_clean_end_remove_the_file(kept):
    kept.journal.begin(nodes(1), ABOUT)
    kept.journal.record(nodes(2))
    kept.journal.flush()
    kept.journal.begin(nodes(2), ABOUT)
    assert not list(kept.folder.iterdir())
    kept.journal.record(nodes(3))
    kept.journal.flush()
    kept.journal.end()
    assert not list(kept.folder.iterdir())


def test_discarding_forgets_it_and_recovering_twice_is_a_sentence(kept):
    kept.journal.begin(nodes(1), ABOUT)
    kept.journal.record(nodes(2))
    one = kept.die()
    discard(one)
    assert found(kept.folder) == []
    with pytest.raises(DocumentError, match="is gone"):
        recover(one)


def test_a_long_file_is_begun_anew_without_losing_anything(kept, monkeypatch):
    monkeypatch.setattr(journals, "_COMPACT_ABOVE", 3000)
    kept.journal.begin(nodes(1), ABOUT)
    for count in range(2, 40):
        kept.journal.record(nodes(count % 7 + 1))
        kept.journal.flush()
    one = kept.die()
    assert one.edits < 38
    assert recover(one)[1] == nodes(39 % 7 + 1)
    assert [path.suffix for path in kept.folder.iterdir()] == [".jsonl"]


def test_what_cannot_be_written_is_told_once_and_the_next_document_is_kept(kept):
    kept.journal.begin(nodes(1), ABOUT)
    for value in (object(), float("nan")):
        kept.journal.record(Preset(graph=Graph({"a": GraphNode("a", "t", {"x": value})})))
        kept.journal.flush()
    assert len(kept.failures) == 1
    kept.journal.record(nodes(4))
    assert recover(kept.die())[1] == nodes(4)


def test_a_folder_that_cannot_be_made_is_told_and_editing_goes_on(tmp_path):
    (tmp_path / "journal").write_text("in the way")
    kept = Kept(tmp_path / "journal")
    kept.journal.begin(nodes(1), ABOUT)
    kept.journal.record(nodes(2))
    kept.journal.flush()
    assert "cannot be kept" in kept.failures[0]


def test_recording_never_waits_for_a_slow_disk(kept, monkeypatch):
    going_on, written = threading.Event(), threading.Event()

    def slow(*args: object) -> None:
        written.set()
        assert going_on.wait(60)

    monkeypatch.setattr(journals, "_append", slow)
    kept.journal.begin(nodes(1), ABOUT)
    kept.journal.record(nodes(2))
    assert written.wait(60)
    begun = time.perf_counter()
    for count in range(3, 100):
        kept.journal.record(nodes(count % 5))
    assert time.perf_counter() - begun < 15, "the disk takes 20"
    going_on.set()
    kept.journal.end()


EDITING = """
import sys, time
from pathlib import Path
from nodegraph.core.graph import Graph, GraphNode
from nodegraph.core.preset import Preset
from nodegraph.editor.state.documents.journal import Journal
from nodegraph.editor.state.workspace import Workspace
from nodegraph.core.registry import Registry

workspace = Workspace(Registry({}))
journal = Journal(print, Path(sys.argv[1]))
journal.begin(workspace.document, {"name": "killed", "path": "", "base": "/"})
workspace.listeners.append(lambda _: journal.record(workspace.document))
for number in range(1_000_000):
    node = GraphNode(f"n{number % 50}", "filter.invert", {"number": number})
    workspace.do("Edit", Preset(graph=workspace.document.graph.with_node(node)))
    print(number, time.time(), flush=True)
    time.sleep(0.005)
"""


def test_after_kill_9_only_the_last_moment_of_edits_is_lost(tmp_path):
    command = [sys.executable, "-c", EDITING, str(tmp_path)]
    times: list[float] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as editor:
        for line in editor.stdout:
            times.append(float(line.split()[1]))
            if len(times) == 300:
                assert found(tmp_path) == []
                os.kill(editor.pid, signal.SIGKILL)
    (one,) = found(tmp_path)
    newest = max(node.params["number"] for node in recover(one)[1].graph.nodes.values())
    lost = times[newest + 1 :]
    assert newest > 0
    assert not lost or lost[-1] - lost[0] < (times[-1] - times[0]) / 2
    assert journals.INTERVAL < 0.5, "where disk and processor have time"


def test_a_full_disk_costs_only_what_comes_after_it(kept):
    kept.journal.begin(nodes(2), ABOUT)
    kept.journal.record(nodes(3))
    assert kept.journal.flush()
    (path,) = kept.folder.glob("*.jsonl")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 9, hard))
    try:
        kept.journal.record(nodes(9))
        assert not kept.journal.flush()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert len(kept.failures) == 1
    lines = path.read_bytes().splitlines(keepends=True)
    assert len(lines) == 2
    assert lines[-1].endswith(b"\n")
    assert kept.journal.flush()
    assert recover(kept.die())[1] == nodes(9)
