"""Undo and redo: two stacks of steps. Unlimited within a session; a step holds only what it changed."""

from dataclasses import dataclass, field, replace

from nodegraph.core.preset import Preset
from nodegraph.editor.state.delta import Delta, difference


@dataclass(frozen=True)
class Mark:
    """A moment to come back to: the steps on both stacks then."""

    undos: tuple[Delta, ...]
    redos: tuple[Delta, ...]


@dataclass
class History:
    """Steps that can be taken back (`undos`, newest last) and made again (`redos`)."""

    undos: list[Delta] = field(default_factory=list)
    redos: list[Delta] = field(default_factory=list)
    _merge: str = ""

    def record(self, before: Preset, after: Preset, label: str, merge: str = "") -> Delta:
        """Remember the step from `before` to `after`; returns it.

        With the same `merge` key as the step before (and no `seal` between), the two become one step.
        """
        step = difference(before, after, label)
        if step.is_empty:
            return step
        if merge and merge == self._merge and self.undos:
            start, _ = self.undos.pop().apply(before)
            back = difference(after, start, label)
            self.undos += [] if back.is_empty else [back]
            self._merge = "" if back.is_empty else merge
        else:
            self.undos.append(difference(after, before, label))
            self._merge = merge
        self.redos.clear()
        return step

    def seal(self) -> None:
        """The next step does not merge with the one before."""
        self._merge = ""

    def mark(self) -> Mark:
        """This moment, for `back_to`."""
        return Mark(tuple(self.undos), tuple(self.redos))

    def back_to(self, mark: Mark) -> None:
        """Have the steps of that moment again; the caller puts the document of that moment in place."""
        self.undos, self.redos = list(mark.undos), list(mark.redos)
        self.seal()

    def undo(self, document: Preset) -> tuple[Preset, Delta | None]:
        """The document one step earlier and the step that was applied; None when there is none."""
        return self._move(document, self.undos, self.redos)

    def redo(self, document: Preset) -> tuple[Preset, Delta | None]:
        """The document one undone step later and the step that was applied; None when there is none."""
        return self._move(document, self.redos, self.undos)

    def _move(self, document: Preset, source: list[Delta], target: list[Delta]) -> tuple[Preset, Delta | None]:
        self.seal()
        if not source:
            return document, None
        step = source.pop()
        changed, inverse = step.apply(document)
        target.append(replace(inverse, label=step.label))
        return changed, step
