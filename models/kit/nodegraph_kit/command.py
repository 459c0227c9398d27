"""A model is one command: its signature says what goes in, what can be set and what comes out."""

import inspect
import math
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar

from nodegraph_kit.errors import Refusal
from nodegraph_kit.types import PLAIN, Kind, Memory

T = TypeVar("T")


@dataclass(frozen=True)
class Port:
    """An input or output: name, port type, description, and whether it may be missing."""

    name: str
    type: str
    description: str = ""
    optional: bool = False


@dataclass(frozen=True)
class Parameter:
    """A setting: `type` is number, integer, boolean, text or category (then `choices` lists what is allowed)."""

    name: str
    type: str
    default: Any
    description: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""

    def check(self, value: Any) -> Any:
        """`value` in this parameter's own type. Raises Refusal saying what is allowed."""
        if self.type == "boolean":
            return self._require(value, isinstance(value, bool), "true or false")
        if self.type == "category":
            return self._require(value, value in self.choices, "one of " + ", ".join(self.choices))
        if self.type == "text":
            return self._require(value, isinstance(value, str), "text")
        return self._number(value)

    def _number(self, value: Any) -> Any:
        real = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        whole = self.type == "integer"
        self._require(value, real and (not whole or value == int(value)), "a whole number" if whole else "a number")
        low = -math.inf if self.minimum is None else self.minimum
        high = math.inf if self.maximum is None else self.maximum
        self._require(value, low <= value <= high, f"from {low:g} to {high:g}{self.unit and ' ' + self.unit}")
        return int(value) if whole else float(value)

    def _require(self, value: Any, right: bool, wanted: str) -> Any:
        if not right:
            raise Refusal(f"The parameter {self.name} must be {wanted}; got {str(value)[:80]!r}.")
        return value


@dataclass(frozen=True)
class Command:
    """A model: what it is called, what it takes and gives, and the function (or class) that does it."""

    name: str
    title: str
    description: str
    version: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    parameters: tuple[Parameter, ...]
    max_inflight: int
    memory: str
    """The argument that is filled with the client's Memory, or ""."""
    target: Callable[..., Any]
    sample: Path | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The model as an ordinary function: parameters that are not given have their defaults."""
        defaults = {parameter.name: parameter.default for parameter in self.parameters}
        if self.memory:
            defaults[self.memory] = Memory()
        function = self.load()
        bound = inspect.signature(function).bind_partial(*args, **kwargs)
        return function(**(defaults | bound.arguments))

    def load(self) -> Callable[..., Any]:
        """What answers: the function itself, or the `run` of a new object of the class after its `setup`."""
        if not inspect.isclass(self.target):
            return self.target
        instance: Any = self.target()
        if hasattr(instance, "setup"):
            instance.setup()
        run: Callable[..., Any] = instance.run
        return run

    def arguments(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """`values` checked against the parameters, defaults filled in. Raises Refusal."""
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in values:
            if name not in known:
                raise Refusal(f"{self.title} has no parameter {name!r}. It has: {', '.join(known) or 'none'}.")
        return {name: p.check(values[name]) if name in values else p.default for name, p in known.items()}


@dataclass(frozen=True)
class _Declared:
    default: Any
    help: str
    minimum: float | None
    maximum: float | None
    unit: str


def param(default: T, help: str, *, ge: float | None = None, le: float | None = None, unit: str = "") -> T:
    """Declare a parameter: ``threshold: float = param(0.5, "Least score.", ge=0, le=1)``.

    Its type is float, int, bool, str, or a Literal of the texts to choose from.
    """
    return typing.cast(T, _Declared(default, help, ge, le, unit))


def model(
    *,
    title: str = "",
    description: str = "",
    version: str = "1.0.0",
    max_inflight: int = 1,
    sample: Path | None = None,
) -> Callable[[Callable[..., Any]], Command]:
    """Make a function, or a class with ``run`` (and ``setup``), a model.

    title, description: for people; by default the name and docstring. max_inflight: how many requests may be worked
    on at once (the function must be thread-safe for more than 1). sample: an image file for ``GET /test``.
    Raises TypeError when the signature is not one a model can have.
    """

    def decorate(target: Callable[..., Any]) -> Command:
        function = _function_of(target)
        name = target.__name__.lower()
        inputs, parameters, memory = _arguments_of(function)
        return Command(
            name=name,
            title=title or name.replace("_", " ").capitalize(),
            description=description or inspect.getdoc(target) or "",
            version=version,
            inputs=inputs,
            outputs=_outputs_of(function),
            parameters=parameters,
            max_inflight=1 if memory else max_inflight,
            memory=memory,
            target=target,
            sample=sample,
        )

    return decorate


def _function_of(target: Any) -> Callable[..., Any]:
    is_class = inspect.isclass(target)
    function: Callable[..., Any] = target.run if is_class else target
    return function


def _arguments_of(function: Callable[..., Any]) -> tuple[tuple[Port, ...], tuple[Parameter, ...], str]:
    hints = typing.get_type_hints(function, include_extras=True)
    inputs, parameters, memory = [], [], ""
    for name, argument in inspect.signature(function).parameters.items():
        if name == "self":
            continue
        if name not in hints:
            raise TypeError(f"The argument {name} of {function.__name__} needs a type, such as {name}: Image.")
        default = argument.default
        if hints[name] is Memory:
            memory = name
        elif default is inspect.Parameter.empty or default is None:
            inputs.append(_port(name, hints[name]))
        else:
            parameters.append(_parameter(name, hints[name], default))
    return tuple(inputs), tuple(parameters), memory


def _outputs_of(function: Callable[..., Any]) -> tuple[Port, ...]:
    hint = typing.get_type_hints(function, include_extras=True).get("return")
    if hint is None:
        raise TypeError(f"{function.__name__} needs a return type, such as -> Image.")
    if inspect.isclass(hint) and issubclass(hint, tuple) and hasattr(hint, "_fields"):
        fields = typing.get_type_hints(hint, include_extras=True)
        return tuple(_port(name, fields[name]) for name in hint._fields)
    port = _port("", hint)
    return (Port(port.type, port.type, port.description),)


def _port(name: str, hint: Any) -> Port:
    optional = False
    if typing.get_origin(hint) in (typing.Union, UnionType):
        members = [member for member in typing.get_args(hint) if member is not NoneType]
        if len(members) != 1:
            raise TypeError(f"{name}: {hint} is several types; choose one.")
        hint, optional = members[0], True
    extras = getattr(hint, "__metadata__", ())
    description = next((extra for extra in extras if isinstance(extra, str)), "")
    kind = next((extra.name for extra in extras if isinstance(extra, Kind)), None)
    kind = kind or PLAIN.get(hint.__origin__ if extras else hint)
    if kind is None:
        raise TypeError(f"{name or 'The result'}: {hint} is not a type of nodegraph_kit (Image, Detections, ...).")
    return Port(name, kind, description, optional)


def _parameter(name: str, hint: Any, default: Any) -> Parameter:
    declared = default if isinstance(default, _Declared) else _Declared(default, "", None, None, "")
    choices: tuple[str, ...] = ()
    if typing.get_origin(hint) is Literal:
        choices, kind = tuple(str(choice) for choice in typing.get_args(hint)), "category"
    else:
        kind = _port(name, hint).type
    if kind not in ("number", "integer", "boolean", "text", "category"):
        raise TypeError(f"{name}: a parameter is a float, int, bool, str or Literal, not {kind}.")
    parameter = Parameter(
        name, kind, declared.default, declared.help, declared.minimum, declared.maximum, choices, declared.unit
    )
    parameter.check(parameter.default)
    return parameter
