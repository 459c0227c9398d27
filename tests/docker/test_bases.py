"""Images that build upon bases of ours: these are built first, anew when their folder changes, with local wheels."""

import contextlib
import threading

import docker.errors
import pytest

from nodegraph.core.errors import ModelError
from nodegraph.runtime import manage
from nodegraph.runtime.state import Stage
from tests.docker.own import BASE, own, tag

pytestmark = pytest.mark.docker
LOW = f'FROM {BASE}\nARG WORD\nCOPY low/word.txt wheel[s]/thing-* /\nRUN echo "$WORD" >/argument\n'
UPPER = 'FROM nodegraph/{low}:1\nCOPY server_kinds.py /\nCMD ["python", "-u", "/server_kinds.py", "good"]\n'


@pytest.fixture
def stacked(yard, request):
    """An entry whose image is built upon one of the same folder; both are gone afterwards."""
    low = own(f"tests-{request.node.name[5:25].replace('_', '-')}")
    build = yard.context(UPPER.format(low=low))
    folder = build.context / low
    folder.mkdir()
    (folder / "Dockerfile").write_text(LOW.replace("low/", f"{low}/"))
    (folder / "word.txt").write_text("one")
    entry = yard.entry("stacked", tag=tag("stacked"), build=build)
    names = (entry.tag, f"nodegraph/{low}:1")
    yield entry, folder, names[1]
    for name in names:
        with contextlib.suppress(docker.errors.ImageNotFound):
            yard.docker.images.remove(name, force=True)


def output(yard, image, command):
    running = yard.docker.containers.run(image, ["sh", "-c", command], detach=True)
    running.wait()  # followed while it runs, the log of one that ends at once may come empty
    said = running.logs().decode()
    running.remove()
    return said


def test_a_base_is_built_first_with_local_wheels_and_arguments(yard, stacked, tmp_path, monkeypatch):
    entry, _, base = stacked
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "thing-1.whl").write_bytes(b"w" * 3_000_000)
    (tmp_path / "w" / "other-1.whl").write_text("o")
    monkeypatch.setenv("NODEGRAPH_WHEELS", str(tmp_path / "w"))
    monkeypatch.setenv("NODEGRAPH_BUILD_WORD", "said")
    yard.acquire(entry).wait_ready(60)
    steps = [event.state.message for event in yard.events if event.state.stage is Stage.BUILDING]
    assert any(step.startswith(f"{base}: Step 1/") for step in steps)
    assert any(step.startswith("Step 1/") for step in steps)
    said = output(yard, entry.tag, "cat /word.txt /argument; wc -c </thing-1.whl; ls /other* 2>&1 || true")
    assert said.split()[:3] == ["onesaid", "3000000", "ls:"]


def test_a_changed_base_is_built_anew_and_what_stands_on_it_too(yard, stacked):
    entry, folder, base = stacked
    manage.build(entry, yard.hear)
    first = [yard.docker.images.get(name).id for name in (base, entry.tag)]
    manage.start(entry, {}, yard.hear)
    assert manage.stop(entry) == 1
    assert [yard.docker.images.get(name).id for name in (base, entry.tag)] == first
    (folder / "word.txt").write_text("two")
    manage.start(entry, {}, yard.hear)
    assert manage.stop(entry) == 1
    second = [yard.docker.images.get(name).id for name in (base, entry.tag)]
    assert not set(second) & set(first)
    assert output(yard, entry.tag, "cat /word.txt") == "two"


def test_a_base_that_cannot_be_built_is_an_error_unless_there_is_an_older_one(yard, stacked):
    entry, folder, base = stacked
    good = (folder / "Dockerfile").read_text()
    (folder / "Dockerfile").write_text(f"FROM {BASE}\nRUN echo the reason; false\n")
    with pytest.raises(ModelError, match=f"The base image {base} could not be built from.*the reason") as caught:
        manage.build(entry, yard.hear)
    assert "docs/runtime.md" in caught.value.hint
    (folder / "Dockerfile").write_text(good)
    manage.build(entry, yard.hear)
    older = yard.docker.images.get(base).id
    (folder / "Dockerfile").write_text(f"FROM {BASE}\nRUN false\n")
    lease = yard.acquire(entry)
    lease.wait_ready(60)
    assert f"The base image {base} is an older one" in lease.details.note
    assert yard.docker.images.get(base).id == older


def test_a_base_built_by_hand_is_used_as_it_is(yard, stacked):
    entry, folder, base = stacked
    context = folder.parent
    yard.docker.images.build(path=str(context), dockerfile=f"{folder.name}/Dockerfile", tag=base, rm=True)
    ours = yard.docker.images.get(base).id
    manage.build(entry, yard.hear)
    (folder / "word.txt").write_text("two")
    manage.start(entry, {}, yard.hear)
    assert manage.stop(entry) == 1
    assert yard.docker.images.get(base).id == ours
    assert output(yard, entry.tag, "cat /word.txt") == "one"


def test_two_models_that_start_together_build_their_base_once(yard, stacked):
    entry, _, base = stacked
    threads = [threading.Thread(target=manage.build, args=(entry, yard.hear)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    steps = [event.state.message for event in yard.events]
    assert sum(step.startswith(f"{base}: Step 1/") for step in steps) == 1
    assert yard.docker.images.get(entry.tag).labels["app.nodegraph.image"] == entry.id
