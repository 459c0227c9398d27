"""A model node's server: how it stands, where it runs and with what, and what it prints."""

import time
from typing import Any, Final

import dearpygui.dearpygui as dpg

from nodegraph.editor.state.inspector.contexts import docker_contexts
from nodegraph.editor.state.inspector.facts import NodesFacts
from nodegraph.editor.state.inspector.places import (
    FRAMES,
    REMOTE,
    PlaceChoice,
    choices_of,
    device_about,
    elsewhere,
    in_container,
    key_of,
    sends_frames,
    values_of,
)
from nodegraph.editor.state.inspector.policies import Choice
from nodegraph.editor.state.models.pages import ModelPage
from nodegraph.editor.state.models.spots import spot_of
from nodegraph.editor.views.inspector.fields import TextField
from nodegraph.editor.views.inspector.kit import Kit, Tag
from nodegraph.editor.views.inspector.model_limits import ModelLimits
from nodegraph.editor.views.inspector.model_state import ModelState
from nodegraph.editor.views.inspector.segments import Segments

_LINES: Final = 200
_PERIOD: Final = 0.5


class ModelPart:
    """Of a single model node."""

    def __init__(self, kit: Kit, parent: Tag, facts: NodesFacts) -> None:
        self._kit, self._facts = kit, facts
        assert facts.spec is not None
        self._spec = facts.spec
        self._looked = 0.0
        self._log: list[str] = []
        self._device: Segments | None = None
        self._frames: Segments | None = None
        self._limits: ModelLimits | None = None
        section = kit.section(parent, "Model")
        self._state = ModelState(kit, section, facts)
        page = kit.button(section, "Model page", self._page, width=kit.width)
        kit.tip(page, "What it does, who made it, its licence and links.")
        kit.space(section, 2)
        self._build_place(section)
        self._build_log(section)

    # --- place ------------------------------------------------------------------------------------------------------

    @property
    def _remote_wanted(self) -> str:
        return f"remote {self._facts.ids[0]}"

    def _key(self) -> str:
        key = key_of(self._facts.place)
        wanted = key == "container" and self._kit.memory.get(self._remote_wanted)
        return REMOTE if wanted else key

    def _build_place(self, parent: Tag) -> None:
        kit, choices = self._kit, choices_of(self._spec)
        self._titles = {one.key: one.title for one in choices}
        key = self._key()
        place, width = kit.named(parent, "Runs as")
        self._place: Tag = dpg.add_combo(
            list(self._titles.values()),
            parent=place,
            width=width,
            default_value=self._titles.get(key, key),
            callback=self._chosen,
        )
        choice = next((one for one in choices if one.key == key), None)
        self._address: TextField | None = None
        if choice is not None and choice.address:
            self._named = choice.address
            self._build_address(parent, choice)
        if key != "url":
            self._build_device(parent)
        if sends_frames(self._spec, key):
            self._build_frames(parent)
        if in_container(key, choices):
            self._limits = ModelLimits(kit, parent, self._facts.place, self._limit)

    def _build_address(self, parent: Tag, choice: PlaceChoice) -> None:
        """Typed, or for an engine chosen from the Docker contexts of this machine."""
        kit = self._kit
        contexts = docker_contexts() if choice.key == REMOTE else []
        place, width = kit.named(parent, "Address")
        room = kit.icon_width + kit.gap if contexts else 0
        self._address = TextField(
            kit, place, self._address_now(), self._set_address, width - room, live=False, hint=choice.hint
        )
        if contexts:
            self._contexts = {f"{address}  {where}": address for address, where in contexts}
            if kit.narrow:
                place = parent
            list_ = dpg.add_combo(
                list(self._contexts), parent=place, no_preview=True, popup_align_left=True, callback=self._context
            )
            kit.tip(list_, "The Docker contexts of this machine")

    def _address_now(self) -> str:
        return str(self._facts.place.get(self._named) or "")

    def _context(self, _sender: Any, line: str) -> None:
        self._set_address(self._contexts[line])

    def _build_device(self, parent: Tag) -> None:
        words = {"auto": "Auto", "cpu": "CPU", "gpu": "GPU"}
        choices = tuple(Choice(name, word, device_about(self._spec, name)) for name, word in words.items())
        self._device = Segments(self._kit, parent, choices, self._device_now(), self._set_device)

    def _device_now(self) -> str:
        return str(self._facts.place.get("device") or "auto")

    def _build_frames(self, parent: Tag) -> None:
        self._kit.tip(self._kit.label(parent, "Frames"), "How pictures go to the other machine, and come back.")
        self._frames = Segments(self._kit, parent, FRAMES, self._frames_now(), self._set_frames)

    def _frames_now(self) -> str:
        return str(self._facts.place.get("frames") or "auto")

    def _set_frames(self, frames: str) -> None:
        self._change(frames=None if frames == "auto" else frames)

    def _chosen(self, _sender: Any, title: str) -> None:
        key = next(key for key, one in self._titles.items() if one == title)
        self._kit.memory[self._remote_wanted] = key == REMOTE
        self._kit.revision += 1
        self._change(**values_of(key))

    def _set_address(self, text: Any) -> None:
        self._change(**{self._named: str(text).strip()})

    def _set_device(self, device: str) -> None:
        self._change(device=None if device == "auto" else device)

    def _limit(self, **values: Any) -> None:
        self._kit.changes.set_place(self._facts.ids[0], **values)

    def _change(self, **values: Any) -> None:
        self._kit.changes.seal()
        self._kit.changes.set_place(self._facts.ids[0], **values)
        self._kit.changes.seal()

    # --- log --------------------------------------------------------------------------------------------------------

    def _build_log(self, parent: Tag) -> None:
        kit = self._kit
        self._fold = dpg.add_tree_node(
            label="Log", parent=parent, default_open=self._kit.memory.get("open log", False), span_full_width=True
        )
        self._box = dpg.add_child_window(parent=self._fold, height=kit.look.px(150), width=kit.width - kit.look.px(24))
        self._lines = dpg.add_text("", parent=self._box, wrap=0)
        dpg.bind_item_font(self._lines, kit.look.font("mono"))

    # --- following --------------------------------------------------------------------------------------------------

    def follow(self, facts: NodesFacts) -> None:
        """The document has changed."""
        self._facts = facts
        self._state.follow(facts)
        if self._address is not None and not self._address.busy:
            self._address.show(self._address_now())
        if self._device is not None:
            self._device.show(self._device_now())
        if self._frames is not None:
            self._frames.show(self._frames_now())
        if self._limits is not None:
            self._limits.follow(facts.place)

    def update(self) -> None:
        """State at once, the log now and then."""
        self._state.update()
        now = time.monotonic()
        if now - self._looked < _PERIOD:
            return
        self._looked = now
        is_open = bool(dpg.get_value(self._fold))
        self._kit.memory["open log"] = is_open
        if is_open:
            self._show_log()

    def _show_log(self) -> None:
        log = self._kit.editor.models.logs(self._facts.model, self._spot())[-_LINES:]
        if log != self._log or not log:
            at_end = dpg.get_y_scroll(self._box) >= dpg.get_y_scroll_max(self._box) - 4
            self._log = log
            dpg.set_value(self._lines, "\n".join(log) or "Nothing was printed yet.")
            if at_end:
                dpg.set_y_scroll(self._box, -1.0)

    def _spot(self) -> str:
        """Whose log: a machine that a document names is asked nothing before the person agreed to that."""
        waits = self._facts.ids[0] in self._kit.editor.consent.waiting
        return spot_of({}) if waits and elsewhere(self._facts.place) else spot_of(self._facts.place)

    def _page(self, *_: Any) -> None:
        self._kit.editor.dialogs.show(ModelPage(self._facts.model))
