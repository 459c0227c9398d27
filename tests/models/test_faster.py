"""Networks that OpenVINO runs instead of torch: what is kept, when two agree, and the whole of it in its image."""

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from containers import HARDENED, ROOT, build
from loading import module

alike, store = (module("torch_kit", name) for name in ("alike", "store"))
HERE = Path(__file__).parent


def made(cache: Any, name: str, text: str = "network") -> Path:
    with cache.making(100) as folder:
        (folder / "network.bin").write_text(text)
        kept: Path = cache.keep(folder, name, {"wrong": ""})
    return kept


# ---- what is kept ---------------------------------------------------------------------------------------------------


def test_what_was_made_is_found_again_with_its_note(tmp_path: Path) -> None:
    cache = store.Store(tmp_path)
    assert cache.find("a-3x2x2") is None
    kept = made(cache, "a-3x2x2")
    assert (kept / "network.bin").read_text() == "network"
    assert store.Store(tmp_path).find("a-3x2x2")["wrong"] == ""
    assert cache.names() == ["a-3x2x2"]
    assert [path.name for path in tmp_path.iterdir()] == ["a-3x2x2"], "nothing half is left"


@pytest.mark.parametrize("damage", ["network.bin", "note.json"])
def test_what_is_damaged_is_thrown_away_and_said(tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture) -> None:
    cache = store.Store(tmp_path)
    (made(cache, "a-3x2x2") / damage).write_text("{}")
    assert cache.find("a-3x2x2") is None
    assert f"a-3x2x2 is damaged ({damage}) and is made anew" in caplog.text
    assert cache.names() == []
    made(cache, "a-3x2x2")
    assert cache.find("a-3x2x2") is not None


def test_of_two_replicas_that_made_the_same_the_first_wins(tmp_path: Path) -> None:
    first, second = store.Store(tmp_path), store.Store(tmp_path)
    with second.making(100) as folder:
        (folder / "network.bin").write_text("second")
        kept = made(first, "a-3x2x2", "first")
        assert second.keep(folder, "a-3x2x2", {"wrong": ""}) == kept
    assert (kept / "network.bin").read_text() == "first"


def test_only_one_makes_something_at_a_time(tmp_path: Path) -> None:
    first, second = store.Store(tmp_path), store.Store(tmp_path)
    with first.turn() as mine, second.turn() as theirs:
        assert (mine, theirs) == (True, False)
    with second.turn() as theirs:
        assert theirs
    with store.Store(None).turn() as mine, store.Store(None).turn() as theirs:
        assert (mine, theirs) == (True, True), "without a cache nobody finds what another made"


def test_what_a_killed_server_was_making_is_cleared_away_by_the_next_whose_turn_it_is(tmp_path: Path) -> None:
    (tmp_path / ".making-x").mkdir()
    (tmp_path / ".making-x" / "network.bin").write_text("half")
    cache = store.Store(tmp_path)
    kept = made(cache, "a-3x2x2")
    with cache.turn():
        assert sorted(path.name for path in tmp_path.iterdir()) == [".turn", kept.name]


def test_the_ones_unused_for_longest_go(tmp_path: Path) -> None:
    cache = store.Store(tmp_path)
    for number in range(store.MOST):
        made(cache, f"a-{number}")
    assert cache.find("a-0") is not None  # used now, so a-1 is the oldest
    made(cache, "b")
    assert sorted(cache.names()) == ["a-0", *(f"a-{number}" for number in range(2, store.MOST)), "b"]


def test_no_cache_a_full_one_and_one_that_disappears_are_no_errors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for root in (None, tmp_path / "nowhere"):
        assert store.Store(root).find("a") is None
        assert store.Store(root).names() == []
        kept = made(store.Store(root), "a")
        assert not kept.exists(), "it lay where it was made, and went with that"
    cache = store.Store(tmp_path)
    with cache.making(100) as folder, monkeypatch.context() as patched:
        (folder / "network.bin").write_text("network")
        patched.setattr(Path, "rename", _no_room)
        assert cache.keep(folder, "a", {}) == folder
    assert "a cannot be kept: No space left" in caplog.text
    monkeypatch.setattr(store.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 1000}))
    assert not made(cache, "a").is_relative_to(tmp_path)
    assert "what is made is not kept" in caplog.text


def _no_room(*_: Any) -> None:
    raise OSError(28, "No space left on device")


# ---- when two agree -------------------------------------------------------------------------------------------------


