"""What the inspector shows of the selection, as plain data: nodes, one note or frame, or the document itself."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from nodegraph.core.errors import NodeError, Problem
from nodegraph.core.graph import GraphNode, Wire
from nodegraph.core.spec import NodeSpec, Param
from nodegraph.editor.state.edits.sheets import sheet_of
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placements import Sheet, groups, notes
from nodegraph.editor.state.problem_rows import NOT_CONNECTED
from nodegraph.editor.state.running.shows import sentence
from nodegraph.editor.state.workspace import Workspace


@dataclass(frozen=True)
class Driver:
    """What sets a parameter while the graph runs. text: what to call it ("lfo.value"); wire: what to take away."""

    kind: Literal["wire"]
    text: str
    wire: Wire


@dataclass(frozen=True)
class ParamFacts:
    """A parameter of the selected node or nodes.

    value: the first node's, in the parameter's own type; the default where the document holds something unusable, and
    `problem` says so. differs: the selected nodes have different values.
    """

    param: Param
    title: str
    value: Any
    is_default: bool = True
    drivers: tuple[Driver, ...] = ()
    problem: str = ""
    differs: bool = False


@dataclass(frozen=True)
class NodesFacts:
    """One or several nodes. spec and rows: None and empty when they are of different types, or of one unknown here.

    name: the title a person gave, "" for none. kinds: how many of which type. state, failure, sync: None where the
    nodes differ. lost: parameters in the document that the type does not have. problems: sentences about one node.
    inputs: how many inputs the type has. place: of one node.
    """

    ids: tuple[str, ...]
    title: str
    name: str
    type: str
    spec: NodeSpec | None
    kinds: tuple[tuple[str, int], ...]
    rows: tuple[ParamFacts, ...] = ()
    lost: tuple[tuple[str, Any], ...] = ()
    state: str | None = "on"
    failure: str | None = "hold"
    sync: str | None = "hold"
    place: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @property
    def model(self) -> str:
        """The catalogue id of the model, "" for nodes that are none."""
        return str(self.spec.extra.get("model", "")) if self.spec else ""


@dataclass(frozen=True)
class SheetFacts:
    """A note or a group frame."""

    item: Item
    sheet: Sheet


@dataclass(frozen=True)
class Trouble:
    """A problem of the document. node: whose it is, "" for none."""

    node: str
    text: str
    is_error: bool


@dataclass(frozen=True)
class DocumentFacts:
    """The document: shown when nothing is selected, or several notes and frames. file: its path, "" for none."""

    title: str
    description: str
    author: str
    licence: str
    tags: tuple[str, ...]
    file: str
    counts: str
    selected: int = 0
    troubles: tuple[Trouble, ...] = ()


Inspected = NodesFacts | SheetFacts | DocumentFacts


def inspect(workspace: Workspace) -> Inspected:
    """What is selected: nodes come before notes and frames."""
    ids = workspace.selected_nodes
    if ids:
        return _nodes(workspace, ids)
    others = sorted(workspace.selection)
    sheet = sheet_of(workspace.document, others[0]) if len(others) == 1 else None
    return SheetFacts(others[0], sheet) if sheet else _document(workspace, len(others))


def param_title(param: Param) -> str:
    """What a person calls a parameter: "outline_color" is "Outline color"."""
    return param.name.replace("_", " ").strip().capitalize()


# --- nodes ------------------------------------------------------------------------------------------------------------


def _nodes(workspace: Workspace, ids: list[str]) -> NodesFacts:
    nodes = [workspace.document.graph.nodes[id] for id in ids]
    types = {node.type for node in nodes}
    spec = workspace.spec(ids[0]) if len(types) == 1 else None
    single = nodes[0] if len(nodes) == 1 else None
    return NodesFacts(
        tuple(ids),
        workspace.title(ids[0]) if single else f"{len(ids)} nodes",
        single.title if single else "",
        nodes[0].type if len(types) == 1 else "",
        spec,
        _kinds(workspace, ids),
        tuple(_rows(workspace, nodes, spec)) if spec else (),
        tuple(_lost(single, spec)) if single else (),
        _common({node.state for node in nodes}),
        _common({node.failure for node in nodes}),
        _common({node.sync for node in nodes}),
        single.place if single else {},
        tuple(_node_problems(workspace, single, spec)) if single else (),
    )


def _kinds(workspace: Workspace, ids: list[str]) -> tuple[tuple[str, int], ...]:
    titles = [spec.title if (spec := workspace.spec(id)) else workspace.document.graph.nodes[id].type for id in ids]
    return tuple(Counter(titles).most_common())


def _rows(workspace: Workspace, nodes: list[GraphNode], spec: NodeSpec) -> Iterator[ParamFacts]:
    drivers: dict[str, list[Driver]] = {}
    ids = {node.id for node in nodes}
    for wire in workspace.document.graph.wires:
        if wire.target in ids:
            driver = Driver("wire", f"{workspace.title(wire.source)}.{wire.output}", wire)
            drivers.setdefault(wire.input, []).append(driver)
    problems = _by_place(workspace)
    for param in spec.params:
        values = [_value(param, node) for node in nodes]
        first = values[0]
        wrong = next((found for node in nodes if (found := problems.get(f"nodes.{node.id}.{param.name}"))), None)
        yield ParamFacts(
            param,
            param_title(param),
            first,
            all(value == param.default for value in values) and wrong is None,
            tuple(drivers.get(param.name, ())),
            _words(wrong) if wrong else "",
            any(value != first for value in values),
        )


def _value(param: Param, node: GraphNode) -> Any:
    try:
        return param.check(node.params.get(param.name, param.default))
    except NodeError:
        return param.default


def _lost(node: GraphNode, spec: NodeSpec | None) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in node.params.items() if spec is None or spec.param(name) is None)


def _node_problems(workspace: Workspace, node: GraphNode, spec: NodeSpec | None) -> Iterator[str]:
    """Those that are not one of its parameters': an input that is not connected, a loop, a type nobody knows."""
    begin = f"nodes.{node.id}."
    for problem in workspace.problems:
        name = problem.where.removeprefix(begin)
        if name == problem.where and problem.where != begin[:-1]:
            continue
        if not (spec and spec.param(name)) and name not in node.params:
            port = spec.input(name) if spec else None
            yield f"“{name}”: {_words(problem)}" if port else _words(problem)


