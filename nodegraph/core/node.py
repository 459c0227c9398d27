"""What a node author subclasses: the signature of `process` or `stream` is the schema.

Statelessness is a promise the engine uses: a `Filter` without `open()` may run on several frames at once, on
copies of itself, so it keeps nothing on `self`. A node that keeps something defines `open()`, where it starts
from nothing, and then sees one frame at a time, in order.
"""

import copy
import inspect
import re
import types as pytypes
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, Literal, Self, TypeVar, get_type_hints

from nodegraph.core.errors import NodeError
from nodegraph.core.spec import NodeKind, NodeSpec, Param, ParamKind, Port
from nodegraph.core.types import port_types_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a frame is.

    index: number of the frame since the run began, counting dropped ones. time: seconds since the run began, at
    the speed shown. media: seconds in the source's own time (position in the file). rate: the source's nominal
    frames per second, or None. captured: `time.perf_counter()` when the source gave it.
    """

    index: int
    time: float
    media: float
    rate: float | None
    captured: float


@dataclass(frozen=True, slots=True)
class Stamped(Generic[T]):
    """What a source yields: a value (a NamedTuple for several outputs), its position in seconds, the nominal rate."""

    value: T
    time: float
    rate: float | None = None


@dataclass(frozen=True)
class _Declared:
    default: Any
    help: str
    options: Mapping[str, Any]


Color = tuple[int, int, int]
"""A parameter annotated Color is a (B, G, R) colour, each 0..255."""


def param(
    default: T,
    help: str,
    *,
    ge: float | None = None,
    le: float | None = None,
    step: float | None = None,
    unit: str = "",
    accept: tuple[str, ...] = (),
    restart: bool = False,
    multiline: bool = False,
) -> T:
    """Declare a parameter as a typed class attribute: ``radius: float = param(3.0, "...", ge=0, unit="px")``.

    `restart=True` says that a change reopens the node; any other parameter changes between frames.
    """
    options = {"ge": ge, "le": le, "step": step, "unit": unit, "accept": accept}
    options |= {"restart": restart, "multiline": multiline}
    return typing.cast(T, _Declared(default, help, options))


class Node:
    """A node: parameters as attributes, `open` and `close` around its life. Subclass Source, Filter or Sink."""

    spec: ClassVar[NodeSpec]
    _kind: ClassVar[NodeKind] = "filter"

    def __init_subclass__(
        cls,
        id: str = "",
        category: str = "",
        title: str = "",
        live: bool = False,
        blocking: bool = False,
        delay: bool = False,
        replaces: tuple[str, ...] = (),
        keywords: tuple[str, ...] = (),
    ) -> None:
        super().__init_subclass__()
        if id:
            cls.spec = _spec_of(
                cls,
                id,
                category,
                title,
                live=live,
                blocking=blocking,
                delay=delay,
                replaces=replaces,
                keywords=keywords,
            )
            for declared in cls.spec.params:
                setattr(cls, declared.name, declared.default)

    def __init__(self, **params: Any) -> None:
        self.configure(params)

    def configure(self, params: Mapping[str, Any]) -> None:
        """Set parameters, checked. Raises NodeError for an unknown one or a bad value; then none is set."""
        checked = {}
        for name, value in params.items():
            declared = self.spec.param(name)
            if declared is None:
                raise NodeError(f"{self.spec.title} has no parameter {name!r}.")
            checked[name] = declared.check(value)
        self.__dict__.update(checked)

    def with_params(self, params: Mapping[str, Any]) -> Self:
        """A shallow copy with other parameters; the original, perhaps in use on another thread, is left alone."""
        other = copy.copy(self)
        other.configure(params)
        return other

    def open(self) -> None:
        """Called once before the first frame, and again after a `restart` parameter changed."""

    def close(self) -> None:
        """Called once after the last frame, also after a failure."""


class Source(Node):
    """Gives a stream: define ``stream(self) -> Iterator[Stamped[Image]]``, a generator that owns its device.

    Times strictly increase. It does not pace, loop or drop: the engine does, and it also honours parameters named
    `loop` (bool: begin again at the end) and `speed` (float: 2 plays twice as fast).
    """

    _kind = "source"

    def stream(self) -> Iterator[Stamped[Any] | None]:
        """Yield stamped values until the source ends; None says "no frame yet, still alive", so it can be stopped."""
        raise NotImplementedError  # pragma: no cover - abstract, checked at class creation

    def expected_frames(self, seconds: float | None = None) -> int | None:
        """How many frames `stream` will probably give (in the first `seconds` shown), for progress; None: unknown.

        Called before the run on an instance of its own; never raises.
        """
        return None

    def positions(self) -> Iterator[float]:
        """The times of all that `stream` yields; a render is divided by them. Override where they cost less to have."""
        return (item.time for item in self.stream() if item is not None)

    def stream_at(self, position: float) -> Iterator[Stamped[Any] | None]:
        """What `stream` yields from `position`, one of `positions`, on. Override where the way there can be skipped."""
        return (item for item in self.stream() if item is None or item.time >= position)


class Filter(Node):
    """Turns inputs into outputs: define ``process(self, image: Image, ...) -> Image``.

    One without inputs is a still: it runs when a parameter changes. An argument annotated `Stamp` receives the
    frame's stamp. Returning None gives nothing for this frame; what needs the output is skipped.
    """

    _kind = "filter"
    process: ClassVar[Any]


class Sink(Node):
    """Takes frames out, one at a time and in order: define ``process(self, image: Image, ...) -> None``."""

    _kind = "sink"
    process: ClassVar[Any]

    def abandon(self) -> None:
        """Called in place of `close` when the run failed: make what was written usable, leave older files alone."""
        self.close()


def _spec_of(cls: type[Node], id: str, category: str, title: str, **flags: Any) -> NodeSpec:
    kind = cls._kind
    method = cls.stream if issubclass(cls, Source) else getattr(cls, "process", None)
    if method is None or method is Source.stream:
        raise TypeError(f"{cls.__name__} must define {'stream' if kind == 'source' else 'process'}().")
    hints = get_type_hints(method, include_extras=True)
    inputs, timed = _inputs_of(method, hints)
    outputs = () if kind == "sink" else _outputs_of(_yielded(hints.get("return")))
    doc = inspect.cleandoc(cls.__doc__ or "")
    stateful = kind == "sink" or cls.open is not Node.open or flags["delay"]
    spec = NodeSpec(
        id=id,
        title=title or _title_of(cls.__name__),
        kind=kind,
        category=category,
        description=doc,
        inputs=inputs,
        outputs=outputs,
        params=_params_of(cls),
        stateful=stateful,
        timed=timed,
        **flags,
    )
    names = [port.name for port in spec.inputs] + [declared.name for declared in spec.params]
    if len(names) != len(set(names)):
        raise TypeError(f"{cls.__name__}: inputs and parameters share one set of names; {names} has a double.")
    return spec


def _title_of(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)


def _inputs_of(method: Any, hints: Mapping[str, Any]) -> tuple[tuple[Port, ...], bool]:
    ports, timed = [], False
    for name, argument in list(inspect.signature(method).parameters.items())[1:]:
        if hints[name] is Stamp:
            timed = True
            continue
        if timed:
            raise TypeError(f"{method.__qualname__}: the Stamp comes last; make {name!r} optional with `| None` alone.")
        types, optional = port_types_of(hints[name])
        ports.append(Port(name, types, optional=optional or argument.default is not inspect.Parameter.empty))
    return tuple(ports), timed


def _yielded(annotation: Any) -> Any:
    """What an Iterator[Stamped[X]] or Iterator[Stamped[X] | None] carries; other annotations as they are."""
    for argument in typing.get_args(annotation):
        for member in (argument, *typing.get_args(argument)):
            if typing.get_origin(member) is Stamped:
                return typing.get_args(member)[0]
    return annotation


def _outputs_of(annotation: Any) -> tuple[Port, ...]:
    if annotation is None or annotation is type(None):
        return ()
    if typing.get_origin(annotation) in (typing.Union, pytypes.UnionType):
        given = [one for one in typing.get_args(annotation) if one is not type(None)]
        annotation = given[0] if len(given) == 1 else annotation
    if isinstance(annotation, type) and issubclass(annotation, tuple) and hasattr(annotation, "_fields"):
        hints = get_type_hints(annotation, include_extras=True)
        return tuple(Port(name, port_types_of(hints[name])[0]) for name in annotation._fields)
    types, _ = port_types_of(annotation)
    return (Port(types[0] if len(types) == 1 else "value", types),)


_KINDS: dict[Any, ParamKind] = {
    float: "number",
    int: "integer",
    bool: "boolean",
    str: "text",
    Path: "file",
    Color: "color",
}


def _params_of(cls: type[Node]) -> tuple[Param, ...]:
    hints = get_type_hints(cls, include_extras=True)
    declared = {}
    for base in reversed(cls.__mro__):
        for name, value in vars(base).items():
            if isinstance(value, _Declared):
                declared[name] = _param_of(name, hints[name], value)
        if base is not cls and "spec" in vars(base):
            declared |= {one.name: one for one in vars(base)["spec"].params}
    return tuple(declared.values())


def _param_of(name: str, annotation: Any, value: _Declared) -> Param:
    if typing.get_origin(annotation) is Literal:
        choices = tuple(typing.get_args(annotation))
        return Param(name, "choice", value.default, value.help, choices=choices, restart=value.options["restart"])
    kind = _KINDS.get(annotation)
    if kind is None and typing.get_origin(annotation) in (tuple, pytypes.GenericAlias):
        kind = "vector"
    if kind is None:
        kind = "json"
    return Param(name, kind, value.default, value.help, **value.options)
