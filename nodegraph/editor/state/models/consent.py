"""No model runs before its licence was shown and accepted: until then its nodes count as muted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from nodegraph.core.graph import Graph
from nodegraph.editor.state.dialogs import Dialogs
from nodegraph.editor.state.models.directory import ModelCard, card_of
from nodegraph.editor.state.models.licences import Accepted, accept, unaccepted
from nodegraph.runtime.entry import ModelEntry


@dataclass
class LicenceDialog:
    """The question before models are used for the first time. Both answers are called after the dialog has closed."""

    cards: tuple[ModelCard, ...]
    accept: Callable[[], None]
    refuse: Callable[[], None]


class Consent:
    """Asks once for each set of models; a refusal holds until something is run anew or another model is added."""

    def __init__(self, entry_of: Callable[[str], ModelEntry | None], accepted: Accepted, dialogs: Dialogs) -> None:
        self._entry_of, self._accepted, self._dialogs = entry_of, accepted, dialogs
        self._seen: tuple[Graph, dict[str, str]] | None = None
        self._allowed = Graph()
        self._waiting: dict[str, ModelEntry] = {}
        self._refused: frozenset[str] = frozenset()

    def allowed(self, graph: Graph) -> Graph:
        """The graph with the nodes of unaccepted models muted; the same object while nothing changed."""
        if self._seen is None or self._seen[0] is not graph or self._seen[1] != self._accepted.licences:
            self._seen = (graph, dict(self._accepted.licences))
            self._judge(graph)
        return self._allowed

    def _judge(self, graph: Graph) -> None:
        used = {node.type: entry for node in graph.nodes.values() if (entry := self._entry_of(node.type))}
        missing = {entry.id for entry in unaccepted(used.values(), self._accepted)}
        self._waiting = {entry.id: entry for entry in used.values() if entry.id in missing}
        muted = {
            id: replace(node, state="mute") for id, node in graph.nodes.items() if _model(used, node.type) in missing
        }
        self._allowed = replace(graph, nodes={**graph.nodes, **muted}) if muted else graph

    def waits(self, type_id: str) -> bool:
        """Whether nodes of this type do not run because a licence was not accepted."""
        entry = self._entry_of(type_id)
        return entry is not None and entry.id in self._waiting

    def ask(self, anew: bool = False) -> None:
        """Show the question, if there is one that was not answered. anew: ask again what was refused."""
        if anew:
            self._refused = frozenset()
        wanted = frozenset(self._waiting)
        if not wanted or wanted <= self._refused or self._dialogs.current is not None:
            return
        entries = list(self._waiting.values())
        self._dialogs.show(
            LicenceDialog(
                tuple(card_of(entry) for entry in entries),
                accept=lambda: accept(entries, self._accepted),
                refuse=lambda: self._refuse(wanted),
            )
        )

    def _refuse(self, ids: frozenset[str]) -> None:
        self._refused |= ids


def _model(used: Mapping[str, ModelEntry], type_id: str) -> str:
    entry = used.get(type_id)
    return entry.id if entry else ""
