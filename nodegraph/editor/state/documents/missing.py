"""What a document needs that is not here: types of nodes and models, each with its state and one thing to do about it.

Opening is never blocked by it: what is missing stays in the document as it is.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from nodegraph.core.errors import NodegraphError
from nodegraph.core.graph import Graph, GraphNode
from nodegraph.core.registry import Registry
from nodegraph.session import Session

if TYPE_CHECKING:
    from nodegraph.runtime.entry import ModelEntry
    from nodegraph.runtime.manage import ModelStatus

State = Literal["missing", "version differs", "not downloaded", "not built", "engine off", "announced"]
Action = Literal["pull", "build", "process", "replace", "show", "docker help"]
MayAsk = Callable[["ModelEntry", Mapping[str, Any]], bool]


@dataclass(frozen=True)
class Missing:
    """One thing that is not here. nodes: those that need it. size and licence are a model's, "" when unknown.

    action, button, argument: the one fix. pull, build: the model `argument`. process: run `nodes` as local processes.
    replace: give `nodes` the type `argument`. show: select `nodes`. docker help: tell how to start Docker. engine: the
    Docker engine a model is to run on, "" for this computer's.
    """

    type: str
    title: str
    state: State
    detail: str
    nodes: tuple[str, ...]
    action: Action
    button: str
    argument: str = ""
    size: str = ""
    licence: str = ""
    engine: str = ""


def missing(
    graph: Graph,
    registry: Registry,
    session: Session,
    requires: Mapping[str, Any] | None = None,
    may_ask: MayAsk = lambda _entry, _place: True,
) -> list[Missing]:
    """Everything that is missing, by type, each once. Asks the Docker engine: not for the UI thread.

    requires: the preset's, which may name a digest for a model. may_ask: whether the engine elsewhere that a place
    names may be asked; of models at others nothing is said.
    """
    by_type: dict[tuple[str, str], list[GraphNode]] = {}
    for node in graph.nodes.values():
        place = f"{node.place.get('kind', '')} {node.place.get('engine', '')}"
        by_type.setdefault((node.type, place), []).append(node)
    unknown = [_unknown(nodes, registry) for (type, _), nodes in by_type.items() if registry.find(type) is None]
    entries = {f"model.{one.id}": one for one in session.models}
    models = [(entries[type], nodes) for (type, _), nodes in by_type.items() if type in entries]
    allowed = [
        (entry, nodes) for entry, nodes in models if not _place(entry, nodes[0])[1] or may_ask(entry, nodes[0].place)
    ]
    return [*unknown, *_of_models(allowed, requires or {})]


def _unknown(nodes: list[GraphNode], registry: Registry) -> Missing:
    type, ids = nodes[0].type, tuple(node.id for node in nodes)
    title = type.rpartition(".")[2].replace("_", " ").replace("-", " ").capitalize() or type
    close = difflib.get_close_matches(type, list(registry.definitions), n=1, cutoff=0.75)
    if close:
        other = registry.definitions[close[0]].spec.title
        detail = f"There is no node type {type} here; {close[0]} has nearly the same name."
        return Missing(type, title, "missing", detail, ids, "replace", f"Use {other}", close[0])
    what = "models.json entry" if type.startswith("model.") else "node pack"
    detail = f"The {what} that {type} is from is not installed. Its nodes are kept as they are and do not run."
    return Missing(type, title, "missing", detail, ids, "show", "Show it" if len(ids) == 1 else "Show them")


def _of_models(models: list[tuple["ModelEntry", list[GraphNode]]], requires: Mapping[str, Any]) -> Iterator[Missing]:
    from nodegraph.runtime.manage import statuses

    known: dict[tuple[str, str], ModelStatus] = {}
    silent: dict[str, str] = {}
    for entry, nodes in models:
        kind, engine = _place(entry, nodes[0])
        if kind == "container" and (entry.id, engine) not in known and engine not in silent:
            every = {one.id: one for one, its in models if _place(one, its[0]) == ("container", engine)}
            try:
                known |= {(one.id, engine): one for one in statuses(every.values(), engine)}
            except NodegraphError as error:  # one that was named and does not answer; others may
                silent[engine] = f"{error.message} {error.hint}".strip()
        if kind == "container" and engine in silent:
            ids = tuple(node.id for node in nodes)
            title = "Show it" if len(ids) == 1 else "Show them"
            yield Missing(f"model.{entry.id}", entry.name, "engine off", silent[engine], ids, "show", title, entry.id)
            continue
        found = _model(entry, nodes, kind, known.get((entry.id, engine)), requires)
        if found:
            yield replace(found, engine=engine if kind == "container" else "")


def _place(entry: "ModelEntry", node: GraphNode) -> tuple[str, str]:
    from nodegraph.runtime.launch import usual_kind

    kind = str(node.place.get("kind") or usual_kind(entry))
    return kind, str(node.place.get("engine") or "")


def _model(
    entry: "ModelEntry",
    nodes: Iterable[GraphNode],
    kind: str,
    status: "ModelStatus | None",
    requires: Mapping[str, Any],
) -> Missing | None:
    ids = tuple(node.id for node in nodes)

    def lacks(state: State, detail: str, action: Action, button: str) -> Missing:
        about = (entry.size_text, entry.description.licence)
        return Missing(f"model.{entry.id}", entry.name, state, detail, ids, action, button, entry.id, *about)

    wanted = _wanted_digest(requires, entry.id)
    if not entry.available:
        return lacks("announced", "Its makers have not published it yet.", "show", "Show it")
    if status is None:
        if kind == "process" and entry.process is None:
            return lacks("missing", "It cannot run as a local process here.", "show", "Show it")
    elif status.present is None and status.image:
        if entry.process:
            return lacks("engine off", "No Docker engine answers.", "process", "Run without Docker")
        return lacks("engine off", "It runs in a container, and no Docker engine answers.", "docker help", "How to")
    elif not status.image:
        return lacks("missing", "Its entry names no image; it needs a server's address.", "show", "Show it")
    elif status.present is False:
        if entry.build:
            return lacks("not built", f"Its image is built here, from {entry.build.context.name}.", "build", "Build")
        return lacks("not downloaded", f"Its image is {status.image}.", "pull", "Download")
    if wanted and entry.digest and wanted != entry.digest:
        return lacks("version differs", "The document was made with another version of it.", "show", "Show it")
    return None


def _wanted_digest(requires: Mapping[str, Any], id: str) -> str:
    models = requires.get("models")
    about = models.get(id) if isinstance(models, Mapping) else None
    digest = about.get("digest") if isinstance(about, Mapping) else None
    return digest if isinstance(digest, str) else ""
