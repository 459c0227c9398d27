"""Removing weights frees what can be fetched again, and never a file of the person's own."""

from nodegraph.runtime.entry import ModelEntry, Weights
from nodegraph.runtime.weights.removal import bytes_in, remove_fetched
from tests.runtime.weights.conftest import MODEL, Getting

BIG = bytes(300_000)


def entry(*weights: Weights) -> ModelEntry:
    return ModelEntry(MODEL, "YOLO", "test", weights=weights)


def test_what_was_fetched_goes_with_its_halves_and_the_folder(getting: Getting) -> None:
    wanted = getting.weights("a.onnx", BIG)
    folder = getting.get(wanted)
    getting.part("b.onnx").write_bytes(BIG)
    size, kept = remove_fetched(entry(wanted))
    assert size >= 2 * len(BIG)
    assert kept == ()
    assert not folder.exists()
    assert remove_fetched(entry(wanted)) == (0, ())


def test_files_of_ones_own_stay(getting: Getting) -> None:
    wanted, mine = getting.weights("a.onnx", BIG), Weights("mine.onnx")
    folder = getting.folder
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "checkpoints" / "birds.onnx").write_bytes(b"birds")
    (folder / "mine.onnx").write_bytes(b"mine")
    getting.get(wanted, mine)
    size, kept = remove_fetched(entry(wanted, mine))
    assert size >= len(BIG)
    assert kept == ("checkpoints/birds.onnx", "mine.onnx")
    assert not (folder / "a.onnx").exists()
    getting.get(wanted, mine)
    assert (folder / "a.onnx").read_bytes() == BIG


def test_bytes_are_those_of_every_file_below(getting: Getting) -> None:
    assert bytes_in(getting.home / "none") == 0
    (getting.home / "deep").mkdir(parents=True)
    (getting.home / "deep" / "a").write_bytes(b"12345")
    (getting.home / "b").write_bytes(b"1")
    assert bytes_in(getting.home) == 6
