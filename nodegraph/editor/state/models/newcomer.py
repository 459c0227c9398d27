"""Adding a model from the window: what is meant, what it would mean, and doing it once the person agreed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from nodegraph.core.errors import NodegraphError
from nodegraph.editor.state.background import later
from nodegraph.runtime.cancel import Cancel
from nodegraph.runtime.state import ServerEvent
from nodegraph.session import user_catalogue

if TYPE_CHECKING:  # planning brings Docker and HTTP along: a fifth of a second at the start
    from nodegraph.editor.state.editor import Editor
    from nodegraph.runtime.adding.plan import Plan

Phase = Literal["asking", "looking", "planned", "adding"]
_WEIGHTS: Final = (".safetensors", ".pth", ".pt", ".ckpt")
_SIGNS: Final = ("Dockerfile", "entry.json", "cog.yaml")
_OPTION: Final = re.compile(r"\s+--(id|name|task|revision|protocol)[ =]+(\S+)")


@dataclass
class AddModelDialog:
    """What a person wants to add and how far that is. Belongs to the UI thread.

    what, id: as they were typed; options that messages speak of may stand behind `what` (``hf:o/n --task captions``).
    plan: what adding it means, once that is known. message, hint: why it cannot be added. progress: what is being done
    now.
    """

    editor: "Editor"
    what: str = ""
    id: str = ""
    phase: Phase = "asking"
    plan: "Plan | None" = None
    message: str = ""
    hint: str = ""
    progress: str = ""
    revision: int = 0
    _cancel: Cancel = field(default_factory=Cancel)

    @property
    def replaces(self) -> bool:
        """Whether something that was added before would be replaced."""
        return self.plan is not None and self.plan.replaces

    # --- what is pressed --------------------------------------------------------------------------------------------

    def look(self, what: str, id: str = "") -> None:
        """Find out what adding this would mean; nothing is fetched, started or written for it."""
        if self.phase in ("looking", "adding") or not what.strip():
            return
        self.what, self.id, self.plan = what.strip(), id.strip(), None
        self._cancel = Cancel()
        self._now("looking")
        cancel, post = self._cancel, self.editor.post  # what comes back to a dialog that was closed is dropped
        answer = partial(self._plan, *_read(self.what))
        later(lambda call: post(lambda: None if cancel.is_set() else call()), answer, self._planned, self._failed)

    def add(self) -> None:
        """Do what the plan says."""
        if self.phase == "planned" and self.plan is not None and self.plan.can_be_done:
            self._now("adding")
            # What was written before the dialog was closed is there, so it is shown.
            later(self.editor.post, partial(self._apply, self.plan), self._added, self._failed)

    def again(self) -> None:
        """Something else is meant."""
        if self.phase == "planned":
            self.plan = None
            self._now("asking")

    def close(self) -> None:
        """Close, and call off what is being done."""
        self._cancel.set()
        self.editor.dialogs.close(self)

    # --- on another thread ------------------------------------------------------------------------------------------

    def _plan(self, what: str, wished: Mapping[str, str]) -> "Plan":
        from nodegraph.runtime.adding.adding import plan_for
        from nodegraph.runtime.adding.plan import Wishes

        path = user_catalogue()
        taken = self.editor.session.ids_outside(path)
        options = {**wished, "id": self.id or wished.get("id", "")}
        return plan_for(
            what, Wishes(path, **options, replace=True, taken=taken)
        )  # the plan says if it would replace one

    def _apply(self, plan: "Plan") -> tuple[str, ...]:
        from nodegraph.runtime.adding.adding import apply

        return apply(plan, lambda event: self.editor.post(partial(self._told, event)), self._cancel)

    # --- what came of it --------------------------------------------------------------------------------------------

    def _planned(self, plan: "Plan") -> None:
        self.plan = plan
        self._now("planned")

    def _told(self, event: ServerEvent) -> None:
        self.progress = str(event)

    def _added(self, ids: tuple[str, ...]) -> None:
        editor, plan = self.editor, self.plan
        editor.dialogs.close(self)
        editor.reload_models()
        names = [card.name for id in ids if (card := editor.models.card(id))] or [plan.title if plan else self.what]
        editor.tell(f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} added.", "good", _where_now(ids))

    def _failed(self, error: NodegraphError) -> None:
        self._now("planned" if self.phase == "adding" else "asking")
        self.message, self.hint = error.message, error.hint

    def _now(self, phase: Phase) -> None:
        self.phase, self.message, self.hint, self.progress = phase, "", "", ""
        self.revision += 1


def add_model(editor: "Editor", what: str = "") -> AddModelDialog:
    """Ask what to add; what is known already is looked at at once."""
    dialog = AddModelDialog(editor)
    editor.dialogs.show(dialog)
    dialog.look(what)
    return dialog


def is_model(path: Path) -> bool:
    """Whether a dropped file or folder is meant to be added as a model: weights, or a folder that says it is one."""
    return path.suffix.lower() in _WEIGHTS or (path.is_dir() and any((path / one).is_file() for one in _SIGNS))


def _read(text: str) -> tuple[str, dict[str, str]]:
    """What is meant, and the options behind it."""
    return _OPTION.sub("", text).strip(), dict(_OPTION.findall(text))


def _where_now(ids: tuple[str, ...]) -> str:
    return "It is in the library, under Models." if ids else "Choose it as the checkpoint of its node."
