"""Images of other people's models: a real Cog server, as its own image and as one that we build."""

import json
import shutil
import sysconfig
from pathlib import Path
from typing import Any

import docker
import numpy as np
import pytest

from nodegraph.runtime.catalog.catalog import parse_catalog
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.limits import Limits
from nodegraph.runtime.servers import Servers
from tests.docker.own import BASE, tag
from tests.runtime.cog_server import field as said
from tests.runtime.cog_server import openapi

pytestmark = pytest.mark.docker
TAG = tag("cog")
BUILT = tag("cog-built")
PACKAGES = (
    *("cog", "coglet", "yaml", "_yaml", "structlog", "requests", "urllib3", "idna", "certifi", "charset_normalizer"),
    "typing_extensions.py",
)
DOCKERFILE = f"""\
FROM {BASE}
COPY packages /usr/local/lib/python3.11/site-packages
COPY src /src
WORKDIR /src
EXPOSE 5000
ENV COG_PREDICT_TYPE_STUB=predict.py:Predictor
CMD ["python", "-m", "cog.server.http"]
"""
PREDICTOR = """\
import os
from cog import BasePredictor, Path


class Predictor(BasePredictor):
    def setup(self) -> None:
        print("setting up", flush=True)

    def predict(self, image: Path, where: str = "/tmp") -> Path:
        path = os.path.join(where, "copy" + os.path.splitext(str(image))[1])
        with open(str(image), "rb") as source, open(path, "wb") as copy:
            copy.write(source.read())
        return Path(path)
"""
SCHEMAS = {
    "Input": {
        "type": "object",
        "required": ["image"],
        "properties": {"image": said("string", 0, format="uri"), "where": said("string", 1, default="/tmp")},
    },
    "Output": {"type": "string", "format": "uri"},
}
IMAGE = np.full((16, 16, 3), 90, np.uint8)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `cog build` would make, with this environment's packages: the engine needs no network."""
    folder = tmp_path_factory.mktemp("cog-image")
    for name in PACKAGES:
        source = Path(sysconfig.get_path("purelib"), name)
        target = folder / "packages" / name
        target.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    schema = folder / "src" / ".cog" / "openapi_schema.json"
    schema.parent.mkdir(parents=True)
    schema.write_text(json.dumps(openapi(SCHEMAS)))
    (folder / "src" / "predict.py").write_text(PREDICTOR)
    (folder / "Dockerfile").write_text(DOCKERFILE)
    return folder


@pytest.fixture(scope="module")
def image(docker_engine: str, context: Path) -> str:
    client = docker.DockerClient(base_url=docker_engine, timeout=120)
    client.images.build(path=str(context), tag=TAG, rm=True)
    client.close()
    return TAG


def entry_of(**more: Any) -> ModelEntry:
    entry = {
        "name": "Copier",
        "protocol": "cog",
        "outputs": {"image": "image"},
        "parameters": {"where": "text"},
        **more,
    }
    catalog = parse_catalog(json.dumps([entry]), folder=Path("/"))
    assert [one for one in catalog.problems if one.severity == "error"] == []
    return catalog.entries[0]


def asked(entry: ModelEntry, folder: Path, where: str) -> Any:
    """The picture a container answers that is started for it."""
    with Servers(limits=Limits(ready=60), folder=folder, linger=0) as servers:
        lease = servers.acquire(entry, {"kind": "container"})
        lease.wait_ready(60)
        answer = lease.client().infer({"image": IMAGE}, {"where": where}, 30)
        lease.release()
    return answer["image"]


def test_a_cog_image_of_somebody_else_runs_and_may_write_beside_its_code(image: str, tmp_path: Path) -> None:
    assert asked(entry_of(tag=image), tmp_path, "/src").shape == (16, 16, 3)


def test_a_cog_image_that_we_build_runs_with_no_more_rights_than_our_own(
    image: str, context: Path, tmp_path: Path
) -> None:
    entry = entry_of(build={"context": str(context)}, tag=BUILT)
    assert asked(entry, tmp_path, "/tmp").shape == (16, 16, 3)
