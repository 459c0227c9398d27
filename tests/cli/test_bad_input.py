"""What people really hand in: damaged and odd files, full disks. A sentence, an exit code, nothing lost."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

VIDEO_OUT = {"type": "sink.video_file", "params": {"path": "out.mp4"}}
PATTERN = {"type": "source.test_pattern", "params": {"width": 160, "height": 90}}
FLAKY = '''
import logging

from nodegraph.sdk import Filter, Image, NodeError


class Flaky(Filter, id="mine.flaky", category="Mine"):
    """Fail on every other picture."""

    def open(self) -> None:
        self.count = 0

    def process(self, image: Image) -> Image:
        self.count += 1
        logging.getLogger("nodegraph.nodes").warning("picture %d is odd", self.count)
        if self.count % 2:
            raise NodeError(f"No luck with {self.count}.", "Try the next.")
        return image
'''


@pytest.fixture
def from_file(preset):
    """A preset that reads a file (none chosen yet) and writes out.mp4."""
    return preset({"clip": {"type": "source.video_file"}, "out": VIDEO_OUT}, ["clip.image->out.image"])


@pytest.fixture
def mine(tmp_path) -> Path:
    """A folder with a node of somebody's own."""
    folder = tmp_path / "my nodes"
    folder.mkdir()
    (folder / "flaky.py").write_text(FLAKY)
    return folder


@pytest.fixture
def with_flaky(preset, mine):
    nodes = {"a": PATTERN, "flaky": {"type": "mine.flaky"}, "out": VIDEO_OUT}
    return preset(nodes, ["a.image->flaky.image", "flaky.image->out.image"])


def film(path: Path, frames: int = 60, **options: str) -> Path:
    noise = np.random.default_rng(1)
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        stream.gop_size = 10
        for _ in range(frames):
            picture = noise.integers(0, 255, (64, 96, 3), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())
    return path


def size_of(path: Path) -> tuple[int, int, int]:
    """Width, height, frames."""
    with av.open(str(path)) as container:
        frames = [(frame.width, frame.height) for frame in container.decode(video=0)]
    return (*frames[0], len(frames))


@pytest.mark.parametrize("damage", ["missing", "empty", "text", "torn"])
def test_a_picture_that_cannot_be_read_is_named_with_its_path(cli, from_file, tmp_path, damage):
    path = tmp_path / "my picture.png"
    if damage == "empty":
        path.touch()
    elif damage == "text":
        path.write_text("not a picture")
    elif damage == "torn":
        Image.fromarray(np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)).save(path)
        path.write_bytes(path.read_bytes()[:500])
    result = cli("run", from_file, "--input", path)
    assert result.code == 1
    assert "my picture.png" in result.err
    assert not (tmp_path / "out.mp4").exists()


