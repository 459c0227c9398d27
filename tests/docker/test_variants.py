"""A model with an image for each device runs from the one for the device it gets, and no other is made."""

from pathlib import Path

import pytest

from nodegraph.core.errors import ModelError, UsageError
from nodegraph.runtime import manage
from nodegraph.runtime.disk import room_of
from nodegraph.runtime.engines import engines
from nodegraph.runtime.entry import Build

pytestmark = pytest.mark.docker
DOCKERFILE = (
    "ARG KIND=cpu\nFROM python:3.11-slim\nARG KIND=cpu\nCOPY server_kinds.py /\nLABEL made.for=$KIND\n"
    'ENTRYPOINT ["python", "-u", "/server_kinds.py"]\nCMD ["good"]\n'
)
TAG = "nodegraph-tests/variants:1"


@pytest.fixture
def entry(yard):
    folder: Path = yard.context(DOCKERFILE).context
    build = Build(folder, folder / "Dockerfile", gpu={"KIND": "gpu"})
    made = yard.entry("variants", build=build, tag=TAG, gpu=True)
    manage.remove(made)
    yield made
    for servers in yard.made:
        servers.close()
    manage.remove(made)


@pytest.fixture
def known(monkeypatch):
    """The engine, which knows nothing of GPUs at the end again."""
    found = engines.engine_at("")
    monkeypatch.setattr(found, "gpu", found.gpu)
    return found


def images(yard):
    return sorted(tag for image in yard.docker.images.list("nodegraph-tests/variants") for tag in image.tags)


def made_for(yard):
    return [one.image.labels["made.for"] for one in yard.containers("variants")]


def variables(yard):
    (container,) = yard.containers("variants")
    return container.attrs["Config"]["Env"]


def test_without_a_gpu_only_the_image_for_the_cpu_is_built(yard, entry, known):
    if known.probe_gpu():
        pytest.skip("this engine has a GPU")
    lease = yard.acquire(entry)
    lease.wait_ready(60)
    assert (made_for(yard), images(yard)) == (["cpu"], [TAG])
    assert "NODEGRAPH_DEVICE=cpu" in variables(yard)
    assert "the Docker engine has none to give" in lease.details.note
    assert manage.statuses([entry])[0].gpu_image == f"{TAG}-gpu"
    assert manage.statuses([entry])[0].gpu_present is False


def test_without_a_gpu_one_that_must_have_it_is_refused_before_anything_is_built(yard, entry, known):
    if known.probe_gpu():
        pytest.skip("this engine has a GPU")
    lease = yard.acquire(entry, {"device": "gpu"})
    with pytest.raises(ModelError, match="needs a GPU, and the Docker engine has none to give"):
        lease.wait_ready(60)
    assert images(yard) == []


def test_with_a_gpu_only_the_image_for_it_is_built_and_both_are_removed(yard, entry, known, monkeypatch):
    create = known.engine.create

    def create_as_if_there_were_a_gpu(body, name):
        host = {key: value for key, value in body["HostConfig"].items() if key != "DeviceRequests"}
        return create({**body, "HostConfig": host}, name)

    known.gpu = True
    monkeypatch.setattr(known.engine, "create", create_as_if_there_were_a_gpu)
    yard.acquire(entry).wait_ready(60)
    assert (made_for(yard), images(yard)) == (["gpu"], [f"{TAG}-gpu"])
    assert "NODEGRAPH_DEVICE=auto" in variables(yard)
    status = manage.statuses([entry])[0]
    assert (status.present, status.gpu_present) == (True, True)
    manage.build(entry, yard.hear)
    alone = yard.docker.images.get(TAG).attrs["Size"]
    assert alone <= room_of([entry]).models[0].image < 1.5 * alone, "layers that both share count once"
    for servers in yard.made:
        servers.close()
    assert manage.remove(entry)
    assert images(yard) == []


def test_a_gpu_that_is_refused_after_all_leaves_the_image_for_the_cpu(yard, entry, known):
    if known.probe_gpu():
        pytest.skip("this engine has a GPU")
    known.gpu = True
    lease = yard.acquire(entry)
    lease.wait_ready(60)
    assert made_for(yard) == ["cpu"]
    assert "the Docker engine has none to give" in lease.details.note
    assert known.gpu is False


def test_the_image_for_a_gpu_is_built_by_hand_where_there_is_another_one(yard, entry):
    manage.build(entry, yard.hear, gpu=True)
    assert images(yard) == [f"{TAG}-gpu"]
    with pytest.raises(UsageError, match="has one image, for every device"):
        manage.build(yard.entry(build=Build(entry.build.context, entry.build.dockerfile)), yard.hear, gpu=True)
    wrong = yard.entry("variants", tag=TAG, build=Build(entry.build.context, entry.build.dockerfile, gpu={"NONE": "1"}))
    with pytest.raises(ModelError, match="its Dockerfile has no ARG NONE"):
        manage.build(wrong, yard.hear, gpu=True)
