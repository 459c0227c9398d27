"""What is wrong with a graph: every Problem, each with its place and what to do. Only running refuses."""

import difflib
from collections.abc import Iterable, Iterator

from nodegraph.core import topology
from nodegraph.core.adapters import PARAM_TYPES, fits
from nodegraph.core.errors import NodeError, Problem
from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.registry import Registry
from nodegraph.core.spec import NodeSpec


def validate(graph: Graph, registry: Registry) -> list[Problem]:
    """Every problem of `graph`, errors and warnings, nodes first, then wires, then the shape as a whole."""
    specs = {id: found.spec for id, node in graph.nodes.items() if (found := registry.find(node.type))}
    problems = [problem for node in graph.nodes.values() for problem in _node_problems(node, specs, registry)]
    problems += _wire_problems(graph, specs)
    problems += _missing_inputs(graph, specs)
    problems += _loops(graph, specs)
    return problems


def errors_of(problems: Iterable[Problem]) -> list[Problem]:
    """Those that forbid running."""
    return [problem for problem in problems if problem.severity == "error"]


def _node_problems(node: GraphNode, specs: dict[str, NodeSpec], registry: Registry) -> Iterator[Problem]:
    where, spec = f"nodes.{node.id}", specs.get(node.id)
    if spec is None:
        hint = (
            _did_you_mean(node.type, registry.definitions)
            or "Install the pack or add the models.json entry it is from."
        )
        yield Problem(f"{where}.type", f"there is no node type {node.type!r} here.", hint)
        return
    for name, value in node.params.items():
        declared = spec.param(name)
        if declared is None:
            known = _did_you_mean(name, (param.name for param in spec.params)) or "It is kept, and has no effect."
            yield Problem(f"{where}.{name}", f"{spec.title} has no parameter of this name.", known, "warning")
            continue
        try:
            declared.check(value)
        except NodeError as error:
            yield Problem(f"{where}.{name}", error.message, error.hint)
    yield from _open_choices(node, spec)


def _open_choices(node: GraphNode, spec: NodeSpec) -> Iterator[Problem]:
    """Choices that may be right elsewhere, or have nothing to choose from yet."""
    for param in spec.params:
        value = node.params.get(param.name, param.default)
        if not param.open or value in param.choices or not isinstance(value, str):
            continue
        where = f"nodes.{node.id}.{param.name}"
        if value:
            known = f"Here there are {', '.join(param.choices)}." if param.choices else param.description
            yield Problem(where, f"{value[:100]!r} is not on this machine.", known, "warning")
        elif not param.choices:
            yield Problem(where, "there is nothing to choose from.", param.description, "warning")


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.75)
    return f"Did you mean {close[0]}?" if close else ""


def _wire_problems(graph: Graph, specs: dict[str, NodeSpec]) -> Iterator[Problem]:
    taken: dict[tuple[str, str], Wire] = {}
    for wire in graph.wires:
        where = f"wires ({wire})"
        missing = [id for id in (wire.source, wire.target) if id not in graph.nodes]
        if missing:
            yield Problem(where, f"there is no node {missing[0]!r}.", "Remove the wire or add the node.")
            continue
        if first := taken.get((wire.target, wire.input)):
            yield Problem(where, f"{first} goes into the same input.", "Remove one of the two.")
        taken[wire.target, wire.input] = wire
        if wire.source in specs and wire.target in specs:
            yield from _type_problems(wire, where, specs[wire.source], specs[wire.target])


def _type_problems(wire: Wire, where: str, source: NodeSpec, target: NodeSpec) -> Iterator[Problem]:
    output, input, param = source.output(wire.output), target.input(wire.input), target.param(wire.input)
    if output is None:
        names = ", ".join(port.name for port in source.outputs) or "none"
        yield Problem(where, f"{source.title} has no output {wire.output!r}.", f"Its outputs: {names}.")
    elif input is None and param is None:
        names = ", ".join([port.name for port in target.inputs] + [one.name for one in target.params]) or "none"
        yield Problem(where, f"{target.title} has no input or parameter {wire.input!r}.", f"It has: {names}.")
    else:
        wanted = input.types if input is not None else PARAM_TYPES[param.kind] if param else ()
        if fits(output.types, wanted) is None:
            gives, takes = " or ".join(output.types), " or ".join(wanted)
            yield Problem(
                where, f"the output gives {gives}, the input takes {takes}.", "Put a node between that converts."
            )


def _missing_inputs(graph: Graph, specs: dict[str, NodeSpec]) -> Iterator[Problem]:
    wired = {(wire.target, wire.input) for wire in graph.wires if wire.source in graph.nodes}
    for id, spec in specs.items():
        if graph.nodes[id].state == "mute":
            continue
        for port in spec.inputs:
            if not port.optional and (id, port.name) not in wired:
                kind = " or ".join(port.types)
                yield Problem(
                    f"nodes.{id}.{port.name}", "this input is not connected.", f"Connect something that gives {kind}."
                )


def _loops(graph: Graph, specs: dict[str, NodeSpec]) -> Iterator[Problem]:
    for loop in topology.loops(list(graph.nodes), forward_edges(graph, specs)):
        path = " → ".join([*loop, loop[0]])
        yield Problem(
            f"nodes.{loop[0]}", f"the wires form a loop: {path}.", "Put a Frame Delay into it, or cut one wire."
        )


def forward_edges(graph: Graph, specs: dict[str, NodeSpec]) -> list[tuple[str, str]]:
    """The wires between known nodes as edges, without those into a Frame Delay (it gives what it got a frame ago)."""
    return [
        (wire.source, wire.target)
        for wire in graph.wires
        if wire.source in graph.nodes
        and wire.target in graph.nodes
        and not (wire.target in specs and specs[wire.target].delay)
    ]
