import errno
import os
import queue
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from nodegraph.core.errors import ModelError, ModelUnreachable
from nodegraph.runtime.backoff import Backoff
from nodegraph.runtime.cancel import Cancel, Cancelled
from nodegraph.runtime.engines import labels
from nodegraph.runtime.images.progress import PullProgress, build_lines
from nodegraph.runtime.launch import Launch
from nodegraph.runtime.lifecycle.durations import Durations
from nodegraph.runtime.lifecycle.folders import log_path, log_paths
from nodegraph.runtime.lifecycle.logbook import LogBook
from nodegraph.runtime.lifecycle.record import Record
from nodegraph.runtime.lifecycle.supervisor import Supervisor
from nodegraph.runtime.limits import Limits
from nodegraph.runtime.processes.private import private_folder
from nodegraph.runtime.protocols import Endpoint
from nodegraph.runtime.protocols.roster import Roster
from nodegraph.runtime.runners.container import ContainerRunner
from nodegraph.runtime.runners.container_body import container_body
from nodegraph.runtime.state import Stage
from nodegraph.runtime.watcher import Exit


def test_pauses_double_up_to_the_longest_and_then_end():
    backoff = Backoff(Limits(backoff=0.5, backoff_max=3, give_up=6))
    assert [backoff.after(0.1) for _ in range(6)] == [0.5, 1.0, 2.0, 3.0, 3.0, None]


def test_a_server_that_lived_long_starts_the_pauses_anew():
    backoff = Backoff(Limits(backoff=0.5, give_up=3, quick=20))
    assert [backoff.after(lived) for lived in (1, 1, 60, 60, 60)] == [0.5, 1.0, 0.5, 0.5, 0.5]


def test_a_log_is_bounded_in_memory_and_on_disk(tmp_path):
    book = LogBook(tmp_path / "a" / "log.log", lines=10, limit=5000)
    for number in range(400):
        book.write(f"line {number} " + "x" * 50)
    assert len(book.lines()) == 10
    sizes = [path.stat().st_size for path in (tmp_path / "a").iterdir()]
    assert len(sizes) == 2
    assert sum(sizes) < 11000


def test_a_log_line_without_end_is_cut_and_colours_are_left_out(tmp_path):
    book = LogBook(tmp_path / "log.log")
    book.write("\x1b[91mred\x1b[0m " + "y" * 100_000)
    assert book.lines()[0].startswith("red y")
    assert len(book.lines()[0]) <= 2000


def test_the_tail_holds_only_this_life_of_the_server(tmp_path):
    book = LogBook(tmp_path / "log.log")
    book.write("from the first life")
    book.remark("starting again")
    assert book.tail() == ""
    book.write("from the second")
    assert book.tail() == "from the second"


def test_an_action_that_comes_too_late_keeps_no_other_call_from_being_broken_off():
    def late():
        raise OSError("the connection is closed already")

    cancel, cut = Cancel(), threading.Event()
    with cancel.interrupting(late), cancel.interrupting(cut.set):
        cancel.set()
    assert cut.is_set()
    assert cancel.is_set()


def test_cancelling_breaks_off_a_blocking_call_and_everything_after():
    cancel, blocked = Cancel(), threading.Event()
    with cancel.interrupting(blocked.set):
        threading.Thread(target=cancel.set).start()
        assert blocked.wait(60)
    with pytest.raises(Cancelled):
        cancel.check()
    with pytest.raises(Cancelled), cancel.interrupting(blocked.set):
        pass


def test_our_own_containers_are_no_orphans_and_those_of_the_dead_are():
    mine = labels.labels("x", "auto")
    assert not labels.is_orphan(mine)
    pid, started, namespace, boot = mine[labels.PROGRAM].split(":")
    assert labels.is_orphan({labels.PROGRAM: f"{pid}:1:{namespace}:{boot}"})
    assert labels.is_orphan({labels.PROGRAM: f"4194300:{started}:{namespace}:{boot}"})
    assert labels.is_orphan({labels.PROGRAM: f"{pid}:{started}:{namespace}:an-earlier-boot"})


def test_another_boot_is_an_orphan_of_this_machine_and_nobodys_of_another():
    pid, started, namespace, _ = labels.this_program().split(":")
    earlier = {labels.PROGRAM: f"{pid}:{started}:{namespace}:an-earlier-boot"}
    for own_engine in (True, False):
        assert labels.is_orphan({**earlier, labels.MACHINE: labels.this_machine()}, own_engine)
        assert not labels.is_orphan({**earlier, labels.MACHINE: "0123456789abcdef"}, own_engine)
    assert not labels.is_orphan(earlier, own_engine=False), "an older version wrote no machine: it may be anybody's"


