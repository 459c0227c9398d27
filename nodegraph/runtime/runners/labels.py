"""The labels our containers carry, and what they say about who started them and whether that program still lives."""

import os
import uuid
from collections.abc import Mapping
from pathlib import Path

OWNER = "app.nodegraph.owner"
INSTANCE = "app.nodegraph.instance"
PROGRAM = "app.nodegraph.pid"
ENTRY = "app.nodegraph.entry"
DEVICE = "app.nodegraph.device"
KEPT = "app.nodegraph.kept"
FOLDER = "app.nodegraph.folder"
IMAGE = "app.nodegraph.image"  # on images we built; containers inherit it, so it says nothing about them
SOURCE = "app.nodegraph.source"  # on images we built: a fingerprint of the folder it was built from

OURS = {OWNER: "nodegraph"}
THIS_INSTANCE = str(uuid.uuid4())


def labels(entry: str, device: str) -> dict[str, str]:
    """The labels of a new container."""
    return {**OURS, INSTANCE: THIS_INSTANCE, PROGRAM: this_program(), ENTRY: entry, DEVICE: device}


def this_program() -> str:
    """``pid:start time:pid namespace:boot``: no other program, past or future, has the same."""
    pid = os.getpid()
    return f"{pid}:{_started(pid)}:{_namespace()}:{_boot()}"


def is_orphan(found: Mapping[str, str]) -> bool:
    """Whether the program that started a container is gone. Unknown counts as alive; kept ones are nobody's orphans."""
    parts = found.get(PROGRAM, "").split(":")
    if KEPT in found or len(parts) != 4 or not parts[0].isdecimal():
        return False
    pid, started, namespace, boot = parts
    if boot != _boot():
        return bool(boot and _boot())
    if namespace != _namespace():  # it lives, or lived, where we cannot see
        return False
    return _started(int(pid)) != started


def _started(pid: int) -> str:
    """When a process began (clock ticks since boot), "" when there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in ("Z", "X") else fields[19]


def _namespace() -> str:
    try:
        return os.readlink("/proc/self/ns/pid").strip("pid:[]")
    except OSError:
        return ""


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
