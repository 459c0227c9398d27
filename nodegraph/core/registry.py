"""Where node types come from: installed packs (entry points), a user's folder, and the model catalogue.

Importing a node module has no side effect; the registry looks for classes. A pack that fails to import is a
Problem in the library, never a crash.
"""

import importlib
import importlib.util
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol, Self

from nodegraph.core.errors import Problem
from nodegraph.core.node import Node
from nodegraph.core.spec import NodeSpec

ENTRY_POINTS = "nodegraph.nodes"
MOST_REPLICAS = 256
"""How many servers of one model may share its frames."""


class Instance(Protocol):
    """A node at work, as the engine sees it. Class nodes and model nodes both are.

    A source also has ``stream()``, a filter or sink ``process(*inputs)`` (inputs in declared order, then the
    Stamp for a timed node), a delay node ``recall()``.
    """

    @property
    def spec(self) -> NodeSpec:
        """What kind of node this is."""

    def open(self) -> None:
        """Begin; called before the first frame."""

    def close(self) -> None:
        """Let go of everything; called once after the last frame."""

    def configure(self, params: Mapping[str, Any]) -> None:
        """Set parameters, checked; raises NodeError and sets none when one is wrong."""

    def with_params(self, params: Mapping[str, Any]) -> Self:
        """A copy with other parameters, for frames to come."""


Make = Callable[[Mapping[str, Any], Mapping[str, Any]], Instance]


@dataclass(frozen=True)
class Definition:
    """A type of node and how to make one: ``make(params, place)``.

    `place` says where a model runs (see preset-format.md); class nodes ignore it.
    """

    spec: NodeSpec
    make: Make
    origin: str = ""

    def spec_at(self, place: Mapping[str, Any]) -> NodeSpec:
        """The spec of a node at `place`: replicas of a model take as many more frames at once."""
        count = place.get("replicas", 1)
        if not self.spec.blocking or type(count) is not int or count < 2:
            return self.spec
        return replace(self.spec, max_inflight=self.spec.max_inflight * min(count, MOST_REPLICAS))


@dataclass(frozen=True)
class Registry:
    """Every known type of node by id. `problems` tells what could not be loaded."""

    definitions: Mapping[str, Definition]
    problems: tuple[Problem, ...] = ()
    _renamed: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        renamed = {old: id for id, one in self.definitions.items() for old in one.spec.replaces}
        object.__setattr__(self, "_renamed", renamed)

    def find(self, type_id: str) -> Definition | None:
        """The definition for an id, also under a name it had before, or None."""
        return self.definitions.get(type_id) or self.definitions.get(self._renamed.get(type_id, ""))

    def with_definitions(self, more: Iterable[Definition], problems: Iterable[Problem] = ()) -> "Registry":
        """This registry and more; an id that is taken already becomes a Problem and the first one stays."""
        merged, found = dict(self.definitions), [*self.problems, *problems]
        for one in more:
            if one.spec.id in merged:
                first = merged[one.spec.id].origin
                found.append(Problem(one.origin, f"The id {one.spec.id!r} is taken by {first}.", "Choose another id."))
            else:
                merged[one.spec.id] = one
        return Registry(merged, tuple(found))


def discover(folders: Iterable[Path] = ()) -> Registry:
    """Every node of the installed packs and of `folders` (each ``*.py`` in them is run as the user: trust it)."""
    registry = Registry({})
    for entry in entry_points(group=ENTRY_POINTS):
        definitions, problems = _load(f"pack {entry.name}", entry.load)
        registry = registry.with_definitions(definitions, problems)
    for folder in folders:
        for path in sorted(folder.glob("*.py")):
            definitions, problems = _load(str(path), partial(_module_from, path))
            registry = registry.with_definitions(definitions, problems)
    return registry


def _load(origin: str, load: Callable[[], Any]) -> tuple[list[Definition], list[Problem]]:
    definitions, problems = [], []
    try:
        root = load()
        names = [root.__name__, *_submodules(root)]
    except (Exception, SystemExit) as error:  # a script that ends itself ends only itself
        return [], [_import_problem(origin, error)]
    for name in names:
        try:
            module = sys.modules.get(name) or importlib.import_module(name)
        except (Exception, SystemExit) as error:
            problems.append(_import_problem(name, error))
        else:
            definitions += [Definition(cls.spec, _maker(cls), name) for cls in _node_classes(module)]
    return definitions, problems


def _submodules(root: ModuleType) -> Iterator[str]:
    """Every module below `root`; those that begin with _ hold no nodes, and may be programs or need extras."""
    for info in pkgutil.walk_packages(getattr(root, "__path__", ()), root.__name__ + ".", onerror=lambda _: None):
        if not info.name.rpartition(".")[2].startswith("_"):
            yield info.name


def _node_classes(module: ModuleType) -> list[type[Node]]:
    return [
        value
        for value in vars(module).values()
        if inspect.isclass(value)
        and issubclass(value, Node)
        and "spec" in vars(value)
        and value.__module__ == module.__name__
    ]


def _maker(cls: type[Node]) -> Make:
    return lambda params, _place: cls(**params)


def _module_from(path: Path) -> ModuleType:
    name = f"nodegraph_user_{path.stem}"
    found = importlib.util.spec_from_file_location(name, path)
    if found is None or found.loader is None:
        raise ImportError(f"{path} is not a Python module")
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    try:
        found.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _import_problem(origin: str, error: BaseException) -> Problem:
    return Problem(
        origin, f"cannot be loaded: {type(error).__name__}: {error}.", "Its nodes are missing; fix or remove it."
    )
