"""Export for sharing: what is taken out is shown first, then the document goes out as JSON, picture or bundle."""

import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nodegraph.core.errors import NodegraphError
from nodegraph.core.preset import Preset, embed, to_text, write_atomically
from nodegraph.editor.state.documents.browser import Browser
from nodegraph.editor.state.documents.bundle import Plan, plan_bundle, write_bundle
from nodegraph.editor.state.documents.documents import AlreadyThere
from nodegraph.editor.state.documents.portrait import is_picture, png_of, portrait
from nodegraph.editor.state.documents.questions import FileDialog, Progress, ShareDialog, ShareKind
from nodegraph.editor.state.documents.share import shareable

if TYPE_CHECKING:
    from nodegraph.editor.state.documents.files import Files
    from nodegraph.editor.state.editor import Editor

_TITLES: Final[dict[ShareKind, str]] = {
    "json": "Export as JSON",
    "png": "Export as a picture",
    "zip": "Export a bundle",
}


class Sharing:
    """The dialog for export, and the writing."""

    def __init__(self, editor: "Editor", files: "Files") -> None:
        self._editor, self._files = editor, files

    def open(self) -> None:
        """Show what would be shared."""
        space = self._editor.workspace
        document, registry, base = space.document, space.registry, space.base
        pixels = self._newest()

        def prepare() -> tuple[Plan, Preset, tuple[str, ...], bytes]:
            clean, stripped = shareable(document, registry)
            picture = png_of(pixels) or portrait(document, registry)
            return plan_bundle(document, registry, base), clean, tuple(stripped), embed(picture, clean)

        self._files.later(prepare, lambda found: self._show(*found))

    def _show(self, plan: Plan, clean: Preset, stripped: tuple[str, ...], picture: bytes) -> None:
        text = to_text(clean).encode("utf-8")
        sizes: dict[ShareKind, int] = {"json": len(text), "png": len(picture), "zip": len(text) + plan.size}

        def write(path: Path, overwrite: bool, kind: ShareKind) -> None:
            path = path if path.suffix.lower() == f".{kind}" else path.with_name(f"{path.name}.{kind}")
            if path.exists() and not overwrite:
                raise AlreadyThere(f"{path.name} is there already.", "Replace it?")
            if kind == "zip":
                self._bundle(plan, path)
            else:
                self._write(path, text if kind == "json" else picture)

        def export(kind: ShareKind) -> None:
            choose = self._files.saver(partial(write, kind=kind))
            self._editor.dialogs.close(dialog)
            self._editor.dialogs.show(FileDialog(_TITLES[kind], "Export", "save", self._browser(kind), choose))

        name = self._editor.workspace.name
        dialog = ShareDialog(name, stripped, plan.missing, sizes, picture, export)
        self._editor.dialogs.show(dialog)

    def _newest(self) -> object:
        """The newest picture that comes out of the graph, None while it shows none."""
        space, player = self._editor.workspace, self._editor.player
        specs = {id: space.spec(id) for id in reversed(list(space.document.graph.nodes))}
        ids = sorted(specs, key=lambda id: (spec := specs[id]) is None or spec.kind != "sink")
        return next((value for id in ids if is_picture(value := player.latest(id))), None)

    def _browser(self, kind: ShareKind) -> Browser:
        browser = self._files.browser((f".{kind}",))
        path = self._editor.workspace.path
        browser.name = f"{path.stem if path else self._editor.workspace.name} to share.{kind}".replace("/", "-")
        return browser

    def _write(self, path: Path, data: bytes) -> None:
        try:
            write_atomically(path, data)
        except OSError as error:
            message = f"Cannot write {path}: {error.strerror or error}."
            raise NodegraphError(message, "Check the folder and its room.") from error
        self._editor.tell(f"Exported {path.name}.", "good")

    def _bundle(self, plan: Plan, path: Path) -> None:
        stop = threading.Event()
        dialog = Progress("Exporting", f"{path.name}: {plan.size / 1e6:.1f} MB", stop.set)
        self._editor.dialogs.show(dialog)

        def told(done: int) -> None:
            dialog.share = done / max(plan.size, 1)

        def work() -> None:
            try:
                write_bundle(plan, path, told, stop.is_set)
            finally:
                self._editor.post(lambda: self._editor.dialogs.close(dialog))

        self._files.later(work, lambda _: self._editor.tell(f"Exported {path.name}.", "good"))
