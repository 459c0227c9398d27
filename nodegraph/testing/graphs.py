"""A graph out of node classes, and a run of it, without a preset or an installed pack."""

from typing import Any, Self

from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.core.node import Node
from nodegraph.core.registry import Definition, Registry
from nodegraph.engine.plan import Mode
from nodegraph.engine.run import Run


class GraphBuilder:
    """Add nodes by class, wire them by name, run the graph."""

    def __init__(self) -> None:
        self.graph = Graph()
        self._definitions: dict[str, Definition] = {}

    def add(self, id: str, cls: type[Node], **params: Any) -> Self:
        """A node of this class with these parameters."""
        self._definitions[cls.spec.id] = Definition(cls.spec, lambda given, place: cls(**given), cls.__module__)
        self.graph = self.graph.with_node(GraphNode(id, cls.spec.id, params))
        return self

    def wire(self, text: str) -> Self:
        """``"camera.image -> blur.image"``; a parameter may stand in place of the input. Raises ValueError."""
        source, arrow, target = text.partition("->")
        ends = [*source.strip().split("."), *target.strip().split(".")]
        if not arrow or len(ends) != 4:
            raise ValueError(f"{text!r} is not like 'camera.image -> blur.image'.")
        self.graph = self.graph.with_wire(Wire(*ends))
        return self

    @property
    def registry(self) -> Registry:
        """The types of the nodes that were added."""
        return Registry(self._definitions)

    def run(self, mode: Mode = "offline", timeout: float = 30.0, **options: Any) -> Run:
        """Run to the end and return the finished Run (`run.nodes["out"].instance` is the sink).

        options: as `Run` takes them. Raises DocumentError for a graph that cannot run, TimeoutError when it goes on.
        """
        run = Run(self.graph, self.registry, mode, **options)
        with run:
            if not run.wait(timeout):
                raise TimeoutError(f"The run did not end in {timeout:g} s.")
        return run
