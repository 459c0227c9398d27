import io
import json

import numpy as np
import pytest
from PIL import Image

from nodegraph.core.preset import read_preset

EVIL = "[bold]x[/bold]\x1b[2J\u202e"


def picture(path, **options):
    Image.fromarray(np.arange(12 * 8 * 3, dtype=np.uint8).reshape(8, 12, 3)).save(path, **options)
    return path


def test_list_names_every_shipped_preset(cli):
    result = cli("presets", "list")
    assert result.code == 0
    assert len(result.out.splitlines()) >= 6
    listed = json.loads(cli("presets", "list", "--json").out)
    assert {"starter", "people", "webcam-mirror", "flow-trails", "two-models", "folder-table"} <= {
        one["id"] for one in listed
    }


def test_check_says_ok_for_a_good_preset(cli, preset):
    result = cli("presets", "check", preset(), "starter")
    assert result.code == 0
    assert result.out.count(": ok (") == 2


def test_check_names_every_mistake_of_every_preset(cli, preset, tmp_path):
    (tmp_path / "broken.json").write_text('{"format": 1,\n "graph": {"nodes": {]}}')
    bad = preset({"a": {"type": "filter.nothing"}, "b": {"type": "filter.invert"}}, [], "bad.json")
    result = cli("presets", "check", "broken.json", bad, "starter")
    assert result.code == 3
    assert "broken.json, line 2" in result.err
    assert "nodes.a.type" in result.err
    assert "nodes.b.image" in result.err
    assert "starter: ok" in result.out


def test_info_describes_nodes_and_wires(cli, preset):
    result = cli("presets", "info", preset())
    assert result.code == 0
    assert "filter.gaussian_blur" in result.out
    assert "pattern.image -> blur.image" in result.out
    document = json.loads(cli("presets", "info", "people", "--json").out)
    assert document["id"] == "people"
    assert document["nodes"]["people"]["type"] == "model.people"


def test_info_prints_a_hostile_name_as_data(cli, tmp_path):
    document = {"format": 1, "title": EVIL, "description": EVIL, "graph": {"nodes": {EVIL: {"type": EVIL}}}}
    (tmp_path / "evil.json").write_text(json.dumps(document))
    result = cli("presets", "info", "evil.json")
    assert result.code == 0
    assert "\x1b" not in result.out
    assert "\u202e" not in result.out
    assert "[bold]x[/bold]\\x1b[2J\\u202e" in result.out


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_a_preset_goes_into_any_picture_and_comes_out_again(cli, preset, tmp_path, suffix):
    source = picture(tmp_path / f"pic{suffix}")
    assert cli("presets", "embed", preset(), source, "with preset.png").code == 0
    assert cli("presets", "extract", "with preset.png", "out.json").code == 0
    assert read_preset(tmp_path / "out.json") == read_preset(preset())
    with Image.open(tmp_path / "with preset.png") as image:
        assert image.size == (12, 8)
    assert json.loads(cli("presets", "extract", "with preset.png").out)["id"] == "p"


def test_a_png_with_a_preset_inside_runs(cli, preset, tmp_path):
    source = picture(tmp_path / "pic.png")
    assert cli("presets", "embed", preset(), source, "run me.png").code == 0
    result = cli("run", "run me.png", "--frames", 3)
    assert result.code == 0
    assert "3 frames" in result.out


def test_extract_does_not_overwrite_unless_told(cli, preset, tmp_path):
    cli("presets", "embed", preset(), picture(tmp_path / "pic.png"), "x.png")
    (tmp_path / "mine.json").write_text("mine")
    result = cli("presets", "extract", "x.png", "mine.json")
    assert result.code == 2
    assert "--force" in result.err
    assert (tmp_path / "mine.json").read_text() == "mine"
    assert cli("presets", "extract", "x.png", "mine.json", "--force").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["extract", "plain.png"], 3, "carries no preset"),
        (["extract", "missing.png"], 1, "missing.png cannot be read"),
        (["extract", "notes.txt"], 3, "not a PNG"),
        (["embed", "starter", "notes.txt", "o.png"], 1, "not a picture"),
        (["embed", "starter", "plain.png", "o.jpg"], 2, "not a .png"),
        (["embed", "starter", "plain.png", "notes.txt/o.png"], 1, "Cannot write"),
        (["info", "nope"], 2, "no preset"),
        (["check", "nope.json"], 2, "no preset"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_exit_code(cli, tmp_path, arguments, code, said):
    picture(tmp_path / "plain.png")
    (tmp_path / "notes.txt").write_text("notes")
    result = cli("presets", *arguments)
    assert result.code == code
    assert said in result.err


def test_embedding_keeps_the_pixels_and_other_texts_of_a_png(cli, preset, tmp_path):
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Author", "somebody")
    source = picture(tmp_path / "pic.png", pnginfo=info)
    cli("presets", "embed", preset(), source, "x.png")
    with Image.open(io.BytesIO((tmp_path / "x.png").read_bytes())) as after, Image.open(source) as before:
        assert after.text["Author"] == "somebody"
        assert np.array_equal(np.asarray(after), np.asarray(before))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[" * (10 << 20), "nested"),
        (b'{"format":1,"graph":{"nodes":{"a":{"type":"t","params":{"x":NaN}}}}}', "NaN"),
        (b'{"format":1,"graph":{},"assets":[{"path":"../../etc/passwd"}]}', "assets[0].path"),
        (b"", "empty"),
        (b"\xff\xfe\x00", "not UTF-8"),
    ],
)
def test_a_hostile_preset_is_exit_code_3_for_every_command_that_reads_one(cli, tmp_path, content, said):
    (tmp_path / "evil.json").write_bytes(content)
    for command in (["run"], ["presets", "check"], ["presets", "info"]):
        result = cli(*command, "evil.json")
        assert result.code == 3
        assert said in result.err
        assert len(result.err) < 1000


def test_every_shipped_preset_passes_the_check(cli):
    ids = [one["id"] for one in json.loads(cli("presets", "list", "--json").out)]
    result = cli("presets", "check", *ids)
    assert result.code == 0
    assert result.out.count(": ok (") == len(ids)
    assert result.err == ""
