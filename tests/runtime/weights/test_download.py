"""Connections that break, stall and lie end in the whole file or in a sentence, and never in half a file."""

import contextlib
import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from nodegraph.core.errors import ModelError
from nodegraph.runtime.cancel import Cancelled
from nodegraph.runtime.entry import Weights
from nodegraph.runtime.weights import fetch, part, web
from tests.runtime.weights.conftest import MODEL, Getting, sha256
from tests.runtime.weights.fake_hub import COMMIT, FakeHub, Mood

BIG = os.urandom(1_500_000)
ROOT = Path(__file__).parents[3]


def test_a_broken_connection_goes_on_where_it_broke(getting: Getting) -> None:
    getting.hub.moods = [Mood(cut=400_000), Mood(cut=300_000)]
    folder = getting.get(getting.weights("a.onnx", BIG))
    assert (folder / "a.onnx").read_bytes() == BIG
    starts = [one.range for one in getting.hub.asked]
    assert starts == ["", "bytes=400000-", "bytes=700000-"]
    assert not getting.part("a.onnx").exists()


def test_a_server_without_ranges_is_asked_from_the_beginning(getting: Getting) -> None:
    getting.hub.moods = [Mood(cut=400_000), Mood(ranges=False)]
    folder = getting.get(getting.weights("a.onnx", BIG))
    assert (folder / "a.onnx").read_bytes() == BIG


def test_a_connection_that_breaks_every_time_gives_up_and_keeps_the_part(getting: Getting) -> None:
    getting.hub.moods = [Mood(cut=100_000), *[Mood(cut=0)] * 20]
    with pytest.raises(ModelError, match=r"a\.onnx could not be downloaded"):
        getting.get(getting.weights("a.onnx", BIG))
    assert getting.part("a.onnx").stat().st_size == 100_000
    assert not (getting.folder / "a.onnx").exists()
    getting.hub.moods = []
    getting.get(getting.weights("a.onnx", BIG))
    assert getting.hub.asked[-1].range == "bytes=100000-"


def test_a_server_that_always_begins_anew_and_breaks_is_given_up(getting: Getting) -> None:
    getting.hub.moods = [Mood(cut=1_200_000, ranges=False), Mood(cut=100, ranges=False)] * 20
    with pytest.raises(ModelError, match=r"a\.onnx could not be downloaded"):
        getting.get(getting.weights("a.onnx", BIG))
    assert len(getting.hub.asked) < 12


def test_a_file_whose_size_nobody_says_does_not_fill_the_disk(
    getting: Getting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "MARGIN", 1 << 60)
    getting.hub.moods = [Mood(promise=-1)]
    with pytest.raises(ModelError, match="not enough room for weights"):
        getting.get(getting.weights("a.onnx", BIG, size=0))


def test_a_killed_program_is_gone_on_with(getting: Getting, tmp_path: Path) -> None:
    url = getting.hub.put("a.onnx", BIG)
    getting.hub.moods = [Mood(stall=600_000)]
    script = tmp_path / "fetch.py"
    script.write_text(
        textwrap.dedent(f"""
        from nodegraph.runtime.entry import Weights
        from nodegraph.runtime.cancel import Cancel
        from nodegraph.runtime.weights.fetch import Fetching
        tell = lambda done, total, path: print(done, flush=True)
        Fetching({MODEL!r}, "YOLO", Cancel(), tell).ensure([Weights("a.onnx", {url!r}, {sha256(BIG)!r})])
        """)
    )
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as program:
        assert program.stdout
        while int(program.stdout.readline()) < 500_000:
            pass
        program.send_signal(signal.SIGKILL)
    arrived = getting.part("a.onnx").stat().st_size
    assert 0 < arrived < len(BIG)
    folder = getting.get(Weights("a.onnx", url, sha256(BIG)))
    assert getting.hub.asked[-1].range == f"bytes={arrived}-"
    assert (folder / "a.onnx").read_bytes() == BIG


def test_cancel_cuts_a_stalled_connection_and_keeps_the_part(getting: Getting) -> None:
    getting.hub.moods = [Mood(stall=300_000)]

    def call_off() -> None:
        getting.hub.stalled.wait(60)
        getting.cancel.set()

    canceller = threading.Thread(target=call_off)
    canceller.start()
    with pytest.raises(Cancelled):
        getting.get(getting.weights("a.onnx", BIG))
    canceller.join(60)
    assert getting.part("a.onnx").stat().st_size <= 300_000
    assert not (getting.folder / "a.onnx").exists()


