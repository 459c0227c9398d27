"""No model runs before its licence was shown and accepted: until then its nodes count as muted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from nodegraph.core.graph import Graph
from nodegraph.editor.state.dialogs import Dialogs
from nodegraph.editor.state.models.licences import Accepted, Use, accept, unaccepted
from nodegraph.editor.state.models.terms import Terms, terms_of
from nodegraph.runtime.chosen import CHECKPOINT
from nodegraph.runtime.entry import ModelEntry

NOT_ACCEPTED: Final = "It does not run: its licence was not accepted yet."
ASK_AGAIN: Final = "Stop and run again, or select it and show the licence."


@dataclass
class LicenceDialog:
    """The question before models are used for the first time. Both answers are called after the dialog has closed.

    verb: what happens after accepting, for the button: "run", "download".
    """

    terms: tuple[Terms, ...]
    accept: Callable[[], None]
    refuse: Callable[[], None]
    verb: str = "run"

    @property
    def names(self) -> list[str]:
        """The models' names, each once."""
        return list(dict.fromkeys(one.card.name for one in self.terms))


class Consent:
    """Asks once for each set of models; a refusal holds until something is run anew or another model is added.

    waiting: the nodes of the newest graph that do not run because a licence was not accepted.
    """

    def __init__(self, entry_of: Callable[[str], ModelEntry | None], accepted: Accepted, dialogs: Dialogs) -> None:
        self._entry_of, self._accepted, self._dialogs = entry_of, accepted, dialogs
        self._seen: tuple[Graph, dict[str, str]] | None = None
        self._allowed = Graph()
        self._waiting: dict[str, Use] = {}
        self.waiting: frozenset[str] = frozenset()
        self._refused: frozenset[str] = frozenset()

    # --- a graph ----------------------------------------------------------------------------------------------------

    def allowed(self, graph: Graph) -> Graph:
        """The graph with the nodes of unaccepted models muted; the same object while nothing changed."""
        if self._seen is None or self._seen[0] is not graph or self._seen[1] != self._accepted.licences:
            self._seen = (graph, dict(self._accepted.licences))
            self._judge(graph)
        return self._allowed

    def forget(self) -> None:
        """The catalogues were read again: what was judged may be another model now, or one at last."""
        self._seen = None

    def _judge(self, graph: Graph) -> None:
        """What is switched off asks nothing and stays off."""
        uses = {
            id: Use(entry, node.place, str(node.params.get(CHECKPOINT) or ""))
            for id, node in graph.nodes.items()
            if node.state == "on" and (entry := self._entry_of(node.type))
        }
        self._waiting = {use.key: use for use in unaccepted(uses.values(), self._accepted)}
        self.waiting = frozenset(id for id, use in uses.items() if use.key in self._waiting)
        muted = {id: replace(graph.nodes[id], state="mute") for id in self.waiting}
        self._allowed = replace(graph, nodes={**graph.nodes, **muted}) if muted else graph

    def waits(self, type_id: str) -> bool:
        """Whether nodes of this type do not run because a licence was not accepted."""
        entry = self._entry_of(type_id)
        return entry is not None and any(use.entry.id == entry.id for use in self._waiting.values())

    def ask(self, anew: bool = False) -> None:
        """Show the question, if there is one that was not answered. anew: ask again what was refused."""
        if anew:
            self._refused = frozenset()
        wanted = frozenset(self._waiting)
        if not wanted or wanted <= self._refused or self._dialogs.current is not None:
            return
        uses = list(self._waiting.values())
        self._show(uses, lambda: None, lambda: self._refuse(wanted), "run")

    def _refuse(self, ids: frozenset[str]) -> None:
        self._refused |= ids

    # --- one model --------------------------------------------------------------------------------------------------

    def before(
        self,
        entry: ModelEntry,
        verb: str,
        then: Callable[[], None],
        place: Mapping[str, Any] | None = None,
        checkpoint: str = "",
    ) -> None:
        """Do `then` at once if the model's licence is accepted, else once it is. verb: what `then` does."""
        uses = unaccepted([Use(entry, place or {}, checkpoint)], self._accepted)
        if uses:
            self._show(uses, then, lambda: None, verb)
        else:
            then()

    def _show(self, uses: list[Use], then: Callable[[], None], refuse: Callable[[], None], verb: str) -> None:
        def accepted() -> None:
            accept(uses, self._accepted)
            then()

        terms = tuple(terms_of(use.entry, use.place, use.checkpoint) for use in uses)
        self._dialogs.show(LicenceDialog(terms, accepted, refuse, verb))
