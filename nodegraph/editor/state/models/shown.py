"""A model's state on this machine in words, how much of a stage is done, and what can be done about it now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from nodegraph.editor.state.models.weights import Stock
from nodegraph.editor.state.sizes import megabytes
from nodegraph.runtime.entry import ModelEntry
from nodegraph.runtime.state import ServerEvent, ServerState, Stage

if TYPE_CHECKING:  # it brings Docker and HTTP along: a fifth of a second at the start
    from nodegraph.runtime.manage import ModelStatus

ActionId = Literal["download", "build", "fetch", "cancel", "start", "contain", "stop", "remove", "retry", "restart"]
"""contain: start as a container, where "start" starts a local process. fetch: weights and a checkpoint. restart: of a
server that runs or failed."""
WORKING: Final = (
    Stage.PULLING, Stage.BUILDING, Stage.FETCHING, Stage.CREATING, Stage.STARTING, Stage.LOADING, Stage.RESTARTING
)  # fmt: skip
_CALLED_OFF: Final[tuple[ActionId, ...]] = ("download", "build", "fetch", "contain")
_NEARLY: Final = 0.96
"""Where a bar stands that goes by the time a stage took last time, once that has passed."""


@dataclass(frozen=True)
class Action:
    """Something that can be done now: what to call it on a button."""

    id: ActionId
    text: str


@dataclass(frozen=True)
class ModelShow:
    """What a card shows. fraction: how much of a stage is done, 0..1, None when nobody knows."""

    stage: str
    text: str
    fraction: float | None = None
    actions: tuple[Action, ...] = ()
    note: str = ""
    working: bool = False
    ready: bool = False
    failed: bool = False


@dataclass(frozen=True)
class Failure:
    """What was tried by hand and did not work. what: of a fetch, the checkpoint. engine: see `Facts`."""

    action: ActionId
    message: str
    hint: str
    what: str = ""
    engine: str = ""


@dataclass(frozen=True)
class Facts:
    """All that is known about a model here.

    status: of its image and containers, None while unknown. answers: whether Docker does, None until asked. doing and
    progress: what was begun by hand and how far it is. servers: the newest event of each, of runs and of ours. held:
    a local process of it is kept on by hand. engine: the address of the engine this is about, "" for this computer's.
    trouble: why another engine says nothing. stock: its weights, None while nobody looked.
    """

    status: "ModelStatus | None" = None
    answers: bool | None = None
    doing: ActionId | None = None
    progress: ServerState = field(default_factory=ServerState)
    servers: Sequence[ServerEvent] = ()
    held: bool = False
    failure: Failure | None = None
    engine: str = ""
    trouble: str = ""
    stock: Stock | None = None


def show_of(entry: ModelEntry, facts: Facts) -> ModelShow:
    """The show of a model: what is being done with it, else its server, else its image."""
    if facts.doing is not None:
        return _done_by_hand(facts.doing, facts.progress)
    found = min(facts.servers, key=lambda one: _rank(one.state.stage), default=None)
    if found is not None:
        return _served(entry, found, facts)
    rest = _at_rest(entry, facts)
    if facts.failure is None:
        return rest
    again = Action("retry", "Try again")
    others = tuple(one for one in rest.actions if one.id != facts.failure.action)
    return ModelShow(
        "failed", f"failed: {facts.failure.message}", actions=(again, *others), note=facts.failure.hint, failed=True
    )


def is_local(entry: ModelEntry) -> bool:
    """Whether it runs as a local process unless a node says otherwise."""
    return entry.process is not None


_PLACES: Final = {"container": "container", "process": "local process", "url": "server elsewhere"}
_DOING: Final = {
    Stage.PULLING: "downloading",
    Stage.BUILDING: "building",
    Stage.FETCHING: "getting its weights",
    Stage.CREATING: "creating",
    Stage.STARTING: "starting",
    Stage.LOADING: "loading",
    Stage.RESTARTING: "restarting",
}
_BY_HAND: Final[Mapping[str, str]] = {"stop": "stopping", "remove": "removing the image", "restart": "restarting"}


def _rank(stage: Stage) -> int:
    """Of servers at several places the one that matters most comes first."""
    if stage in WORKING:
        return 0
    return {Stage.READY: 1, Stage.FAILED: 2}.get(stage, 3)


def _done_by_hand(action: ActionId, progress: ServerState) -> ModelShow:
    if progress.stage not in WORKING:
        return ModelShow("working", f"{_BY_HAND.get(action, 'starting')} …", working=True)
    cancel = (Action("cancel", "Cancel"),) if action in _CALLED_OFF else ()
    return _working(progress, cancel)


def _served(entry: ModelEntry, event: ServerEvent, facts: Facts) -> ModelShow:
    server, ours = event.state, event.place != "url"
    if server.stage in WORKING:
        return _working(server, (Action("stop", "Stop"),) if facts.held and event.place == "process" else ())
    if server.stage is Stage.READY:
        actions = (Action("stop", "Stop"), Action("restart", "Restart")) if ours else ()
        where = _where(event.place, event.engine, event.replicas)
        return ModelShow("ready", f"ready · {where}", None, actions, server.note, ready=True)
    if server.stage is Stage.FAILED:
        text = f"failed: {server.message or 'it does not run'}"
        others = tuple(one for one in _at_rest(entry, facts).actions if one.id in ("download", "build", "fetch"))
        return ModelShow("failed", text, None, (Action("restart", "Try again"), *others), server.hint, failed=True)
    return ModelShow("stopping", "stopping …", working=True)


def _where(place: str, engine: str, count: int) -> str:
    what = f"{count} containers" if place == "container" and count > 1 else _PLACES.get(place, place)
    return f"{what} on {engine}" if engine else what


def _working(server: ServerState, actions: tuple[Action, ...]) -> ModelShow:
    parts, fraction = [_DOING[server.stage]], None
    if server.total:
        fraction = min(1.0, server.done / server.total)
        parts[0] += f" {100 * fraction:.0f} %"
        parts.append(_amounts(server.done, server.total))
    elif server.expected and server.expected >= 1:
        fraction = min(_NEARLY, server.seconds / server.expected)
        parts[0] += f" {server.seconds:.0f} s of about {server.expected:.0f} s"
    elif server.seconds >= 1:
        parts[0] += f" {server.seconds:.0f} s"
    if server.message:
        parts.append(server.message)
    return ModelShow(str(server.stage), " · ".join(parts), fraction, actions, server.note, working=True)


def _at_rest(entry: ModelEntry, facts: Facts) -> ModelShow:
    status, start = facts.status, (Action("start", "Start"),) if is_local(entry) else ()
    stock = facts.stock or Stock()
    fetch = (Action("fetch", "Fetch weights"),) if stock.missing else ()
    if status is not None and status.running:
        stop = (Action("stop", "Stop"),) if status.kept else ()
        note = "" if status.kept else "Another program runs it."
        text = f"ready · {_where('container', facts.engine, status.kept)}"
        return ModelShow("ready", text, actions=stop, note=note, ready=True)
    image = _image_actions(entry, status)
    if stock.untrained:
        usable = tuple(one for one in image if one.id != "contain")
        return ModelShow("untrained", "has to be trained first", actions=usable, note=stock.untrained)
    note = _fetched_first(stock)
    if is_local(entry):
        return ModelShow("stopped", "stopped · local process", actions=(*start, *fetch, *image), note=note)
    if not (entry.tag or entry.build or entry.container_id or entry.digest):
        return ModelShow("stopped", "runs elsewhere", note="Give its address at the node's place.")
    if facts.trouble:
        text = f"no answer from {facts.engine}"
        return ModelShow("unknown", text, actions=fetch, note=facts.trouble, failed=True)
    if status is None or status.present is None:
        return _unknown(facts, fetch)
    weights = " · no weights yet" if stock.missing else ""
    if status.present:
        return ModelShow("stopped", f"stopped{weights}", actions=(*image[:1], *fetch, *image[1:]), note=note)
    text = "not built" if entry.build else "not downloaded"
    return ModelShow("absent", f"{text}{weights}", actions=(*image, *fetch), note=note)


def _fetched_first(stock: Stock) -> str:
    if not stock.missing:
        return ""
    size = f" ({megabytes(stock.size)})" if stock.size else ""
    return f"Its weights{size} are fetched before it starts."


def _unknown(facts: Facts, fetch: tuple[Action, ...]) -> ModelShow:
    if facts.engine:
        return ModelShow("unknown", f"asking {facts.engine} …", actions=fetch)
    if facts.answers is False:
        text = "needs Docker, which does not answer"
        return ModelShow("unknown", text, actions=fetch, note="Start Docker to use it.")
    return ModelShow("unknown", "asking Docker …", actions=fetch)


def _image_actions(entry: ModelEntry, status: "ModelStatus | None") -> tuple[Action, ...]:
    local = is_local(entry)
    if status is None or status.present is None or not status.image:
        return ()
    if status.present:
        start = Action("contain", "Start container") if local else Action("contain", "Start")
        return start, Action("remove", "Remove image")
    if entry.build:
        return (Action("build", "Build image" if local else "Build"),)
    return (Action("download", "Download image" if local else "Download"),)


def _amounts(done: int, total: int) -> str:
    """``1.2 of 2.2 GB``."""
    unit, name = (1e9, "GB") if total >= 1e9 else (1e6, "MB")
    places = 1 if total / unit < 100 else 0
    return f"{done / unit:.{places}f} of {total / unit:.{places}f} {name}"
