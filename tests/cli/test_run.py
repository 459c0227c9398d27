import json
from pathlib import Path

import av
import pytest

PATTERN = {"type": "source.test_pattern", "params": {"width": 160, "height": 90}}
VIDEO_OUT = {"type": "sink.video_file", "params": {"path": "out.mp4"}}


def frames_of(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


@pytest.fixture
def clip(tmp_path):
    """make(name, frames): a small real video."""
    import numpy as np

    def make(name="clip.mp4", frames=10):
        path = tmp_path / name
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=25)
            stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
            for at in range(frames):
                picture = np.full((64, 96, 3), at * 20 % 256, np.uint8)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
            container.mux(stream.encode())
        return path

    return make


@pytest.fixture
def from_file(preset):
    """A preset that reads a file (none chosen yet) and writes out.mp4."""
    nodes = {"clip": {"type": "source.video_file"}, "out": VIDEO_OUT}
    return preset(nodes, ["clip.image->out.image"])


def test_a_run_writes_every_frame_and_says_where(cli, preset, tmp_path):
    result = cli("run", preset(), "--frames", 20)
    assert result.code == 0
    assert "20 frames" in result.out
    assert f"wrote {tmp_path / 'out.mp4'}" in result.out
    assert frames_of(tmp_path / "out.mp4") == 20


def test_the_report_holds_the_figures_of_the_run(cli, preset, tmp_path):
    assert cli("run", preset(), "--frames", 20, "--report", "figures/r.json", "--quiet").code == 0
    report = json.loads((tmp_path / "figures" / "r.json").read_text())
    assert report["result"] == "done"
    assert report["mode"] == "offline"
    assert report["frames"] == {"in": 20, "out": 20, "dropped": 0}
    assert report["fps"] > 0
    assert report["errors"] == report["warnings"] == []
    assert report["restarts"] == 0
    blur = report["nodes"]["blur"]
    assert blur["type"] == "filter.gaussian_blur"
    assert blur["runs"] == 20
    assert 0 < blur["median_ms"] <= blur["p95_ms"]
    assert {"frames", "fps", "age_median_ms", "age_p95_ms"} <= set(report["sinks"]["out"])
    assert report["machine"]["cpus"] >= 1


def test_the_trace_opens_as_chrome_trace_events(cli, preset, tmp_path):
    assert cli("run", preset(), "--frames", 5, "--trace", "t.json").code == 0
    trace = json.loads((tmp_path / "t.json").read_text())
    events = trace["traceEvents"] if isinstance(trace, dict) else trace
    assert sum(event.get("name") == "blur" for event in events) == 5


def test_a_live_run_ends_after_its_seconds(cli, preset, tmp_path):
    assert cli("run", preset(), "--live", "--seconds", 0.5, "--report", "r.json").code == 0
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["mode"] == "live"
    assert 0.4 < report["seconds"] < 30
    assert report["frames"]["out"] <= 30 * report["seconds"] + 2


def test_seconds_of_a_render_are_the_films(cli, preset, tmp_path):
    assert cli("run", preset(), "--seconds", 2).code == 0
    assert frames_of(tmp_path / "out.mp4") == pytest.approx(60, abs=1)


