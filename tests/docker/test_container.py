import os
import subprocess
import sys
import tempfile
import threading
import urllib.request
from pathlib import Path

import pytest

from nodegraph.core.errors import ModelError, ModelTimeout
from nodegraph.runtime.engines import engines, labels
from nodegraph.runtime.health import ask
from nodegraph.runtime.state import Stage
from tests.docker.listing import containers
from tests.docker.own import BASE, own, tag

pytestmark = pytest.mark.docker
ROOT = Path(__file__).parents[2]


def test_a_native_server_runs_without_any_network_and_is_gone_after_use(yard):
    lease = yard.acquire(yard.entry())
    lease.wait_ready(60)
    endpoint = lease.endpoint
    assert endpoint.url == ""
    assert len(os.fsencode(endpoint.socket)) <= 107
    assert endpoint.socket.parent.parent.stat().st_mode & 0o777 == 0o700
    assert ask(endpoint, "native", 30).state == "ready"
    (container,) = yard.containers()
    assert container.attrs["HostConfig"]["NetworkMode"] == "none"
    assert container.attrs["NetworkSettings"]["Ports"] == {}
    lease.release()
    yard.until_stage(Stage.STOPPED)
    assert yard.containers() == []
    assert not endpoint.socket.parent.parent.exists()
    assert yard.stages == ["creating", "starting", "loading", "ready", "stopping", "stopped"]


def test_another_protocol_gets_a_free_port_on_this_machine_only(yard):
    options = {"HostConfig": {"PortBindings": {"33000/tcp": [{"HostIP": "0.0.0.0", "HostPort": "33100"}]}}}
    first = yard.acquire(yard.entry(protocol="runway-alpha", options=options))
    first.wait_ready(60)
    (container,) = yard.containers()
    (binding,) = container.attrs["NetworkSettings"]["Ports"]["33000/tcp"]
    assert binding["HostIp"] == "127.0.0.1"
    assert first.endpoint.url == f"http://127.0.0.1:{binding['HostPort']}"
    assert ask(first.endpoint, "runway-alpha", 30).state == "ready"


def test_two_of_one_entry_do_not_fight_for_its_port(yard):
    entry = yard.entry(protocol="runway-alpha", port=33100)
    leases = [yard.acquire(entry, {"device": device}) for device in ("auto", "cpu")]
    for lease in leases:
        lease.wait_ready(60)
    assert leases[0].endpoint.url != leases[1].endpoint.url


def test_the_container_carries_our_labels_and_may_do_little(yard):
    yard.acquire(yard.entry(), {"memory": 128}).wait_ready(60)
    (container,) = yard.containers()
    assert container.labels[labels.OWNER] == "nodegraph"
    assert container.labels[labels.INSTANCE] == labels.THIS_INSTANCE
    assert container.labels[labels.PROGRAM].startswith(f"{os.getpid()}:")
    host = container.attrs["HostConfig"]
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert host["ReadonlyRootfs"] is True
    assert host["Init"] is True
    assert host["AutoRemove"] is False
    assert host["RestartPolicy"]["Name"] == "no"
    assert host["Memory"] == 128 << 20
    assert host["PidsLimit"] > 0
    assert container.attrs["Config"]["User"] == "65534:65534"
    code, _ = container.exec_run(["python", "-c", "open('/here', 'w')"])
    assert code != 0
    code, _ = container.exec_run(["python", "-c", "open('/tmp/here', 'w')"])
    assert code == 0


def test_a_killed_container_comes_back_at_a_new_address_and_is_counted(yard):
    lease = yard.acquire(yard.entry(protocol="runway-alpha"))
    lease.wait_ready(60)
    first, old = lease.endpoint, lease.client()
    yard.containers()[0].kill()
    event = yard.until_stage(Stage.RESTARTING)
    assert "was ended by SIGKILL (signal 9)" in str(event)
    yard.until(lambda event: event.state.stage is Stage.READY and event.restarts == 1)
    assert lease.restarts == 1
    assert lease.client() is not old
    assert lease.endpoint != first
    assert ask(lease.endpoint, "runway-alpha", 30).state == "ready"
    assert len(yard.containers()) == 1


def test_a_container_somebody_removes_comes_back(yard):
    lease = yard.acquire(yard.entry())
    lease.wait_ready(60)
    yard.containers()[0].remove(force=True)
    yard.until(lambda event: event.state.stage is Stage.READY and event.restarts == 1)


