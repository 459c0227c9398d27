"""Colours and shapes as data: two themes, a colour and a shape for each port type, a colour for each category.

The type colours start from Okabe and Ito's palette ("Color Universal Design", 2008), which colour-blind people can
tell apart; where two stay close the shape differs.
"""

from collections.abc import Mapping
from typing import Final

Color = tuple[int, int, int, int]
"""Red, green, blue, alpha, each 0..255."""


def _hex(text: str) -> Color:
    red, green, blue = bytes.fromhex(text)
    return red, green, blue, 255


def _palette(**colors: str) -> Mapping[str, Color]:
    return {name: _hex(value) for name, value in colors.items()}


THEMES: Final[Mapping[str, Mapping[str, Color]]] = {
    "dark": _palette(
        canvas="15171c",
        grid="1c1f26",
        panel="1b1e24",
        raised="262a33",
        border="343a46",
        field="15181e",
        field_hot="20242d",
        field_fill="2f4668",
        node="23272f",
        node_off="1c1f25",
        screen="0e1014",
        title="eef1f6",
        text="d5dae3",
        dim="8e97a6",
        value="c3d4ee",
        accent="5b9dff",
        accent_dark="2b5aa6",
        primary="2f6ddb",
        primary_hot="3f7dec",
        selected="f2f5fa",
        pale="3a404b",
        good="4fbf83",
        warning="e8b04b",
        error="ee6a66",
        button="2d323c",
        button_hot="3a404d",
    ),
    "light": _palette(
        canvas="eceef2",
        grid="e0e3e9",
        panel="f6f7f9",
        raised="ffffff",
        border="c5cbd6",
        field="e6e9ef",
        field_hot="dde1e9",
        field_fill="b9d0f5",
        node="ffffff",
        node_off="eceef1",
        screen="d5d9e0",
        title="ffffff",
        text="232833",
        dim="5f6876",
        value="274a7d",
        accent="2264d0",
        accent_dark="9cc0f7",
        primary="2468d6",
        primary_hot="1f5bbd",
        selected="12151b",
        pale="cdd2db",
        good="187644",
        warning="935c00",
        error="c22f2b",
        button="e2e6ec",
        button_hot="d3d9e2",
    ),
}
"""Colours by theme and use."""

TYPE_COLORS: Final[Mapping[str, Color]] = _palette(
    image="56b4e9",
    mask="e6e6e6",
    flow="8fd0c6",
    segmentation="cc79a7",
    detections="e69f00",
    keypoints="d55e00",
    text="7fbf4d",
    number="f0e442",
    integer="d9c22e",
    boolean="b58be0",
    category="5fae8b",
    vector="0f9e8f",
    json="9aa7bd",
    file="7f8794",
    any="b8c0cc",
)

TYPE_SHAPES: Final[Mapping[str, str]] = {
    "image": "circle",
    "mask": "square",
    "flow": "triangle",
    "segmentation": "pentagon",
    "detections": "diamond",
    "keypoints": "hexagon",
    "text": "pentagon",
    "number": "circle",
    "integer": "triangle",
    "boolean": "square",
    "category": "diamond",
    "vector": "square",
    "json": "diamond",
    "file": "triangle",
    "any": "circle",
}
"""The shape of a pin; see views/canvas/shapes.py. Types of one shape are those whose colours differ most, also to
colour-blind eyes (tests/editor/state/test_looks.py)."""

_DARKER: Final = 0.62

CATEGORY_COLORS: Final[Mapping[str, Color]] = _palette(
    source="2f6f68",
    filter="3a5480",
    sink="7d5230",
    control="5c5a2c",
    model="6a4289",
    extract="7a3f6d",
    generate="8a3f4c",
    transform="5a4590",
    unknown="6b3a3a",
)
"""Title bars, by the first part of a category ("Filter/Blur"); a model's by what it does ("Model/Extract")."""


def category_color(category: str) -> Color:
    """The colour of a category as specs name it; one of its own for a type that is not known ("")."""
    first, _, rest = category.lower().partition("/")
    if first == "model":
        return CATEGORY_COLORS.get(rest.partition("/")[0], CATEGORY_COLORS["model"])
    return CATEGORY_COLORS.get(first, CATEGORY_COLORS["unknown"])


def type_color(type: str, theme: str) -> Color:
    """The colour of a port type; darker on a light ground."""
    red, green, blue, alpha = TYPE_COLORS.get(type, TYPE_COLORS["any"])
    if theme != "light":
        return red, green, blue, alpha
    return int(red * _DARKER), int(green * _DARKER), int(blue * _DARKER), alpha
