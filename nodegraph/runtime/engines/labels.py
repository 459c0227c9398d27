"""The labels our containers carry, and what they say about who started them and whether that program still lives."""

import hashlib
import os
import platform
import uuid
from collections.abc import Mapping
from pathlib import Path

OWNER = "app.nodegraph.owner"
INSTANCE = "app.nodegraph.instance"
PROGRAM = "app.nodegraph.pid"
MACHINE = "app.nodegraph.machine"
ENTRY = "app.nodegraph.entry"
DEVICE = "app.nodegraph.device"
KEPT = "app.nodegraph.kept"
FOLDER = "app.nodegraph.folder"
SETTINGS = "app.nodegraph.settings"  # a fingerprint of all that is chosen for its start
IMAGE = "app.nodegraph.image"  # on images we built; containers inherit it, so it says nothing about them
SOURCE = "app.nodegraph.source"  # on images we built: a fingerprint of the folder it was built from

OURS = {OWNER: "nodegraph"}
THIS_INSTANCE = str(uuid.uuid4())


def labels(entry: str, device: str) -> dict[str, str]:
    """The labels of a new container."""
    program = {INSTANCE: THIS_INSTANCE, PROGRAM: this_program(), MACHINE: this_machine()}
    return {**OURS, **program, ENTRY: entry, DEVICE: device}


def this_program() -> str:
    """``pid:start time:pid namespace:boot``: no other program, past or future, has the same."""
    pid = os.getpid()
    return f"{pid}:{_started(pid)}:{_namespace()}:{_boot()}"


def this_machine() -> str:
    """A name for this machine that tells nobody which it is; the same after a restart, "" when there is none."""
    try:
        id = Path("/etc/machine-id").read_text().strip()
    except OSError:
        id = ""
    return hashlib.sha256(f"nodegraph {id} {platform.node()}".encode()).hexdigest()[:16] if id else ""


def is_orphan(found: Mapping[str, str], own_engine: bool = True) -> bool:
    """Whether the program that started a container is gone. Unknown counts as alive; kept ones are nobody's orphans.

    Another boot is a restart of this machine or somebody else's machine that uses the same engine: MACHINE tells.
    own_engine: the engine runs on this machine, so containers of versions that did not write MACHINE are this one's.
    """
    parts = found.get(PROGRAM, "").split(":")
    if KEPT in found or len(parts) != 4 or not parts[0].isdecimal():
        return False
    pid, started, namespace, boot = parts
    ours = bool(this_machine()) and found.get(MACHINE) == this_machine()
    if boot != _boot():
        return bool(boot and _boot()) and (ours or (own_engine and MACHINE not in found))
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
