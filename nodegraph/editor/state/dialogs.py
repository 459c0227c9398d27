"""Which question is open. A dialog is a plain dataclass; a view draws the current one and answers through it."""

from typing import Any


class Dialogs:
    """A stack of dialogs: the one on top is drawn, over everything else."""

    def __init__(self) -> None:
        self._open: list[Any] = []

    @property
    def current(self) -> Any | None:
        """The dialog on top, or None."""
        return self._open[-1] if self._open else None

    def show(self, dialog: Any) -> None:
        """Open a dialog over the others; one of the same kind takes the place of the old one."""
        self._open = [one for one in self._open if type(one) is not type(dialog)]
        self._open.append(dialog)

    def close(self, dialog: Any = None) -> None:
        """Close this dialog, or the one on top."""
        if dialog is None:
            self._open = self._open[:-1]
        else:
            self._open = [one for one in self._open if one is not dialog]
