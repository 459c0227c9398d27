"""The run that follows the document: begun, edited and ended by one thread, the player's."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

from nodegraph.core.errors import NodegraphError
from nodegraph.core.graph import Graph, GraphNode
from nodegraph.editor.state.running.prepared import Prepared, Wish, moved, prepare
from nodegraph.editor.state.running.shows import RunProblem, problem_of, sentence
from nodegraph.editor.state.running.watch import Watch
from nodegraph.engine.events import Ended, NodeFailed
from nodegraph.engine.run import Run
from nodegraph.session import Session

Phase = Literal["starting", "running", "ended", "failed"]
ONE_FRAME: Final = 0.3
"""Seconds a paused run may go on to show what an edit changed."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Broken:
    """A node that ended a run, as it was then: while it stays so, the others run without it."""

    node: GraphNode
    problem: RunProblem


class Going:
    """Keeps one run in step with wishes. `follow`, `forget` and `end` are for one thread, the rest for anyone."""

    def __init__(self, session: Session, heard: Callable[[], None]) -> None:
        self.run: Run | None = None
        self.watch = Watch(heard)
        self.prepared: Prepared | None = None
        self.broken: dict[str, Broken] = {}
        self.lost: dict[str, RunProblem] = {}
        """Sources that failed before the run came to its end: a clip that was deleted while it was played."""
        self.refused: RunProblem | None = None
        """Why the newest edit is not running; the run before it goes on."""
        self._over: Ended | None = None
        self._starting = self._sources_moved = False
        self._session, self._heard = session, heard
        self._graph: Graph | None = None
        self._registry = session.registry

    # --- for the player's thread ------------------------------------------------------------------------------------

    def follow(self, wish: Wish) -> bool:
        """Run what of `wish` can run: go on with what runs already, or begin; whether anything changed for the run.

        Raises what nobody expected.
        """
        self._take_note()
        broken = {id: one for id, one in self.broken.items() if _same(one.node, wish.graph.nodes.get(id))}
        self.broken = broken
        wish = replace(wish, without={id: one.problem.sentence for id, one in broken.items()})
        before, registry = self.prepared, self._session.registry
        if registry is not self._registry and self.run is not None:
            self.run.know(registry)
        try:
            made = moved(before, wish, registry) if before and registry is self._registry else None
            self._registry = registry
            self.prepared = made or prepare(wish, registry)
        except NodegraphError as error:
            self.refused = RunProblem("", sentence(error.message), error.hint)
            return False
        return self._go(self.prepared.graph)

    def _go(self, graph: Graph) -> bool:
        if not graph.nodes:
            self._stop()
            self._graph = None
            return True
        if self._graph is not None and not _differ(self._graph, graph) and (self.run is not None or self._over):
            return False
        self._sources_moved = self.run is None or self._moves_sources(graph)
        if self.run is None:
            self._begin(graph)
        else:
            self._update(self.run, graph)
        return True

    def _moves_sources(self, graph: Graph) -> bool:
        before = self._graph.nodes if self._graph else {}
        sources = [id for id, node in self.run.nodes.items() if node.spec.kind == "source"] if self.run else []
        return any(before.get(id) != graph.nodes.get(id) for id in sources)

    def forget(self) -> None:
        """Try everything again: what ended or broke a run before may have been mended outside."""
        self._take_note()
        self.broken, self.lost, self.refused = {}, {}, None
        if self.run is None:
            self._over = self._graph = self.prepared = None

    def end(self) -> None:
        """End the run, if there is one; returns when its files are closed."""
        self._stop()
        self.broken, self.lost, self.refused = {}, {}, None
        self._over = self._graph = self.prepared = None

    def look_again(self) -> None:
        """Show what was changed while the run is paused: on the newest frame, or on one more when there is none yet."""
        run = self.run
        streams = [one for one in run.streams.values() if one.reader is not None] if run else []
        if run is None or not streams:
            return
        if not self._sources_moved and all(one.last is not None for one in streams):
            run.again()
            return
        seen, until = [one.frames_in for one in streams], time.monotonic() + ONE_FRAME
        waiting = threading.Event()
        run.resume()
        while [one.frames_in for one in streams] == seen and time.monotonic() < until:
            waiting.wait(0.005)
        run.pause()

    # --- for anyone -------------------------------------------------------------------------------------------------

    @property
    def phase(self) -> Phase:
        """What the run does now; a wish of which nothing can run counts as running."""
        if self._starting:
            return "starting"
        if self.run is None and (self._over or self.broken):
            return "failed" if self.broken or self.lost or (self._over and self._over.failure) else "ended"
        return "running"

    @property
    def failure(self) -> NodeFailed | None:
        """What ended the run, when it failed as a whole."""
        return self._over.failure if self._over else None

    # --- the run ----------------------------------------------------------------------------------------------------

    def _take_note(self) -> None:
        """Of a run that has ended by itself."""
        ended, run = self.watch.ended, self.run
        if ended is None or run is None:
            return
        self.run = None
        run.wait()
        sources = [id for id, node in run.nodes.items() if node.spec.kind == "source"]
        run.release()
        failure, nodes = ended.failure, self._graph.nodes if self._graph else {}
        node = nodes.get(failure.node) if failure else None
        if failure is None or node is None or node.failure == "stop":
            self._over = ended
            self.lost = {id: problem_of(one) for id, one in self.watch.failures.items() if id in sources}
            return
        document = self.prepared.wish.graph.nodes if self.prepared else {}
        self.broken[failure.node] = Broken(document.get(failure.node, node), problem_of(failure))

    def _begin(self, graph: Graph) -> None:
        self._over, self.refused, self._graph = None, None, graph
        self.lost = {}
        self._starting = True
        self.watch = Watch(self._heard)
        self._heard()
        try:
            run = self._session.run(graph, "live", listener=self.watch)
            self.run = run  # before it starts, so that pictures and states are there at once
            run.start()
        except Exception:
            self.run = None
            raise
        finally:
            self._starting = False

    def _update(self, run: Run, graph: Graph) -> None:
        try:
            run.update(graph)
        except NodegraphError as error:
            self.refused = RunProblem("", sentence(error.message), error.hint)
            return
        except Exception:  # a mistake of ours: rather a new run than a wrong one
            _log.exception("The run could not follow an edit; it is begun anew.")
            self._stop()
            self._begin(graph)
            return
        self.refused, self._graph = None, graph

    def _stop(self) -> None:
        run, self.run = self.run, None
        if run is not None:
            run.stop()
            run.release()


def _same(before: GraphNode, now: GraphNode | None) -> bool:
    return now is not None and (before.type, before.params, before.place) == (now.type, now.params, now.place)


def _differ(before: Graph, after: Graph) -> bool:
    return before.nodes != after.nodes or before.wires != after.wires
