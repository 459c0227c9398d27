import contextlib
import threading

import docker.errors
import pytest

from nodegraph.core.errors import ModelError, ModelUnreachable, UsageError
from nodegraph.runtime import manage
from nodegraph.runtime.cancel import Cancel, Cancelled
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.health import ask
from nodegraph.runtime.state import Stage
from tests.docker.own import BASE, tag
from tests.docker.registry import Registry

pytestmark = pytest.mark.docker


@contextlib.contextmanager
def serving(yard, **how):
    registry = Registry(**how)
    try:
        yield registry
    finally:
        registry.close()
        for name in (f"{registry.image}:1", f"{registry.image}@{registry.digest}"):
            with contextlib.suppress(docker.errors.ImageNotFound):
                yard.docker.images.remove(name, force=True)


def pulling(yard):
    return [event.state for event in yard.events if event.state.stage is Stage.PULLING]


def test_a_pull_tells_its_bytes_and_the_image_is_there(yard):
    with serving(yard, hold=True) as registry:
        entry = ModelEntry("pulled", "Pulled", "test", tag=f"{registry.image}:1")

        def go_on_once_told(event):
            yard.hear(event)
            if event.state.total:
                registry.go_on.set()

        manage.pull(entry, go_on_once_told)
        assert yard.docker.images.get(entry.tag).tags == [entry.tag]
        totals = {state.total for state in pulling(yard)}
        assert registry.layer_size in totals
        assert any(0 < state.done < state.total for state in pulling(yard))
        assert manage.statuses([entry])[0].present
        assert manage.remove(entry)
        assert not manage.remove(entry)
        assert manage.statuses([entry])[0].present is False


def test_an_image_pinned_by_digest_is_pulled_by_it(yard):
    with serving(yard, megabytes=1) as registry:
        entry = ModelEntry("pinned", "Pinned", "test", tag=f"{registry.image}:1", digest=registry.digest)
        manage.pull(entry, yard.hear)
        assert yard.docker.images.get(f"{registry.image}@{registry.digest}").tags == []


def test_an_image_the_registry_does_not_have_is_named(yard):
    with serving(yard, megabytes=1) as registry:
        lease = yard.acquire(ModelEntry("gone", "Gone", "test", tag=f"{registry.image}:no-such-tag"))
        with pytest.raises(ModelError, match=r"The image 127\.0\.0\.1.*no-such-tag of Gone was not found") as caught:
            lease.wait_ready(60)
    assert "docker login" in caught.value.hint


def test_a_registry_that_cannot_be_reached_is_said(yard):
    with pytest.raises(ModelError, match="could not be pulled"):
        manage.pull(ModelEntry("off", "Off", "test", tag="127.0.0.1:9/no/registry:1"), yard.hear)


def test_a_pull_that_is_called_off_ends_at_once_and_downloads_no_more(yard):
    with serving(yard, hold=True) as registry:
        cancel, caught = Cancel(), []

        def pull():
            try:
                manage.pull(ModelEntry("off", "Off", "test", tag=f"{registry.image}:1"), yard.hear, cancel)
            except Cancelled as error:
                caught.append(error)

        thread = threading.Thread(target=pull)
        thread.start()
        assert registry.half_way.wait(60)
        cancel.set()
        thread.join(60)
        assert not thread.is_alive()
        assert caught
        assert registry.broken_off.wait(60)


def test_closing_the_servers_calls_a_pull_off(yard):
    with serving(yard, hold=True) as registry:
        servers = yard.servers()
        servers.acquire(ModelEntry("off", "Off", "test", tag=f"{registry.image}:1"), {})
        assert registry.half_way.wait(60)
        closing = threading.Thread(target=servers.close)
        closing.start()
        closing.join(60)
        assert not closing.is_alive()
        assert yard.stages[-1] == "stopped"


def test_an_image_that_is_missing_is_built_from_its_folder_step_by_step(yard):
    build = yard.context(f'FROM {BASE}\nCOPY server_kinds.py /\nCMD ["python", "-u", "/server_kinds.py", "good"]\n')
    entry = yard.entry("built", tag=tag("built-anew"), build=build)
    lease = yard.acquire(entry)
    lease.wait_ready(60)
    assert yard.stages[:3] == ["building", "creating", "starting"]
    steps = [event.state.message for event in yard.events if event.state.stage is Stage.BUILDING]
    assert any(step.startswith("Step 2/") for step in steps)
    image = yard.docker.images.get(entry.tag)
    assert image.labels["app.nodegraph.image"] == entry.id


def test_an_image_is_built_anew_once_its_folder_changed_and_an_older_one_is_better_than_none(yard):
    build = yard.context(f'FROM {BASE}\nCOPY server_kinds.py /\nCMD ["python", "-u", "/server_kinds.py", "good"]\n')
    entry = yard.entry("changed", tag=tag("changed"), build=build)
    manage.build(entry, yard.hear)
    first = yard.docker.images.get(entry.tag).id

    def used():
        yard.events.clear()
        with yard.servers() as servers:
            lease = servers.acquire(entry, {"kind": "container"})
            lease.wait_ready(60)
            return yard.containers("changed")[0].image.id, "building" in yard.stages, lease.details.note

    assert used() == (first, False, "")
    with (build.context / "server_kinds.py").open("a") as file:
        file.write("# a change\n")
    second, built, note = used()
    assert (second != first, built, note) == (True, True, "")
    assert used() == (second, False, "")
    build.dockerfile.write_text(f"FROM {BASE}\nRUN false\n")
    third, _, note = used()
    assert third == second
    assert "runs from an older image" in note


