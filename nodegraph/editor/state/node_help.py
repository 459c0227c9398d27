"""Help for one type of node: what it does, what goes in and comes out, and every parameter."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nodegraph.core.spec import NodeSpec, Param, Port
from nodegraph.editor.state.insertables import Insertable

if TYPE_CHECKING:
    from nodegraph.editor.state.editor import Editor


@dataclass(frozen=True)
class Row:
    """A port or a parameter: its name, what it takes or gives, and what it is for."""

    name: str
    kind: str
    description: str


@dataclass(frozen=True)
class Page:
    """Everything about one type of node. `facts` are single sentences: how it keeps time, what it needs."""

    title: str
    category: str
    description: tuple[str, ...]
    inputs: tuple[Row, ...]
    outputs: tuple[Row, ...]
    params: tuple[Row, ...]
    facts: tuple[str, ...]


class NodeHelp:
    """The open help page, or none."""

    def __init__(self, editor: "Editor") -> None:
        self._editor = editor
        self.page: Page | None = None
        self.opened = 0

    def open(self) -> None:
        """Help for what is marked in the palette, selected, or under the pointer; again closes it."""
        spec = self._meant()
        page = page_of(spec) if spec else None
        if page is None and self.page is None:
            self._editor.tell("Select a node, then ask for help about it.")
        self.page = None if page == self.page else page
        self.opened += 1

    def show(self, spec: NodeSpec) -> None:
        """Help for this type of node."""
        self.page = page_of(spec)
        self.opened += 1

    def close(self) -> None:
        """Enough read."""
        self.page = None

    def _meant(self) -> NodeSpec | None:
        editor = self._editor
        marked = editor.palette.marked if editor.palette.is_open else None
        if marked is not None and isinstance(marked.choice, Insertable):
            return marked.choice.spec
        hover = editor.canvas.hover.item
        ids = [*editor.workspace.selected_nodes, *([hover.id] if hover and hover.kind == "node" else [])]
        return next((spec for id in ids if (spec := editor.workspace.spec(id)) is not None), None)


def page_of(spec: NodeSpec) -> Page:
    """The help page of a type of node."""
    paragraphs = tuple(" ".join(part.split()) for part in spec.description.split("\n\n") if part.strip())
    return Page(
        spec.title,
        spec.category,
        paragraphs or ("It has no description.",),
        tuple(_port(one) for one in spec.inputs),
        tuple(_port(one) for one in spec.outputs),
        tuple(Row(one.name, param_kind(one), one.description) for one in spec.params),
        tuple(sentence for name, sentence in _FACTS if getattr(spec, name)),
    )


_FACTS: Final = (
    ("live", "A device paces it: it gives frames at its own speed."),
    ("blocking", "It waits for a model: the picture goes on meanwhile."),
    ("stateful", "It remembers earlier frames, so frames pass one at a time."),
    ("delay", "It gives what it was given one frame earlier: put it into a loop."),
)


def _port(port: Port) -> Row:
    return Row(port.name, " or ".join(port.types) + (", optional" if port.optional else ""), port.description)


def param_kind(param: Param) -> str:
    """What a parameter takes, in a few words: "number 0 to 1, 0.5 at first"."""
    unit = f" {param.unit}" if param.unit else ""
    text = {"choice": "one of " + ", ".join(param.choices), "file": "a file", "boolean": "on or off"}.get(
        param.kind, param.kind
    )
    if param.ge is not None and param.le is not None:
        text += f" {param.ge:g} to {param.le:g}{unit}"
    elif param.ge is not None:
        text += f" from {param.ge:g}{unit}"
    elif param.le is not None:
        text += f" up to {param.le:g}{unit}"
    first = _first(param)
    return f"{text}; {first} at first" if first else text


def _first(param: Param) -> str:
    value = param.default
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int | float):
        return f"{value:g}"
    if param.kind == "color" and isinstance(value, tuple) and len(value) == 3:
        blue, green, red = value
        return f"#{red:02x}{green:02x}{blue:02x}"
    return str(value) if param.kind == "choice" else ""