@pytest.mark.parametrize(
    ("assignment", "kind", "expected"),
    [
        ("n.radius=4.5", "filter.gaussian_blur", 4.5),
        ("n.levels=7", "filter.posterize", 7),
        ("n.direction=vertical", "filter.flip", "vertical"),
        ("n.color=#ff8000", "filter.tint", [0, 128, 255]),
        ("n.color=0,128,255", "filter.tint", [0, 128, 255]),
        ("n.hold=yes", "filter.freeze", True),
        ("n.hold=FALSE", "filter.freeze", False),
        ("n.caption=a=b, c", "filter.text_overlay", "a=b, c"),
        ('n.value={"a": [1]}', "source.json", {"a": [1]}),
        ("n.value=1,2.5,-3", "source.vector", [1.0, 2.5, -3.0]),
    ],
)
def test_set_reads_the_value_as_the_parameters_kind(assignment, kind, expected):
    from nodegraph.core.adapters import plain
    from nodegraph.core.graph import Graph, GraphNode
    from nodegraph.session import Session
    from nodegraph.session.overrides import set_param

    with Session(catalog_paths=[], node_folders=[]) as session:
        graph = set_param(Graph({"n": GraphNode("n", kind)}), session.registry, assignment)
    (value,) = graph.nodes["n"].params.values()
    assert plain(value) == expected


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (["--set", "blur.radius"], "NODE.PARAM=VALUE"),
        (["--set", "blur=3"], "NODE.PARAM=VALUE"),
        (["--set", "blurr.radius=3"], "Did you mean blur?"),
        (["--set", "blur.radus=3"], "Did you mean radius?"),
        (["--set", "blur.radius=many"], "not a number"),
        (["--set", "blur.radius=nan"], "0 to 100 px"),
        (["--set", "blur.radius=1000"], "0 to 100 px"),
        (["--set", "out.codec=h26"], "h264"),
        (["--place", "blur=container"], "no model"),
        (["--place", "blur"], "NODE=PLACE"),
        (["--frames", "0"], "above 0"),
        (["--frames", "x"], "whole number"),
        (["--seconds", "nan"], "seconds above 0"),
        (["--seconds", "-1"], "seconds above 0"),
        (["--live", "--every-frame"], "not allowed with"),
        (["--report", "."], "is a folder"),
        (["--report", "p.json/r.json"], "cannot be written"),
        (["--models", "none.json"], "no file 'none.json'"),
        (["--input", "notes.xyz"], "no node takes"),
        (["--output", "notes.xyz"], "no node takes"),
    ],
)
def test_wrong_usage_is_exit_code_2_with_the_fix(cli, preset, option, said):
    result = cli("run", preset(), *option)
    assert result.code == 2
    assert said in result.err


def test_a_preset_that_is_not_there_gets_a_suggestion(cli):
    result = cli("run", "startr")
    assert result.code == 2
    assert "Did you mean starter?" in result.err
    assert cli("run", "no/such.json").code == 2


def test_input_takes_the_place_of_a_camera(cli, preset, clip, tmp_path):
    path = preset({"camera": {"type": "source.webcam"}, "out": VIDEO_OUT}, ["camera.image->out.image"])
    assert cli("run", path, "--input", clip(frames=8)).code == 0
    assert frames_of(tmp_path / "out.mp4") == 8


def test_a_camera_preset_is_live_and_a_file_preset_is_not():
    from nodegraph.core.graph import Graph, GraphNode
    from nodegraph.session import Session

    with Session(catalog_paths=[], node_folders=[]) as session:
        for type_id, live in (("source.webcam", True), ("sink.window", True), ("source.video_file", False)):
            assert session.is_live(Graph({"n": GraphNode("n", type_id)})) is live


def test_input_may_be_a_picture_or_a_folder_of_pictures(cli, from_file, tmp_path):
    import cv2
    import numpy as np

    (tmp_path / "ünï code").mkdir()
    for at in range(3):
        cv2.imwrite(str(tmp_path / "ünï code" / f"{at}.png"), np.full((48, 64, 3), at * 80, np.uint8))
    assert cli("run", from_file, "--input", "ünï code", "--output", "ö ü.mkv").code == 0
    assert frames_of(tmp_path / "ö ü.mkv") == 3
    assert cli("run", from_file, "--input", "ünï code/1.png").code == 0
    assert frames_of(tmp_path / "out.mp4") == 1


@pytest.mark.parametrize("verb", ["run", "render"])
def test_a_single_picture_of_what_never_ends_is_made_once(cli, preset, tmp_path, verb):
    nodes = {
        "ground": {"type": "source.gradient", "params": {"width": 64, "height": 48}},
        "turn": {"type": "control.lfo"},
        "out": {"type": "sink.image_file", "params": {"path": "one.png"}},
    }
    result = cli(verb, preset(nodes, ["turn.number->ground.angle", "ground.image->out.image"]))
    assert result.code == 0
    assert (tmp_path / "one.png").stat().st_size > 0


