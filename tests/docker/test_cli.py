"""The command line with real containers, from a preset to files."""

import importlib.util
import io
import json
import os
import re
import runpy
import shutil
import tarfile
import threading
import time
from pathlib import Path

import av
import docker
import numpy as np
import pytest

from nodegraph.runtime.engines import labels
from tests.docker.listing import containers
from tests.docker.own import BASE, own, tag
from tests.docker.registry import Registry

pytestmark = pytest.mark.docker
HERE = Path(__file__).parent
RUNTIME = HERE.parent / "runtime"
PATIENCE = 90
SMALL = own("cli-small")
_fixtures = runpy.run_path(str(HERE.parent / "cli" / "conftest.py"))
cli, spawn, preset = _fixtures["cli"], _fixtures["spawn"], _fixtures["preset"]
draw_street = runpy.run_path(str(HERE.parent / "models" / "pictures.py"))["draw_street"]
frames_of = runpy.run_path(str(HERE.parent / "cli" / "test_signals.py"))["frames_of"]


@pytest.fixture
def engine(docker_engine):
    client = docker.DockerClient(base_url=docker_engine, timeout=60)
    yield client
    client.close()


@pytest.fixture(scope="module")
def image(docker_engine):
    """image(name, dockerfile, {name: path}): builds, gives the tag."""
    client = docker.DockerClient(base_url=docker_engine, timeout=120)

    def build(name, dockerfile, files):
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for target, path in files.items():
                tar.add(path, target, filter=lambda one: None if "__pycache__" in one.name else one)
            info = tarfile.TarInfo("Dockerfile")
            info.size = len(dockerfile.encode())
            tar.addfile(info, io.BytesIO(dockerfile.encode()))
        archive.seek(0)
        client.images.build(fileobj=archive, custom_context=True, tag=tag(name), rm=True)
        return tag(name)

    yield build
    client.close()


@pytest.fixture
def clip(tmp_path):
    """Two people who walk towards each other: 12 frames at 12 per second, 640×480."""
    path = tmp_path / "street.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=12)
        first = draw_street([(160, 330, 230), (450, 300, 180)])
        stream.height, stream.width = first.shape[:2]
        stream.pix_fmt = "bgr0"
        for step in range(12):
            picture = draw_street([(160 + 4 * step, 330, 230), (450 - 3 * step, 300, 180)])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "bgr24")))
        container.mux(stream.encode())
    return path


PEOPLE = {
    "clip": {"type": "source.video_file", "params": {"path": "street.mkv", "loop": True}},
    "people": {"type": "model.people", "place": {"kind": "container"}},
    "boxes": {"type": "filter.draw_detections"},
    "video": {"type": "sink.video_file", "params": {"path": "out.mp4"}},
    "data": {"type": "sink.json_lines", "params": {"path": "boxes.jsonl"}},
}
WIRES = [
    "clip.image->people.image",
    "clip.image->boxes.image",
    "people.detections->boxes.detections",
    "boxes.image->video.image",
    "people.detections->data.value",
]


class Listener:
    """What a program prints on stderr, line by line, while it runs."""

    def __init__(self, process):
        self.lines = []
        self._process = process
        self._news = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._process.stderr:
            with self._news:
                self.lines.append(line)
                self._news.notify_all()

    def until(self, words, count=1):
        with self._news:
            found = self._news.wait_for(lambda: sum(words in line for line in self.lines) >= count, PATIENCE)
        assert found, "".join(self.lines)


def serving(engine, entry, process=None):
    """Containers that serve `entry` for a program of ours, or for this one: the engine may serve others too."""
    found = containers(engine, label=f"{labels.ENTRY}={entry}")
    pid = process.pid if process else os.getpid()
    return [one for one in found if one.labels[labels.PROGRAM].startswith(f"{pid}:")]


def boxes(path):
    return [json.loads(line)["value"] for line in path.read_text().splitlines()]


