"""Containers see their model's weights: bound to our folder, or sent to an engine that cannot see it."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from nodegraph.core.errors import ModelError
from nodegraph.runtime import manage
from nodegraph.runtime.chosen import settled
from nodegraph.runtime.consent import agree_to_secrets
from nodegraph.runtime.disk import remove_old_images, remove_weights, room_of
from nodegraph.runtime.engines import engines, labels
from nodegraph.runtime.engines.docker import Engine
from nodegraph.runtime.entry import ModelEntry, Weights
from nodegraph.runtime.limits import Limits
from nodegraph.runtime.state import Stage
from tests.docker.conftest import Yard
from tests.docker.own import BASE, RUN, own, tag
from tests.runtime.weights.fake_hub import FakeHub

pytestmark = pytest.mark.docker
NET = os.urandom(200_000)
YARD_GOOD = own("yard-good")
VOLUME = f"nodegraph-weights-{YARD_GOOD}"


@pytest.fixture
def home(yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The weights folder of the yard's model, with one file; volumes are removed at the end."""
    monkeypatch.setenv("NODEGRAPH_WEIGHTS_HOME", str(tmp_path / "weights"))
    folder = tmp_path / "weights" / YARD_GOOD
    folder.mkdir(parents=True)
    (folder / "net.onnx").write_bytes(NET)
    yield folder
    for servers in yard.made:
        servers.close()
    for volume in yard.docker.volumes.list(filters={"name": RUN}):
        volume.remove()