def test_maps_agree_up_to_a_part_of_their_range() -> None:
    meant = {"depth": np.linspace(5, 6, 100, dtype=np.float32).reshape(1, 10, 10)}
    assert alike.difference({"depth": meant["depth"] + np.float32(0.002)}, meant, False) == ""
    spot = meant["depth"].copy()
    spot[0, 3, 3] += 0.2
    assert "off by up to 20" in alike.difference({"depth": spot}, meant, False)
    assert "usually 3" in alike.difference({"depth": meant["depth"] + np.float32(0.03)}, meant, False)
    assert "numbers that are none" in alike.difference({"depth": meant["depth"] * np.nan}, meant, False)
    assert "the shape (1, 10) instead of" in alike.difference({"depth": meant["depth"][:, 0]}, meant, False)


def test_a_map_that_is_the_same_everywhere_agrees_with_itself() -> None:
    meant = {"depth": np.full((1, 4, 4), 0.75, np.float32)}
    assert alike.difference({"depth": meant["depth"] + np.float32(1e-6)}, meant, False) == ""
    assert alike.difference({"depth": meant["depth"] + np.float32(0.1)}, meant, False)


def found(scores: list[float], boxes: list[list[float]]) -> dict[str, Any]:
    logits = np.log(np.array(scores) / (1 - np.array(scores)))
    return {"logits": np.stack([logits, logits - 4], 1)[None], "pred_boxes": np.array(boxes)[None]}


def test_a_detectors_answers_agree_in_any_order_and_no_sure_one_may_be_lost() -> None:
    boxes = np.random.default_rng(0).random((20, 4)).tolist()
    scores = [0.9, 0.8, *np.linspace(0.2, 0.01, 18)]
    meant = found(scores, boxes)
    assert alike.difference(found(scores[::-1], boxes[::-1]), meant, True) == ""
    moved = [[one + 0.1 for one in boxes[0]], *boxes[1:]]
    assert alike.difference(found(scores, moved), meant, True) == "1 sure answers and 0 others of 20 are not there"
    other = [*boxes[:-1], [0.0, 0.0, 2.0, 2.0]]
    assert alike.difference(found(scores, other), meant, True) == "", "which of the least sure make it is chance"
    assert alike.difference(found(scores, [*boxes[:-3], *[[2.0] * 4] * 3]), meant, True)


# ---- the whole of it ------------------------------------------------------------------------------------------------


@pytest.mark.docker
@pytest.mark.timeout(900)
def test_torch_answers_until_openvino_says_the_same_and_the_next_start_finds_it_made(docker_engine: str) -> None:
    build("depth")
    mounts = {HERE / "hf": "/t", HERE / "torch_checks": "/checks", ROOT / "models" / "torch_kit": "/app/torch_kit"}
    variables = {"PYTHONPATH": "/app:/t", "NODEGRAPH_WEIGHTS": "/tmp/weights", "NODEGRAPH_PRECISION": "float32"}
    done = subprocess.run(
        ["docker", "run", "--rm", *HARDENED, "--memory=3g", "--tmpfs=/tmp:size=512m", "--network=none",
         *(f"--volume={path}:{place}:ro" for path, place in mounts.items()), "--volume=/cache",
         *(f"--env={name}={value}" for name, value in variables.items()), "--env=NODEGRAPH_CACHE=/cache",
         "nodegraph/hf:1", "python", "/checks/faster.py"],
        capture_output=True, text=True, timeout=850, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    for name in ("d_fine", "depth_anything"):
        assert told[name]["converted"] == [False, True], told["heard"]
        assert told[name]["apart"] < 1e-3, "OpenVINO and torch, of another picture"
        assert told[name]["batch"] is True, "several pictures, as of several people, are worked on one after the other"
        assert any(one.startswith(f"{name}-") for one in told["kept"])
    assert told["depth_anything"]["sizes"] == 1, "a size that was asked for once stays with torch"
    assert told["again"] is True
    assert told["damaged"] is False
    assert told["wrong"] is False
    assert told["refused"] == [False, False]
    assert told["off"] is True
    said = " | ".join(told["heard"])
    assert "64 × 64: converting for OpenVINO, torch answers meanwhile" in said
    assert "64 × 64: kept from before" in said
    assert "is damaged (network.bin) and is made anew" in said
    assert "OpenVINO is not as good (it is off)" in said
    assert "OpenVINO is not as good (it is bad)" in said
