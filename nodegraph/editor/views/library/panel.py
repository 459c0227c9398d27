"""The left panel: every node by category, and the model directory."""

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.editor import Editor
from nodegraph.editor.views.library.models_tab import ModelsTab
from nodegraph.editor.views.library.nodes_tab import NodesTab
from nodegraph.editor.views.look import Look


class Library:
    """Two tabs; only the one that is shown is kept up to date."""

    def __init__(self, editor: Editor, look: Look) -> None:
        self._editor = editor
        self._nodes = NodesTab(editor, look)
        self._models = ModelsTab(editor, look)

    def build(self, parent: int | str) -> None:
        """Make the tabs."""
        self._place = parent
        self._bar = dpg.add_tab_bar(parent=parent)
        self._nodes_tab = dpg.add_tab(label="Nodes", parent=self._bar)
        self._count = len(self._editor.models.cards)
        self._models_tab = dpg.add_tab(label=f"Models ({self._count})", parent=self._bar)
        self._nodes.build(self._nodes_tab)
        self._models.build(self._models_tab)

    def update(self) -> None:
        """Follow the search, the usage and the models' states; nothing is asked while the panel is closed."""
        if not dpg.is_item_shown(self._place):
            return
        if len(self._editor.models.cards) != self._count:
            self._count = len(self._editor.models.cards)
            dpg.configure_item(self._models_tab, label=f"Models ({self._count})")
        if dpg.get_value(self._bar) == self._models_tab:
            self._models.update()
        else:
            self._nodes.update()
