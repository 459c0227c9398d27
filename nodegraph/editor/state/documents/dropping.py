"""Files dropped on the window: a preset is opened; a picture, clip or folder becomes a node that reads it."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from nodegraph.core.errors import DocumentError
from nodegraph.core.preset import Preset, read_preset
from nodegraph.core.registry import Registry
from nodegraph.core.spec import NodeSpec
from nodegraph.editor.state.edits.nodes import add_node
from nodegraph.editor.state.items import Item, node
from nodegraph.editor.state.models.newcomer import add_model, is_model
from nodegraph.editor.state.placements import Point
from nodegraph.session.ends import Target, file_param, is_end, takes, target_params

if TYPE_CHECKING:
    from nodegraph.editor.state.documents.files import Files
    from nodegraph.editor.state.editor import Editor

_BESIDE: Final = 270.0
_MOST: Final = 24


def dropped(editor: "Editor", files: "Files", paths: list[Path]) -> None:
    """Open the preset among `paths`, or ask about the model, or add nodes for the rest at the pointer, as one step."""
    preset = next((path for path in paths if is_document(path)), None)
    if preset is not None:
        files.open_name(str(preset))
        return
    model = next((path for path in paths if is_model(path)), None)
    if model is not None:
        add_model(editor, str(model))
        return
    space, at = editor.workspace, editor.canvas.camera.to_world(editor.canvas.pointer)
    document, came, refused = with_sources(space.document, space.registry, paths, at)
    if came:
        space.seal()
        space.do("Add dropped files", document, select=came)
    if refused:
        others = f" and {len(refused) - 1} more" if len(refused) > 1 else ""
        editor.tell(f"No node reads {refused[0].name}{others}.", "warning", "Drop presets, pictures, clips or folders.")


def is_document(path: Path) -> bool:
    """Whether this file is a preset, a bundle, or a picture that carries a preset."""
    suffix = path.suffix.lower()
    if suffix == ".png":
        try:
            return bool(read_preset(path))
        except DocumentError:
            return False
    return suffix in (".json", ".zip") and path.is_file()


def with_sources(
    document: Preset, registry: Registry, paths: list[Path], at: Point
) -> tuple[Preset, list[Item], list[Path]]:
    """With a source for each file, below each other from `at`; what came, and the files that no node reads."""
    came: list[Item] = []
    refused: list[Path] = []
    for path in paths[:_MOST]:
        target = Target("input", path, folder=path.is_dir())
        spec = _reader(registry, target)
        if spec is None:
            refused.append(path)
            continue
        spot = (at[0], at[1] + _BESIDE * len(came))
        document, id = add_node(document, spec, spot, target_params(spec, target))
        came.append(node(id))
    return document, came, refused + paths[_MOST:]


def _reader(registry: Registry, target: Target) -> NodeSpec | None:
    """The source that reads it: one that names its suffix, and gives pictures, comes first."""
    specs = [one.spec for one in registry.definitions.values() if is_end(one.spec, "input") and takes(one.spec, target)]
    specs = [spec for spec in specs if (param := file_param(spec)) and (param.accept or target.folder)]
    return min(specs, key=lambda spec: (spec.output("image") is None, spec.live, spec.id), default=None)
