"""What a person chose and what the editor remembers for them, in one small file. A damaged one is set aside."""

import contextlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from nodegraph.core.errors import DocumentError, NodegraphError
from nodegraph.core.preset import write_atomically
from nodegraph.core.preset_text import parse, render
from nodegraph.editor.state.folders import settings_file

MAX_RECENT: Final = 12
_OURS: Final = ("file", "problem", "unknown")


@dataclass
class Settings:
    """The settings. Change a field, then call `changed()`; `save()` writes when there is something to write.

    scale: of texts and sizes, 0 asks the display. recent: files, newest first. usage: how often a type of node was
    added. licences: the SHA-256 of a model's licence text when it was accepted. panels: sizes and what is open.
    problem: what to tell when the file was damaged. unknown: keys of other versions, kept.
    """

    file: Path
    theme: str = "dark"
    scale: float = 0.0
    recent: list[str] = field(default_factory=list)
    usage: dict[str, int] = field(default_factory=dict)
    licences: dict[str, str] = field(default_factory=dict)
    panels: dict[str, float | bool] = field(default_factory=dict)
    hints_seen: list[str] = field(default_factory=list)
    snap: bool = True
    minimap: bool = True
    loop_clips: bool = True
    problem: str = ""
    unknown: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._dirty = False

    @staticmethod
    def load(file: Path | None = None) -> "Settings":
        """The settings in `file` (the person's own by default); defaults for what is not there. Never raises."""
        settings = Settings(file or settings_file())
        try:
            data = settings.file.read_bytes()
            settings._take(parse(data, settings.file.name))
        except FileNotFoundError:
            pass
        except OSError as error:
            settings.problem = f"The settings cannot be read: {error.strerror}. Defaults are used."
        except (DocumentError, TypeError) as error:
            settings._set_aside(error)
        return settings

    def changed(self) -> None:
        """There is something to save."""
        self._dirty = True

    def save(self) -> None:
        """Write the file if anything changed. Raises NodegraphError when that is impossible."""
        if not self._dirty:
            return
        self._dirty = False
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self.file, render(self._document()).encode("utf-8"))
        except OSError as error:
            message = f"The settings cannot be saved in {self.file}: {error.strerror}."
            raise NodegraphError(message, "They hold until you close the editor.") from error

    def remember(self, path: Path) -> None:
        """Put a file at the top of the recent ones."""
        name = str(path.resolve())
        self.recent = [name, *(one for one in self.recent if one != name)][:MAX_RECENT]
        self.changed()

    def forget(self, name: str) -> None:
        """Take a file out of the recent ones."""
        self.recent = [one for one in self.recent if one != name]
        self.changed()

    def count(self, type_id: str) -> None:
        """A node of this type was added by hand."""
        self.usage[type_id] = self.usage.get(type_id, 0) + 1
        self.changed()

    def _document(self) -> dict[str, Any]:
        return {**self.unknown, **{name: getattr(self, name) for name in _names()}}

    def _take(self, document: Any) -> None:
        """Use what has the right shape; what has not is the default again. Raises TypeError when it is no object."""
        if not isinstance(document, dict):
            raise TypeError("it holds no object")
        for name in _names():
            value = _SHAPES[type(getattr(self, name))](document.pop(name, None), name)
            if value is not None:
                setattr(self, name, value)
        self.recent = self.recent[:MAX_RECENT]
        self.unknown = document

    def _set_aside(self, error: Exception) -> None:
        aside = self.file.with_name(f"{self.file.stem}.damaged.json")
        with contextlib.suppress(OSError):
            self.file.replace(aside)
        why = getattr(error, "message", str(error))
        self.problem = f"The settings were damaged ({why.rstrip('.')}). Defaults are used; the file is now {aside}."


def _names() -> list[str]:
    return [one.name for one in fields(Settings) if one.name not in _OURS]


def _text(value: Any, name: str) -> str | None:
    return value if isinstance(value, str) and (name != "theme" or value in ("dark", "light")) else None


def _flag(value: Any, _: str) -> bool | None:
    return value if isinstance(value, bool) else None


def _scale(value: Any, _: str) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and (value == 0 or 0.5 <= value <= 4) else None


def _texts(value: Any, _: str) -> list[str] | None:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else None


def _mapping(value: Any, name: str) -> dict[str, Any] | None:
    fits = _VALUES.get(name)
    return {key: one for key, one in value.items() if fits and fits(one)} if isinstance(value, Mapping) else None


_SHAPES: Final[Mapping[type, Callable[[Any, str], Any]]] = {
    str: _text,
    bool: _flag,
    float: _scale,
    list: _texts,
    dict: _mapping,
}
_VALUES: Final[Mapping[str, Callable[[Any], bool]]] = {
    "usage": lambda one: isinstance(one, int) and not isinstance(one, bool) and one >= 0,
    "licences": lambda one: isinstance(one, str),
    "panels": lambda one: isinstance(one, int | float) and math.isfinite(one),
}
