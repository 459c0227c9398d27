"""Where an engine is: ssh addresses, Docker contexts, the environment; and why a login failed, in plain words."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from nodegraph.core.errors import ModelError, ModelUnreachable
from nodegraph.runtime.engines import labels
from nodegraph.runtime.engines.docker import Engine
from nodegraph.runtime.engines.docker_client import whereabouts
from nodegraph.runtime.engines.docker_connection import EngineError, NoSuchImage
from nodegraph.runtime.engines.engines import KnownEngine
from nodegraph.runtime.engines.ssh import SshAddress, why_not
from nodegraph.runtime.manage import engine_status


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("ssh://ann@box", SshAddress("box", "ann")),
        ("ssh://box:2222", SshAddress("box", "", 2222)),
        ("ssh://Ann@Box-of-Ann", SshAddress("Box-of-Ann", "Ann")),
        ("ssh://[fe80::1]:22", SshAddress("fe80::1", "", 22)),
        ("ssh://box/", SshAddress("box")),
    ],
)
def test_an_ssh_address_is_user_host_and_port(address: str, expected: SshAddress) -> None:
    assert SshAddress.parse(address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "ssh://", "ssh://ann@", "ssh://box:port", "ssh://box:99999", "ssh://box/var/run/docker.sock", "ssh://box?x=1",
        "ssh://ann:secret@box", "ssh://-oProxyCommand=reboot", "ssh://-l@box", "ssh://[box",
        "ssh://$(reboot)@box", "ssh://ann@box;reboot", "ssh://`id`@box", "ssh://a'b@box", "ssh://ann@b|c",
    ],
)  # fmt: skip
def test_what_is_no_ssh_address_or_an_option_in_disguise_is_refused(address: str) -> None:
    with pytest.raises(ModelError, match="is no address of an engine") as caught:
        SshAddress.parse(address)
    assert "ssh://user@host" in caught.value.hint


def test_the_command_to_try_is_what_a_person_would_type() -> None:
    assert SshAddress("box", "ann", 2222).try_it == "ssh -p 2222 ann@box"
    assert SshAddress("box").try_it == "ssh box"


@pytest.mark.parametrize(
    ("said", "why", "hint"),
    [
        (["Host key verification failed."], "its host key is not known", "compare the key: ssh ann@box"),
        (
            ["@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @", "Host key verification failed."],
            "another one",
            "before",
        ),
        (["ann@box: Permission denied (publickey)."], "it refused our login", "ssh-add"),
        (["ssh: Could not resolve hostname box: Name or service not known"], "no machine of that name", ".ssh/config"),
        (["ssh: connect to host box port 22: Connection refused"], "(Connection refused)", "Is it on"),
        (["ssh: connect to host box port 22: No route to host"], "(No route to host)", "Is it on"),
        (["command-line: line 0: Bad configuration option"], "ssh says: command-line", "Try by hand"),
        ([], "it said nothing", "Try by hand"),
    ],
)
def test_a_failed_login_is_said_plainly_with_the_fix(said: list[str], why: str, hint: str) -> None:
    words, fix = why_not(SshAddress("box", "ann"), said)
    assert why in words
    assert hint in fix


def test_without_an_ssh_program_that_is_what_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ModelUnreachable, match="there is no ssh program on this machine") as caught:
        Engine("ssh://ann@box").info()
    assert "OpenSSH" in caught.value.hint


def write_context(folder: Path, name: str, host: str, material: tuple[str, ...] = (), skip: bool = False) -> None:
    key = hashlib.sha256(name.encode()).hexdigest()
    (folder / "contexts" / "meta" / key).mkdir(parents=True)
    meta = {"Name": name, "Metadata": {}, "Endpoints": {"docker": {"Host": host, "SkipTLSVerify": skip}}}
    (folder / "contexts" / "meta" / key / "meta.json").write_text(json.dumps(meta))
    for kind in material:
        path = folder / "contexts" / "tls" / key / "docker" / f"{kind}.pem"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a certificate")


@pytest.fixture
def contexts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    return tmp_path


def test_a_context_gives_address_and_certificates_also_without_a_config_file(contexts: Path) -> None:
    write_context(contexts, "lab", "tcp://10.0.0.5:2376", ("ca", "cert", "key"))
    write_context(contexts, "trusting", "tcp://10.0.0.6:2376", ("ca",), skip=True)
    write_context(contexts, "far", "ssh://ann@box")
    address, tls = whereabouts("context:lab")
    assert address == "tcp://10.0.0.5:2376"
    assert tls is not None
    assert tls.verify is True
    assert all(Path(path).parent.name == "docker" for path in (*tls.cert, tls.ca_cert))
    trusting = whereabouts("context:trusting")[1]
    assert trusting is not None
    assert trusting.verify is False
    assert whereabouts("context:far") == ("ssh://ann@box", None)
    assert Engine("context:far").tunnel is not None


def test_a_context_nobody_made_or_nobody_can_read_is_a_sentence(contexts: Path) -> None:
    status = engine_status("context:nowhere")
    assert not status.answers
    assert status.message.startswith("There is no Docker context called 'nowhere'. See `docker context ls`")
    write_context(contexts, "broken", "tcp://x:1")
    next(contexts.rglob("meta.json")).write_text("{}")
    with pytest.raises(ModelUnreachable, match=r"The Docker context 'broken' cannot be read: its meta\.json is not"):
        whereabouts("context:broken")


def test_certificates_of_the_environment_are_for_the_environments_engine(
    contexts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (contexts / name).write_text("a certificate")
    monkeypatch.setenv("DOCKER_HOST", "tcp://10.0.0.5:2376")
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    monkeypatch.setenv("DOCKER_CERT_PATH", str(contexts))
    assert whereabouts("")[1] is not None
    assert whereabouts("tcp://10.0.0.5:2376")[1] is not None
    assert whereabouts("tcp://10.0.0.6:2376") == ("tcp://10.0.0.6:2376", None)


class Stubborn:
    """An engine on which two programs that died left a container and a service each; the first one of them stays."""

    by_socket = True

    def __init__(self) -> None:
        died = {**labels.labels("yolo", "cpu"), labels.PROGRAM: labels.this_program().replace(":", ":1", 1)}
        self.left = [{"Id": name, "Names": [f"/{name}"], "Labels": died} for name in "ab"]
        self.services = [{"ID": name, "Spec": {"Name": name, "Labels": died}} for name in "cd"]

    def info(self) -> dict[str, Any]:
        return {"MemTotal": 4, "Swarm": {"ControlAvailable": True}}

    def containers(self, wanted: object) -> list[dict[str, Any]]:
        return self.left

    def remove(self, id: str) -> None:
        if id == "a":
            raise EngineError("removal of container a is already in progress")

    def call(self, method: str, path: str, **more: object) -> Any:
        if path == "/services/c":
            raise NoSuchImage("service c not found")
        return self.services if method == "GET" else None


def test_what_cannot_be_cleared_away_keeps_no_model_from_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    known = KnownEngine("unix:///nowhere")
    monkeypatch.setattr(known, "engine", Stubborn())
    assert known.prepare() == ["b", "d"]
    assert known.prepare() == []
