import json
from pathlib import Path
from typing import Any

import pytest

from nodegraph.runtime.catalog.catalog import load_catalog, parse_catalog
from nodegraph.runtime.container_options import ContainerOptions, container_options

DATA = Path(__file__).parents[1] / "data" / "catalog"
DIGEST = "sha256:" + "ab" * 32


def options_of(options: dict[str, Any] | None = None, **fields: Any) -> ContainerOptions:
    model = {"name": "M", "tag": "someone/m:1", "options": options or {}, **fields}
    return container_options(parse_catalog(json.dumps([model])).entries[0])


def test_a_2018_entry_gives_its_tag_its_port_and_no_warning() -> None:
    entry = load_catalog(DATA / "runway_2018.json").find("yolo")
    assert entry is not None
    assert container_options(entry) == ContainerOptions("cvalenzuelab/yolo:latest", 33000, 33300, False, (), ())


def test_an_announced_entry_has_no_image() -> None:
    entry = load_catalog(DATA / "runway_2018.json").find("detectron")
    assert entry is not None
    assert container_options(entry).image == ""


@pytest.mark.parametrize(
    ("fields", "image"),
    [
        ({"tag": "", "options": {"image": "84d72a2f82f6"}}, ""),
        ({"tag": "", "options": {"image": "someone/other:2"}}, "someone/other:2"),
        ({"tag": "", "options": {"Image": "someone/other:2"}}, "someone/other:2"),
        ({"tag": "a/b:1", "options": {"image": "someone/other:2"}}, "a/b:1"),
        ({"tag": "a/b:1", "digest": DIGEST}, f"a/b@{DIGEST}"),
        ({"tag": "registry:5000/a/b", "digest": DIGEST}, f"registry:5000/a/b@{DIGEST}"),
        ({"tag": "", "digest": f"a/b@{DIGEST}"}, f"a/b@{DIGEST}"),
        ({"tag": "", "digest": DIGEST}, ""),
    ],
)
def test_the_image_is_the_digest_then_the_tag_and_never_a_short_id(fields: dict[str, Any], image: str) -> None:
    assert options_of(**fields).image == image


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("Privileged", True), ("Binds", ["/:/host"]), ("NetworkMode", "host"), ("CapAdd", ["SYS_ADMIN"])),
        *(("Devices", [{"PathOnHost": "/dev/mem"}]), ("PidMode", "host"), ("IpcMode", "host"), ("UsernsMode", "host")),
        *(
            ("SecurityOpt", ["seccomp=unconfined"]),
            ("Mounts", [{"Type": "bind"}]),
            ("Runtime", "x"),
            ("VolumesFrom", ["a"]),
        ),
        *(("ExtraHosts", ["a:1.2.3.4"]), ("Sysctls", {"a": "b"}), ("CgroupParent", "x"), ("privileged", True)),
    ],
)
def test_what_would_open_the_machine_is_ignored_and_named(key: str, value: Any) -> None:
    options = options_of({"HostConfig": {key: value}})
    assert [problem.where for problem in options.problems] == [f"models.json[0] (M).options.HostConfig.{key}"]
    assert options.problems[0].severity == "warning"
    assert "is ignored" in options.problems[0].message


@pytest.mark.parametrize("key", ["Cmd", "Entrypoint", "User", "Volumes", "WorkingDir", "Healthcheck"])
def test_what_a_catalogue_cannot_set_is_ignored_and_named(key: str) -> None:
    assert [problem.where for problem in options_of({key: "x"}).problems] == [f"models.json[0] (M).options.{key}"]


def test_empty_and_false_values_are_not_worth_a_word() -> None:
    assert options_of({"Cmd": [], "HostConfig": {"Privileged": False, "Binds": None}}).problems == ()


def test_environment_is_passed_except_what_changes_how_programs_load() -> None:
    env = [
        "MODEL=thin",
        "EMPTY=",
        "LD_PRELOAD=/x.so",
        "PATH=/x",
        "NVIDIA_VISIBLE_DEVICES=all",
        "no value",
        5,
        "A=b\nC=d",
    ]
    options = options_of({"Env": env})
    assert options.env == ("MODEL=thin", "EMPTY=")
    assert [problem.where.rpartition(".")[2] for problem in options.problems] == [
        f"Env[{index}]" for index in range(2, 8)
    ]
    assert options_of({"Env": {"A": "b"}}).env == ()


@pytest.mark.parametrize(
    ("options", "inside", "wish", "warnings"),
    [
        ({}, 33000, 7000, 0),
        ({"ExposedPorts": {"8080/tcp": {}}}, 8080, 7000, 0),
        ({"HostConfig": {"PortBindings": {"9000/tcp": [{"HostIP": "0.0.0.0", "HostPort": "9001"}]}}}, 9000, 9001, 0),
        ({"HostConfig": {"PortBindings": {"9000": [{"hostport": 9001}]}}}, 9000, 9001, 0),
        ({"HostConfig": {"PortBindings": {"9000/tcp": [{"HostPort": "99999"}]}}}, 9000, 7000, 1),
        ({"HostConfig": {"PortBindings": {"53/udp": [{"HostPort": "53"}]}}}, 33000, 53, 1),
        ({"HostConfig": {"PortBindings": {"9000/tcp": []}}}, 9000, 7000, 0),
        ({"HostConfig": {"PortBindings": "all"}}, 33000, 7000, 0),
        ({"HostConfig": "all", "ExposedPorts": 5, "Tty": "yes"}, 33000, 7000, 1),
    ],
)
def test_ports_of_every_writing_are_read(options: dict[str, Any], inside: int, wish: int, warnings: int) -> None:
    found = options_of(options, port=7000)
    assert (found.container_port, found.host_port, len(found.problems)) == (inside, wish, warnings)


def test_the_port_inside_follows_the_protocol() -> None:
    ports = [options_of(protocol=name).container_port for name in ("native", "runway-alpha", "runway-sdk", "cog")]
    assert ports == [33000, 33000, 9000, 5000]


def test_tty_is_read() -> None:
    assert options_of({"Tty": True}).tty