def test_cancel_while_connecting_waits_for_no_answer(getting: Getting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "_SILENCE", 600.0)
    connect = http.client.HTTPConnection.connect

    def called_off(connection: http.client.HTTPConnection) -> None:
        connect(connection)
        getting.cancel.set()

    monkeypatch.setattr(http.client.HTTPConnection, "connect", called_off)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        wanted = Weights("a.onnx", f"http://127.0.0.1:{silent.getsockname()[1]}/a.onnx")
        with pytest.raises(Cancelled):
            getting.get(wanted)


def test_a_wrong_hash_is_a_sentence_and_leaves_nothing(getting: Getting) -> None:
    wanted = getting.weights("a.onnx", BIG, sha256=sha256(b"another"))
    with pytest.raises(ModelError, match=r"a\.onnx is not the file its entry names: its sha256 is") as caught:
        getting.get(wanted)
    assert "removed" in caught.value.hint
    assert [path.name for path in getting.folder.iterdir() if not path.name.startswith(".")] == []


def test_a_part_of_another_file_is_started_over_once(getting: Getting) -> None:
    getting.folder.mkdir(parents=True)
    getting.part("a.onnx").write_bytes(b"x" * 1000)
    folder = getting.get(getting.weights("a.onnx", BIG))
    assert (folder / "a.onnx").read_bytes() == BIG
    assert [one.range for one in getting.hub.asked] == ["bytes=1000-", ""]


def test_a_file_that_was_here_to_its_last_byte_is_not_asked_for_again(getting: Getting) -> None:
    getting.folder.mkdir(parents=True)
    getting.part("a.onnx").write_bytes(BIG)
    folder = getting.get(getting.weights("a.onnx", BIG, size=0))
    assert (folder / "a.onnx").read_bytes() == BIG
    assert getting.hub.asked == []


def test_a_part_that_is_longer_than_the_file_is_started_over(getting: Getting) -> None:
    getting.folder.mkdir(parents=True)
    getting.part("a.onnx").write_bytes(BIG + b"and more")
    folder = getting.get(getting.weights("a.onnx", BIG, size=0))
    assert (folder / "a.onnx").read_bytes() == BIG
    assert [one.range for one in getting.hub.asked] == [f"bytes={len(BIG) + 8}-", ""]


def test_without_a_hash_a_part_is_only_used_when_the_server_knows_the_version(getting: Getting) -> None:
    wanted = getting.weights("a.onnx", BIG, sha256="", size=0)
    getting.hub.moods = [Mood(cut=100_000), *[Mood(cut=0)] * 20]
    with pytest.raises(ModelError):
        getting.get(wanted)
    getting.hub.moods = []
    other = BIG[::-1]
    getting.hub.put("a.onnx", other)
    folder = getting.get(wanted)
    assert getting.hub.asked[-1].if_range
    assert (folder / "a.onnx").read_bytes() == other