def test_a_container_and_a_local_process_find_the_same_people(cli, preset, clip, engine, tmp_path):
    assert cli("models", "build", "people").code == 0, "an image of an older server may be there"
    path = preset({**PEOPLE, "people": {"type": "model.people"}}, WIRES)
    found = {}
    for place in ("container", "process"):
        ran = cli("run", path, "--frames", 12, "--place", f"people={place}", "--report", "r.json")
        assert ran.code == 0, ran.err
        assert "People is ready." in ran.err
        report = json.loads((tmp_path / "r.json").read_text())
        assert report["nodes"]["people"]["place"] == {"kind": place}
        assert report["frames"]["out"] == 12
        assert frames_of(tmp_path / "out.mp4") == 12
        found[place] = boxes(tmp_path / "boxes.jsonl")
    assert found["container"] == found["process"]
    assert len(found["container"]) == 12
    assert all(len(people) == 2 for people in found["container"])
    assert serving(engine, "people") == []


def test_a_killed_container_comes_back_while_the_picture_goes_on(spawn, preset, clip, engine, tmp_path):
    seconds = 6
    process = spawn("run", preset(PEOPLE, WIRES), "--live", "--seconds", seconds, "--report", "r.json")
    heard = Listener(process)
    heard.until("People is ready.")
    (container,) = serving(engine, "people", process)
    container.kill()
    heard.until("People is being restarted: The container of People was ended by SIGKILL (signal 9).")
    heard.until("People is ready.", count=2)
    assert process.wait(PATIENCE) == 0, "".join(heard.lines)
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["restarts"] == 1
    assert report["result"] == "done"
    assert report["nodes"]["people"]["state"] == "ready"
    assert report["frames"]["out"] > 12 * seconds * 0.7, "the clip has 12 frames a second"
    assert frames_of(tmp_path / "out.mp4") == report["frames"]["out"]
    assert serving(engine, "people", process) == []


def test_a_killed_program_leaves_a_playable_file_and_its_container_goes_with_the_next_run(
    spawn, preset, clip, engine, tmp_path
):
    process = spawn("run", preset(PEOPLE, WIRES), "--live", "--seconds", 60, "--quiet")
    part = tmp_path / "out.part.mp4"
    until = time.monotonic() + PATIENCE
    while not (part.exists() and part.stat().st_size > 30_000 and serving(engine, "people", process)):
        assert time.monotonic() < until
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.kill()
    process.wait(PATIENCE)
    assert frames_of(part) > 0
    again = spawn("run", preset(PEOPLE, WIRES), "--frames", 1)
    _, err = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0, err
    assert serving(engine, "people", process) == []
    assert not list(Path("/tmp").glob(f"ng-{process.pid}-*")), "the folder of its socket"


def test_the_models_commands_carry_an_image_through_its_whole_life(cli, engine, tmp_path, docker_engine):
    folder = tmp_path / "small"
    folder.mkdir()
    shutil.copy(RUNTIME / "server_kinds.py", folder)
    (folder / "Dockerfile").write_text(
        f'FROM {BASE}\nCOPY server_kinds.py /\nCMD ["python", "-u", "/server_kinds.py", "good"]\n'
    )
    entry = {
        "id": SMALL,
        "name": "Small",
        "protocol": "native",
        "tag": tag("cli-small"),
        "build": {"context": "small"},
        "outputs": {"n": "integer"},
    }
    (tmp_path / "mine.json").write_text(json.dumps([entry]))

    def models(verb, *more):
        ran = cli("models", verb, *more, SMALL, "--models", "mine.json")
        assert ran.code == 0, ran.err
        return ran

    def status():
        (row,) = json.loads(cli("models", "search", SMALL, "--models", "mine.json", "--json").out)
        return row["present"], row["running"], row["kept"]

    assert status() == (False, 0, 0)
    assert "image to build" in models("info").out
    built = models("build")
    assert "Small is being built: Step 2/" in built.err
    assert built.out == "Small: built\n"
    assert status() == (True, 0, 0)
    try:
        started = json.loads(models("start", "--json").out)
        assert started["action"] == "started"
        assert Path(started["socket"]).is_socket()
        assert status() == (True, 1, 1)
        assert "hello from good" in models("logs").out
    finally:
        stopped = models("stop")
    assert stopped.out == "Small: stopped 1 container\n"
    assert not Path(started["socket"]).parent.parent.exists()
    assert status() == (True, 0, 0)
    assert "hello from good" in models("logs").out
    assert models("stop").out == "Small: nothing was left running\n"
    assert models("remove").out == "Small: image removed\n"
    assert models("remove").out == "Small: there was no image\n"
    assert status() == (False, 0, 0)
    assert serving(engine, SMALL) == []


