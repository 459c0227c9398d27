"""Containers that misbehave, as a person at the command line meets them: one sentence, no hang, the show goes on."""

import functools
import io
import itertools
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
from nodegraph.session import Session
from tests.docker.elsewhere import until
from tests.docker.listing import containers
from tests.docker.own import BASE, tag

pytestmark = pytest.mark.docker
HERE = Path(__file__).parent
IMAGE = tag("bad")
LOG = "nodegraph models logs bad-"
BAD = {
    "exits": ("The container of Bad stopped by itself with exit code 3.", "cannot find the weights", "in a row", LOG),
    "hangs": ("Bad did not answer in 1 s.", "If it only needs longer, raise `timeout` of its entry.", LOG),
    "unready": ("Bad did not become ready in ", "nothing answers at its address.", "this is unready", LOG),
    "garbage": ('Bad answered something that is not JSON: "what?".', "the right route", LOG),
    "slow": ("Bad did not answer in 1 s.", "If it only needs longer, raise `timeout` of its entry.", LOG),
    "huge": ("Bad answered more than 64 MB.", "Make the model answer less"),
}
_fixtures = runpy.run_path(str(HERE.parent / "cli" / "conftest.py"))
cli, spawn, preset = _fixtures["cli"], _fixtures["spawn"], _fixtures["preset"]

NODES = {
    "pattern": {"type": "source.test_pattern", "params": {"width": 64, "height": 36}},
    "out": {"type": "sink.video_file", "params": {"path": "out.mp4"}},
}


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
    """catalogue({id: tag}, ready): a file with an entry for each; a server has `ready` seconds to answer at first."""

    def write(tags, ready=60.0):
        short = functools.partial(Limits, ready=ready, loading=ready, hang=0.5, give_up=2, backoff=0.05, stop=1.0)
        monkeypatch.setattr(servers, "Limits", short)
        entries = [
            {
                "id": id,
                "name": "Bad",
                "tag": tag,
                "query": {"http": {"route": "query", "method": "post", "type": "JSON"}},
                "outputs": {"detections": {"type": "detections"}},
                "timeout": 1 if id.endswith(("hangs", "slow")) else 60,
            }
            for id, tag in tags.items()
        ]
        (tmp_path / "bad.json").write_text(json.dumps(entries))
        return "bad.json"

    return write


def graph(*ids):
    """A pattern whose picture each model's findings are drawn on, into a file."""
    ends = {"pattern": NODES["pattern"], "out": NODES["out"]}
    models = {id: {"type": f"model.{id}"} for id in ids}
    drawn = {f"drawn-{id}": {"type": "filter.draw_detections"} for id in ids}
    pictures = ["pattern", *drawn, "out"]
    wires = [f"{one}.image->{other}.image" for one, other in itertools.pairwise(pictures)]
    for id in ids:
        wires += [f"pattern.image->{id}.image", f"{id}.detections->drawn-{id}.detections"]
    return ends | models | drawn, wires


def left_behind(host):
    client = docker.DockerClient(base_url=host, timeout=30)
    found = containers(client, label=f"{labels.INSTANCE}={labels.THIS_INSTANCE}")
    client.close()
    return [one.name for one in found if one.labels[labels.ENTRY].startswith("bad")]


def failure_in(text):
    """The lines that say why it failed, as one line."""
    (start,) = [number for number, line in enumerate(text.splitlines()) if line.startswith("error: ")]
    return " ".join(line.strip() for line in text.splitlines()[start:])


@pytest.mark.parametrize("kind", BAD)
def test_a_render_ends_with_one_sentence_that_names_node_reason_and_remedy(
    cli, preset, catalogue, bad_image, docker_engine, kind
):
    id = f"bad-{kind}"
    models = catalogue({id: bad_image(kind)}, ready=2.0 if kind == "unready" else 60.0)
    ran = cli("run", preset(*graph(id)), "--frames", 5, "--models", models)
    assert ran.code == 1
    said = failure_in(ran.err)
    assert said.startswith(f"error: {id}, frame 0: ")
    for words in BAD[kind]:
        assert words in said
    assert len(said) < 500
    assert left_behind(docker_engine) == []


def unsaid(run, models):
    """The models of which what is wrong with them was not said yet; one that is too slow may be said to hang, too."""
    said = [(one.node, one.message) for one in run.failures]
    reasons = {id: (BAD[id.removeprefix("bad-")][0], "calls were not answered in time") for id in models}
    return {
        id: said
        for id, words in reasons.items()
        if not any(id == node and any(word in text for word in words) for node, text in said)
    }


def test_a_live_run_goes_on_without_its_models_and_names_each_with_its_reason(
    preset, catalogue, bad_image, docker_engine, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    models = {f"bad-{kind}": bad_image(kind) for kind in BAD}
    catalogue(models, ready=8.0)
    with Session([tmp_path / "bad.json"], []) as session:
        found = session.open(str(preset(*graph(*models))))
        with session.run(session.resolve_paths(found.preset.graph, tmp_path), "live") as run:
            until(lambda: not unsaid(run, models), 60, lambda: unsaid(run, models))
            shown = run.stats().frames_out
            until(lambda: run.stats().frames_out > shown + 10)
            assert run.failure is None
    assert left_behind(docker_engine) == []


def test_the_report_of_a_live_run_says_what_went_wrong(cli, preset, catalogue, docker_engine):
    models = catalogue({"bad": "127.0.0.1:9/no/such:1"})
    ran = cli("run", preset(*graph("bad")), "--live", "--seconds", 4, "--models", models, "--report", "r.json")
    assert ran.code == 0, ran.err
    report = json.loads(Path("r.json").read_text())
    assert report["frames"]["out"] > 0
    assert "could not be pulled" in " ".join(error["message"] for error in report["errors"])


def test_an_image_that_cannot_be_had_is_named_with_where_it_was_looked_for(cli, preset, catalogue, docker_engine):
    models = catalogue({"bad": "127.0.0.1:9/no/such:1"})
    ran = cli("run", preset(*graph("bad")), "--frames", 5, "--models", models)
    said = failure_in(ran.err)
    assert ran.code == 1
    assert said.startswith("error: bad, frame 0: The image 127.0.0.1:9/no/such:1 of Bad could not be pulled")
    assert "Check the network connection and the image's name" in said


@pytest.mark.parametrize(("pace", "code"), [(["--frames", 5], 1), (["--live", "--seconds", 1], 0)])
def test_an_engine_that_does_not_run_ends_a_render_and_not_a_show(
    spawn, preset, catalogue, docker_engine, tmp_path, pace, code
):
    dead = f"unix://{tmp_path}/dead.sock"
    models = catalogue({"bad": "any:1"})
    process = spawn("run", preset(*graph("bad")), *pace, "--models", models, env={"DOCKER_HOST": dead})
    out, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    assert re.search(rf"bad, frame \d: The Docker engine at {re.escape(dead)} does not answer\.", err)
    assert "Start it (sudo systemctl start docker" in err
    assert "run the model as a local process" in err
    assert "Traceback" not in err
    assert ("frames in" in out) == (code == 0)