def test_a_server_that_stops_by_itself_is_started_again(yard):
    lease = yard.acquire(yard.entry(protocol="runway-alpha"))
    lease.wait_ready(60)
    with pytest.raises(OSError, match=r"closed|reset|RemoteDisconnected"):
        urllib.request.urlopen(lease.endpoint.url + "/exit", timeout=5).close()
    assert "stopped by itself with exit code 5" in str(yard.until_stage(Stage.RESTARTING))
    yard.until(lambda event: event.state.stage is Stage.READY and event.restarts == 1)


def test_running_out_of_memory_is_called_by_its_name(yard):
    lease = yard.acquire(yard.entry(protocol="runway-alpha"), {"memory": 48})
    lease.wait_ready(60)
    with pytest.raises(OSError, match=r"closed|reset|RemoteDisconnected"):
        urllib.request.urlopen(lease.endpoint.url + "/eat", timeout=20).close()
    event = yard.until_stage(Stage.RESTARTING)
    assert "ran out of memory: it may have 48 MB" in str(event)
    assert "memory" in event.state.hint


def test_a_container_that_exits_at_once_is_given_up_with_its_last_words(yard):
    lease = yard.acquire(yard.entry("crash"), give_up=2)
    with pytest.raises(ModelError, match="stopped by itself with exit code 3") as caught:
        lease.wait_ready(60)
    assert "cannot find the weights" in caught.value.message
    assert "2 times in a row" in caught.value.message
    assert yard.containers("crash") == []


@pytest.mark.parametrize(
    ("kind", "limits", "words"),
    [
        ("silent", {"ready": 1.0}, "did not become ready in 1 s: nothing answers"),
        ("loading", {"loading": 2.0}, "did not become ready in 2 s: it still says that it is loading"),
        ("failed", {}, "cannot load: no weights"),
        ("garbage", {}, "where its health was asked for"),
    ],
)
def test_a_container_that_never_gets_ready_fails_with_the_reason_and_is_removed(yard, kind, limits, words):
    lease = yard.acquire(yard.entry(kind), **limits)
    with pytest.raises(ModelError, match=words):
        lease.wait_ready(60)
    assert yard.containers(kind) == []


def test_a_container_that_hangs_is_restarted(yard):
    lease = yard.acquire(yard.entry(protocol="runway-alpha"), hang=0.4)
    lease.wait_ready(60)
    urllib.request.urlopen(lease.endpoint.url + "/hang", timeout=5).close()
    lease.report_failure(ModelTimeout("no answer"))
    assert "hangs: it did not answer" in str(yard.until_stage(Stage.RESTARTING))
    yard.until(lambda event: event.state.stage is Stage.READY and event.restarts == 1)


def test_a_program_the_image_does_not_have_is_named(yard):
    build = yard.context(f'FROM {BASE}\nENTRYPOINT ["/no/such/program"]\n')
    lease = yard.acquire(yard.entry("odd", tag=tag("odd"), build=build))
    with pytest.raises(ModelError, match=r"no such program|/no/such/program"):
        lease.wait_ready(60)


def test_an_engine_that_does_not_run_is_said_with_the_fix(yard):
    lease = yard.acquire(yard.entry(), {"engine": f"unix://{yard.folder}/dead.sock"})
    with pytest.raises(ModelError, match=r"The Docker engine at unix://.*dead\.sock does not answer") as caught:
        lease.wait_ready(60)
    assert "systemctl start docker" in caught.value.hint
    assert "local process" in caught.value.hint


def test_without_a_gpu_a_model_that_can_do_without_runs_on_the_cpu_and_says_so(yard):
    if engines.engine_at("").probe_gpu():
        pytest.skip("this engine has a GPU")
    lease = yard.acquire(yard.entry(gpu=True, cpu=True))
    lease.wait_ready(60)
    assert (
        lease.details.note == "Model good runs on the CPU: it could use a GPU, but the Docker engine has none to give."
    )


def test_where_containers_can_have_a_gpu_one_is_asked_for(yard, monkeypatch):
    known, bodies = engines.engine_at(""), []
    create = known.engine.create

    def create_as_if_there_were_a_gpu(body, name):
        bodies.append(body)
        host = {key: value for key, value in body["HostConfig"].items() if key != "DeviceRequests"}
        return create({**body, "HostConfig": host}, name)

    monkeypatch.setattr(known, "gpu", None)
    monkeypatch.setattr(known.engine, "create", create_as_if_there_were_a_gpu)
    lease = yard.acquire(yard.entry(gpu=True, cpu=False))
    lease.wait_ready(60)
    assert bodies[0]["HostConfig"]["DeviceRequests"] == [{"Driver": "", "Count": -1, "Capabilities": [["gpu"]]}]
    assert known.gpu is True
    assert lease.details.note == ""


