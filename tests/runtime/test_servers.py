import json
import threading
import time
from dataclasses import replace

import pytest

from nodegraph.core.errors import ModelError, ModelUnreachable
from nodegraph.runtime.chosen import settled
from nodegraph.runtime.entry import Weights
from nodegraph.runtime.state import ServerState, Stage


def test_two_users_of_one_model_share_one_server_and_each_has_a_connection_of_its_own(bench):
    servers = bench.servers()
    entry = bench.entry()
    first, second = servers.acquire(entry, {}), servers.acquire(entry, {"kind": "process"})
    mine, other = bench.ready(first), bench.ready(second)
    assert mine is not other
    assert mine.endpoint == other.endpoint
    assert first.client() is mine
    assert bench.story.stages.count("starting") == 1
    first.release()
    first.release()
    assert (mine.closed, other.closed) == (True, False)
    assert second.state == "ready"
    assert second.client() is other
    second.release()
    bench.story.until_stage(Stage.STOPPED)


def test_another_device_is_another_server(bench):
    servers = bench.servers()
    entry = bench.entry()
    leases = [servers.acquire(entry, {"device": device}) for device in ("auto", "cpu")]
    assert bench.ready(leases[0]) is not bench.ready(leases[1])
    assert len(servers.states()) == 2


def test_a_server_kept_warm_is_stopped_at_once_when_asked(bench):
    servers = bench.servers(linger=1000)
    lease = servers.acquire(bench.entry(), {})
    bench.ready(lease)
    lease.release()
    assert servers.stop("test-good") == 0
    bench.story.until_stage(Stage.STOPPED)
    assert servers.states() == {}


def test_a_server_in_use_is_stopped_once_it_is_given_back(bench):
    servers = bench.servers(linger=1000)
    lease = servers.acquire(bench.entry(), {})
    bench.ready(lease)
    assert servers.stop("test-good") == 1
    assert servers.stop("another model") == 0
    assert lease.state == "ready"
    lease.release()
    bench.story.until_stage(Stage.STOPPED)


def test_servers_of_other_places_are_not_stopped_with_one(bench):
    servers = bench.servers(linger=1000)
    lease = servers.acquire(bench.entry(), {})
    bench.ready(lease)
    assert servers.stop("test-good", ("container", "ssh://gpu.example")) == 0
    assert servers.restart("test-good", ("container", "")) == 0
    assert servers.stop("test-good", ("process", "")) == 1


def test_a_server_taken_again_after_a_stop_is_kept_warm_again(bench):
    servers = bench.servers(linger=1000)
    first = servers.acquire(bench.entry(), {})
    bench.ready(first)
    servers.stop("test-good")
    second = servers.acquire(bench.entry(), {})
    first.release()
    second.release()
    assert [state.stage for state in servers.states().values()] == [Stage.READY]


def test_stop_all_ends_what_is_kept_warm_and_the_rest_when_it_is_given_back(bench):
    servers = bench.servers(linger=1000)
    warm, used = (servers.acquire(bench.entry(), {"device": device}) for device in ("auto", "cpu"))
    bench.ready(warm)
    bench.ready(used)
    warm.release()
    assert servers.stop_all() == 1
    bench.story.until_stage(Stage.STOPPED)
    assert len(servers.states()) == 1
    used.release()
    bench.story.until(lambda _: bench.story.events[-1].state.stage is Stage.STOPPED and not servers.states())


def test_nodes_with_the_same_choice_share_a_server_and_others_get_their_own(bench, tmp_path, monkeypatch):
    monkeypatch.setenv("NODEGRAPH_WEIGHTS_HOME", str(tmp_path))
    (tmp_path / "test-good").mkdir()
    for name in ("a.onnx", "b.onnx"):
        (tmp_path / "test-good" / name).write_bytes(b"net")
    servers, entry = bench.servers(), bench.entry(checkpoints=(Weights("a.onnx"), Weights("b.onnx")))
    chosen = [settled(entry, {"checkpoint": name}) for name in ("a.onnx", "b.onnx", "a.onnx")]
    leases = [servers.acquire(one, {}) for one in chosen]
    first, second, third = (bench.ready(lease).endpoint for lease in leases)
    assert first == third
    assert first != second
    assert len(servers.states()) == 2


def test_a_restart_gives_a_new_process(bench):
    servers = bench.servers()
    bench.ready(servers.acquire(bench.entry(), {}))
    [before] = servers.pids("test-good")
    assert servers.restart("test-good") == 1
    bench.story.until(lambda event: event.restarts == 1 and event.state.stage is Stage.READY)
    [after] = servers.pids("test-good")
    assert before != after
    assert servers.pids("another model") == []


