import json
import time

import psutil

SERVER = """
from nodegraph_kit import Image, model, serve


@model(title="Same")
def same(image: Image) -> Image:
    return image


if __name__ == "__main__":
    serve(same)
"""
NODES = {
    "pattern": {"type": "source.test_pattern", "params": {"width": 64, "height": 36}},
    "same": {"type": "model.same"},
    "out": {"type": "sink.video_file", "params": {"path": "out.mp4"}},
}
WIRES = ["pattern.image->same.image", "same.image->out.image"]


def catalogue(folder, **more):
    (folder / "server.py").write_text(SERVER)
    entry = {
        "id": "same",
        "name": "Same",
        "protocol": "native",
        "process": {"command": ["python", "server.py"]},
        "inputs": {"image": {"type": "image"}},
        "outputs": {"image": {"type": "image"}},
    }
    (folder / "mine.json").write_text(json.dumps([entry | more]))
    return "mine.json"


def test_a_model_that_settles_for_the_cpu_says_so_once_and_in_the_report(cli, preset, tmp_path, monkeypatch):
    monkeypatch.setattr("nodegraph.runtime.runners.process.machine_has_gpu", lambda: False)
    models = catalogue(tmp_path, specs={"cpu": True, "gpu": True})
    ran = cli("run", preset(NODES, WIRES), "--frames", 3, "--models", models, "--report", "r.json")
    assert ran.code == 0, ran.err
    note = "Same runs on the CPU: it could use a GPU, but this machine has none."
    assert ran.err.count(note) == 1
    assert json.loads((tmp_path / "r.json").read_text())["nodes"]["same"]["note"] == note


def test_a_run_ends_with_its_last_frame_and_takes_its_servers_with_it(cli, preset, tmp_path):
    models = catalogue(tmp_path)
    begun, before = time.monotonic(), psutil.Process().children(recursive=True)
    ran = cli("run", preset(NODES, WIRES), "--frames", 3, "--models", models)
    assert ran.code == 0, ran.err
    assert time.monotonic() - begun < 30, "servers are kept warm for 30 s, but not longer than the program"
    assert psutil.Process().children(recursive=True) == before
