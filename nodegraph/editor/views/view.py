"""What every part of the window is."""

from typing import Protocol


class View(Protocol):
    """Thin: it reads the state and draws it; what a person does becomes an edit or a command."""

    def build(self, parent: int | str) -> None:
        """Make the items, once."""

    def update(self) -> None:
        """Every frame, on the UI thread: touch only what changed."""
