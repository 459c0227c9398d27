"""The View menu."""

from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from nodegraph.core.preset import Preset
from nodegraph.editor.state.canvas.camera import STEP, union
from nodegraph.editor.state.commands.command import Command
from nodegraph.editor.state.edits.sheets import add_group, change_sheet, sheet_of
from nodegraph.editor.state.items import Item
from nodegraph.editor.state.placing import arranged

if TYPE_CHECKING:
    from nodegraph.editor.state.editor import Editor

SCALES: Final = (0.0, 1.0, 1.25, 1.5, 1.75, 2.0)
Panel = Literal["left", "right", "bottom"]
_PLUS: Final = ("Ctrl+=", "Ctrl+Shift+=")
PANELS: Final[dict[Panel, str]] = {"left": "Library", "right": "Inspector", "bottom": "Problems and performance"}


def _fit_all(editor: "Editor") -> None:
    editor.canvas.fit_all()


def _fit_selection(editor: "Editor") -> None:
    editor.canvas.fit_selection()


def _zoom(editor: "Editor", factor: float) -> None:
    camera = editor.canvas.camera
    zoom = camera.zoom * factor if factor else 1.0
    camera.zoom_at((camera.width / 2, camera.height / 2), zoom)


def _layout(editor: "Editor") -> None:
    """The selected nodes, when there are at least two; all otherwise. Frames go along with what is in them."""
    workspace = editor.workspace
    ids = workspace.selected_nodes
    whole, members = len(ids) < 2, _members(editor)
    document = arranged(workspace.document, workspace.registry, None if whole else ids)
    workspace.seal()
    workspace.do("Auto-layout", document, merge="layout")
    editor.canvas.scene.refresh()
    workspace.do("Auto-layout", _framed(editor, workspace.document, members), merge="layout")
    workspace.seal()
    if whole:
        editor.canvas.fit_all()


def _members(editor: "Editor") -> dict[Item, list[Item]]:
    """What lies within each frame."""
    scene = editor.canvas.scene
    scene.refresh()
    frames = [Item("group", one.id) for one in scene.groups]
    return {frame: scene.inside(scene.rects([frame])[0], ["node"]) for frame in frames}


def _framed(editor: "Editor", document: Preset, members: dict[Item, list[Item]]) -> Preset:
    """With every frame around the nodes it had."""
    for frame, inside in members.items():
        around = union(editor.canvas.scene.rects(inside))
        if around is not None:
            as_new, made = add_group(document, around)
            fitted = sheet_of(as_new, made)
            if fitted is not None:
                size = {"x": fitted.x, "y": fitted.y, "width": fitted.width, "height": fitted.height}
                document = change_sheet(document, frame, **size)
    return document


def _toggle(editor: "Editor", name: Literal["snap", "minimap"]) -> None:
    setattr(editor.settings, name, not getattr(editor.settings, name))
    editor.settings.changed()


def _set_theme(editor: "Editor", theme: str) -> None:
    editor.settings.theme = theme
    editor.settings.changed()


def _set_scale(editor: "Editor", scale: float) -> None:
    editor.settings.scale = scale
    editor.settings.changed()


def panel_shown(editor: "Editor", name: Panel) -> bool:
    """Whether a panel is open."""
    return editor.settings.panels.get(f"{name}_shown", True) is True


def _toggle_panel(editor: "Editor", name: Panel) -> None:
    editor.settings.panels[f"{name}_shown"] = not panel_shown(editor, name)
    editor.settings.changed()


def _theme(theme: str, title: str, help: str) -> Command:
    return Command(
        f"view.theme_{theme}",
        title,
        "View",
        lambda editor: _set_theme(editor, theme),
        help,
        submenu="Theme",
        section=2,
        checked=lambda editor: editor.settings.theme == theme,
    )


def _scale(scale: float) -> Command:
    return Command(
        f"view.scale_{scale * 100:.0f}",
        f"{scale * 100:.0f} %" if scale else "As the display",
        "View",
        lambda editor: _set_scale(editor, scale),
        f"Show texts and everything else at {scale * 100:.0f} %." if scale else "Follow the display's own scale.",
        submenu="Scale",
        section=2,
        checked=lambda editor: editor.settings.scale == scale,
    )


def _panel(name: Panel, title: str, key: str) -> Command:
    return Command(
        f"view.{name}",
        title,
        "View",
        lambda editor: _toggle_panel(editor, name),
        f"Show or hide the {title.lower()}.",
        (key,),
        submenu="Panels",
        section=2,
        checked=lambda editor: panel_shown(editor, name),
    )


VIEW: Final = (
    Command("view.fit_all", "Fit all", "View", _fit_all, "Show the whole graph.", ("Home",)),
    Command("view.fit_selection", "Fit selection", "View", _fit_selection, "Show what is selected.", ("F",)),
    Command(
        "view.zoom_100", "Zoom to 100 %", "View", partial(_zoom, factor=0.0), "Show things in their size.", ("Ctrl+0",)
    ),
    Command("view.zoom_in", "Zoom in", "View", partial(_zoom, factor=STEP**2), "Show things larger.", _PLUS),
    Command("view.zoom_out", "Zoom out", "View", partial(_zoom, factor=STEP**-2), "Show things smaller.", ("Ctrl+-",)),
    Command(
        "view.layout",
        "Auto-layout",
        "View",
        _layout,
        "Put the selected nodes, or all, in order from left to right.",
        ("Ctrl+Shift+L",),
        section=1,
        enabled=lambda editor: bool(editor.workspace.document.graph.nodes),
    ),
    Command(
        "view.snap",
        "Snap to grid",
        "View",
        partial(_toggle, name="snap"),
        "What is moved stays on the grid.",
        section=1,
        checked=lambda editor: editor.settings.snap,
    ),
    Command(
        "view.minimap",
        "Minimap",
        "View",
        partial(_toggle, name="minimap"),
        "A small picture of the whole graph in the corner.",
        section=1,
        checked=lambda editor: editor.settings.minimap,
    ),
    *(_panel(name, title, f"Ctrl+{number}") for number, (name, title) in enumerate(PANELS.items(), 1)),
    _theme("dark", "Dark", "Light text on a dark ground."),
    _theme("light", "Light", "Dark text on a light ground."),
    *(_scale(scale) for scale in SCALES),
)
"""The commands, in the order of the menu."""
