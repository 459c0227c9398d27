import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from nodegraph.core.errors import ModelError, ModelNotReady, ModelTimeout, ModelUnreachable
from nodegraph.runtime.health import ask
from nodegraph.runtime.processes import leash
from nodegraph.runtime.runners import device
from nodegraph.runtime.state import Stage

CHILD_OF_OURS = """
import subprocess, sys
from pathlib import Path
from nodegraph.runtime.processes.leashed import Leashed
lines = []
leashed = Leashed([sys.executable, "-u", sys.argv[1], "silent"], Path(sys.argv[2]), {}, print, print)
sys.stdin.read()
"""


def gone(pid: int, within: float = 60.0) -> bool:
    try:
        psutil.Process(pid).wait(within)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return False
    return True


def test_a_native_server_is_started_reached_over_its_socket_and_stopped(bench):
    servers = bench.servers()
    lease = servers.acquire(bench.entry(), {})
    client = bench.ready(lease)
    assert client.endpoint.socket is not None
    assert client.endpoint.url.startswith("http://127.0.0.1:")
    assert ask(client.endpoint, "native", 30).state == "ready"
    pid, folder = bench.pid(lease), client.endpoint.socket.parent
    assert folder.stat().st_mode & 0o777 == 0o700
    lease.release()
    bench.story.until_stage(Stage.STOPPED)
    assert gone(pid)
    assert client.closed
    assert not folder.exists()
    assert bench.story.stages == ["starting", "loading", "ready", "stopping", "stopped"]


def test_what_a_server_says_about_how_it_runs_is_told_after_what_we_have_to_say(bench, monkeypatch):
    monkeypatch.setattr(device, "_LINUX_GPUS", ())
    lease = bench.servers().acquire(bench.entry("noted", gpu=True), {})
    bench.ready(lease)
    assert lease.details.note.endswith("but this machine has none. Runs well.")


def test_a_server_of_another_protocol_gets_a_free_port_and_is_ready_when_it_answers(bench):
    command = ("{python}", str(Path(__file__).with_name("server_kinds.py")), "http", "--port={port}")
    lease = bench.servers().acquire(bench.entry("http", "runway-alpha", command=command), {"kind": "process"})
    endpoint = bench.ready(lease).endpoint
    assert endpoint.socket is None
    assert ask(endpoint, "runway-alpha", 30).state == "ready"
    assert int(endpoint.url.rpartition(":")[2]) > 0


def test_a_killed_server_comes_back_by_itself_and_the_restart_is_counted(bench):
    lease = bench.servers().acquire(bench.entry(), {})
    first, pid = bench.ready(lease), bench.pid(lease)
    bench.kill(lease)
    event = bench.story.until_stage(Stage.RESTARTING)
    assert "was ended by SIGKILL (signal 9)" in str(event)
    bench.story.until(lambda event: event.state.stage is Stage.READY and event.restarts == 1)
    second = lease.client()
    assert second is not first
    assert first.closed
    assert bench.pid(lease) != pid
    assert lease.restarts == 1


def test_a_call_that_reports_a_broken_connection_waits_for_the_new_server(bench):
    lease = bench.servers().acquire(bench.entry(), {})
    first = bench.ready(lease)
    bench.kill(lease)
    lease.report_failure(ModelUnreachable("it broke"))
    lease.wait_ready(60)
    assert lease.client() is not first
    assert ask(lease.endpoint, "native", 30).state == "ready"


def test_a_false_alarm_costs_a_new_connection_and_no_restart(bench):
    lease = bench.servers().acquire(bench.entry(), {})
    first = bench.ready(lease)
    lease.report_failure(ModelUnreachable("it broke"))
    second = bench.ready(lease)
    assert second is not first
    assert second.endpoint == first.endpoint
    assert lease.restarts == 0


def test_a_server_that_exits_at_once_is_tried_again_and_then_given_up_with_its_last_words(bench):
    lease = bench.servers(give_up=3).acquire(bench.entry("crash"), {})
    with pytest.raises(ModelError, match="exit code 3") as caught:
        lease.wait_ready(60)
    assert "cannot find the weights" in caught.value.message
    assert "3 times in a row" in caught.value.message
    assert "nodegraph models logs test-crash" in caught.value.hint
    assert lease.restarts == 2
    with pytest.raises(ModelError, match="exit code 3"):
        lease.client()


def test_a_server_that_was_given_up_runs_again_when_asked_to(bench):
    flag = bench.folder / "now it works"
    script = bench.folder / "later.py"
    kinds = Path(__file__).with_name("server_kinds.py")
    script.write_text(
        f"import os, runpy, sys\nsys.argv = ['x', 'good' if os.path.exists({str(flag)!r}) else 'crash']\n"
        f"runpy.run_path({str(kinds)!r}, run_name='__main__')\n"
    )
    lease = bench.servers(give_up=2).acquire(bench.entry("later", command=("python", str(script))), {})
    with pytest.raises(ModelError):
        lease.wait_ready(60)
    flag.touch()
    lease.restart()
    bench.story.until_stage(Stage.READY)
    assert lease.state == "ready"