def _by_place(workspace: Workspace) -> dict[str, Problem]:
    return {problem.where: problem for problem in reversed(workspace.problems)}


def _words(problem: Problem) -> str:
    return f"{sentence(problem.message)} {problem.hint}".strip()


def _common(values: set[Any]) -> str | None:
    return str(next(iter(values))) if len(values) == 1 else None


# --- the document -----------------------------------------------------------------------------------------------------


def _document(workspace: Workspace, selected: int) -> DocumentFacts:
    document = workspace.document
    graph = document.graph
    counts = [(len(graph.nodes), "node"), (len(graph.wires), "wire")]
    counts += [(len(notes(document)), "note"), (len(groups(document)), "frame")]
    return DocumentFacts(
        document.title,
        document.description,
        document.author,
        document.licence,
        document.tags,
        str(workspace.path or ""),
        ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count or word == "node"),
        selected,
        tuple(_trouble(workspace, problem) for problem in workspace.problems),
    )


def _trouble(workspace: Workspace, problem: Problem) -> Trouble:
    begin, _, place = problem.where.partition(".")
    node = next((id for id in workspace.document.graph.nodes if f"{place}.".startswith(f"{id}.")), "")
    node = node if begin == "nodes" else ""
    where = f"{workspace.title(node)}: " if node else ""
    is_error = problem.severity == "error" and problem.message != NOT_CONNECTED
    return Trouble(node, f"{where}{_words(problem)}", is_error)
