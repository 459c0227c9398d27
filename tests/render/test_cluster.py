"""The real thing: workers as processes of a Ray cluster, one of our own and one that runs already."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from nodegraph.core.errors import UsageError
from nodegraph.render import cluster
from nodegraph.render.cluster import RayPool
from nodegraph.render.surroundings import private_folder
from nodegraph.session import Session
from tests.render.support import clip, frames_of, graph_of, rendered

HEAD = """
import sys, tempfile, ray
with tempfile.TemporaryDirectory(prefix="ng-ray-", ignore_cleanup_errors=True) as folder:
    context = ray.init(address="local", num_cpus=2, num_gpus=0, include_dashboard=False, log_to_driver=False,
                       object_store_memory=128 << 20, _temp_dir=folder)
    print(context.address_info["gcs_address"], flush=True)
    sys.stdin.read()
    ray.shutdown()
"""
CLIENT = """
import sys
from nodegraph.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
KILLING = """
import json, os, signal, sys
from nodegraph.render.cluster import RayPool
from nodegraph.render.order import Order
from nodegraph.render.outlook import Outlook
from nodegraph.render.render import render
from nodegraph.render.rising import Rising
from nodegraph.session import Session
from tests.render.support import graph_of

killed = []
Outlook.worth = lambda self, done: True
alone, Rising.ready = Rising.ready, lambda self, worker: worker > 0 and alone(self, worker)  # nothing is done here

class Killing(RayPool):
    def start(self, worker, segment):
        super().start(worker, segment)
        if worker == 0 and not killed:
            killed.append(segment.number)
            actor = self._actors[0]
            pid = self._ray.get(actor.pid.remote())
            while self._ray.get(actor.done.remote()) == 0:  # in the middle of its work
                pass
            os.kill(pid, signal.SIGKILL)

graph = graph_of(sys.argv[1], sys.argv[2], codec="ffv1")
with Session() as session:
    made = render(session, Order(graph, 2, length=240), Killing, lambda progress: None, lambda: False)
print(json.dumps({"killed": killed, "retried": made.retried, "segments": len(made.segments),
                  "connected": sys.modules["ray"].is_initialized(), "token": "RAY_AUTH_TOKEN" in os.environ}))
"""
pytest.importorskip("ray", reason="Ray, the extra `cluster`, is not installed")


def python(script, *arguments, **environment):
    """A script as a process of its own: Ray leaves its processes to the interpreter's exit."""
    root = str(Path(__file__).resolve().parents[2])
    return subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": root, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def short_folder():
    """A folder with a path short enough for the sockets of a cluster."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


def test_a_cluster_of_our_own_survives_a_killed_worker_and_leaves_nothing(tmp_path, short_folder):
    film = clip(tmp_path / "film.mp4", frames=480)  # so long that it is killed in the middle on a busy machine, too
    # a cluster in the environment that nobody asked for must not be looked at
    done = python(KILLING, film, tmp_path / "parts.mkv", RAY_ADDRESS="192.0.2.1:6379", TMPDIR=str(short_folder))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)  # and Ray itself has said nothing
    assert told == {"killed": [0], "retried": 1, "segments": 2, "connected": False, "token": False}
    assert list(short_folder.iterdir()) == []
    rendered(graph_of(film, tmp_path / "whole.mkv", codec="ffv1"), workers=1)
    assert frames_of(tmp_path / "parts.mkv") == frames_of(tmp_path / "whole.mkv")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["film.mp4", "parts.mkv", "whole.mkv"]


def test_a_cluster_that_runs_already_is_used_and_left_running(tmp_path):
    environment = {**os.environ, "RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "t" * 32}
    environment["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])
    head = subprocess.Popen(
        [sys.executable, "-c", HEAD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    try:
        address = next(line for line in head.stdout if line.strip().rpartition(":")[2].isdigit()).strip()
        film = clip(tmp_path / "film.mp4", frames=40)
        preset = tmp_path / "p.json"
        preset.write_text(
            '{"format":1,"id":"p","graph":{"nodes":{"clip":{"type":"source.video_file"},"out":{"type":"sink.video_file"}},'
            '"wires":[{"from":"clip.image","to":"out.image"}]}}'
        )
        command = ["render", str(preset), "--input", str(film), "--output", str(tmp_path / "out.mkv"), "--workers", "2"]
        command += ["--segment", "10", "--address", address]
        done = python(CLIENT, *command, **environment)
        assert done.returncode == 0, done.stderr
        assert "4 segments" in done.stdout
        assert len(frames_of(tmp_path / "out.mkv")) == 40
        assert head.poll() is None
    finally:
        head.stdin.close()
        head.wait(60)
        head.stdout.close()


def test_without_ray_a_sentence_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(cluster.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match="needs Ray") as error:
        RayPool(None, 2)
    assert "nodegraph[cluster]" in error.value.hint


def test_a_machine_that_lacks_something_is_told(tmp_path):
    from dataclasses import replace

    from nodegraph.render.job import Job
    from nodegraph.render.machine import lacking, look_at, needed_files, versions
    from nodegraph.render.table import origin_of, table_of

    film = clip(tmp_path / "film.mp4", frames=3)
    graph = graph_of(film, tmp_path / "out.mkv")
    with Session() as session:
        table = table_of(session.registry.find("source.video_file").make({"path": film}, {}))
        needed = needed_files(graph, session.registry)
    assert needed == (look_at(film),)
    job = Job(graph, {}, tmp_path, "token", origin_of(table), needed, versions=versions())
    assert list(lacking(job, "Here")) == []
    film.write_bytes(film.read_bytes() + b"more")
    other = replace(job, versions={**versions(), "av": "1.0"}, node_folders=(tmp_path / "nodes",))
    told = " ".join(lacking(other, "There"))
    assert "There has no such" in told
    assert "here it is 1.0" in told
    assert f"no {tmp_path / 'nodes'}" in told


def test_an_address_where_nobody_is_is_told_at_once():
    script = "import sys; from nodegraph.render.cluster import RayPool; RayPool(None, 1, sys.argv[1]).__enter__()"
    said = python(script, "127.0.0.1:1").stderr
    assert "NodegraphError: The Ray cluster at 127.0.0.1:1 cannot be used: Connection refused." in said
    assert "GCS" not in said  # Ray itself was not asked, which tries for minutes


@pytest.mark.parametrize("address", ["nonsense", "ray://a:1", "a:0", "a:b", ":1"])
def test_what_is_no_address_is_told(address):
    with pytest.raises(UsageError, match=r"is no HOST:PORT"):
        cluster._knock(address)


def test_the_folder_of_a_cluster_whose_program_was_killed_is_removed(short_folder, monkeypatch):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left, mine = short_folder / f"ng-ray-{gone.pid}-abc", short_folder / f"ng-ray-{os.getpid()}-abc"
    other = short_folder / "ng-ray-else"
    for folder in (left, mine, other):
        (folder / "session").mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(short_folder))
    made = Path(private_folder())
    assert sorted(short_folder.iterdir()) == sorted([mine, other, made])


def test_why_a_worker_could_not_begin_is_its_error_and_not_its_traceback():
    told = "The actor died because of an error raised in its creation task, \x1b[36mray::_Actor.__init__()\x1b[39m\n"
    told += "  File \"cluster.py\", line 3\nModuleNotFoundError: No module named 'nodegraph'\n"
    assert cluster._first(RuntimeError(told)) == "ModuleNotFoundError: No module named 'nodegraph'"
    assert cluster._first(RuntimeError("\x1b[36mGone\x1b[39m.\nmore")) == "Gone."
