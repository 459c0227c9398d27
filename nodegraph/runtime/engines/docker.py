"""The one door to Docker: the calls we need on one engine, its errors as sentences. Knows nothing of models."""

import base64
import contextlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from docker import auth, errors
from docker.utils import parse_repository_tag

from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.engines.context import archive, sent_files
from nodegraph.runtime.engines.docker_client import Inside
from nodegraph.runtime.engines.docker_connection import (
    Connection,
    EngineError,
    NoSuchImage,
    refusal,
    text_of,
    words_of,
)


class Engine(Connection):
    """One Docker engine; thread-safe. Connects when first needed, and again after the engine was restarted.

    host: as in DOCKER_HOST (``unix://``, ``ssh://user@host``, ``tcp://host:2376``), or ``context:NAME`` of the docker
    command; "" is the environment's, else that of the current Docker context.
    Every method raises ModelUnreachable when the engine does not answer and EngineError when it refuses.
    """

    def info(self) -> Mapping[str, Any]:
        """What the engine says about itself (`docker info`)."""
        with self._speaking():
            return dict(self._api.info())

    def version(self) -> Mapping[str, Any]:
        """`docker version` of the engine."""
        with self._speaking():
            return dict(self._api.version())

    # ---- images -----------------------------------------------------------------------------------------------

    def image(self, name: str) -> Mapping[str, Any] | None:
        """What the engine knows about an image (`docker image inspect`), or None."""
        with self._speaking():
            try:
                return dict(self._api.inspect_image(name))
            except errors.NotFound:
                return None

    def digest_in_registry(self, name: str) -> str:
        """The digest an image has in its registry, asked by the engine; nothing is pulled. Raises NoSuchImage."""
        with self._speaking():
            try:
                found = self._api.inspect_distribution(name)
            except errors.APIError as error:
                raise refusal(error.status_code or 0, words_of(error)) from error
        return str((found.get("Descriptor") or {}).get("digest") or "")

    def images(self) -> list[str]:
        """The ids of all images on the engine."""
        with self._speaking():
            return [str(image["Id"]) for image in self._api.images()]

    def replaced_images(self, label: str) -> list[str]:
        """The ids of the images with this label whose name a newer build took."""
        with self._speaking():
            return [str(one["Id"]) for one in self._api.images(filters={"dangling": True, "label": label})]

    def remove_image(self, name: str) -> bool:
        """Remove an image; False when there is none."""
        with self._speaking():
            try:
                self._api.remove_image(name)
            except errors.NotFound:
                return False
            return True

    def pull(self, name: str, cancel: Cancel) -> Iterator[Mapping[str, Any]]:
        """Pull an image; yields the engine's progress items. Raises NoSuchImage, Cancelled."""
        repository, tag = parse_repository_tag(name)
        params = {"fromImage": repository, "tag": tag or "latest"}
        registry, _ = auth.resolve_repository_name(repository)
        with self._speaking():
            header = auth.get_config_header(self._api, registry)
        headers = {"X-Registry-Auth": text_of(header)} if header else {}
        yield from self._stream("/images/create", cancel, params=params, headers=headers)

    def build(
        self,
        context: Path,
        dockerfile: Path,
        tag: str,
        labels: Mapping[str, str],
        cancel: Cancel,
        *,
        arguments: Mapping[str, str] | None = None,
        extra: Mapping[str, Path] | None = None,
        exclude: Iterable[str] = (),
    ) -> Iterator[Mapping[str, Any]]:
        """Build an image (classic builder); yields the engine's progress items. Raises EngineError, Cancelled.

        The folder `context` is sent without what its .dockerignore or `exclude` (patterns of the same kind) names, and
        with `extra`: files from elsewhere by their paths in it. arguments: values for the Dockerfile's ARGs.
        """
        name = os.path.relpath(dockerfile, context)
        params = {"t": tag, "dockerfile": name, "rm": True, "forcerm": True, "labels": json.dumps(dict(labels))}
        params["buildargs"] = json.dumps(dict(arguments or {}))
        files = {**sent_files(context, name, exclude), **(extra or {})}
        body = archive(context, files, cancel)
        yield from self._stream("/build", cancel, params=params, data=body, headers={"Content-Type": "application/tar"})

    # ---- containers ---------------------------------------------------------------------------------------------

    def create(self, body: Mapping[str, Any], name: str) -> str:
        """Create a container from the engine's own JSON; its id."""
        with self._speaking():
            return str(self._api.create_container_from_config(dict(body), name)["Id"])

    def start(self, container: str) -> None:
        """Start it."""
        with self._speaking():
            self._api.start(container)

    def inspect(self, container: str) -> Mapping[str, Any] | None:
        """What the engine knows about a container, or None when it is gone."""
        with self._speaking():
            try:
                return dict(self._api.inspect_container(container))
            except errors.NotFound:
                return None

    def wait(self, container: str, cancel: Cancel) -> int | None:
        """Wait, for ever if need be, until it ended; its exit code, None when it is gone. Raises Cancelled."""
        try:
            for item in self._stream(f"/containers/{container}/wait", cancel):
                if "StatusCode" in item:  # an empty line is no end
                    return int(item["StatusCode"])
        except NoSuchImage:  # what the engine's 404 is called elsewhere
            pass
        return None

    def follow_log(self, container: str, cancel: Cancel, since: float = 0.0) -> Iterator[str]:
        """The lines it prints, from its first (or from `since`, seconds since the epoch) to its end.

        Ends early when the engine goes away or on `cancel`.
        """
        with self._speaking():
            chunks = self._api.logs(container, stream=True, follow=True, since=since or None)
            with cancel.interrupting(chunks.close):
                yield from _lines(chunks)

    def log(self, container: str, lines: int) -> str:
        """The last lines it printed."""
        with self._speaking():
            return text_of(self._api.logs(container, tail=lines))

    def memory(self, container: str) -> int:
        """Bytes a running container uses, without what is only cached of files; 0 when it is gone or cannot say."""
        with self._speaking():
            try:
                found = self._api.stats(container, stream=False, one_shot=True).get("memory_stats") or {}
            except errors.NotFound:
                return 0
        cached = (found.get("stats") or {}).get("inactive_file") or 0
        return max(0, int(found.get("usage") or 0) - int(cached))

    def has_file(self, container: str, path: str) -> bool:
        """Whether a running container sees a file."""
        with self._speaking():
            try:
                chunks, _ = self._api.get_archive(container, path)
            except errors.NotFound:
                return False
            for _ in chunks:
                pass
            return True

    def stat(self, container: str, path: str) -> tuple[int, int] | None:
        """Size in bytes and last change (seconds) of a file in a container, running or not; None when there is none."""
        with self._speaking():
            api = self._api
            address = f"{api.base_url}/v{api.api_version}/containers/{container}/archive"
            with api.head(address, params={"path": path}, timeout=api.timeout) as answer:
                if answer.status_code == 404:
                    return None
                if not answer.ok:  # an answer to HEAD has no words
                    raise EngineError(f"{path} cannot be looked at ({answer.status_code})")
                found = json.loads(base64.b64decode(answer.headers["X-Docker-Container-Path-Stat"]))
        return int(found["size"]), int(datetime.fromisoformat(found["mtime"]).timestamp())

    def put(self, container: str, folder: str, archive: Iterable[bytes]) -> None:
        """Unpack a tar archive in a folder of a container, running or not. Raises what `archive` raises, too."""
        with self._speaking():
            self._api.put_archive(container, folder, archive)

    def run_inside(self, container: str, command: Sequence[str]) -> Inside:
        """Run a command in a running container; its standard input and output as one stream (see `Inside`)."""
        with self._speaking():
            made = self._api.exec_create(container, list(command), stdin=True)
            raw = self._api.exec_start(made["Id"], socket=True)
            return Inside(raw)

    def remove(self, container: str, grace: float = 0.0) -> None:
        """Stop it within `grace` seconds and remove it with its anonymous volumes; nothing when it is gone."""
        with self._speaking(), contextlib.suppress(errors.NotFound):
            if grace > 0:
                self._api.stop(container, timeout=max(1, round(grace)))
            self._api.remove_container(container, v=True, force=True)

    def containers(self, labels: Mapping[str, str]) -> list[Mapping[str, Any]]:
        """All containers with these labels, running or not: ``Id``, ``State``, ``Labels``, ``Names``."""
        wanted = [f"{key}={value}" for key, value in labels.items()]
        with self._speaking():
            return [dict(one) for one in self._api.containers(all=True, filters={"label": wanted})]

    def ensure_network(self, name: str, options: Mapping[str, str], labels: Mapping[str, str]) -> None:
        """A bridge network of this name, made if there is none."""
        with self._speaking():
            if name not in {str(one["Name"]) for one in self._api.networks(names=[name])}:
                self._api.create_network(name, "bridge", dict(options), check_duplicate=True, labels=dict(labels))

    # ---- volumes and room ---------------------------------------------------------------------------------------

    def volume(self, name: str) -> Mapping[str, Any] | None:
        """What the engine knows about a volume, or None."""
        with self._speaking():
            try:
                return dict(self._api.inspect_volume(name))
            except errors.NotFound:
                return None

    def create_volume(self, name: str, options: Mapping[str, str], labels: Mapping[str, str]) -> None:
        """A volume of the engine's own kind (``local``)."""
        with self._speaking():
            self._api.create_volume(name, driver="local", driver_opts=dict(options), labels=dict(labels))

    def remove_volume(self, name: str) -> bool:
        """Remove a volume; False when there is none. Raises EngineError while a container has it."""
        with self._speaking():
            try:
                self._api.remove_volume(name)
            except errors.NotFound:
                return False
            return True

    def history(self, image: str) -> list[Mapping[str, Any]]:
        """The steps an image was made in, newest first: ``Created``, ``CreatedBy``, ``Size``; [] without the image."""
        with self._speaking():
            try:
                return [dict(step) for step in self._api.history(image)]
            except errors.NotFound:
                return []

    def volume_sizes(self) -> dict[str, int]:
        """Bytes in each volume by name, -1 where the engine does not count them. Takes a while."""
        with self._speaking():
            listed = self._api.df().get("Volumes") or ()
        return {str(one["Name"]): int((one.get("UsageData") or {}).get("Size", -1)) for one in listed}


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Whole lines from chunks that end anywhere; what never ends is cut."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line.decode("utf-8", "replace").rstrip("\r")
        if len(rest) > 65536:
            yield rest.decode("utf-8", "replace")
            rest = b""
    if rest:
        yield rest.decode("utf-8", "replace")
