"""Adding images and folders on a real engine: what is looked at before, what runs, and what is pinned."""

import contextlib
import json
import time
from pathlib import Path

import docker
import pytest

from nodegraph.core.errors import ModelError, UsageError
from nodegraph.runtime.adding import trial
from nodegraph.runtime.adding.adding import apply, plan_for
from nodegraph.runtime.adding.new_model import write_new
from nodegraph.runtime.adding.plan import Wishes
from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.catalog.catalog import load_catalog
from nodegraph.runtime.contract.contract import check_server
from nodegraph.runtime.contract.subjects import subjects_of
from nodegraph.runtime.engines import labels
from nodegraph.runtime.launch import launch_of
from nodegraph.runtime.lifecycle.by_hand import Teller
from nodegraph.runtime.limits import Limits
from nodegraph.runtime.runners.container import ContainerRunner
from tests.docker.listing import containers
from tests.docker.own import BASE, own, tag
from tests.docker.registry import Registry

pytestmark = pytest.mark.docker
HERE = Path(__file__).parent
RUNTIME = HERE.parent / "runtime"
ADDING, TINY = own("adding"), own("tiny")

SERVER = """
import http.server, json
SAID = {"protocol": "native", "protocolVersion": 1, "title": "Tiny", "description": "Does little.", "maxInflight": 1,
        "inputs": {"image": {"type": "image"}}, "outputs": {"n": {"type": "integer"}},
        "parameters": {"size": {"type": "integer", "default": 3, "minimum": 1, "maximum": 9}}, "state": "ready"}

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(SAID if self.path in ("/", "/health") else None).encode()
        self.send_response(200 if self.path in ("/", "/health") else 404)
        self.end_headers()
        self.wfile.write(body)

http.server.ThreadingHTTPServer(("0.0.0.0", 33000), Handler).serve_forever()
"""
DOCKERFILE = f'FROM {BASE}\nCOPY server.py /\nEXPOSE 33000\nCMD ["python", "-u", "/server.py"]\n'
COG = {
    "components": {
        "schemas": {
            "Input": {
                "type": "object",
                "required": ["image"],
                "properties": {
                    "image": {"type": "string", "format": "uri", "x-order": 0},
                    "scale": {"type": "number", "default": 2, "minimum": 1, "maximum": 4, "x-order": 1},
                },
            },
            "Output": {"type": "string", "format": "uri"},
        }
    }
}


@pytest.fixture
def engine(docker_engine):
    client = docker.DockerClient(base_url=docker_engine, timeout=120)
    yield client
    client.close()


@pytest.fixture
def folder(tmp_path):
    """A folder with a Dockerfile and a tiny native server."""
    place = tmp_path / TINY
    place.mkdir()
    (place / "server.py").write_text(SERVER)
    (place / "Dockerfile").write_text(DOCKERFILE)
    return place


@pytest.fixture
def image(engine, folder):
    """image(text added to the Dockerfile, server): a tag."""

    def build(more="", server=SERVER):
        (folder / "server.py").write_text(server)
        (folder / "Dockerfile").write_text(DOCKERFILE + more)
        engine.images.build(path=str(folder), tag=tag("adding"), rm=True)
        return tag("adding")

    return build


@pytest.fixture
def wishes(tmp_path):
    return lambda **more: Wishes(tmp_path / "models.json", **more)


def silent(_event):
    pass


def mine(engine, entry):
    wanted = [f"{labels.ENTRY}={entry}", f"{labels.INSTANCE}={labels.THIS_INSTANCE}"]
    return containers(engine, label=wanted)


def prepare(entry):
    """All that is done before a container of the entry is made."""
    launch = launch_of(entry, {"kind": "container"})
    ContainerRunner(launch, Limits()).prepare(Teller(launch, silent, Cancel()))


def test_an_image_that_changes_between_question_and_answer_is_not_added(image, wishes):
    plan = plan_for(image(), wishes())
    image(server=SERVER.replace("Does little", "Does other things"))
    with pytest.raises(ModelError, match="is another one than was shown"):
        apply(plan, silent)
    assert not plan.catalogue.exists()


def test_an_image_is_asked_once_what_it_is_and_pinned(engine, image, wishes):
    made = image()
    plan = plan_for(made, wishes())
    facts = {fact.name: fact.value for fact in plan.facts}
    id = engine.images.get(made).id
    assert facts["digest"] == id
    assert facts["network"].startswith("none")
    assert "if it turns out to be no native server, as root of its container" in facts["confined"]
    assert facts["size"].endswith("MB")
    assert "has no label of nodegraph or Cog" in plan.problems[0].message
    assert "33000" in plan.problems[0].message
    assert mine(engine, ADDING) == [], "looking starts nothing"
    stages = []
    apply(plan, lambda event: stages.append(str(event.state.stage)))
    assert "starting" in stages
    assert mine(engine, ADDING) == []
    (entry,) = load_catalog(plan.catalogue).entries
    assert (entry.id, entry.protocol, entry.image_id) == (ADDING, "native", id)
    assert entry.parameters[0].le == 9
    assert launch_of(entry, {}).port == 33000


def test_another_image_under_the_same_name_does_not_start(engine, image, wishes):
    made = image()
    apply(plan_for(made, wishes()), silent)
    (entry,) = load_catalog(wishes().catalogue).entries
    image("ENV CHANGED=1\n")
    with pytest.raises(ModelError) as caught:
        prepare(entry)
    assert "is not the one that was added" in caught.value.message
    assert "--replace" in caught.value.hint
    apply(plan_for(made, wishes(replace=True)), silent)
    (entry,) = load_catalog(wishes().catalogue).entries
    prepare(entry)
    engine.images.remove(made, force=True)
    with pytest.raises(ModelError, match="is not on this engine, and it came from no registry"):
        prepare(entry)