def test_many_threads_that_ask_at_once_get_one_server(bench):
    servers, entry, leases = bench.servers(), bench.entry(), []
    threads = [threading.Thread(target=lambda: leases.append(servers.acquire(entry, {}))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    endpoints = {bench.ready(lease).endpoint for lease in leases}
    assert len(endpoints) == 1
    assert len(servers.states()) == 1


def test_a_released_server_stays_warm_for_a_while_and_is_taken_again(bench):
    servers, entry = bench.servers(linger=30), bench.entry()
    lease = servers.acquire(entry, {})
    client = bench.ready(lease)
    lease.release()
    again = servers.acquire(entry, {})
    assert again.client().endpoint == client.endpoint
    bench.story.until(lambda _: bench.story.stages == ["starting", "loading", "ready"])


def test_a_server_nobody_takes_again_is_stopped_after_the_linger_time(bench):
    servers = bench.servers(linger=0.05)
    lease = servers.acquire(bench.entry(), {})
    bench.ready(lease)
    lease.release()
    bench.story.until_stage(Stage.STOPPED)
    assert servers.states() == {}


def test_a_server_wanted_again_while_it_stops_starts_when_the_old_one_is_gone(bench):
    servers, entry = bench.servers(linger=0), bench.entry()
    lease = servers.acquire(entry, {})
    bench.ready(lease)
    lease.release()
    bench.story.until_stage(Stage.STOPPING)
    bench.ready(servers.acquire(entry, {}))
    life = ["starting", "loading", "ready"]
    bench.story.until(lambda _: bench.story.stages == [*life, "stopping", "stopped", *life])


def test_closing_while_a_server_starts_stops_it_and_closed_servers_give_no_lease(bench):
    servers = bench.servers()
    servers.acquire(bench.entry("loading"), {})
    bench.story.until_stage(Stage.LOADING)
    servers.close()
    assert bench.story.stages[-1] == "stopped"
    with pytest.raises(ModelError, match="the program is ending"):
        servers.acquire(bench.entry(), {})


def test_a_released_lease_gives_no_connection(bench):
    lease = bench.servers(linger=30).acquire(bench.entry(), {})
    bench.ready(lease)
    lease.release()
    with pytest.raises(ModelError, match="was released"):
        lease.client()


def test_a_broken_connection_of_one_user_is_renewed_and_those_of_the_others_go_on(bench):
    servers, entry = bench.servers(), bench.entry()
    first, second = servers.acquire(entry, {}), servers.acquire(entry, {})
    broken, sound = bench.ready(first), bench.ready(second)
    first.report_failure(ModelUnreachable("it broke off"))
    assert bench.ready(first) is not broken
    assert second.client() is sound
    assert (broken.closed, sound.closed) == (True, False)
    assert first.restarts == 0


def test_a_restart_renews_the_connections_of_all_users(bench):
    servers, entry = bench.servers(), bench.entry()
    leases = [servers.acquire(entry, {}) for _ in range(2)]
    before = [bench.ready(lease) for lease in leases]
    bench.kill(leases[0])
    bench.story.until(lambda event: event.state.stage is Stage.READY and event.restarts == 1)
    assert all(client.closed for client in before)
    assert not set(map(id, before)) & {id(bench.ready(lease)) for lease in leases}


def test_a_call_that_ends_because_its_lease_was_released_does_not_disturb_the_others(bench):
    servers, entry = bench.servers(), bench.entry()
    first, second = servers.acquire(entry, {}), servers.acquire(entry, {})
    bench.ready(first)
    told = len(bench.story.events)
    first.release()
    first.report_failure(ModelUnreachable("the connection was closed"))
    assert second.state == "ready"
    assert len(bench.story.events) == told


def test_a_listener_that_fails_does_not_stop_the_server(bench):
    servers = bench.servers()

    def fails(event):
        raise RuntimeError("a bug in a window")

    servers.listen(fails)
    lease = servers.acquire(bench.entry(), {})
    bench.ready(lease)
    assert any("a bug in a window" in line for line in lease.logs)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ({"kind": "moon"}, "cannot run at 'moon'"),
        ({"device": "tpu"}, "cannot run on 'tpu'"),
        ({"kind": "container", "memory": "much"}, "cannot have 'much' MB"),
    ],
)
def test_a_place_that_makes_no_sense_is_refused(bench, place, words):
    with pytest.raises(ModelError, match=words):
        bench.servers().acquire(bench.entry(), place)


def test_the_time_each_stage_took_is_known_next_time(bench):
    servers = bench.servers()
    bench.ready(servers.acquire(bench.entry(), {}))
    servers.close()
    table = json.loads((bench.folder / "state" / "durations.json").read_text())
    assert table["test-good process"]["starting"] > 0
    bench.story.events.clear()
    bench.ready(bench.servers().acquire(bench.entry(), {}))
    assert bench.story.until_stage(Stage.STARTING).state.expected == table["test-good process"]["starting"]


@pytest.mark.parametrize(
    "damage", ["", "{", "[1]", '{"test-good process": 3}', '{"test-good process": {"starting": "x"}}']
)
def test_damaged_notes_about_durations_are_forgotten(bench, damage):
    path = bench.folder / "state" / "durations.json"
    path.parent.mkdir()
    path.write_text(damage)
    bench.ready(bench.servers().acquire(bench.entry(), {}))
    assert json.loads(path.read_text())["test-good process"]["starting"] > 0


def test_an_unwritable_state_folder_costs_nothing_but_the_notes(bench):
    (bench.folder / "state").write_text("a file where the folder should be")
    lease = bench.servers().acquire(bench.entry(), {})
    bench.ready(lease)
    assert any("hello from good" in line for line in lease.logs)


def test_the_log_is_kept_in_a_file_too(bench):
    servers = bench.servers()
    bench.ready(servers.acquire(bench.entry(), {}))
    servers.close()
    assert "hello from good" in (bench.folder / "state" / "logs" / "test-good-process.log").read_text()


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (ServerState(Stage.PULLING, done=43_000_000, total=100_000_000), "M is being downloaded (43 % of 100.0 MB)."),
        (ServerState(Stage.LOADING, message="reading weights"), "M is loading: reading weights."),
        (ServerState(Stage.STARTING, expected=12.0), "M is starting (0 s so far, 12 s last time)."),
        (ServerState(Stage.READY), "M is ready."),
        (ServerState(Stage.FAILED, message="M needs a GPU."), "M needs a GPU."),
    ],
)
def test_each_stage_has_a_sentence(state, sentence):
    assert replace(state, since=time.time()).sentence("M") == sentence
    assert ServerState(Stage.PULLING, done=43, total=100).label == "pulling 43 %"
