"""Asking what to render: where to, how much of it; what is known about that comes from a thread."""

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from nodegraph.core.errors import NodegraphError
from nodegraph.core.registry import Registry
from nodegraph.editor.state.documents.questions import Answer, FileDialog, Question
from nodegraph.editor.state.running.render import written
from nodegraph.editor.state.running.render_graph import Order, render_graph
from nodegraph.editor.state.running.runnable import writes_files
from nodegraph.editor.state.running.shows import sentence

if TYPE_CHECKING:
    from nodegraph.editor.state.editor import Editor

Limit = Literal["all", "frames", "seconds"]
MOST: Final = 10**9


@dataclass
class RenderDialog:
    """The question, with what was chosen so far. Change a field, then call `changed`.

    own: names of the files that the graph's own nodes write; with `use_own` the render writes those. total: how many
    frames it will be, None when that is not known (`counting` until it is). problem, hint: why it cannot be rendered.
    """

    editor: "Editor" = field(repr=False)
    output: str = ""
    own: tuple[str, ...] = ()
    use_own: bool = False
    limit: Limit = "all"
    frames: int = 300
    seconds: float = 10.0
    total: int | None = None
    counting: bool = False
    problem: str = ""
    hint: str = ""
    revision: int = 0

    def order(self) -> Order:
        """What is chosen."""
        space = self.editor.workspace
        frames = self.frames if self.limit == "frames" else None
        seconds = self.seconds if self.limit == "seconds" else None
        output = None if self.use_own else Path(os.path.expanduser(self.output))
        return Order(space.document.graph, space.base, output, frames, seconds)

    def changed(self) -> None:
        """Look anew at whether it can be rendered, and how long it will be."""
        self.revision += 1
        self.problem = self.hint = ""
        if not self.use_own and not Path(self.output).name:
            self.problem = "Choose a file to render to."
            return
        self.total, self.counting = None, True
        threading.Thread(
            target=self._count, args=(self.revision, self.order()), name="render size", daemon=True
        ).start()

    def browse(self) -> None:
        """Choose the file in a file dialog."""
        browser = self.editor.files.browser(suffixes(self.editor.session.registry))
        browser.name = Path(self.output).name
        if Path(self.output).parent.is_dir():
            browser.go(Path(self.output).parent)

        def choose(path: Path) -> None:
            self.output = str(path)
            self.changed()

        self.editor.dialogs.show(FileDialog("Render to", "Choose", "save", browser, choose))

    def start(self) -> None:
        """Render, once the person agreed that files there already are replaced."""
        try:
            order = self.order()
            there = self.editor.renders.existing(order)
        except NodegraphError as error:
            self.problem, self.hint = sentence(error.message), error.hint
            return
        if not there:
            self._begin(order)
            return
        names = ", ".join(path.name for path in there)
        answers = (Answer("Replace", lambda: self._begin(order), "danger"), Answer("Cancel"))
        text = f"{names} {'is' if len(there) == 1 else 'are'} there already."
        self.editor.dialogs.show(Question("Replace what is there?", text, answers))

    def _begin(self, order: Order) -> None:
        self.editor.renders.add(order)
        self.editor.dialogs.close(self)

    def _count(self, revision: int, order: Order) -> None:
        session, total, problem, hint = self.editor.session, None, "", ""
        try:
            total = session.frames_of(render_graph(order, session.registry), order.frames, order.seconds)
        except NodegraphError as error:
            problem, hint = sentence(error.message), error.hint

        def arrived() -> None:
            if revision == self.revision:
                self.total, self.problem, self.hint, self.counting = total, problem, hint, False

        self.editor.post(arrived)


def open_render(editor: "Editor") -> None:
    """Ask what to render."""
    dialog = RenderDialog(editor, str(_suggested(editor)), own_files(editor))
    dialog.use_own = bool(dialog.own)
    editor.dialogs.show(dialog)
    dialog.changed()


def own_files(editor: "Editor") -> tuple[str, ...]:
    """Names of the files that a render of the graph as it is would write."""
    space, registry = editor.workspace, editor.session.registry
    try:
        return tuple(
            path.name for path in written(render_graph(Order(space.document.graph, space.base), registry), registry)
        )
    except NodegraphError:
        return ()


def suffixes(registry: Registry) -> tuple[str, ...]:
    """Every kind of file that a node which takes pictures can write."""
    found = [
        suffix
        for one in registry.definitions.values()
        if writes_files(one.spec) and one.spec.input("image")
        for param in one.spec.params
        for suffix in param.accept
    ]
    return tuple(dict.fromkeys(found))


def _suggested(editor: "Editor") -> Path:
    """The document's name as a film, beside the document, else where films go."""
    space = editor.workspace
    if space.path is not None:
        return space.path.with_suffix(".mp4")
    import platformdirs

    folder = platformdirs.user_videos_path()
    name = "".join(one if one.isalnum() or one in " -_" else "-" for one in space.name).strip(" -") or "film"
    return (folder if folder.is_dir() else Path.home()) / f"{name}.mp4"