def test_restarts_by_hand_are_no_failures(bench):
    lease = bench.servers(give_up=2).acquire(bench.entry(), {})
    for number in range(1, 4):
        bench.ready(lease)
        lease.restart()
        bench.story.until(lambda event, n=number: event.state.stage is Stage.READY and event.restarts == n)
    assert "failed" not in bench.story.stages


def test_a_given_up_server_is_tried_again_by_a_call_after_a_rest(bench):
    lease = bench.servers(give_up=1, revive=0.0).acquire(bench.entry("crash"), {})
    bench.story.until_stage(Stage.FAILED)
    with pytest.raises(ModelError):
        lease.client()
    bench.story.until(lambda event: event.restarts == 1)


def test_many_calls_to_a_server_that_rests_wake_it_once(bench):
    lease = bench.servers(give_up=1, revive=0.0).acquire(bench.entry("failed"), {})
    bench.story.until_stage(Stage.FAILED)
    for _ in range(20):
        with pytest.raises(ModelError):
            lease.client()
    bench.story.until(lambda event: event.state.stage is Stage.FAILED and event.restarts == 1)
    assert bench.story.stages[:6] == ["starting", "loading", "failed"] * 2


@pytest.mark.parametrize(
    ("kind", "limits", "words"),
    [
        ("silent", {"ready": 1.5}, "did not say where it listens within 1.5 s"),
        ("loading", {"loading": 2.0}, "did not become ready in 2 s: it still says that it is loading"),
        ("failed", {}, "cannot load: no weights"),
        ("garbage", {}, "where its health was asked for"),
    ],
)
def test_a_server_that_never_gets_ready_fails_with_the_reason(bench, kind, limits, words):
    lease = bench.servers(**limits).acquire(bench.entry(kind), {})
    with pytest.raises(ModelError, match=words):
        lease.wait_ready(60)
    assert lease.details.stage is Stage.FAILED
    assert gone(bench.pid(lease))


def test_while_it_loads_a_call_says_how_long_it_has_been(bench):
    lease = bench.servers().acquire(bench.entry("loading"), {})
    bench.story.until_stage(Stage.LOADING)
    with pytest.raises(ModelNotReady, match="Model loading is loading"):
        lease.client()
    with pytest.raises(ModelNotReady, match=r"0\.05 s were not enough"):
        lease.wait_ready(0.05)


def test_a_server_that_hangs_is_restarted(bench):
    lease = bench.servers(hang=0.4).acquire(bench.entry(), {})
    endpoint = bench.ready(lease).endpoint
    assert ask(endpoint, "native", 30).state == "ready"
    urllib.request.urlopen(endpoint.url + "/hang", timeout=5).close()
    lease.report_failure(ModelTimeout("no answer"))
    event = bench.story.until_stage(Stage.RESTARTING)
    assert "hangs: it did not answer within 0.4 s" in str(event)
    bench.story.until(lambda event: event.state.stage is Stage.READY and event.restarts == 1)


def test_a_server_that_answers_its_health_but_no_calls_is_restarted_too(bench):
    lease = bench.servers(timeouts=3).acquire(bench.entry(), {})
    bench.ready(lease)
    for _ in range(3):
        lease.report_failure(ModelTimeout("no answer"))
    assert "3 calls were not answered" in str(bench.story.until_stage(Stage.RESTARTING))


@pytest.mark.parametrize("name", ["with spaces", "ünïcödé 画像", 'quote\'s "and" $HOME;*'])
def test_a_model_in_a_folder_with_an_odd_name_runs(bench, name):
    folder = bench.folder / name
    folder.mkdir()
    script = folder / "sérver one.py"
    script.write_bytes(Path(__file__).with_name("server_kinds.py").read_bytes())
    entry = bench.entry(command=("python", script.name, "good"), folder=folder)
    lease = bench.servers().acquire(entry, {})
    bench.ready(lease)
    assert any(line.endswith(f" in {folder}") for line in lease.logs)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"folder": "/nowhere/at all"}, "folder of Model good, /nowhere/at all, does not exist"),
        ({"command": ("no-such-program-here",)}, "needs the program no-such-program-here"),
    ],
)
def test_what_cannot_be_started_is_said_at_once_and_not_tried_again(bench, change, words):
    lease = bench.servers().acquire(bench.entry(**change), {})
    with pytest.raises(ModelError, match=words):
        lease.wait_ready(60)
    assert lease.restarts == 0


@pytest.mark.parametrize(("cpu", "device"), [(False, "auto"), (True, "gpu")])
def test_without_a_gpu_a_process_that_must_have_one_is_a_clear_problem(bench, monkeypatch, cpu, device):
    monkeypatch.setattr("nodegraph.runtime.runners.process.machine_has_gpu", lambda: False)
    lease = bench.servers().acquire(bench.entry(gpu=True, cpu=cpu), {"device": device})
    with pytest.raises(ModelError, match="needs a GPU, and this machine has none") as caught:
        lease.wait_ready(60)
    assert "set the device to cpu" in caught.value.hint


