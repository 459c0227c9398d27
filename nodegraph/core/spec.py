"""Specs: what a node is, as plain data that survives JSON. Code is elsewhere."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from nodegraph.core.errors import NodeError

ParamKind = Literal["number", "integer", "boolean", "text", "choice", "file", "color", "vector", "json"]
NodeKind = Literal["source", "filter", "sink"]


@dataclass(frozen=True)
class Port:
    """An input or output: its name, the types it accepts (or gives), and whether it may stay unconnected."""

    name: str
    types: tuple[str, ...]
    description: str = ""
    optional: bool = False


@dataclass(frozen=True)
class Param:
    """A parameter: kind, default and constraints. `color` is (B, G, R) 0..255; `file` is a path as text.

    restart: a change opens the node anew. open: a choice may have a value that is not among its choices (files of
    another machine); that is a warning, and the node says when it cannot use it.
    """

    name: str
    kind: ParamKind
    default: Any
    description: str = ""
    ge: float | None = None
    le: float | None = None
    step: float | None = None
    unit: str = ""
    choices: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    restart: bool = False
    multiline: bool = False
    open: bool = False

    def check(self, value: Any) -> Any:
        """`value` in this parameter's own Python type.

        Raises NodeError saying what is allowed; the caller adds where it happened.
        """
        return _CHECKS[self.kind](self, value)


@dataclass(frozen=True)
class NodeSpec:
    """Everything a person, a canvas or the planner must know about a type of node."""

    id: str
    title: str
    kind: NodeKind
    category: str
    description: str
    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = ()
    params: tuple[Param, ...] = ()
    stateful: bool = False
    """Frames must pass one at a time, in order."""
    timed: bool = False
    """`process` wants the frame's Stamp: the result depends on time."""
    live: bool = False
    """A source that a device paces: it cannot be stepped or repeated."""
    blocking: bool = False
    """Waits for somebody else (a model's server): gets threads of its own, and in live mode a clock of its own."""
    delay: bool = False
    """Breaks a feedback loop: gives what it was given one frame earlier."""
    max_inflight: int = 1
    """How many frames a blocking node may work on at once."""
    replaces: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What only some kinds of node have: a model's licence, size, authors, CPU and GPU support."""

    def input(self, name: str) -> Port | None:
        """The input called `name`, or None."""
        return next((port for port in self.inputs if port.name == name), None)

    def output(self, name: str) -> Port | None:
        """The output called `name`, or None."""
        return next((port for port in self.outputs if port.name == name), None)

    def param(self, name: str) -> Param | None:
        """The parameter called `name`, or None."""
        return next((param for param in self.params if param.name == name), None)

    def defaults(self) -> dict[str, Any]:
        """Every parameter's default."""
        return {param.name: param.default for param in self.params}

    def to_json(self) -> dict[str, Any]:
        """Plain data; paths become text."""
        data = asdict(self)
        for param in data["params"]:
            if isinstance(param["default"], Path):
                param["default"] = str(param["default"])
        return data

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "NodeSpec":
        """The inverse of `to_json`; keys it does not know are left out."""
        values = _known(NodeSpec, data)
        values["inputs"] = tuple(_port_from_json(port) for port in data["inputs"])
        values["outputs"] = tuple(_port_from_json(port) for port in data["outputs"])
        values["params"] = tuple(_param_from_json(param) for param in data["params"])
        values["replaces"], values["keywords"] = tuple(data["replaces"]), tuple(data["keywords"])
        return NodeSpec(**values)


def _port_from_json(data: Mapping[str, Any]) -> Port:
    return Port(**{**_known(Port, data), "types": tuple(data["types"])})


def _known(kind: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    """Without the keys that a newer version may have added."""
    names = {one.name for one in fields(kind)}
    return {key: value for key, value in data.items() if key in names}


def _param_from_json(data: Mapping[str, Any]) -> Param:
    values = {**_known(Param, data), "choices": tuple(data["choices"]), "accept": tuple(data["accept"])}
    param = Param(**values)
    return Param(**{**values, "default": param.check(param.default)})


LARGEST = 2**63 - 1
"""Larger numbers fit no image, file or wire format."""


def _number(param: Param, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -LARGEST <= value <= LARGEST:
        raise NodeError(f"{_short(value)} is not a number that can be used.", _range_of(param))
    return float(_in_range(param, value))


def _integer(param: Param, value: Any) -> int:
    number = _number(param, value)
    if not number.is_integer():
        raise NodeError(f"{number:g} is not a whole number.", _range_of(param))
    return int(value)


def _short(value: Any) -> str:
    text = repr(value) if not isinstance(value, int) or abs(value) <= LARGEST else "A number of that size"
    return text if len(text) <= 60 else f"{text[:57]}..."


def _in_range(param: Param, value: float) -> float:
    if (param.ge is not None and value < param.ge) or (param.le is not None and value > param.le):
        raise NodeError(f"{value:g} is outside the range.", _range_of(param))
    return value


def _range_of(param: Param) -> str:
    unit = f" {param.unit}" if param.unit else ""
    if param.ge is not None and param.le is not None:
        return f"Use {param.ge:g} to {param.le:g}{unit}."
    if param.ge is not None:
        return f"Use {param.ge:g}{unit} or more."
    if param.le is not None:
        return f"Use {param.le:g}{unit} or less."
    return "Use any finite number."


def _boolean(param: Param, value: Any) -> bool:
    if not isinstance(value, bool):
        raise NodeError(f"{_short(value)} is not true or false.", "Use true or false.")
    return value


def _text(param: Param, value: Any) -> str:
    if not isinstance(value, str):
        raise NodeError(f"{_short(value)} is not text.", "Put it in quotes.")
    return value


def _choice(param: Param, value: Any) -> str:
    if value not in param.choices and not (param.open and isinstance(value, str)):
        raise NodeError(f"{_short(value)} is not one of the choices.", f"Use one of {', '.join(param.choices)}.")
    return str(value)


def _file(param: Param, value: Any) -> Path:
    if not isinstance(value, str | Path) or "\0" in str(value):
        raise NodeError(f"{_short(value)} is not a path.", "Use a file name as text.")
    return Path(value)


def _color(param: Param, value: Any) -> tuple[int, ...]:
    if isinstance(value, str) and len(value) == 7 and value.startswith("#"):
        try:
            red, green, blue = bytes.fromhex(value[1:])
        except ValueError:
            pass
        else:
            return blue, green, red
    if (
        isinstance(value, list | tuple)
        and len(value) == 3
        and all(isinstance(part, int) and not isinstance(part, bool) and 0 <= part <= 255 for part in value)
    ):
        return tuple(value)
    raise NodeError(f"{_short(value)} is not a colour.", "Use #rrggbb, or [blue, green, red] each 0 to 255.")


def _vector(param: Param, value: Any) -> tuple[float, ...]:
    if not isinstance(value, list | tuple):
        raise NodeError(f"{_short(value)} is not a list of numbers.", "Use a list of numbers.")
    return tuple(_number(param, part) for part in value)


def _json(param: Param, value: Any) -> Any:
    return value


_CHECKS = {
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "text": _text,
    "choice": _choice,
    "file": _file,
    "color": _color,
    "vector": _vector,
    "json": _json,
}
