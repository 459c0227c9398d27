"""The clipboard: the system's, once a window lends its own; until then, and in tests, a text in memory."""

from collections.abc import Callable


class Clipboard:
    """Text that was copied. `lend` connects it with the system's."""

    def __init__(self) -> None:
        self._text = ""
        self._read: Callable[[], str] = lambda: self._text
        self._write: Callable[[str], None] = self._keep

    def lend(self, read: Callable[[], str], write: Callable[[str], None]) -> None:
        """From here on text is read and written with these, on the UI thread."""
        self._read, self._write = read, write

    @property
    def text(self) -> str:
        """What was copied last, by whatever program; "" for nothing, or for what is no text."""
        return self._read() or ""

    @text.setter
    def text(self, text: str) -> None:
        self._write(text)

    def _keep(self, text: str) -> None:
        self._text = text