def test_output_may_be_another_kind_of_file(cli, preset, tmp_path):
    assert cli("run", preset(), "--frames", 4, "--output", "sub folder/anim.gif").code == 0
    assert (tmp_path / "sub folder" / "anim.gif").read_bytes().startswith(b"GIF8")


@pytest.mark.parametrize("verb", ["run", "render"])
def test_a_folder_that_is_named_as_a_video_is_not_filled_with_pictures(cli, preset, tmp_path, verb):
    folder = tmp_path / "d.mp4"
    folder.mkdir()
    result = cli(verb, preset(), "--frames", 4, "--output", "d.mp4")
    assert result.code == 2
    assert "'d.mp4' is a folder" in result.err
    assert list(folder.iterdir()) == []


def test_a_slash_says_that_pictures_go_into_the_folder(cli, preset, tmp_path):
    (tmp_path / "d.mp4").mkdir()
    (tmp_path / "take.2").mkdir()
    assert cli("run", preset(), "--frames", 4, "--output", "d.mp4/").code == 0
    assert cli("run", preset(), "--frames", 4, "--output", "take.2").code == 0
    assert len(list((tmp_path / "d.mp4").iterdir())) == len(list((tmp_path / "take.2").iterdir())) == 4


def test_two_sources_or_sinks_are_named_when_one_is_meant(cli, preset, clip):
    nodes = {
        "left": {"type": "source.video_file"},
        "right": {"type": "source.video_file"},
        "both": {"type": "filter.side_by_side"},
        "one": VIDEO_OUT,
        "two": VIDEO_OUT,
    }
    wires = ["left.image->both.first", "right.image->both.second", "both.image->one.image", "both.image->two.image"]
    path = preset(nodes, wires)
    result = cli("run", path, "--input", clip())
    assert result.code == 2
    assert "--set left.path=FILE or --set right.path=FILE" in result.err
    result = cli("run", path, "--output", "x.mp4")
    assert result.code == 2
    assert "--set one.path=FILE or --set two.path=FILE" in result.err


@pytest.mark.parametrize("damage", ["missing", "empty", "text", "torn"])
def test_a_video_that_cannot_be_read_is_named_with_its_path(cli, from_file, clip, damage, tmp_path):
    path = tmp_path / "bad clip.mp4"
    if damage == "empty":
        path.touch()
    elif damage == "text":
        path.write_text("not a video " * 100)
    elif damage == "torn":
        path.write_bytes(clip().read_bytes()[:400])
    result = cli("run", from_file, "--input", path, "--report", "r.json")
    assert result.code == 1
    assert "bad clip.mp4" in result.err
    assert json.loads((tmp_path / "r.json").read_text())["result"] == "failed"


def test_an_output_that_cannot_be_written_keeps_the_older_file(cli, preset, tmp_path):
    (tmp_path / "file").write_text("mine")
    result = cli("run", preset(), "--frames", 3, "--output", "file/out.mp4")
    assert result.code == 1
    assert "file/out.mp4" in result.err
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(
    ("nodes", "wires", "said"),
    [
        ({"a": {"type": "filter.nothing"}}, [], "there is no node type"),
        ({"a": {"type": "filter.gausian_blur"}}, [], "Did you mean filter.gaussian_blur?"),
        (
            {"a": {"type": "filter.invert"}, "b": {"type": "filter.invert"}},
            ["a.image->b.image", "b.image->a.image"],
            "loop",
        ),
        ({"a": PATTERN, "b": {"type": "filter.draw_flow"}}, ["a.image->b.image", "a.image->b.flow"], "takes flow"),
        ({"a": {"type": "filter.invert"}}, [], "not connected"),
        ({"a": PATTERN, "b": {"type": "filter.invert"}}, ["a.picture->b.image"], "no output 'picture'"),
        ({"a": {**PATTERN, "params": {"width": "wide"}}}, [], "nodes.a.width"),
    ],
)
def test_a_graph_that_cannot_run_is_exit_code_3_with_place_and_fix(cli, preset, nodes, wires, said):
    result = cli("run", preset(nodes, wires))
    assert result.code == 3
    assert said in result.err