@pytest.mark.parametrize("promise", [-1, None])
def test_far_more_bytes_than_the_entry_says_are_refused(getting: Getting, promise: int | None) -> None:
    wanted = getting.weights("a.onnx", BIG, sha256="")
    getting.hub.moods = [Mood(extra=bytes(len(BIG) // 10), promise=promise)]
    with pytest.raises(ModelError, match=r"The server of a\.onnx sends"):
        getting.get(wanted)
    assert not (getting.folder / "a.onnx").exists()
    assert not getting.part("a.onnx").exists()


@pytest.mark.parametrize("promise", [-1, None])
def test_a_round_figure_in_the_entry_is_good_enough(getting: Getting, promise: int | None) -> None:
    getting.hub.moods = [Mood(promise=promise)]
    folder = getting.get(getting.weights("a.onnx", BIG[:1_480_000], sha256="", size=1_500_000))
    assert (folder / "a.onnx").stat().st_size == 1_480_000


def test_far_fewer_bytes_than_the_entry_says_are_refused(getting: Getting) -> None:
    getting.hub.moods = [Mood(promise=-1)]
    with pytest.raises(ModelError, match=r"it has 1500000 bytes, not 3000000"):
        getting.get(getting.weights("a.onnx", BIG, sha256="", size=3_000_000))
    assert not (getting.folder / "a.onnx").exists()


def test_fewer_bytes_than_promised_are_a_broken_connection(getting: Getting) -> None:
    getting.hub.moods = [Mood(promise=len(BIG) + 10)] * 30
    with pytest.raises(ModelError, match=r"connection broke after|has a shorter file"):
        getting.get(getting.weights("a.onnx", BIG, sha256="", size=0))
    assert not (getting.folder / "a.onnx").exists()


@pytest.mark.parametrize(("status", "said"), [(404, "is not there"), (410, "is not there"), (400, "refuses to give")])
def test_a_refusal_is_a_sentence_at_once(getting: Getting, status: int, said: str) -> None:
    getting.hub.moods = [Mood(status=status)]
    with pytest.raises(ModelError, match=said):
        getting.get(getting.weights("a.onnx", BIG))
    assert len(getting.hub.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(getting: Getting, status: int) -> None:
    getting.hub.moods = [Mood(status=status), Mood(status=status)]
    getting.get(getting.weights("a.onnx", BIG))
    assert len(getting.hub.asked) == 3


def test_no_network_names_the_host_and_the_way_around(getting: Getting) -> None:
    with pytest.raises(ModelError, match=r"127\.0\.0\.1:1 cannot be reached") as caught:
        getting.get(Weights("a.onnx", "http://127.0.0.1:1/a.onnx", sha256(BIG)))
    assert "--from FOLDER" in caught.value.hint


def test_no_network_names_the_repository_that_was_wanted(getting: Getting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    with pytest.raises(ModelError, match=r"^blip could not be downloaded\. 127\.0\.0\.1:1 cannot be reached"):
        getting.get(Weights("blip", f"hf:shy/blip@{COMMIT}"))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://host/file", "here.onnx"])
def test_only_the_web_is_asked(getting: Getting, url: str) -> None:
    with pytest.raises(ModelError, match="no address of a file on the web"):
        getting.get(Weights("a.onnx", url))


def test_a_login_is_explained_and_the_token_stays_with_its_host(
    getting: Getting, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub, wanted = getting.hub, Weights("blip", f"hf:shy/blip@{COMMIT}")
    hub.closed_to_all = True
    hub.repositories["shy/blip"] = {"model.safetensors": BIG}
    with pytest.raises(ModelError, match="needs a login") as caught:
        getting.get(wanted)
    assert f"{hub.url}/shy/blip" in caught.value.hint
    assert "HF_TOKEN" in caught.value.hint
    storage = FakeHub()
    with contextlib.closing(storage):
        storage.put("blob", BIG)
        hub.moods = [Mood(location=f"{storage.url}/blob")]
        monkeypatch.setenv("HF_TOKEN", "hf_verysecret")
        folder = getting.get(wanted)
    assert (folder / "blip" / "model.safetensors").read_bytes() == BIG
    assert [one.authorization for one in hub.asked[1:]] == ["Bearer hf_verysecret"] * 2
    assert [one.authorization for one in storage.asked] == [""]


def test_the_token_is_not_for_other_hosts(getting: Getting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_verysecret")
    getting.get(getting.weights("a.onnx", BIG))
    assert [one.authorization for one in getting.hub.asked] == [""]


def test_the_token_is_not_for_an_address_that_the_hub_names(getting: Getting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_verysecret")
    getting.hub.repositories["nice/blip"] = {"model.safetensors": BIG}
    with contextlib.closing(FakeHub()) as other:
        other.repositories["nice/blip"] = {}
        getting.hub.following = f"{other.url}/api/models/nice/blip/tree/{COMMIT}"
        getting.get(Weights("blip", f"hf:nice/blip@{COMMIT}"))
        assert [one.authorization for one in other.asked] == [""]
    assert getting.hub.asked[0].authorization == "Bearer hf_verysecret"


def test_a_disk_that_fills_up_in_the_middle_is_a_sentence_and_keeps_the_part(
    getting: Getting, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = part.Part.write

    def full(self: part.Part, data: bytes) -> None:
        if self.length > 500_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(self, data)

    monkeypatch.setattr(part.Part, "write", full)
    with pytest.raises(ModelError, match="not enough room for weights"):
        getting.get(getting.weights("a.onnx", BIG))
    assert getting.part("a.onnx").stat().st_size > 500_000