def test_an_image_of_ours_needs_no_warning(image, wishes):
    assert plan_for(image('LABEL app.nodegraph.protocol="native"\n'), wishes()).problems == ()


def test_a_cog_image_is_known_by_its_label_and_not_started(engine, image, wishes):
    label = json.dumps(json.dumps(COG))
    made = image(f'LABEL run.cog.openapi_schema={label} org.opencontainers.image.licenses="MIT"\nEXPOSE 5000\n')
    plan = plan_for(made, wishes())
    assert len(plan.steps) == 1
    assert plan.problems == ()
    stages = []
    apply(plan, lambda event: stages.append(str(event.state.stage)))
    assert stages == []
    (entry,) = load_catalog(plan.catalogue).entries
    assert (entry.protocol, entry.description.licence) == ("cog", "MIT")
    assert [port.name for port in entry.inputs] == ["image"]
    assert [param.name for param in entry.parameters] == ["scale"]
    assert launch_of(entry, {}).port == 5000


def test_an_image_of_a_registry_is_pulled_only_after_yes_and_run_by_its_digest(engine, wishes):
    registry = Registry(megabytes=1, config={"Labels": {"run.cog.openapi_schema": json.dumps(COG)}})
    name = f"{registry.image}:1"
    try:
        plan = plan_for(name, wishes(name="Far"))
        assert {fact.name: fact.value for fact in plan.facts}["digest"] == registry.digest
        assert plan.steps[0] == f"pull {name}"
        assert not any(registry.layer in path for path in registry.asked), "it is not downloaded to look at it"
        apply(plan, silent)
        (entry,) = load_catalog(plan.catalogue).entries
        assert entry.digest == registry.digest
        assert launch_of(entry, {}).image == f"{registry.image}@{registry.digest}"
        with pytest.raises(ModelError, match="There is no image"):
            plan_for(f"{registry.image}:2", wishes())
    finally:
        registry.close()
        with contextlib.suppress(docker.errors.APIError):
            engine.images.remove(f"{registry.image}@{registry.digest}", force=True)


def test_an_image_that_runs_no_server_is_a_sentence_and_adds_nothing(engine, image, wishes, monkeypatch):
    monkeypatch.setattr(trial, "PATIENCE", 1.0)
    made = image(server="print('I only print', flush=True)\nimport time\ntime.sleep(600)\n")
    with pytest.raises(ModelError) as caught:
        apply(plan_for(made, wishes()), silent)
    assert "I only print" in caught.value.message
    assert "--protocol" in caught.value.hint
    assert not wishes().catalogue.exists()
    assert mine(engine, ADDING) == []


def test_an_image_that_ends_at_once_is_a_sentence(engine, image, wishes):
    made = image(server="raise SystemExit('no weights here')\n")
    began = time.monotonic()
    with pytest.raises(ModelError, match=r"could not be asked what it is\..*no weights here") as caught:
        apply(plan_for(made, wishes()), silent)
    assert "models logs" not in caught.value.hint, "no catalogue has it"
    assert time.monotonic() - began < trial.PATIENCE
    assert mine(engine, ADDING) == []


def test_a_server_of_2018_is_recognised_in_its_image(image, folder, wishes):
    (folder / "alpha_server.py").write_bytes((RUNTIME / "alpha_server.py").read_bytes())
    served = (HERE / "served_2018.py").read_text().replace("sys.argv[1]", "'3'")
    made = image("COPY alpha_server.py /\n", server=served)
    apply(plan_for(made, wishes()), silent)
    (entry,) = load_catalog(wishes().catalogue).entries
    assert entry.protocol == "runway-alpha"


def test_a_dockerfile_alone_is_built_and_asked(engine, image, folder, wishes):
    plan = plan_for(str(folder), wishes())
    with pytest.raises(docker.errors.ImageNotFound):
        engine.images.get(f"local/{TINY}:1")
    stages = []
    assert apply(plan, lambda event: stages.append(str(event.state.stage))) == (TINY,)
    assert stages[0] == "building"
    (entry,) = load_catalog(plan.catalogue).entries
    assert (entry.build.context, entry.tag, entry.outputs[0].name) == (folder, f"local/{TINY}:1", "n")


def test_a_build_that_fails_adds_nothing(folder, wishes):
    (folder / "Dockerfile").write_text(f"FROM {BASE}\nRUN echo on my way && exit 7\n")
    with pytest.raises(ModelError, match="on my way"):
        apply(plan_for(str(folder), wishes()), silent)
    assert not wishes().catalogue.exists()


def test_an_id_that_was_taken_meanwhile_is_not_written_over(image, wishes):
    plan = plan_for(image(), wishes())
    wishes().catalogue.write_text(json.dumps([{"id": ADDING, "name": "Another", "tag": "a/b"}]))
    with pytest.raises(UsageError, match=f"has a model '{ADDING}' already"):
        apply(plan, silent)
    assert "Another" in wishes().catalogue.read_text()


def test_a_new_model_keeps_the_contract_in_its_real_image(engine, tmp_path):
    write_new(own("Tried light"), tmp_path / "tried")
    ((entry, place),) = subjects_of(str(tmp_path / "tried"), container=True)
    report = check_server(entry, place, calls=24)
    assert report.good, report.findings
    assert {one.status for one in report.findings} == {"ok"}
    assert report.figures["memory"] > 10 << 20
    assert mine(engine, entry.id) == []
    engine.images.remove(entry.tag, force=True)