@pytest.mark.parametrize(("cpu", "device"), [(False, "auto"), (True, "gpu")])
def test_without_a_gpu_a_model_that_must_have_one_is_a_clear_problem(yard, cpu, device):
    if engines.engine_at("").probe_gpu():
        pytest.skip("this engine has a GPU")
    lease = yard.acquire(yard.entry(gpu=True, cpu=cpu), {"device": device})
    with pytest.raises(ModelError, match="needs a GPU, and the Docker engine has none to give"):
        lease.wait_ready(60)
    assert yard.containers() == []


def test_a_model_made_for_a_gpu_may_be_tried_on_the_cpu(yard):
    lease = yard.acquire(yard.entry(gpu=True, cpu=False), {"device": "cpu"})
    lease.wait_ready(60)
    assert "tried on the CPU as asked" in lease.details.note


def test_an_engine_that_cannot_see_our_folders_gets_a_published_port(yard, monkeypatch):
    known = engines.engine_at("")
    monkeypatch.setattr(known, "shares_folders", None)
    monkeypatch.setattr(known.engine, "has_file", lambda container, path: False)
    lease = yard.acquire(yard.entry())
    lease.wait_ready(60)
    assert lease.endpoint.socket is None
    assert ask(lease.endpoint, "native", 30).state == "ready"
    assert len(yard.containers()) == 1
    monkeypatch.undo()


def test_a_server_with_a_published_port_cannot_reach_out_unless_allowed(yard):
    for place, network in (({}, "nodegraph-closed"), ({"network": "on", "device": "cpu"}, "bridge")):
        lease = yard.acquire(yard.entry(protocol="runway-alpha"), place)
        lease.wait_ready(60)
        assert any(network in one.attrs["NetworkSettings"]["Networks"] for one in yard.containers())
        assert ask(lease.endpoint, "runway-alpha", 30).state == "ready"
    options = yard.docker.networks.get("nodegraph-closed").attrs["Options"]
    assert options["com.docker.network.bridge.enable_ip_masquerade"] == "false"


OURS = """
import sys
import tempfile
import threading
from pathlib import Path
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.servers import Servers
entry = ModelEntry(sys.argv[3], "Orphan", "test", protocol="native", tag=sys.argv[1])
servers = Servers(folder=Path(sys.argv[2]))
lease = servers.acquire(entry, {"kind": "container"})
lease.wait_ready(60)
print("ready", flush=True)
sys.stdin.read()
"""


def test_the_containers_of_a_killed_program_are_removed_by_the_next_one(yard, kinds_image, ended):
    program = subprocess.Popen(
        [sys.executable, "-c", OURS, kinds_image, str(yard.folder), own("yard-orphan")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    wanted = f"{labels.ENTRY}={own('yard-orphan')}"
    with program:
        assert program.stdout.readline() == "ready\n"
        known = engines.KnownEngine(yard.host)
        known.reap()
        assert len(containers(yard.docker, running=True, label=wanted)) == 1, "it lives: nobody may remove it"
        ended(program)
    assert len(containers(yard.docker, running=True, label=wanted)) == 1
    assert len(known.reap()) >= 1
    assert containers(yard.docker, label=wanted) == []
    known.engine.close()


def test_what_the_server_prints_is_kept(yard):
    lease = yard.acquire(yard.entry())
    lease.wait_ready(60)
    assert any("hello from good" in line for line in lease.logs)


def test_starting_and_stopping_again_and_again_leaves_nothing_behind(yard):
    def once():
        with yard.servers() as servers:
            servers.acquire(yard.entry(), {"kind": "container"}).wait_ready(60)
        return len(os.listdir("/proc/self/fd"))

    folders = set(Path(tempfile.gettempdir()).glob(f"ng-{os.getpid()}-*"))
    warm = [once() for _ in range(3)]  # connections to the engine are kept for the next call
    threads = threading.active_count()
    for _ in range(8):
        descriptors = once()
    assert descriptors < warm[-1] + 6
    assert threading.active_count() == threads
    assert set(Path(tempfile.gettempdir()).glob(f"ng-{os.getpid()}-*")) <= folders
    assert yard.containers() == []