def test_models_pull_downloads_from_a_registry_and_says_how_far_it_is(cli, engine, tmp_path):
    registry = Registry(megabytes=2)
    try:
        image = f"{registry.image}:1"
        (tmp_path / "mine.json").write_text(json.dumps([{"id": "cli-far", "name": "Far", "tag": image}]))
        pulled = cli("models", "pull", "cli-far", "--models", "mine.json")
        assert pulled.code == 0, pulled.err
        assert "Far is being downloaded" in pulled.err
        assert pulled.out == "Far: pulled\n"
        assert engine.images.get(image).tags == [image]
        assert "image here" in cli("models", "search", "cli-far", "--models", "mine.json").out
        assert cli("models", "remove", "cli-far", "--models", "mine.json").code == 0
        assert engine.images.list(image) == []
    finally:
        registry.close()


def of_2018(tag):
    """An entry as the app of 2018 wrote them, pasted."""
    return f"""{{
        containerId: '84d72a2f82f6', available: true, tag: '{tag}', name: 'im2txt',
        specs: {{ cpu: true, gpu: false }}, port: '33100',
        query: {{
            socket: {{ namespace: 'query', emit: 'update_request', event: 'update_response' }},
            format: {{ data: 'data:image/jpg;base64,' }}
        }},
        size: ['0.1', 'GB'],
        options: {{
            image: '84d72a2f82f6', Tty: false, Detach: true, ExposedPorts: {{ '33000/tcp': {{}} }},
            HostConfig: {{
                AutoRemove: true, PortBindings: {{ '33000/tcp': [{{ HostIP: '0.0.0.0', HostPort: '33100' }}] }}
            }}
        }},
        needsTraining: false, inputs: ['Image', 'Video'],
    }}"""


def packages(*names):
    """Where pure Python packages and modules of this environment are, by their names in a folder."""
    origins = {name: Path(importlib.util.find_spec(name).origin) for name in names}
    return {
        name if path.name == "__init__.py" else path.name: path.parent if path.name == "__init__.py" else path
        for name, path in origins.items()
    }


@pytest.mark.parametrize(("version", "transport"), [("3", r"socket\.io 3 \(polling\)"), ("4", r"socket\.io 4.*")])
def test_a_server_of_2018_answers_through_the_entry_that_was_written_for_it(
    cli, preset, image, tmp_path, version, transport
):
    files = {"served_2018.py": HERE / "served_2018.py", "alpha_server.py": RUNTIME / "alpha_server.py"}
    if version == "4":
        files["modern_server.py"] = RUNTIME / "modern_server.py"
        files |= packages("socketio", "engineio", "bidict", "simple_websocket", "wsproto", "h11", "typing_extensions")
    dockerfile = f'FROM {BASE}\nCOPY . /app\nCMD ["python", "/app/served_2018.py", "{version}"]\n'
    served = image(f"engineio-{version}", dockerfile, files)
    (tmp_path / "mine.json").write_text(of_2018(served))
    nodes = {
        "pattern": {"type": "source.test_pattern", "params": {"width": 64, "height": 36}},
        "im2txt": {"type": "model.im2txt"},
        "words": {"type": "sink.json_lines", "params": {"path": "words.jsonl"}},
    }
    path = preset(nodes, ["pattern.image->im2txt.image", "im2txt.text->words.value"])
    ran = cli("run", path, "--frames", 5, "--models", "mine.json", "--report", "r.json")
    assert ran.code == 0, ran.err
    assert boxes(tmp_path / "words.jsonl") == [f"engine.io {version} got data:image/jpg;base64,"] * 5
    report = json.loads((tmp_path / "r.json").read_text())
    assert re.fullmatch(transport, report["nodes"]["im2txt"]["transport"])
