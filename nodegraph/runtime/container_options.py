"""What of an entry's `options` (a Docker create body of 2018) is used: a whitelist, for models files are untrusted."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from nodegraph.core.errors import Problem
from nodegraph.runtime.catalog.values import port_number, shown
from nodegraph.runtime.entry import ModelEntry

CONTAINER_PORTS: Final = {"runway-alpha": 33000, "native": 33000, "runway-sdk": 9000, "cog": 5000}
_READ: Final = {"image", "tty", "detach", "exposedports", "env", "hostconfig"}
_READ_HOST: Final = {"autoremove", "portbindings"}
_ENV: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,127})=([^\x00\r\n]*)\Z")
_UNSAFE_ENV: Final = re.compile(
    r"(LD_|DYLD_|DOCKER_|NVIDIA_|CUDA_VISIBLE|BASH_|GCONV_)|(PATH|HOME|ENV|IFS|SHELLOPTS)\Z", re.I
)
_IMAGE_ID: Final = re.compile(r"(sha256:)?([0-9a-f]{12}|[0-9a-f]{64})\Z")


@dataclass(frozen=True)
class ContainerOptions:
    """What a container is made from. The port is always bound on 127.0.0.1; `host_port` is a wish, None for any.

    `image` is "" when the entry names none that can be pulled; `problems` (warnings) tells what was left out.
    """

    image: str
    container_port: int
    host_port: int | None
    tty: bool
    env: tuple[str, ...]
    problems: tuple[Problem, ...]


def container_options(entry: ModelEntry) -> ContainerOptions:
    """Read an entry's options; nothing outside the whitelist gets through."""
    options = _lower_keys(entry.options)
    host = _lower_keys(options.get("hostconfig"))
    where = f"{entry.where}.options"
    problems = list(_ignored(entry.options, _READ, where))
    if isinstance(host_written := _written(entry.options, "hostconfig"), Mapping):
        problems += _ignored(host_written, _READ_HOST, f"{where}.HostConfig")
    tty = options.get("tty", False)
    if not isinstance(tty, bool):
        problems.append(Problem(f"{where}.Tty", f"{shown(tty)} is not true or false.", "false is used.", "warning"))
    env, env_problems = _env_of(options.get("env"), f"{where}.Env")
    container_port, host_port, port_problems = _ports_of(entry, options, host, where)
    return ContainerOptions(
        _image_of(entry, options),
        container_port,
        host_port,
        tty is True,
        env,
        (*problems, *env_problems, *port_problems),
    )


def _lower_keys(value: Any) -> dict[str, Any]:
    """Docker reads keys in any case; the last one wins, as there."""
    return {str(key).lower(): one for key, one in value.items()} if isinstance(value, Mapping) else {}


def _written(options: Mapping[str, Any], lower: str) -> Any:
    return next((one for key, one in options.items() if key.lower() == lower), None)


def _ignored(written: Mapping[str, Any], allowed: set[str], where: str) -> Iterator[Problem]:
    for key, value in written.items():
        if key.lower() not in allowed and value not in (None, "", False, 0, [], {}):
            message = f"is ignored ({shown(value)}): a catalogue cannot set it."
            yield Problem(f"{where}.{key}", message, "Remove it; containers run with safe defaults.", "warning")


def _image_of(entry: ModelEntry, options: Mapping[str, Any]) -> str:
    image = options.get("image")
    written = image.strip() if isinstance(image, str) else ""
    # An image id is known only to the engine that built it: it cannot be pulled.
    name = entry.tag or ("" if _IMAGE_ID.match(written) else written)
    if not entry.digest:
        return name
    if "@" in entry.digest:
        return entry.digest
    repository = re.sub(r"(@.*|:[^/:]*)\Z", "", name)
    return f"{repository}@{entry.digest}" if repository else ""


def _env_of(value: Any, where: str) -> tuple[tuple[str, ...], list[Problem]]:
    kept, problems = [], []
    if value is not None and not isinstance(value, list):
        return (), [Problem(where, f"{shown(value)} is not a list.", 'Use ["NAME=value"].', "warning")]
    for index, line in enumerate(value or ()):
        found = _ENV.match(line) if isinstance(line, str) else None
        if found and not _UNSAFE_ENV.match(found.group(1)):
            kept.append(line)
        else:
            hint = "Use NAME=value; names that change how programs are loaded are not passed on."
            problems.append(Problem(f"{where}[{index}]", f"{shown(line)} is ignored.", hint, "warning"))
    return tuple(kept), problems


def _ports_of(
    entry: ModelEntry, options: Mapping[str, Any], host: Mapping[str, Any], where: str
) -> tuple[int, int | None, list[Problem]]:
    default = CONTAINER_PORTS[entry.protocol]
    bindings = host.get("portbindings")
    exposed = options.get("exposedports")
    inside, problems = default, []
    names = [*(bindings if isinstance(bindings, Mapping) else ()), *(exposed if isinstance(exposed, Mapping) else ())]
    if names:
        found = re.fullmatch(r"(\d{1,5})(/tcp)?", str(names[0]))
        if found and 0 < int(found.group(1)) < 65536:
            inside = int(found.group(1))
        else:
            message = f"{shown(names[0])} is not a TCP port."
            problems.append(Problem(f"{where}.ExposedPorts", message, f"{default}/tcp is used.", "warning"))
    try:
        wish = port_number(_host_port(bindings, names))
    except ValueError:
        message, hint = f"{shown(_host_port(bindings, names))} is not a port.", "Any free port is used."
        problems.append(Problem(f"{where}.HostConfig.PortBindings", message, hint, "warning"))
        wish = None
    return inside, wish or entry.port, problems


def _host_port(bindings: Any, names: list[Any]) -> Any:
    if not isinstance(bindings, Mapping) or not names:
        return None
    first = bindings.get(names[0])
    first = first[0] if isinstance(first, list) and first else first
    return _lower_keys(first).get("hostport")