def test_a_build_that_fails_shows_its_last_words(yard):
    build = yard.context(f"FROM {BASE}\nRUN echo about to fail; echo the reason >&2; false\n")
    entry = yard.entry("bad", tag=tag("not-built"), build=build)
    with pytest.raises(ModelError, match="could not be built from") as caught:
        manage.build(entry, yard.hear)
    assert "returned a non-zero code: 1" in caught.value.message
    assert "about to fail" in caught.value.message
    assert "the reason" in caught.value.message


def test_a_folder_without_a_dockerfile_is_said(yard):
    build = yard.context("")
    build.dockerfile.unlink()
    with pytest.raises(ModelError, match="there is no Dockerfile"):
        manage.build(yard.entry("empty", tag=tag("empty"), build=build), yard.hear)
    with pytest.raises(UsageError, match="no folder to build from"):
        manage.build(yard.entry(), yard.hear)


def test_what_the_dockerignore_names_does_not_travel(yard):
    build = yard.context(f"FROM {BASE}\nCOPY . /all\nRUN test ! -e /all/secret && test -e /all/server_kinds.py\n")
    (build.context / "secret").write_text("x")
    (build.context / ".dockerignore").write_text("# not for others\nsecret\n")
    manage.build(yard.entry("ignored", tag=tag("ignored"), build=build), yard.hear)


def test_a_model_left_running_is_used_by_the_next_run_and_stopped_by_hand(yard):
    entry = yard.entry()
    endpoint = manage.start(entry, {}, yard.hear)
    try:
        assert yard.stages == ["creating", "starting", "loading", "ready"]
        assert ask(endpoint, "native", 30).state == "ready"
        (status,) = manage.statuses([entry])
        assert (status.running, status.kept, status.present) == (1, 1, True)
        assert 1e6 < manage.memory(entry) < 1e9
        lease = yard.acquire(entry)
        lease.wait_ready(60)
        assert lease.endpoint == endpoint
        assert "left running" in lease.details.note
        lease.release()
        yard.until_stage(Stage.STOPPED)
        assert ask(endpoint, "native", 30).state == "ready"
        assert any("hello from good" in line for line in manage.logs(entry))
    finally:
        assert manage.stop(entry) == 1
    assert manage.stop(entry) == 0
    assert ask(endpoint, "native", 2).state == "absent"
    assert manage.statuses([entry])[0].running == 0
    assert manage.logs(entry) != []
    assert manage.memory(entry) == 0


def test_what_a_running_program_uses_is_neither_stopped_by_hand_nor_removed(yard):
    entry = yard.entry()
    lease = yard.acquire(entry)
    lease.wait_ready(60)
    assert manage.stop(entry) == 0
    assert manage.at_work(entry) == 1
    with pytest.raises(ModelError, match="is at work in 1 of the engine's containers") as caught:
        manage.remove(entry)
    assert "Close the programs" in caught.value.hint
    assert lease.state == "ready"
    lease.release()
    yard.until_stage(Stage.STOPPED)
    assert manage.at_work(entry) == 0


def test_starting_a_model_can_be_called_off_and_leaves_nothing_behind(yard):
    entry = yard.entry("loading")
    cancel = Cancel()

    def call_off(event):
        if event.state.stage is Stage.LOADING:
            cancel.set()

    with pytest.raises(Cancelled):
        manage.start(entry, {}, call_off, cancel=cancel)
    assert yard.containers("loading") == []


def test_a_model_that_cannot_be_left_running_leaves_nothing_behind(yard):
    entry = yard.entry("failed")
    with pytest.raises(ModelError, match="no weights"):
        manage.start(entry, {}, yard.hear)
    assert yard.containers("failed") == []
    with pytest.raises(UsageError, match="Only a container"):
        manage.start(entry, {"kind": "process"}, yard.hear)


def test_the_engine_tells_how_it_does(yard):
    status = manage.engine_status()
    assert status.answers
    assert status.version
    assert status.memory > 0
    assert status.gpu in (True, False)


def test_without_an_engine_everything_that_can_be_said_is_said(yard):
    dead = f"unix://{yard.folder}/dead.sock"
    status = manage.engine_status(dead)
    assert not status.answers
    assert "does not answer" in status.message
    with pytest.raises(ModelUnreachable, match="does not answer"):  # it was asked for by its address
        manage.statuses([yard.entry()], dead)
    assert manage.logs(yard.entry("never-ran", tag="x:1"), engine=dead) == []


def test_a_run_that_used_a_model_left_running_leaves_no_thread_behind(yard):
    entry = yard.entry()
    manage.start(entry, {}, yard.hear)
    try:
        before = threading.active_count()
        with yard.servers() as servers:
            servers.acquire(entry, {}).wait_ready(60)
        assert threading.active_count() == before, [thread.name for thread in threading.enumerate()]
    finally:
        assert manage.stop(entry) == 1
