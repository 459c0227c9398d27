"""Plays the document while it is edited: a thread of its own follows the newest wish, and never dies of a graph."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal, Protocol

from nodegraph.core.graph import Graph
from nodegraph.editor.state.notices import Kind
from nodegraph.editor.state.running.going import Going
from nodegraph.editor.state.running.history import History
from nodegraph.editor.state.running.prepared import Wish
from nodegraph.editor.state.running.sampling import Sample, Sampler
from nodegraph.editor.state.running.shows import IDLE, Facts, NodeShow, RunProblem, problem_of, problems_of, shows_of
from nodegraph.session import Session

PlayState = Literal["stopped", "starting", "running", "paused", "ended", "failed"]
PATIENCE: Final = 6.0
"""Seconds `close` waits for the run to end."""

_log = logging.getLogger(__name__)


class Tell(Protocol):
    """Tells the person something: a toast and a line in the log. Called on the UI thread."""

    def __call__(self, text: str, kind: Kind = "info", hint: str = "") -> None:
        """`kind` is info, good, warning or error."""


class Player:
    """Runs the shown document live. Every method returns at once and may be called from any thread.

    post: runs a callable on the UI thread. clock: seconds, for `NodeShow.since`.
    """

    def __init__(
        self,
        session: Session,
        post: Callable[[Callable[[], None]], None],
        tell: Tell,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._post, self._tell, self._clock = post, tell, clock
        self._going = Going(session, self._heard)
        self._sampler = Sampler(lambda: self._going.run, self._changed_figures)
        self._due = threading.Condition()
        self._moved = self._playing = self._paused = self._afresh = self._closing = False
        self._working = self._held = False
        self._stops = self._ended = 0  # how often the run was to end, and has
        self._wish: Wish | None = None
        self._options: dict[str, Any] = {"only": None, "with_files": False, "loop_clips": True}
        self._crash: RunProblem | None = None
        self._thread: threading.Thread | None = None
        self._showing = threading.Lock()
        self._stale = True
        self._shows: dict[str, NodeShow] = {}
        self._problems: tuple[RunProblem, ...] = ()

    # --- what a person does -----------------------------------------------------------------------------------------

    def show(self, graph: Graph, base: Path) -> None:
        """This is the document now; `base` is the folder its relative paths start from. Cheap when nothing changed."""
        wish = self._wish
        if wish is None or wish.graph is not graph or wish.base != base:
            with self._due:
                self._wish = Wish(graph, base, **self._options)
                self._wake()

    def look_again(self) -> None:
        """Types of node have come or gone: see again what of the document can run."""
        with self._due:
            self._wake()

    def play(self) -> None:
        """Run; what had ended or failed is tried again, what was paused goes on."""
        with self._due:
            self._playing, self._paused, self._afresh, self._crash = True, False, True, None
            self._wake()
        self._sampler.start()

    def stop(self) -> None:
        """End the run; devices are let go of in the background. What is played next begins anew, however soon."""
        with self._due:
            self._playing = self._paused = False
            self._stops += 1
            self._wake()

    def toggle(self) -> None:
        """Run, or stop what runs."""
        if self.state in ("stopped", "ended", "failed"):
            self.play()
        else:
            self.stop()

    def pause(self) -> None:
        """Hold the sources; an edit then shows one frame."""
        self._set_paused(True)

    def resume(self) -> None:
        """Let the sources go on."""
        self._set_paused(False)

    @property
    def only(self) -> frozenset[str] | None:
        """The nodes that are run to, with what they depend on; None for all."""
        found: frozenset[str] | None = self._options["only"]
        return found

    @only.setter
    def only(self, nodes: Iterable[str] | None) -> None:
        self._choose("only", None if nodes is None else frozenset(nodes))

    @property
    def recording(self) -> bool:
        """Whether sinks that write files run too."""
        return bool(self._options["with_files"])

    @recording.setter
    def recording(self, on: bool) -> None:
        self._choose("with_files", on)

    @property
    def loop_clips(self) -> bool:
        """Whether clips begin again at their end unless the document says otherwise."""
        return bool(self._options["loop_clips"])

    @loop_clips.setter
    def loop_clips(self, on: bool) -> None:
        self._choose("loop_clips", on)

    def close(self) -> None:
        """Stop, and end the threads; waits some seconds at most."""
        with self._due:
            self._closing, self._playing = True, False
            self._wake()
        if self._thread is not None:
            self._thread.join(PATIENCE)
        self._sampler.close()

    # --- what is to be seen -----------------------------------------------------------------------------------------

    @property
    def state(self) -> PlayState:
        """What a person calls it. A document of which nothing can run counts as running: it waits for an edit."""
        if not self._playing:
            return "stopped"
        if self._going.run is None and (self._moved or self._working):
            return "starting"
        if self._crash is not None:
            return "failed"
        phase = self._going.phase
        return "paused" if phase == "running" and self._paused else phase

    @property
    def note(self) -> str:
        """Why it is in this state, as a sentence for a tooltip; "" when that needs no words."""
        state, problems = self.state, self.problems
        if state == "failed" and problems:
            return f"{problems[0].sentence} {problems[0].hint}".strip()
        if state == "ended":
            return "Every source has come to its end."
        if state == "running" and self._going.run is None:
            return "Nothing can run yet: add a source, and connect what takes it."
        return ""

    def node(self, id: str) -> NodeShow:
        """What to show on a node; equal while nothing changed."""
        self._freshen()
        return self._shows.get(id, IDLE)

    @property
    def problems(self) -> tuple[RunProblem, ...]:
        """What goes wrong while running; the same object while nothing changed."""
        self._freshen()
        return self._problems

    def latest(self, node: str, output: str | None = None) -> Any:
        """The newest value of an output, or of what goes into a sink; None while there is none."""
        run, wish = self._going.run, self._wish
        if run is None or self._stops != self._ended:  # what is about to end may be of another document with like names
            return None
        try:
            if node not in run.nodes and wish is not None:  # a sink that writes when recording: what it would write
                wire = next((one for one in wish.graph.wires_into(node) if one.source in run.nodes), None)
                found = self._going.prepared
                if wire is None or found is None or found.skipped.get(node) is None or output is not None:
                    return None
                node, output = wire.source, wire.output
            return run.latest(node, output)
        except (KeyError, ValueError, IndexError):  # it changed under our eyes
            return None

    @property
    def sample(self) -> Sample:
        """The newest figures; taken twice a second."""
        return self._sampler.sample

    @property
    def history(self) -> History:
        """The figures of the last ten minutes."""
        return self._sampler.history

    # --- the thread -------------------------------------------------------------------------------------------------

    def _choose(self, name: str, value: Any) -> None:
        with self._due:
            if self._options[name] != value:
                self._options[name] = value
                if self._wish is not None:
                    self._wish = Wish(self._wish.graph, self._wish.base, **self._options)
                self._wake()

    def _set_paused(self, paused: bool) -> None:
        with self._due:
            if self._playing and self._paused != paused:
                self._paused = paused
                self._wake()

    def _heard(self) -> None:
        """The run told something: that it ended, perhaps. Called on engine threads."""
        self._stale = True
        if self._going.watch.ended is not None:
            with self._due:
                self._wake()

    def _changed_figures(self) -> None:
        self._stale = True

    def _wake(self) -> None:
        """There is something to do; the caller holds `_due`."""
        self._moved = self._stale = True
        if self._thread is None and (self._playing and not self._closing):
            self._thread = threading.Thread(target=self._work, name="player", daemon=True)
            self._thread.start()
        self._due.notify_all()

    def _work(self) -> None:
        while not self._closing:
            with self._due:
                self._due.wait_for(lambda: self._moved)
                self._moved, self._working = False, True
                wish, paused, afresh = self._wish if self._playing else None, self._paused, self._afresh
                self._afresh, stops = False, self._stops
            try:
                if stops != self._ended:
                    self._going.end()
                    self._ended = stops  # a stop that was asked for meanwhile has its own turn
                self._follow(wish, paused, afresh)
            except Exception as error:
                self._crashed(error)
            self._working, self._stale = False, True
        self._going.end()

    def _follow(self, wish: Wish | None, paused: bool, afresh: bool) -> None:
        going = self._going
        if wish is None:
            going.end()
            return
        if afresh:
            going.forget()
        failed, before = going.failure, going.run
        changed = going.follow(wish)
        if going.failure is not None and going.failure is not failed:
            self._say(going.failure.message, going.failure.hint)
        self._crash = None
        self._hold(paused, changed, going.run is not before)

    def _hold(self, paused: bool, changed: bool, new: bool) -> None:
        """Pause or resume the run, if that is asked for; an edit while it is paused is shown."""
        run, held = self._going.run, self._held and not new
        self._held = paused and run is not None
        if run is None:
            return
        if paused and not held:
            run.pause()
        if held and not paused:
            run.resume()
        if paused and (changed or new) and not self.recording:  # a file gets no frame twice
            self._going.look_again()

    def _crashed(self, error: Exception) -> None:
        """A mistake of ours must not end the thread: it is said, and the next edit is tried."""
        _log.exception("The run failed.")
        text = f"The run failed: {type(error).__name__}: {error}"
        self._crash = RunProblem("", text, "Undo the last step, or stop and run again; the log has the details.")
        self._say(self._crash.sentence, self._crash.hint)

    def _say(self, text: str, hint: str) -> None:
        self._post(partial(self._tell, text, "error", hint))

    # --- shows ------------------------------------------------------------------------------------------------------

    def _freshen(self) -> None:
        if self._stale:
            with self._showing:
                self._stale = False
                facts = self._facts()
                self._shows = shows_of(facts, self._shows, self._clock())
                problems = (*problems_of(facts), *(one for one in (self._going.refused, self._crash) if one))
                if problems != self._problems:
                    self._problems = problems

    def _facts(self) -> Facts:
        going, wish = self._going, self._wish
        prepared, run, failure = going.prepared, going.run, going.failure
        broken = going.lost | {id: one.problem for id, one in dict(going.broken).items()}
        if failure is not None:
            broken[failure.node] = problem_of(failure)
        return Facts(
            nodes=wish.graph.nodes if wish else {},
            skipped=prepared.skipped if prepared and self._playing else {},
            broken=broken,
            failures=dict(going.watch.failures),
            running=run.nodes if run is not None and self._playing else {},
            figures=self._sampler.sample.nodes,
        )
