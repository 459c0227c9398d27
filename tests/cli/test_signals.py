import json
import signal
import time

import av
import pytest

PATIENCE = 60


def written(path, size=1):
    """Waits until `path` has at least `size` bytes."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if path.exists() and path.stat().st_size >= size:
            return
        time.sleep(0.01)
    raise AssertionError(f"{path} was not written")


def frames_of(path):
    count = 0
    with av.open(str(path)) as container:
        try:
            for _ in container.decode(video=0):
                count += 1
        except av.FFmpegError:  # the last packet of a killed program may be half there
            assert count
    return count


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_closes_its_file_and_writes_its_report(spawn, preset, tmp_path, number, code):
    process = spawn("run", preset(), "--set", "pattern.kind=noise", "--report", "r.json")
    written(tmp_path / "out.part.mp4", 50_000)
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == code
    assert "Stopping and closing files" in err
    assert "wrote" in out
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["result"] == "interrupted"
    assert frames_of(tmp_path / "out.mp4") == report["frames"]["out"] > 0
    assert not (tmp_path / "out.part.mp4").exists()


def test_a_killed_run_leaves_a_playable_file(spawn, preset, tmp_path):
    process = spawn("run", preset(), "--set", "pattern.kind=noise")
    written(tmp_path / "out.part.mp4", 50_000)
    process.kill()
    process.communicate(timeout=PATIENCE)
    assert process.returncode == -signal.SIGKILL
    assert frames_of(tmp_path / "out.part.mp4") > 0


SLOW = """
from nodegraph.sdk import Filter, Image
import time


class Stuck(Filter, id="test.stuck", category="Test"):
    '''Never comes back.'''

    def open(self) -> None:
        pass

    def process(self, image: Image) -> Image:
        print("stuck", flush=True)
        time.sleep(3600)
        return image
"""


def test_a_second_interrupt_ends_even_a_run_that_is_stuck(spawn, preset, tmp_path):
    nodes = tmp_path / "data" / "nodegraph" / "nodes"
    nodes.mkdir(parents=True)
    (nodes / "stuck.py").write_text(SLOW)
    pattern = {"type": "source.test_pattern", "params": {"width": 64, "height": 36}}
    path = preset({"pattern": pattern, "stuck": {"type": "test.stuck"}}, ["pattern.image->stuck.image"])
    process = spawn("run", path, env={"XDG_DATA_HOME": str(tmp_path / "data")})
    assert process.stdout.readline() == "stuck\n"
    process.send_signal(signal.SIGINT)
    while "again to force" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 130


NEVER_READY = """[{
  "id": "slow", "name": "Slow", "protocol": "native",
  "process": {"command": ["{python}", "-c", "import time; time.sleep(600)"]},
  "inputs": {"image": {"type": "image"}}, "outputs": {"image": {"type": "image"}}
}]"""


def test_an_interrupt_while_a_model_loads_ends_the_run_and_its_server(spawn, preset, tmp_path):
    import psutil

    (tmp_path / "slow.json").write_text(NEVER_READY)
    nodes = {
        "pattern": {"type": "source.test_pattern"},
        "slow": {"type": "model.slow"},
        "out": {"type": "sink.video_file", "params": {"path": "out.mp4"}},
    }
    path = preset(nodes, ["pattern.image->slow.image", "slow.image->out.image"])
    process = spawn("run", path, "--models", "slow.json")
    while "Slow is starting" not in process.stderr.readline():
        pass
    until = time.monotonic() + PATIENCE
    while not (servers := psutil.Process(process.pid).children(recursive=True)) and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert servers
    _, alive = psutil.wait_procs(servers, timeout=PATIENCE)
    assert not alive
    assert not (tmp_path / "out.mp4").exists()
