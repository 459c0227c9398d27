"""A model's state on this machine in words, how much of a stage is done, and what can be done about it now."""

from dataclasses import dataclass
from typing import Final, Literal

from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.manage import ModelStatus
from nodegraph.runtime.state import ServerState, Stage

ActionId = Literal["download", "build", "cancel", "start", "stop", "remove", "retry"]
WORKING: Final = (Stage.PULLING, Stage.BUILDING, Stage.CREATING, Stage.STARTING, Stage.LOADING, Stage.RESTARTING)


@dataclass(frozen=True)
class Action:
    """Something that can be done now: what to call it on a button."""

    id: ActionId
    text: str


@dataclass(frozen=True)
class ModelShow:
    """What a card shows. fraction: how much of a download is done, 0..1, None when nobody knows."""

    stage: str
    text: str
    fraction: float | None = None
    actions: tuple[Action, ...] = ()
    note: str = ""
    working: bool = False
    ready: bool = False
    failed: bool = False


def show_of(entry: ModelEntry, status: ModelStatus | None, server: ServerState | None, place: str) -> ModelShow:
    """The show of a model. status: of its image, None while unknown; server: the newest state of one at `place`."""
    if server is not None and server.stage in WORKING:
        return _working(server)
    if server is not None and server.stage is Stage.READY:
        return ModelShow(
            "ready", f"ready · {_PLACES.get(place, place)}", note=server.note, ready=True, actions=_stops(status)
        )
    if server is not None and server.stage is Stage.FAILED:
        text = f"failed: {server.message or 'it does not run'}"
        actions = (Action("retry", "Try again"), *_image_actions(entry, status))
        return ModelShow("failed", text, None, actions, server.hint, failed=True)
    return _at_rest(entry, status)


_PLACES: Final = {"container": "container", "process": "local process", "url": "server elsewhere"}
_DOING: Final = {
    Stage.PULLING: "downloading",
    Stage.BUILDING: "building",
    Stage.CREATING: "creating",
    Stage.STARTING: "starting",
    Stage.LOADING: "loading",
    Stage.RESTARTING: "restarting",
}


def _working(server: ServerState) -> ModelShow:
    fraction = min(1.0, server.done / server.total) if server.total else None
    parts = [_DOING[server.stage]]
    if fraction is not None:
        parts[0] += f" {100 * fraction:.0f} %"
        parts.append(f"{_amount(server.done)} of {_amount(server.total)}")
    elif server.seconds >= 1:
        expected = f" of about {server.expected:.0f} s" if server.expected and server.expected >= 1 else ""
        parts.append(f"{server.seconds:.0f} s{expected}")
    if server.message and server.stage in (Stage.BUILDING, Stage.RESTARTING):
        parts.append(server.message)
    long = server.stage in (Stage.PULLING, Stage.BUILDING)
    actions = (Action("cancel", "Cancel"),) if long else ()
    return ModelShow(str(server.stage), " · ".join(parts), fraction, actions, server.note, working=True)


def _at_rest(entry: ModelEntry, status: ModelStatus | None) -> ModelShow:
    if status is not None and status.running:
        return ModelShow("ready", "running · container", actions=_stops(status), ready=True)
    if not (entry.tag or entry.build or entry.container_id):
        text = "stopped · runs as a local process" if entry.process else "runs elsewhere: give its address"
        return ModelShow("stopped", text)
    if status is None or status.present is None:
        if entry.process:
            return ModelShow("stopped", "stopped · runs as a local process", note="Docker does not answer.")
        return ModelShow("unknown", "needs Docker, which does not answer", note="Start Docker to use it.")
    if status.present:
        return ModelShow("stopped", "stopped", actions=_image_actions(entry, status))
    text = "not built" if entry.build else "not downloaded"
    text += " · can run as a local process" if entry.process else ""
    return ModelShow("absent", text, actions=_image_actions(entry, status))


def _image_actions(entry: ModelEntry, status: ModelStatus | None) -> tuple[Action, ...]:
    if status is None or status.present is None:
        return ()
    if status.present:
        return Action("start", "Start"), Action("remove", "Remove image")
    return (Action("build", "Build"),) if entry.build else (Action("download", "Download"),)


def _stops(status: ModelStatus | None) -> tuple[Action, ...]:
    """Only a container that was started by hand is stopped by hand; a run's own ends with the run."""
    return (Action("stop", "Stop"),) if status is not None and status.kept else ()


def _amount(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"
