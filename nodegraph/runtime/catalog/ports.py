"""A catalogue's parameters as a node's: kinds and defaults worked out, each mistake a Problem."""

import math
from typing import Any, Final, get_args

from nodegraph.core.errors import NodeError, Problem
from nodegraph.core.spec import Param, ParamKind, Port
from nodegraph.runtime.catalog.schema import ParameterField, PortField
from nodegraph.runtime.catalog.values import shown

_ALIASES: Final[dict[str, ParamKind]] = {
    "category": "choice",
    "string": "text",
    "float": "number",
    "int": "integer",
    "bool": "boolean",
    "colour": "color",
}
_EMPTY: Final[dict[ParamKind, Any]] = {
    "boolean": False,
    "text": "",
    "file": "",
    "color": "#ffffff",
    "vector": [],
    "json": None,
}


def ports_of(fields: dict[str, PortField]) -> tuple[Port, ...]:
    """Declared ports as core ports."""
    return tuple(Port(name, tuple(one.type), one.description, one.optional) for name, one in fields.items())


def param_of(name: str, field: ParameterField, where: str) -> Param | Problem:
    """A parameter, or why it cannot be one."""
    kind = _kind_of(field)
    if kind is None:
        return Problem(f"{where}.type", _no_kind(field), f"Use one of {', '.join(get_args(ParamKind))}.")
    if field.minimum is not None and field.maximum is not None and field.minimum > field.maximum:
        return Problem(f"{where}.minimum", f"{field.minimum:g} is above the maximum {field.maximum:g}.", "Swap them.")
    if kind == "choice" and not field.choices:
        return Problem(f"{where}.choices", "is missing.", 'Add "choices": ["one", "two"].')
    param = Param(
        name,
        kind,
        None,
        field.description,
        ge=field.minimum,
        le=field.maximum,
        step=field.step,
        unit=field.unit,
        choices=tuple(field.choices),
    )
    default = _first(field, kind) if field.default is None else field.default
    try:
        return Param(**{**vars(param), "default": param.check(default)})
    except (NodeError, OverflowError) as error:
        hint = error.hint if isinstance(error, NodeError) else "Use an ordinary number."
        return Problem(f"{where}.default", f"{shown(default)} is not allowed here.", hint)


def _no_kind(field: ParameterField) -> str:
    return "cannot be told." if field.type is None else f"{shown(field.type)} is not a kind of parameter."


def _kind_of(field: ParameterField) -> ParamKind | None:
    if field.type is not None:
        kinds: dict[str, ParamKind] = {kind: kind for kind in get_args(ParamKind)} | _ALIASES
        kind = kinds.get(field.type)
        return "choice" if kind == "text" and field.choices else kind
    if field.choices:
        return "choice"
    by_type: dict[type, ParamKind] = {bool: "boolean", int: "integer", float: "number", str: "text", list: "vector"}
    return by_type.get(type(field.default))


def _first(field: ParameterField, kind: ParamKind) -> Any:
    """The default of a parameter that declares none: a choice's first, a number's nearest to 0."""
    if kind == "choice":
        return field.choices[0]
    if kind in ("number", "integer"):
        low = -math.inf if field.minimum is None else field.minimum
        high = math.inf if field.maximum is None else field.maximum
        nearest = min(max(0.0, low), high)
        return math.ceil(nearest) if kind == "integer" else nearest
    return _EMPTY[kind]