@pytest.mark.parametrize("asset", ["asset:../../etc/passwd", "asset:/etc/passwd", "asset:"])
def test_an_asset_cannot_leave_its_folder(cli, preset, asset):
    path = preset(
        {"a": {"type": "source.video_file", "params": {"path": asset}}, "out": VIDEO_OUT}, ["a.image->out.image"]
    )
    result = cli("run", path)
    assert result.code == 3
    assert "nodes.a.path" in result.err


def test_a_newer_preset_runs_with_a_warning(cli, preset):
    path = preset()
    path.write_text(path.read_text().replace('"format": 1', '"format": 9'))
    result = cli("run", path, "--frames", 2)
    assert result.code == 0
    assert "format 9" in result.err


def test_a_relative_input_is_found_beside_its_preset(cli, preset, clip, tmp_path, monkeypatch):
    clip("mine.mp4", frames=5)
    nodes = {"clip": {"type": "source.video_file", "params": {"path": "mine.mp4"}}, "out": VIDEO_OUT}
    path = preset(nodes, ["clip.image->out.image"])
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert cli("run", path).code == 0
    assert frames_of(elsewhere / "out.mp4") == 5


def test_warnings_of_nodes_are_told_and_reported(cli, preset, tmp_path):
    nodes = {"a": {**PATTERN, "params": {**PATTERN["params"], "nonsense": 1}}, "out": VIDEO_OUT}
    result = cli("run", preset(nodes, ["a.image->out.image"]), "--frames", 2)
    assert result.code == 0
    assert "warning: nodes.a.nonsense" in result.err


def test_names_that_are_markup_or_control_characters_are_printed_as_they_are(cli, preset):
    name = "[red]x[/red]\x1b[31m\u202e"
    result = cli("run", preset({name: {"type": name}}, []))
    assert result.code == 3
    assert "[red]x[/red]\\x1b[31m\\u202e" in result.err
    assert "\x1b" not in result.err


def test_a_mistake_of_ours_is_a_sentence_and_a_log_file(cli, preset, monkeypatch):
    from nodegraph.session import Session

    def broken(*_):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(Session, "open", broken)
    result = cli("run", preset())
    assert result.code == 1
    assert "ZeroDivisionError: oops" in result.err
    log = Path(result.err.split("The details are in ")[1].split(";")[0])
    assert "Traceback" in log.read_text()


def test_a_live_run_in_which_nothing_ever_came_has_failed(cli, preset):
    path = preset(
        {"camera": {"type": "source.webcam", "params": {"device": "no such camera"}}, "out": VIDEO_OUT},
        ["camera.image->out.image"],
    )
    result = cli("run", path, "--seconds", 2)
    assert result.code == 1
    assert 'No camera "no such camera"' in result.err


def test_a_terminal_shows_a_bar_with_frame_rate_and_time_to_go(preset, spawn, tmp_path):
    import os
    import pty

    ours, theirs = pty.openpty()
    process = spawn("run", preset(), "--frames", 1500, stderr=theirs, env={"TERM": "xterm", "COLUMNS": "100"})
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:  # how a pseudo terminal says that the other side is closed
        pass
    finally:
        os.close(ours)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert b"fps" in shown
    assert b"to go" in shown


def test_progress_without_a_terminal_is_a_line_now_and_then(capsys, monkeypatch):
    from nodegraph.cli import progress
    from nodegraph.engine.events import RunStats

    clock = iter(range(0, 100, 3))
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with progress.progress(200, None) as show:
        for frames in (25, 50, 75, 100):
            show(RunStats(10.0, frames, frames, 0, 5.0, {}, {}))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "frame 50, 5.0 fps 25%, 0:30 to go"
    assert len(lines) == 2