def test_what_we_cannot_judge_or_shall_keep_is_no_orphan():
    pid, _, namespace, boot = labels.this_program().split(":")
    assert pid == str(os.getpid())
    dead = f"{pid}:1:{namespace}:{boot}"
    assert not labels.is_orphan({labels.PROGRAM: dead, labels.KEPT: "yes"})
    assert not labels.is_orphan({labels.PROGRAM: f"{pid}:1:another namespace:{boot}"})
    assert not labels.is_orphan({labels.PROGRAM: "nonsense"})
    assert not labels.is_orphan({})


def test_a_container_may_do_little(tmp_path):
    body = container_body(Launch("container", "m", "M", image="i", weights="w"), {}, "", 100, tmp_path, "b", gpu=False)
    host = body["HostConfig"]
    assert body["User"] == "65534:65534"
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert host["ReadonlyRootfs"] is True
    assert host["NetworkMode"] == "none"
    assert host["PortBindings"] == {}
    assert host["Init"] is True
    assert host["AutoRemove"] is False
    assert host["Memory"] == host["MemorySwap"] == 100
    assert host["Binds"] == [f"{tmp_path}:/run/nodegraph:rw", "w:/weights:ro,nocopy"]
    assert "DeviceRequests" not in host


def test_an_image_of_2018_may_be_root_and_write_but_nothing_else_is_relaxed():
    launch = Launch("container", "m", "M", image="i", protocol="runway-alpha", legacy=True)
    body = container_body(launch, {}, "", 100, None, "closed", gpu=True)
    host = body["HostConfig"]
    assert "User" not in body
    assert host["ReadonlyRootfs"] is False
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert host["NetworkMode"] == "closed"
    assert host["PortBindings"] == {"33000/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}]}
    assert host["DeviceRequests"][0]["Capabilities"] == [["gpu"]]


@pytest.mark.parametrize(
    ("user", "given"), [("", True), ("root", True), ("0:0", True), ("model", False), ("1000", False)]
)
def test_the_images_own_user_is_kept_unless_it_is_root(tmp_path, user, given):
    body = container_body(Launch("container", "m", "M", image="i"), {}, user, 1, tmp_path, "b", gpu=False)
    assert ("User" in body) is given


def test_the_bytes_of_a_pull_are_summed_over_its_layers():
    progress = PullProgress()
    for item in (
        {"status": "Pulling from x", "id": "1"},
        {"status": "Already exists", "id": "a", "progressDetail": {}},
        {"status": "Downloading", "id": "b", "progressDetail": {"current": 10, "total": 100}},
        {"status": "Downloading", "id": "c", "progressDetail": {"current": 5, "total": 50}},
        {"status": "Download complete", "id": "b", "progressDetail": {}},
        {"status": "Extracting", "id": "b", "progressDetail": {"current": 3, "total": 900}},
    ):
        progress.add(item)
    assert (progress.done, progress.total) == (105, 150)


def test_a_builds_bookkeeping_is_left_out_of_its_log():
    assert build_lines({"stream": " ---> Running in 123\n"}) == []
    assert build_lines({"stream": "Step 1/2 : RUN x\r\n\nhello\n"}) == ["Step 1/2 : RUN x", "hello"]


def _supervisor(folder: Path, **limits: float) -> Supervisor:
    launch = Launch("process", "m", "M")
    record = Record(launch, LogBook(folder / "log"), Durations(folder / "d.json"), lambda event: None)
    return Supervisor(launch, None, lambda endpoint: None, record, Limits(**limits))


def test_a_failed_call_does_not_hide_that_the_server_was_given_up(tmp_path):
    keeper = _supervisor(tmp_path)
    keeper.record.enter(Stage.READY)
    keeper.record.fail("M stopped by itself.", "")
    keeper.report(ModelUnreachable("it broke off"), "somebody")
    assert keeper.record.state.stage is Stage.FAILED


class _Clumsy:
    """A runner with a mistake of ours in it the first time, and none of its user's the second."""

    def __init__(self) -> None:
        self.faults = [ZeroDivisionError("oops"), ModelError("There is no such program.")]

    def prepare(self, watcher):
        raise self.faults.pop(0)

    def stop(self):
        pass


def test_after_a_mistake_of_ours_a_server_can_be_asked_for_again(tmp_path):
    told = queue.SimpleQueue()
    launch = Launch("process", "m", "M")
    record = Record(launch, LogBook(tmp_path / "log"), Durations(tmp_path / "d.json"), told.put)
    keeper = Supervisor(launch, _Clumsy(), lambda endpoint: None, record, Limits())

    def next_failure():
        while (event := told.get(timeout=60)).state.stage is not Stage.FAILED:
            pass
        return event.state.message

    keeper.start()
    assert "cannot be looked after: ZeroDivisionError" in next_failure()
    keeper.restart()
    assert next_failure() == "There is no such program."
    keeper.close()
    assert record.state.stage is Stage.STOPPED


def test_a_full_disk_is_told_where_a_private_folder_was_to_be(tmp_path, monkeypatch):
    def full(**_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.mkdtemp", full)
    with pytest.raises(ModelError, match=r"No private folder can be made in .*: No space left") as caught:
        private_folder()
    assert "TMPDIR" in caught.value.hint


def test_looking_at_how_frames_travel_wakes_no_server_that_was_given_up_and_asking_it_does(tmp_path):
    keeper = _supervisor(tmp_path, revive=0.0)
    keeper.record.fail("M stopped by itself.", "")
    assert keeper.transport("somebody") == ""
    assert keeper._next_mail(0) is None
    with pytest.raises(ModelError, match="stopped by itself"):
        keeper.client("somebody")
    assert keeper._next_mail(0).wake


def test_the_end_of_an_earlier_life_is_no_news(tmp_path):
    keeper = _supervisor(tmp_path)
    keeper.heard(0, Exit("the first life ended"))
    keeper._release()
    keeper.heard(1, Exit("the second life ended"))
    assert keeper._next_mail(0) is None
    assert keeper._next_mail(0).message == "the second life ended"


def test_an_event_says_on_which_engine_and_in_how_many_containers(tmp_path):
    told = []
    launch = Launch("container", "m", "M", engine="ssh://gpu.example", replicas=3)
    Record(launch, LogBook(tmp_path / "log"), Durations(tmp_path / "d.json"), told.append).enter(Stage.READY)
    assert (told[0].engine, told[0].replicas, told[0].key) == ("ssh://gpu.example", 3, launch.key)
    assert str(told[0]) == "M on ssh://gpu.example is ready."


class _Several:
    """A runner whose servers answer at once."""

    def __init__(self):
        self.wanted = []

    def prepare(self, watcher):
        pass

    def start(self, watcher):
        roster = Roster(2)
        roster.put("1", Endpoint("http://127.0.0.1:1"))
        return Endpoint("", local=False, roster=roster)

    def scale(self, count):
        self.wanted.append(count)

    def stop(self):
        pass


def test_another_number_of_replicas_is_told(tmp_path):
    told, runner = queue.SimpleQueue(), _Several()
    launch = Launch("container", "m", "M", replicas=2)
    record = Record(launch, LogBook(tmp_path / "log"), Durations(tmp_path / "d.json"), told.put)
    keeper = Supervisor(launch, runner, lambda endpoint: None, record, Limits())
    keeper.start()
    try:
        assert record.wait(60).stage is Stage.READY
        keeper.scale(4)
        assert runner.wanted == [4]
        while (event := told.get(timeout=60)).replicas != 4:
            assert event.replicas == 2
        assert event.state.stage is Stage.READY
    finally:
        keeper.close()


def test_each_engine_has_a_log_of_its_own(tmp_path):
    here, there = log_path(tmp_path, "m", "container"), log_path(tmp_path, "m", "container", "ssh://gpu.example")
    others = log_path(tmp_path, "m-container", "container")
    for path in (here, there, others):
        path.parent.mkdir(exist_ok=True)
        path.write_text("hello")
    assert sorted(log_paths(tmp_path, "m")) == sorted([here, there])


def test_a_container_left_running_is_another_one_for_a_node_with_other_settings():
    launch = Launch("container", "m", "M", engine="unix:///nowhere", checkpoint="a")
    others = [{"checkpoint": "b"}, {"setup": {"size": 2}}, {"internet": True}, {"memory": 1 << 30}]
    every = [launch, *(replace(launch, **other) for other in others)]
    said = {ContainerRunner(one, Limits())._labels()[labels.SETTINGS] for one in every}
    assert len(said) == len(every)