def test_a_video_that_ends_in_the_middle_of_a_frame_gives_the_frames_it_has_and_says_so(cli, from_file, tmp_path):
    whole = film(tmp_path / "whole.mp4", movflags="+faststart").read_bytes()
    (tmp_path / "torn.mp4").write_bytes(whole[: len(whole) // 2])
    result = cli("run", from_file, "--input", "torn.mp4", "--report", "r.json")
    assert result.code == 0
    assert "torn.mp4 ends early" in result.err
    assert 10 < size_of(tmp_path / "out.mp4")[2] < 60
    (warned,) = json.loads((tmp_path / "r.json").read_text())["warnings"]
    assert "torn.mp4 ends early" in warned["message"]
    assert warned["count"] == 1


def test_one_bad_picture_in_a_folder_is_skipped_and_named(cli, from_file, tmp_path):
    folder = tmp_path / "ünï 漢字 😀"
    folder.mkdir()
    for name in ("a", "c"):
        Image.new("RGB", (32, 32), "red").save(folder / f"{name}.png")
    (folder / "b.png").touch()
    result = cli("run", from_file, "--input", folder)
    assert result.code == 0
    assert "b.png is empty" in result.err
    assert size_of(tmp_path / "out.mp4")[2] == 2


def test_an_empty_folder_is_an_error(cli, from_file, tmp_path):
    (tmp_path / "nothing in it").mkdir()
    result = cli("run", from_file, "--input", "nothing in it")
    assert result.code == 1
    assert "nothing in it" in result.err


@pytest.mark.parametrize("kind", ["alpha", "grey", "sixteen bits", "palette", "turned"])
def test_any_kind_of_picture_becomes_a_video_of_even_size(cli, from_file, tmp_path, kind):
    colour = np.zeros((41, 75, 4), np.uint8)
    colour[:, :30] = (200, 100, 50, 128)
    path, exif = tmp_path / "p.png", Image.Exif()
    if kind == "alpha":
        Image.fromarray(colour).save(path)
    elif kind == "grey":
        Image.fromarray(colour[..., 0]).save(path)
    elif kind == "sixteen bits":
        Image.fromarray(colour[..., 0].astype(np.uint16) * 257).save(path)
    elif kind == "palette":
        Image.fromarray(colour[..., :3]).quantize(8).save(path)
    else:
        path, exif[274] = tmp_path / "p.jpg", 6
        Image.fromarray(colour[..., :3]).save(path, exif=exif)
    assert cli("run", from_file, "--input", path, "--frames", 1).code == 0
    assert size_of(tmp_path / "out.mp4") == ((42, 76, 1) if kind == "turned" else (76, 42, 1))


def test_an_input_without_a_suffix_that_is_not_there_is_told_before_the_run(cli, from_file):
    result = cli("run", from_file, "--input", "no such folder/")
    assert result.code == 2
    assert "no file or folder 'no such folder/'" in result.err
    assert cli("run", from_file, "--input", "").code == 2


@pytest.mark.parametrize(
    ("output", "files"),
    [
        ("a/%04d.png", ["0000.png", "0001.png"]),
        ("a/f_###.jpg", ["f_000.jpg", "f_001.jpg"]),
        ("a/{x}%d.webp", ["{x}0.webp", "{x}1.webp"]),
        ("a/", ["frame_00000.png", "frame_00001.png"]),
    ],
)
def test_an_output_with_a_number_in_its_name_is_a_sequence_of_pictures(cli, preset, tmp_path, output, files):
    assert cli("run", preset(), "--frames", 2, "--output", output).code == 0
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == files


def test_an_output_for_data_the_preset_does_not_write_is_told_with_the_node_to_add(cli, preset):
    result = cli("run", preset(), "--output", "boxes.jsonl")
    assert result.code == 2
    assert "'out' writes images" in result.err
    assert "sink.json_lines" in result.err


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A disk of 200 kB; needs root."""
    folder = tmp_path / "small disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", folder], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("a small disk cannot be mounted here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_ends_the_run_with_a_sentence_and_keeps_the_older_file(cli, preset, small_disk):
    (small_disk / "film.mp4").write_text("an older film")
    noisy = {"a": {"type": "source.test_pattern", "params": {"kind": "noise"}}, "out": VIDEO_OUT}
    path = preset(noisy, ["a.image->out.image"])
    result = cli("run", path, "--frames", 60, "--output", small_disk / "film.mp4", "--set", "a.width=1280")
    assert result.code == 1
    assert "the disk is full" in result.err
    assert (small_disk / "film.mp4").read_text() == "an older film"


def test_a_report_that_finds_the_disk_full_does_not_hide_what_was_made(cli, preset, small_disk, tmp_path):
    (small_disk / "used").write_bytes(bytes(200 * 1024))
    result = cli("run", preset(), "--frames", 2, "--report", small_disk / "r.json")
    assert result.code == 1
    assert f"wrote {tmp_path / 'out.mp4'}" in result.out
    assert "r.json" in result.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("[{", "line "),
        ("[" * 100_000, "nested too deeply"),
        ("3", "list"),
        ('[{"tag": "x"}]', "[0].name"),
    ],
)
def test_a_catalogue_with_nothing_to_use_is_exit_code_3(cli, preset, tmp_path, text, said):
    (tmp_path / "mine.json").write_text(text)
    for command in (["run", preset(), "--models"], ["models", "list", "--models"], ["models", "check"]):
        result = cli(*command, "mine.json")
        assert result.code == 3
        assert "mine.json" in result.err
        assert said in result.err


def test_bad_entries_of_a_catalogue_are_told_and_the_others_work(cli, preset, tmp_path):
    (tmp_path / "mine.json").write_text('[{"name": "Good", "tag": "x/y:1"}, {"name": "Bad", "port": "none"}, 7]')
    result = cli("run", preset(), "--frames", 2, "--models", "mine.json")
    assert result.code == 0
    assert "mine.json[1] (Bad).port" in result.err
    assert "mine.json[2]" in result.err
    assert "model.good" in cli("nodes", "info", "model.good", "--models", "mine.json").out


def test_a_folder_of_ones_own_nodes_is_used_by_run_check_and_list(cli, with_flaky, mine):
    assert cli("presets", "check", with_flaky).code == 3
    assert cli("presets", "check", with_flaky, "--nodes", mine).code == 0
    assert "mine.flaky" in cli("nodes", "list", "flaky", "--nodes", mine).out
    assert cli("nodes", "list", "flaky").code == 1
    assert "Fail on every other picture." in cli("nodes", "info", "mine.flaky", "--nodes", mine).out
    result = cli("run", with_flaky, "--nodes", "not there")
    assert result.code == 2
    assert "no folder 'not there'" in result.err


def test_a_render_ends_at_a_node_that_fails_and_names_it(cli, with_flaky, mine):
    result = cli("run", with_flaky, "--nodes", mine, "--frames", 5)
    assert result.code == 1
    assert "error: flaky, frame 0: No luck with 1." in result.err
    assert "Try the next." in result.err


def test_a_node_that_fails_again_and_again_in_a_live_run_does_not_flood_the_terminal(cli, with_flaky, mine, tmp_path):
    result = cli("run", with_flaky, "--nodes", mine, "--live", "--frames", 40, "--report", "r.json")
    assert result.code == 0
    lines = result.err.splitlines()
    assert sum("No luck" in line for line in lines) == 2  # the first and the tenth
    assert sum("warning: picture" in line for line in lines) == 2
    report = json.loads((tmp_path / "r.json").read_text())
    failures = report["nodes"]["flaky"]["failures"]
    assert failures > 10
    assert f"flaky failed {failures} times" in result.err
    assert [one["message"] for one in report["warnings"]] == ["picture 1 is odd"]
    assert report["warnings"][0]["count"] >= 2 * failures - 1
    assert report["errors"][0]["message"] == "No luck with 1."


def test_a_film_is_never_written_over_while_it_is_read(cli, from_file, tmp_path):
    before = film(tmp_path / "mine.mp4").read_bytes()
    (tmp_path / "link.mp4").symlink_to("mine.mp4")
    for output in ("mine.mp4", "link.mp4", "./mine.mp4"):
        result = cli("run", from_file, "--input", "mine.mp4", "--output", output)
        assert result.code == 3
        assert "nodes.out.path: this file is used by the node clip already" in result.err
    assert (tmp_path / "mine.mp4").read_bytes() == before


def test_two_sinks_cannot_write_one_file(cli, preset):
    path = preset({"a": PATTERN, "one": VIDEO_OUT, "two": VIDEO_OUT}, ["a.image->one.image", "a.image->two.image"])
    result = cli("run", path, "--frames", 2)
    assert result.code == 3
    assert "nodes.two.path: this file is used by the node one already" in result.err


def test_a_full_disk_under_our_own_output_is_a_sentence(spawn):
    with open("/dev/full", "w") as full:
        process = spawn("presets", "info", "starter", stdout=full)
        _, said = process.communicate(timeout=60)
    assert "The disk is full." in said
    assert "Traceback" not in said
    assert process.returncode != 0


def test_a_still_picture_is_one_frame(cli, from_file, tmp_path):
    Image.new("RGB", (32, 32), "red").save(tmp_path / "p.png")
    result = cli("run", from_file, "--input", "p.png")
    assert result.code == 0
    assert result.out.startswith("1 frame in ")
    assert size_of(tmp_path / "out.mp4") == (32, 32, 1)


def test_a_stream_that_never_came_is_a_failed_run(cli, preset):
    nodes = {"s": {"type": "source.network_stream", "params": {"url": "http://127.0.0.1:9/x"}}, "out": VIDEO_OUT}
    result = cli("run", preset(nodes, ["s.image->out.image"]), "--seconds", 3)
    assert result.code == 1
    assert "127.0.0.1:9 refuses the connection" in result.err
    assert "nothing came out" in result.err


@pytest.mark.parametrize("name", ["x" * 5000, "~nobody-of-this-name/x", "x" * 300 + ".json"])
def test_a_name_that_can_be_no_path_is_answered_with_a_sentence(cli, preset, name):
    graph = preset(
        {"clip": {"type": "source.video_file", "params": {"path": name}}, "out": VIDEO_OUT}, ["clip.image->out.image"]
    )
    for command in (
        ["run", name],
        ["run", graph],
        ["run", graph, "--input", name],
        ["models", "add", name],
        ["models", "check", name],
    ):
        said = cli(*command)
        assert said.code in (1, 2, 3)
        assert "error: " in said.err
        assert "nodegraph made a mistake" not in said.err
