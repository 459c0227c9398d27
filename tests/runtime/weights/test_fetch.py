"""Weights are fetched once, whole and checked, with one total; what is already here is not asked for again."""

import os
import shutil
import threading
from collections import namedtuple
from pathlib import Path

import pytest

from nodegraph.core.errors import ModelError
from nodegraph.runtime.cancel import Cancel, Cancelled
from nodegraph.runtime.entry import Weights
from nodegraph.runtime.weights import complete
from nodegraph.runtime.weights.fetch import MARGIN, Fetching
from nodegraph.runtime.weights.turn import turn
from tests.runtime.weights.conftest import MODEL, Getting, sha256
from tests.runtime.weights.fake_hub import COMMIT, Mood

BIG = os.urandom(700_000)
SMALL = b"0.5\n"


def test_several_files_arrive_with_one_total_and_are_not_fetched_again(getting: Getting) -> None:
    wanted = (getting.weights("a.onnx", BIG), getting.weights("b.txt", SMALL))
    folder = getting.get(*wanted)
    assert (folder / "a.onnx").read_bytes() == BIG
    assert (folder / "b.txt").read_bytes() == SMALL
    dones, totals = [news[0] for news in getting.told], {news[1] for news in getting.told}
    assert dones == sorted(dones)
    assert totals == {dones[-1]} == {len(BIG) + len(SMALL)}
    assert {news[2] for news in getting.told} == {"a.onnx", "b.txt"}
    getting.hub.asked.clear()
    getting.get(*wanted)
    assert getting.hub.asked == []


def test_anyone_may_read_what_was_fetched_for_containers_run_as_nobody(getting: Getting) -> None:
    before = os.umask(0o077)
    try:
        folder = getting.get(getting.weights("a.onnx", SMALL))
    finally:
        os.umask(before)
    assert (folder / "a.onnx").stat().st_mode & 0o444 == 0o444
    assert folder.stat().st_mode & 0o555 == 0o555
    assert complete.mark_of(folder, "a.onnx").stat().st_mode & 0o444 == 0o444


def test_a_repository_becomes_a_folder_with_the_files_a_server_may_load(getting: Getting) -> None:
    files = {"config.json": b"{}", "model.safetensors": BIG, "vocab.txt": b"a", "spm.model": b"m"}
    others = {"pytorch_model.bin": b"pickle", "onnx/model.safetensors": b"?", "README.md": b"# hi"}
    getting.hub.repositories["nice/blip"] = files | others
    folder = getting.get(Weights("blip", f"hf:nice/blip@{COMMIT}"))
    assert {path.name: path.read_bytes() for path in (folder / "blip").iterdir()} == files
    getting.hub.asked.clear()
    getting.get(Weights("blip", f"hf:nice/blip@{COMMIT}"))
    assert getting.hub.asked == []


def test_a_repository_without_safetensors_is_refused(getting: Getting) -> None:
    getting.hub.repositories["old/net"] = {"config.json": b"{}", "pytorch_model.bin": b"pickle"}
    with pytest.raises(ModelError, match="holds no safetensors"):
        getting.get(Weights("net", f"hf:old/net@{COMMIT}"))


def test_a_repository_goes_on_with_the_file_it_was_cut_off_in(getting: Getting) -> None:
    getting.hub.repositories["nice/blip"] = {"a.safetensors": BIG, "b.safetensors": BIG[::-1]}
    getting.hub.moods = [Mood(), *[Mood(status=500)] * 20]
    with pytest.raises(ModelError, match="cannot answer now"):
        getting.get(Weights("blip", f"hf:nice/blip@{COMMIT}"))
    getting.hub.asked.clear()
    getting.hub.moods = []
    getting.get(Weights("blip", f"hf:nice/blip@{COMMIT}"))
    assert [one.path.rpartition("/")[2] for one in getting.hub.asked] == [COMMIT, "b.safetensors"]


def test_a_large_file_without_a_hash_of_its_own_must_be_the_commits(getting: Getting) -> None:
    words = os.urandom(2_000_000)  # a vocabulary: too small for the hub to keep its sha256
    getting.hub.repositories["nice/blip"] = {"a.safetensors": SMALL, "vocab.json": words}
    (getting.folder / "blip").mkdir(parents=True)
    (getting.folder / "blip" / "vocab.json").write_bytes(words[::-1])
    folder = getting.get(Weights("blip", f"hf:nice/blip@{COMMIT}"))
    assert (folder / "blip" / "vocab.json").read_bytes() == words


def test_a_changed_address_in_the_entry_fetches_the_new_file_also_after_a_failure(getting: Getting) -> None:
    getting.get(getting.weights("a.onnx", SMALL, sha256=""))
    moved = Weights("a.onnx", getting.hub.put("new/a.onnx", BIG[: len(SMALL)]), size=len(SMALL))
    getting.hub.moods = [Mood(status=403)]
    with pytest.raises(ModelError):
        getting.get(moved)
    folder = getting.get(moved)
    assert (folder / "a.onnx").read_bytes() == BIG[: len(SMALL)]


def test_a_changed_hash_in_the_entry_fetches_the_new_file(getting: Getting) -> None:
    getting.get(getting.weights("a.onnx", SMALL))
    folder = getting.get(getting.weights("a.onnx", BIG))
    assert (folder / "a.onnx").read_bytes() == BIG


