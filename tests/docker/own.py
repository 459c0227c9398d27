"""What a run of the tests has for itself on an engine that other runs use at the same time.

Every image a test builds stands on BASE, which carries a label that only this run has. So no layer is shared with
another run, whose end would take it away in the middle of a build; and at the end all that carries the label goes.
"""

import contextlib
import io
import secrets
from collections.abc import Iterator

import docker

from nodegraph.runtime.engines import labels

RUN = secrets.token_hex(4)
LABEL = "app.nodegraph.tests"


def own(name: str) -> str:
    """A name for an entry, a folder, a volume that no other run gives."""
    return f"{name}-{RUN}"


def tag(name: str) -> str:
    """The same for an image."""
    return f"nodegraph-tests/{own(name)}:1"


BASE = tag("base")


@contextlib.contextmanager
def own_base(host: str) -> Iterator[None]:
    """BASE is there; afterwards it is gone with all that was built upon it, and what killed runs have left."""
    client = docker.DockerClient(base_url=host, timeout=60)
    text = f'FROM python:3.11-slim\nLABEL {LABEL}="{labels.this_program()}"\n'
    client.images.build(fileobj=io.BytesIO(text.encode()), tag=BASE, rm=True)
    try:
        yield
    finally:
        for image in client.images.list(filters={"label": LABEL}):
            made_by = image.labels[LABEL]
            if made_by == labels.this_program() or _is_gone(made_by):
                _remove(client, image)
        client.close()


def _is_gone(program: str) -> bool:
    return labels.is_orphan({labels.PROGRAM: program, labels.MACHINE: labels.this_machine()})


def _remove(client: docker.DockerClient, image: "docker.models.images.Image") -> None:
    for name in image.tags or [image.id]:
        with contextlib.suppress(docker.errors.APIError):  # went with one that was built upon it, or goes with it
            client.images.remove(name, force=True)
