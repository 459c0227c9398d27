"""Containers that misbehave, as a person at the command line meets them: one sentence, no hang, the show goes on."""

import functools
import io
import json
import re
import runpy
import tarfile
from pathlib import Path

import docker
import pytest

from nodegraph.runtime import servers
from nodegraph.runtime.engines import labels
from nodegraph.runtime.limits import Limits
from tests.docker.listing import containers
from tests.docker.own import BASE, tag

pytestmark = pytest.mark.docker
HERE = Path(__file__).parent
IMAGE = tag("bad")
LOG = "nodegraph models logs bad"
BAD = {
    "exits": ("The container of Bad stopped by itself with exit code 3.", "cannot find the weights", "in a row", LOG),
    "hangs": ("Bad did not answer in 1 s.", "If it only needs longer, raise `timeout` of its entry.", LOG),
    "unready": ("Bad did not become ready in 2 s: nothing answers at its address.", "this is unready", LOG),
    "garbage": ('Bad answered something that is not JSON: "what?".', "the right route", LOG),
    "slow": ("Bad did not answer in 1 s.", "If it only needs longer, raise `timeout` of its entry.", LOG),
    "huge": ("Bad answered more than 64 MB.", "Make the model answer less"),
}
_fixtures = runpy.run_path(str(HERE.parent / "cli" / "conftest.py"))
cli, spawn, preset = _fixtures["cli"], _fixtures["spawn"], _fixtures["preset"]

NODES = {
    "pattern": {"type": "source.test_pattern", "params": {"width": 64, "height": 36}},
    "model": {"type": "model.bad"},
    "boxes": {"type": "filter.draw_detections"},
    "out": {"type": "sink.video_file", "params": {"path": "out.mp4"}},
}
WIRES = [
    "pattern.image->model.image",
    "pattern.image->boxes.image",
    "model.detections->boxes.detections",
    "boxes.image->out.image",
]


@pytest.fixture(scope="module")
def bad_image(docker_engine):
    client = docker.DockerClient(base_url=docker_engine, timeout=60)
    text = f'FROM {BASE}\nCOPY bad_models.py /\nENTRYPOINT ["python", "-u", "/bad_models.py"]\n'.encode()
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.add(HERE / "bad_models.py", "bad_models.py")
        info = tarfile.TarInfo("Dockerfile")
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text))
    archive.seek(0)
    client.images.build(fileobj=archive, custom_context=True, tag=IMAGE, rm=True)

    def image_of(kind):
        text = f'FROM {IMAGE}\nCMD ["{kind}"]\n'
        client.images.build(fileobj=io.BytesIO(text.encode()), tag=tag(f"bad-{kind}"), rm=True)
        return tag(f"bad-{kind}")

    yield image_of
    client.close()


@pytest.fixture
def catalogue(tmp_path, monkeypatch):
    """catalogue(tag): a file with an entry for the image; servers have little patience meanwhile."""
    short = functools.partial(Limits, ready=2.0, loading=2.0, hang=0.5, give_up=2, backoff=0.05, stop=1.0)
    monkeypatch.setattr(servers, "Limits", short)

    def write(tag):
        entry = {
            "id": "bad",
            "name": "Bad",
            "tag": tag,
            "query": {"http": {"route": "query", "method": "post", "type": "JSON"}},
            "outputs": {"detections": {"type": "detections"}},
            "timeout": 1,
        }
        (tmp_path / "bad.json").write_text(json.dumps([entry]))
        return "bad.json"

    return write


def left_behind(host):
    client = docker.DockerClient(base_url=host, timeout=30)
    wanted = [f"{labels.ENTRY}=bad", f"{labels.INSTANCE}={labels.THIS_INSTANCE}"]
    found = containers(client, label=wanted)
    client.close()
    return found


def failure_in(text):
    """The lines that say why it failed, as one line."""
    (start,) = [number for number, line in enumerate(text.splitlines()) if line.startswith("error: ")]
    return " ".join(line.strip() for line in text.splitlines()[start:])


@pytest.mark.parametrize("kind", BAD)
def test_a_render_ends_with_one_sentence_that_names_node_reason_and_remedy(
    cli, preset, catalogue, bad_image, docker_engine, kind
):
    ran = cli("run", preset(NODES, WIRES), "--frames", 5, "--models", catalogue(bad_image(kind)))
    assert ran.code == 1
    said = failure_in(ran.err)
    assert said.startswith("error: model, frame 0: ")
    for words in BAD[kind]:
        assert words in said
    assert len(said) < 500
    assert left_behind(docker_engine) == []


@pytest.mark.parametrize("kind", BAD)
def test_a_live_run_goes_on_without_the_model(cli, preset, catalogue, bad_image, docker_engine, kind):
    models = catalogue(bad_image(kind))
    ran = cli("run", preset(NODES, WIRES), "--live", "--seconds", 6, "--models", models, "--report", "r.json")
    assert ran.code == 0, ran.err
    report = json.loads(Path("r.json").read_text())
    assert report["frames"]["out"] > 45, "of about 180"
    assert BAD[kind][0] in " ".join(error["message"] for error in report["errors"])
    assert left_behind(docker_engine) == []


def test_an_image_that_cannot_be_had_is_named_with_where_it_was_looked_for(cli, preset, catalogue, docker_engine):
    ran = cli("run", preset(NODES, WIRES), "--frames", 5, "--models", catalogue("127.0.0.1:9/no/such:1"))
    said = failure_in(ran.err)
    assert ran.code == 1
    assert said.startswith("error: model, frame 0: The image 127.0.0.1:9/no/such:1 of Bad could not be pulled")
    assert "Check the network connection and the image's name" in said


@pytest.mark.parametrize(("pace", "code"), [(["--frames", 5], 1), (["--live", "--seconds", 1], 0)])
def test_an_engine_that_does_not_run_ends_a_render_and_not_a_show(
    spawn, preset, catalogue, docker_engine, tmp_path, pace, code
):
    dead = f"unix://{tmp_path}/dead.sock"
    models = catalogue("any:1")
    process = spawn("run", preset(NODES, WIRES), *pace, "--models", models, env={"DOCKER_HOST": dead})
    out, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    assert re.search(rf"model, frame \d: The Docker engine at {re.escape(dead)} does not answer\.", err)
    assert "Start it (sudo systemctl start docker" in err
    assert "run the model as a local process" in err
    assert "Traceback" not in err
    assert ("frames in" in out) == (code == 0)