def test_a_file_that_was_changed_on_disk_is_set_aside_and_fetched_again(getting: Getting) -> None:
    wanted = getting.weights("a.onnx", BIG)
    folder = getting.get(wanted)
    (folder / "a.onnx").write_bytes(b"mine")
    getting.get(wanted)
    assert (folder / "a.onnx").read_bytes() == BIG
    assert (folder / "a.onnx.wrong").read_bytes() == b"mine"


def test_the_right_file_put_there_by_hand_is_used_without_the_network(getting: Getting) -> None:
    getting.folder.mkdir(parents=True)
    (getting.folder / "a.onnx").write_bytes(BIG)
    getting.get(Weights("a.onnx", "http://127.0.0.1:1/a.onnx", sha256(BIG)))
    assert getting.hub.asked == []


def test_what_was_put_there_by_hand_can_be_read_by_the_user_of_a_container(getting: Getting) -> None:
    inside = getting.folder / "net" / "model.safetensors"
    inside.parent.mkdir(parents=True)
    inside.write_bytes(BIG)
    inside.chmod(0o600)
    inside.parent.chmod(0o700)
    getting.get(Weights("net"))
    assert inside.stat().st_mode & 0o777 == 0o644
    assert inside.parent.stat().st_mode & 0o777 == 0o755


def test_a_file_without_an_address_is_asked_for_by_name_and_folder(getting: Getting) -> None:
    mine = Weights("mine.onnx")
    with pytest.raises(ModelError, match=r"YOLO needs the file mine\.onnx") as caught:
        getting.get(mine)
    assert str(getting.folder) in caught.value.hint
    (getting.folder / "mine.onnx").write_bytes(BIG)
    assert getting.get(mine) == getting.folder


def test_a_file_without_an_address_must_still_have_its_hash(getting: Getting) -> None:
    getting.folder.mkdir(parents=True)
    (getting.folder / "mine.onnx").write_bytes(b"another")
    with pytest.raises(ModelError, match="is not the file its entry names"):
        getting.get(Weights("mine.onnx", sha256=sha256(BIG)))
    assert (getting.folder / "mine.onnx").read_bytes() == b"another"


def test_check_reads_every_file_again(getting: Getting) -> None:
    wanted = getting.weights("a.onnx", BIG)
    assert getting.fetching().check([wanted]) == [f"a.onnx is not in {getting.folder}."]
    folder = getting.get(wanted)
    assert getting.fetching().check([wanted]) == []
    stat = (folder / "a.onnx").stat()
    (folder / "a.onnx").write_bytes(BIG[:-1] + b"?")
    os.utime(folder / "a.onnx", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert getting.fetching().check([wanted]) == ["a.onnx is missing or damaged."]


def test_two_at_once_fetch_once(getting: Getting) -> None:
    wanted = getting.weights("a.onnx", BIG)
    getting.hub.moods = [Mood(stall=1000)]
    first = threading.Thread(target=getting.get, args=(wanted,))
    first.start()
    assert getting.hub.stalled.wait(60)
    waits = threading.Event()
    second = Fetching(MODEL, "YOLO", Cancel(), lambda done, total, text: waits.set() if "another" in text else None)
    other = threading.Thread(target=second.ensure, args=([wanted],))
    other.start()
    assert waits.wait(60)
    getting.hub.go.set()
    first.join(60)
    other.join(60)
    assert len(getting.hub.asked) == 1
    assert complete.is_here(getting.folder, wanted)


def test_who_waits_for_another_program_can_be_called_off(getting: Getting) -> None:
    wanted = getting.weights("a.onnx", BIG)
    getting.hub.moods = [Mood(stall=1000)]
    first = threading.Thread(target=getting.get, args=(wanted,))
    first.start()
    assert getting.hub.stalled.wait(60)
    cancel = Cancel()
    with pytest.raises(Cancelled):
        Fetching(MODEL, "YOLO", cancel, lambda *_: cancel.set()).ensure([wanted])
    getting.hub.go.set()
    first.join(60)


def test_a_full_disk_is_told_before_anything_is_fetched(getting: Getting, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 0, MARGIN))
    with pytest.raises(ModelError, match=r"not enough room .* 1 MB are needed") as caught:
        getting.get(getting.weights("a.onnx", BIG))
    assert "NODEGRAPH_WEIGHTS_HOME" in caught.value.hint
    assert getting.hub.asked == []


def test_an_unknown_size_is_checked_as_soon_as_the_server_tells_it(
    getting: Getting, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 0, MARGIN))
    with pytest.raises(ModelError, match="not enough room"):
        getting.get(getting.weights("a.onnx", BIG, size=0))
    assert not (getting.folder / "a.onnx").exists()


def test_a_folder_that_cannot_be_made_is_a_sentence(
    getting: Getting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NODEGRAPH_WEIGHTS_HOME", str(tmp_path / "file"))
    with pytest.raises(ModelError, match="cannot be kept in"):
        getting.get(getting.weights("a.onnx", SMALL))


def test_who_waited_while_the_folder_was_removed_takes_its_turn_in_the_new_one(tmp_path: Path) -> None:
    folder, waits, has = tmp_path / "yolo", threading.Event(), threading.Event()

    def wait() -> None:
        with turn(folder, Cancel(), waits.set):
            assert (folder / ".lock").exists()
            has.set()

    with turn(folder, Cancel(), lambda: None):
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert waits.wait(60)
        shutil.rmtree(folder)
    waiting.join(60)
    assert has.is_set()