@pytest.fixture
def known(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> engines.KnownEngine:
    """What is known of the default engine; what a test changes of it is put back."""
    known = engines.engine_at("")
    known.prepare()
    monkeypatch.setattr(known, "shares_folders", known.shares_folders)
    return known


def entry_of(yard: Yard, **more: object) -> ModelEntry:
    return yard.entry(weights=(Weights("net.onnx", sha256=hashlib.sha256(NET).hexdigest()),), **more)


def said_by(container: docker.models.containers.Container, code: str, user: str = "65534") -> str:
    code, said = container.exec_run(["python", "-c", code], user=user)
    return str(said.decode())


SUM = "import hashlib; print(hashlib.sha256(open('/weights/net.onnx', 'rb').read()).hexdigest())"


def test_a_container_reads_them_as_nobody_and_cannot_change_them(yard: Yard, home: Path) -> None:
    home.chmod(0o700)
    (home / "net.onnx").chmod(0o600)
    yard.acquire(entry_of(yard)).wait_ready(60)
    (container,) = yard.containers()
    assert said_by(container, SUM).strip() == hashlib.sha256(NET).hexdigest()
    assert "Read-only file system" in said_by(container, "open('/weights/x', 'w')", user="0")
    variables = set(container.attrs["Config"]["Env"])
    assert {"NODEGRAPH_WEIGHTS=/weights", f"NODEGRAPH_MODEL={YARD_GOOD}"} <= variables
    assert yard.docker.volumes.get(VOLUME).attrs["Options"]["device"] == str(home)


def test_the_volume_follows_a_folder_that_was_moved(yard: Yard, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with yard.servers() as servers:
        servers.acquire(entry_of(yard), {"kind": "container"}).wait_ready(60)
    home.parent.rename(home.parent.with_name("moved"))
    moved = home.parent.with_name("moved")
    monkeypatch.setenv("NODEGRAPH_WEIGHTS_HOME", str(moved))
    yard.acquire(entry_of(yard)).wait_ready(60)
    assert yard.docker.volumes.get(VOLUME).attrs["Options"]["device"] == str(moved / YARD_GOOD)
    assert (moved / YARD_GOOD / "net.onnx").read_bytes() == NET


def test_an_engine_elsewhere_is_sent_them_once(yard: Yard, home: Path, known: engines.KnownEngine) -> None:
    known.shares_folders = False
    with yard.servers() as servers:
        servers.acquire(entry_of(yard), {"kind": "container"}).wait_ready(60)
        (container,) = yard.containers()
        assert said_by(container, SUM).strip() == hashlib.sha256(NET).hexdigest()
    sent = [event.state for event in yard.events if event.state.stage is Stage.FETCHING]
    assert sent[-1].total == len(NET)
    assert "sent to" in sent[-1].message
    assert not yard.docker.volumes.get(VOLUME).attrs["Options"]
    yard.events.clear()
    yard.acquire(entry_of(yard)).wait_ready(60)
    assert "fetching" not in yard.stages


def test_a_changed_file_is_sent_again(yard: Yard, home: Path, known: engines.KnownEngine) -> None:
    known.shares_folders = False
    with yard.servers() as servers:
        servers.acquire(entry_of(yard), {"kind": "container"}).wait_ready(60)
    (home / "net.onnx").write_bytes(NET + NET)
    newer = yard.entry(weights=(Weights("net.onnx"),))
    yard.acquire(newer).wait_ready(60)
    (container,) = yard.containers()
    assert said_by(container, SUM).strip() == hashlib.sha256(NET + NET).hexdigest()


def test_a_folder_of_own_checkpoints_is_sent_whole(yard: Yard, home: Path, known: engines.KnownEngine) -> None:
    known.shares_folders = False
    (home / "checkpoints" / "birds" / "deep").mkdir(parents=True)
    (home / "checkpoints" / "birds" / "deep" / "a.safetensors").write_bytes(NET)
    entry = yard.entry(checkpoints=(Weights("checkpoints/birds"),))
    yard.acquire(entry).wait_ready(60)
    (container,) = yard.containers()
    said = said_by(container, "import os; print(os.path.getsize('/weights/checkpoints/birds/deep/a.safetensors'))")
    assert said.strip() == str(len(NET))
    assert "NODEGRAPH_CHECKPOINT=checkpoints/birds" in container.attrs["Config"]["Env"]


def test_whether_an_engine_sees_our_folder_is_found_out_without_starting_anything(
    yard: Yard, home: Path, known: engines.KnownEngine
) -> None:
    known.shares_folders = None
    yard.acquire(entry_of(yard)).wait_ready(60)
    assert known.shares_folders is True
    assert len(yard.containers()) == 1


def test_an_engine_that_cannot_see_our_folder_is_found_out_and_sent_the_files(
    yard: Yard, home: Path, known: engines.KnownEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine beside us that looks for the same path on a disk of its own."""
    create = Engine.create_volume

    def elsewhere(self: Engine, name: str, options: dict[str, str], labels: dict[str, str]) -> None:
        create(self, name, {**options, "device": "/no/such/folder"} if options else {}, labels)

    monkeypatch.setattr(Engine, "create_volume", elsewhere)
    monkeypatch.setattr("nodegraph.runtime.runners.volumes._is_bound", lambda volume, folder: False)
    known.shares_folders = None
    yard.acquire(entry_of(yard)).wait_ready(60)
    assert known.shares_folders is False
    (container,) = yard.containers()
    assert said_by(container, SUM).strip() == hashlib.sha256(NET).hexdigest()


def test_two_checkpoints_are_two_servers_with_one_volume(yard: Yard, home: Path) -> None:
    (home / "other.onnx").write_bytes(b"other")
    servers = yard.servers()
    leases = [
        servers.acquire(yard.entry(checkpoints=(Weights(name),)), {"kind": "container"})
        for name in ("net.onnx", "other.onnx", "net.onnx")
    ]
    for lease in leases:
        lease.wait_ready(60)
    containers = yard.containers()
    told = {one for container in containers for one in container.attrs["Config"]["Env"] if "CHECKPOINT" in one}
    assert len(containers) == 2
    assert told == {"NODEGRAPH_CHECKPOINT=net.onnx", "NODEGRAPH_CHECKPOINT=other.onnx"}
    assert {mount["Name"] for one in containers for mount in one.attrs["Mounts"] if mount["Type"] == "volume"} == {
        VOLUME
    }


def test_a_secret_is_given_to_the_container_and_a_missing_one_is_named(
    yard: Yard, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YARD_TOKEN", "swordfish")
    agree_to_secrets(YARD_GOOD, ["YARD_TOKEN"])
    yard.acquire(yard.entry(secrets=("YARD_TOKEN",))).wait_ready(60)
    (container,) = yard.containers()
    assert "YARD_TOKEN=swordfish" in container.attrs["Config"]["Env"]
    assert not any("swordfish" in line for server in yard.made for line in str(server.states()).splitlines())
    monkeypatch.delenv("YARD_TOKEN")
    lease = yard.acquire(yard.entry(secrets=("YARD_TOKEN",)))
    with pytest.raises(ModelError, match="needs the secret YARD_TOKEN"):
        lease.wait_ready(60)


def test_a_model_that_needs_more_memory_than_it_may_have_is_told_while_it_loads(yard: Yard, home: Path) -> None:
    eater = 'ENTRYPOINT ["python", "-c", "b = [bytearray(b\'x\' * (1 << 20)) for _ in range(4096)]"]'
    build = yard.context(f"FROM {BASE}\n{eater}\n")
    entry = yard.entry("eater", build=build, options={"image": tag("eater")})
    lease = yard.acquire(entry, {"memory": 32}, give_up=1)
    with pytest.raises(ModelError, match="ran out of memory: it may have 32 MB") as caught:
        lease.wait_ready(60)
    assert "`memory` of its place" in caught.value.hint


def test_what_images_and_copies_take_is_counted_with_shared_layers_once(
    yard: Yard, home: Path, known: engines.KnownEngine
) -> None:
    known.shares_folders = False
    first, second = entry_of(yard), yard.entry("loading")
    with yard.servers() as servers:
        servers.acquire(first, {"kind": "container"}).wait_ready(60)
    room = room_of([first, second])
    good, loading = room.models
    assert good.image > 50_000_000
    assert abs(good.image - loading.image) < 1000
    assert room.images < good.image + 1000
    assert good.volume >= len(NET)
    assert (room.volumes, loading.volume) == (good.volume, 0)
    assert good.weights >= len(NET)


def test_weights_in_use_are_not_removed_and_the_volume_goes_with_them(
    yard: Yard, home: Path, known: engines.KnownEngine
) -> None:
    known.shares_folders = False
    entry = entry_of(yard)
    with yard.servers() as servers:
        servers.acquire(entry, {"kind": "container"}).wait_ready(60)
        with pytest.raises(ModelError, match="is running with these weights"):
            remove_weights(entry)
    removed = remove_weights(entry)
    assert removed.kept == ("net.onnx",)  # its entry names no address to fetch it from again
    assert (home / "net.onnx").read_bytes() == NET
    with pytest.raises(docker.errors.NotFound):
        yard.docker.volumes.get(VOLUME)


def test_a_volume_that_is_our_folder_takes_no_room_and_its_removal_leaves_the_files(yard: Yard, home: Path) -> None:
    entry = entry_of(yard)
    with yard.servers() as servers:
        servers.acquire(entry, {"kind": "container"}).wait_ready(60)
    assert room_of([entry]).volumes == 0
    remove_weights(entry)
    assert (home / "net.onnx").read_bytes() == NET


def test_images_that_a_newer_build_replaced_are_counted_and_removed(
    yard: Yard, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labels, "IMAGE", f"app.nodegraph.image.{labels.THIS_INSTANCE}")  # the engine is shared
    monkeypatch.setattr("nodegraph.runtime.images.images.IMAGE", labels.IMAGE)
    build = yard.context(f"FROM {BASE}\nCOPY server_kinds.py /one\n")
    entry = yard.entry("built", build=build, options={"image": tag("built")})
    manage.build(entry, yard.hear)
    assert room_of([entry]).old == 0
    build.dockerfile.write_text(f"FROM {BASE}\nCOPY server_kinds.py /two\n")
    manage.build(entry, yard.hear)
    size = (build.context / "server_kinds.py").stat().st_size
    room = room_of([entry])
    assert room.old == size
    assert room.images > 50_000_000
    assert remove_old_images() == 1
    assert room_of([entry]).old == 0
    assert manage.remove(entry)


def test_a_kept_container_serves_only_who_wants_its_checkpoint_and_stop_all_ends_every_one(
    yard: Yard, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labels, "KEPT", f"app.nodegraph.kept.{labels.THIS_INSTANCE}")  # the engine is shared
    (home / "other.onnx").write_bytes(b"other")
    entry = yard.entry(checkpoints=(Weights("net.onnx"), Weights("other.onnx")))
    manage.start(entry, {}, yard.hear, limits=Limits(ready=20))
    manage.start(settled(entry, {"checkpoint": "other.onnx"}), {}, yard.hear, limits=Limits(ready=20))
    assert len(yard.containers()) == 2
    servers = yard.servers()
    lease = servers.acquire(settled(entry, {"checkpoint": "other.onnx"}), {"kind": "container"})
    lease.wait_ready(60)
    assert "left running" in lease.note
    assert len(yard.containers()) == 2
    servers.close()
    assert manage.stop_all() == 2
    assert yard.containers() == []
    assert "until it was stopped by hand" in "\n".join(manage.logs(entry)), "what they printed is kept"


def test_they_are_fetched_before_the_container_is_created(yard: Yard, home: Path) -> None:
    hub = FakeHub()
    try:
        entry = yard.entry(weights=(Weights("far.onnx", hub.put("far.onnx", NET), hashlib.sha256(NET).hexdigest()),))
        yard.acquire(entry).wait_ready(60)
    finally:
        hub.close()
    assert yard.stages == ["fetching", "creating", "starting", "loading", "ready"]
    (container,) = yard.containers()
    assert said_by(container, SUM.replace("net.onnx", "far.onnx")).strip() == hashlib.sha256(NET).hexdigest()