def test_without_a_gpu_a_process_that_can_do_without_says_so(bench, monkeypatch):
    monkeypatch.setattr("nodegraph.runtime.runners.process.machine_has_gpu", lambda: False)
    lease = bench.servers().acquire(bench.entry(gpu=True), {})
    bench.ready(lease)
    assert "runs on the CPU: it could use a GPU, but this machine has none" in lease.details.note


def test_a_port_that_is_taken_is_called_by_its_name(bench):
    script = bench.folder / "taken.py"
    script.write_text("raise SystemExit('OSError: [Errno 98] Address already in use')\n")
    lease = bench.servers(give_up=1).acquire(bench.entry(command=("python", str(script))), {})
    with pytest.raises(ModelError, match="could not have its port, another program uses it"):
        lease.wait_ready(60)


def test_the_entrys_environment_reaches_the_server_and_ours_cannot_be_lost(bench):
    script = bench.folder / "env.py"
    script.write_text("import os\nfor name in ('COLOUR', 'NODEGRAPH_HOST'): print(name, os.environ[name])\n")
    entry = bench.entry(command=("python", str(script)), env={"COLOUR": "blue", "NODEGRAPH_HOST": "0.0.0.0"})
    lease = bench.servers(give_up=1).acquire(entry, {})
    bench.story.until_stage(Stage.FAILED)
    assert "COLOUR blue" in lease.logs
    assert "NODEGRAPH_HOST 127.0.0.1" in lease.logs


def test_a_server_dies_with_us_even_when_we_are_killed(tmp_path):
    kinds = Path(__file__).with_name("server_kinds.py")
    root = Path(leash.__file__).parents[3]
    ours = subprocess.Popen(
        [sys.executable, "-u", "-c", CHILD_OF_OURS, str(kinds), str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip
    with ours:
        server = int(ours.stdout.readline().split(" pid ")[1].split()[0])
        assert psutil.pid_exists(server)
        ours.kill()
        assert gone(server)


def test_the_socket_folders_of_killed_programs_are_cleared_away(bench, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    gone_program = subprocess.Popen(["true"])
    gone_program.wait()
    theirs, alive, kept = (tmp_path / f"ng-{who}-x" for who in (gone_program.pid, os.getppid(), "kept"))
    for folder in (theirs, alive, kept):
        folder.mkdir()
    bench.ready(bench.servers().acquire(bench.entry(), {}))
    assert not theirs.exists()
    assert alive.exists()
    assert kept.exists()


def test_a_socket_path_is_short_wherever_temporary_files_go(bench, tmp_path, monkeypatch):
    far = tmp_path / ("x" * 100)
    far.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(far))
    endpoint = bench.ready(bench.servers().acquire(bench.entry(), {})).endpoint
    assert len(os.fsencode(endpoint.socket)) <= 107
    assert ask(endpoint, "native", 30).state == "ready"


def test_a_server_dies_when_its_leash_is_killed(bench):
    lease = bench.servers(backoff=5).acquire(bench.entry(), {})
    bench.ready(lease)
    server = psutil.Process(bench.pid(lease))
    server.parent().kill()
    assert gone(server.pid)


def test_what_a_server_started_goes_with_it(bench):
    script = bench.folder / "parent.py"
    script.write_text(
        "import subprocess, sys\nchild = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print('child pid', child.pid, 'started', flush=True)\nsys.exit(4)\n"
    )
    lease = bench.servers(give_up=1).acquire(bench.entry(command=("python", str(script))), {})
    bench.story.until_stage(Stage.FAILED)
    assert "exit code 4" in lease.details.message
    assert gone(bench.pid(lease))


def test_a_server_that_ignores_the_polite_request_is_killed(bench):
    script = bench.folder / "deaf.py"
    script.write_text(
        "import os, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('deaf pid', os.getpid(), 'here', flush=True)\ntime.sleep(600)\n"
    )
    servers = bench.servers(stop=0.2)
    lease = servers.acquire(bench.entry(command=("python", str(script))), {})
    while not lease.logs or "deaf" not in lease.logs[-1]:
        assert lease.details.stage is not Stage.FAILED
        time.sleep(0.01)
    servers.close()
    assert gone(bench.pid(lease))


def test_the_interpreters_end_stops_the_servers(tmp_path):
    script = """
import sys
from pathlib import Path
from nodegraph.runtime.entry import ModelEntry, Process
from nodegraph.runtime.servers import Servers
process = Process(("python", sys.argv[1], "good"), Path(sys.argv[2]))
entry = ModelEntry("m", "M", "x", protocol="native", process=process)
lease = Servers(folder=Path(sys.argv[2])).acquire(entry, {})
lease.wait_ready(60)
print(lease.logs[1])
"""
    kinds, root = Path(__file__).with_name("server_kinds.py"), Path(leash.__file__).parents[3]
    ran = subprocess.run(
        [sys.executable, "-c", script, str(kinds), str(tmp_path)],
        capture_output=True, text=True, timeout=60, check=True, env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip
    assert gone(int(ran.stdout.split(" pid ")[1].split()[0]))
    assert ran.stderr == ""
